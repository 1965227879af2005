"""A member reports in where they live, changes what they said, moves, leaves, or takes their consent back."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dongli.areas.models import Area, Level
from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid, NotFound
from dongli.common.text import clean
from dongli.notices import kinds
from dongli.notices.actions import forget_about, notify
from dongli.organisations.models import Organisation
from dongli.people.membership import settle_membership
from dongli.people.models import Grant, User
from dongli.people.viewer import Viewer
from dongli.volunteering import consents, steps
from dongli.volunteering.actions import claiming
from dongli.volunteering.models import (
    CURRENT_STATES,
    Consent,
    ConsentKind,
    EndedWhy,
    ReportIn,
    ReportInState,
    ReportInText,
    ServiceText,
    Times,
)
from dongli.volunteering.queries.members import keepers_of
from dongli.volunteering.queries.offers import unknown
from dongli.volunteering.queries.units import standing_unit

MAX_UNIT = 80
kinds.register("volunteering.asked", gettext_noop("A member reports in at %(compound)s"))


@dataclass(frozen=True)
class Said:
    """What a member says of themselves. A unit of the list (`unit`), or its name in words (`unit_words`)."""

    offers: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    unit: UUID | None = None
    unit_words: str = ""
    tell_unit: bool = False


@dataclass(frozen=True)
class Checked:
    """The same, cleaned and looked up."""

    offers: list[str]
    times: list[str]
    unit: Organisation | None
    unit_words: str
    tell_unit: bool


@transaction.atomic
def report_in(*, viewer: Viewer, key: UUID, compound: Area, said: Said, keep: bool) -> ReportIn:
    """Report in at the compound where one lives; it waits for the compound's branch. What held elsewhere ends: moved.

    `keep`: the consent without which nothing is kept. Raises `Invalid` (keep, compound, unit, offers, times),
    `Conflict` when one is reported in there already.
    """
    if not keep:
        raise Invalid(
            "consent_needed", _("Without this consent nothing can be kept, and nobody can confirm."), field="keep"
        )
    if compound.level != Level.COMPOUND or compound.retired_on is not None:
        raise Invalid("bad_compound", _("Please choose the compound where you live."), field="compound")
    checked = _check(said)
    person = User.objects.select_for_update(no_key=True).get(pk=viewer.known.pk)
    if (earlier := ReportIn.objects.filter(pk=key).first()) is not None:
        if earlier.person_id != person.pk:
            raise steps.used_elsewhere()
        return earlier
    current = _current(person)
    if current is not None and current.compound_id == compound.pk:
        raise Conflict("reported_in", _("You have reported in there already."))
    if current is not None:
        _end(current, EndedWhy.MOVED, key=None)
    row = ReportIn(id=key, person=person, compound=compound, asked_at=now())
    _take_over(row, checked)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("reported_in", _("You have reported in already. Please look at the latest state.")) from error
    ReportInText.objects.create(report_in=row, unit_words=checked.unit_words)
    _agree(row, ConsentKind.KEEP, given=True)
    if checked.tell_unit:
        _agree(row, ConsentKind.TELL_UNIT, given=True)
    steps.write(row, "ask", key)
    _tell_keepers(row, compound, viewer)
    return row


@transaction.atomic
def change(*, viewer: Viewer, key: UUID, said: Said) -> ReportIn:
    """Change what one can do, when, for which unit, and whether that unit may count one. Raises as `report_in`."""
    checked = _check(said)
    row = _mine(viewer)
    if steps.taken(row, "change", key):
        return row
    was_told, was_unit = row.told_unit is not None, row.unit_id
    _take_over(row, checked)
    text, _made = ReportInText.objects.get_or_create(report_in=row)
    if text.unit_words != checked.unit_words:
        text.unit_words = checked.unit_words
        text.save(update_fields=["unit_words"])
    if was_told != checked.tell_unit or (checked.tell_unit and was_unit != row.unit_id):
        _agree(row, ConsentKind.TELL_UNIT, given=checked.tell_unit)
    steps.write(row, "change", key)
    return row


@transaction.atomic
def leave(*, viewer: Viewer, key: UUID) -> ReportIn:
    """Stop serving there. What was served stays on one's own record. Left twice is left."""
    row = _mine(viewer, key)
    if row.is_current:
        _end(row, EndedWhy.LEFT, key=key)
        settle_membership(viewer.known)
    return row


@transaction.atomic
def withdraw_consent(*, viewer: Viewer) -> int:
    """Take back the consent to be kept as a member: report-ins end and let go of the person, words are emptied, the
    membership goes. How many report-ins let go; withdrawn twice is withdrawn."""
    return forget(viewer.known)


def forget(person: User) -> int:
    """Let go of a person, part of the caller's transaction; how many report-ins did."""
    rows = list(ReportIn.objects.select_for_update(no_key=True).filter(person=person).order_by("pk"))
    for row in rows:
        _agree(row, ConsentKind.KEEP, given=False)
        if row.is_current:
            _end(row, EndedWhy.WITHDRAWN, key=None)
    keys = [row.pk for row in rows]
    ReportInText.objects.filter(report_in__in=keys).update(unit_words="", reason="")
    ServiceText.objects.filter(service__report_in__in=keys).update(words="", reason="", dispute="")
    ReportIn.objects.filter(pk__in=keys).update(person=None, unit=None, told_unit=None, offers=[], times=[])
    settle_membership(person)
    if not Grant.objects.filter(user=person).exists():  # whoever serves is also told of the wishes they raised
        forget_about(person, "volunteering.")
    return len(keys)


def erase(person: User) -> None:
    """Forget a person whose account is deleted."""
    forget(person)


def close(person: User) -> None:
    """End what a person holds whose account is closed: they can claim and log nothing any more."""
    row = _current(person)
    if row is not None:
        _end(row, EndedWhy.CLOSED, key=None)
        settle_membership(person)


def needs_membership(person: User) -> bool:
    """Whether a report-in that was confirmed is a reason to keep the membership."""
    return ReportIn.objects.filter(person=person, state=ReportInState.CONFIRMED).exists()


def _check(said: Said) -> Checked:
    """Raises `Invalid` naming unit, offers or times."""
    words = clean(said.unit_words, field="unit_words", max_length=MAX_UNIT)
    unit = standing_unit(said.unit) if said.unit is not None else None
    if said.unit is not None and unit is None:
        raise Invalid("no_unit", _("Please choose your unit from the list, or write its name."), field="unit")
    if unit is None and not words:
        raise Invalid("unit_needed", _("Please say where you work: find your unit, or write its name."), field="unit")
    offers = list(dict.fromkeys(said.offers))
    if not offers or unknown(offers):
        raise Invalid("no_offers", _("Please choose at least one thing that you can do."), field="offers")
    times = [one for one in Times.values if one in said.times]
    if not times:
        raise Invalid("no_times", _("Please choose when you have time."), field="times")
    return Checked(offers, times, unit, "" if unit is not None else words, said.tell_unit and unit is not None)


def _take_over(row: ReportIn, checked: Checked) -> None:
    same = row.unit_id == (checked.unit.pk if checked.unit is not None else None)
    row.unit, row.offers, row.times = checked.unit, checked.offers, checked.times
    kept = row.told_unit if same else None
    row.told_unit = (kept or now()) if checked.tell_unit else None


def _agree(row: ReportIn, kind: ConsentKind, *, given: bool) -> None:
    Consent.objects.create(report_in=row, kind=kind, given=given, version=consents.VERSION, at=now())


def _current(person: User) -> ReportIn | None:
    rows = ReportIn.objects.select_for_update(no_key=True, of=("self",)).select_related("compound")
    return rows.filter(person=person, state__in=CURRENT_STATES).first()


def _mine(viewer: Viewer, key: UUID | None = None) -> ReportIn:
    """The viewer's report-in under lock: the current one, or (sent again) the one that `key` ended."""
    User.objects.select_for_update(no_key=True).get(pk=viewer.known.pk)
    row = _current(viewer.known)
    if row is None and key is not None:
        row = ReportIn.objects.filter(person=viewer.known, steps__pk=key).first()
    if row is None:
        raise NotFound("not_reported_in", _("You have not reported in anywhere."))
    return row


def _end(row: ReportIn, why: EndedWhy, *, key: UUID | None) -> None:
    """End a locked report-in: its claims go back, its words are emptied."""
    claiming.give_all_back(row)
    row.state, row.ended_at, row.ended_why = ReportInState.ENDED, now(), why
    ReportInText.objects.filter(report_in=row).update(unit_words="", reason="")
    steps.write(row, why, key or steps.fresh())


def _tell_keepers(row: ReportIn, compound: Area, viewer: Viewer) -> None:
    heard = [one for one in keepers_of(compound) if one.pk != viewer.known.pk]
    url = reverse("desk_member_sheet", args=[row.pk])
    notify(users=heard, kind="volunteering.asked", params={"compound": compound.name}, url=url, area=compound)
