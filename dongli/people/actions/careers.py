"""What is known of a worker's pay: files, facts and their corrections. Whoever keeps careers over the worker's area
records; nobody records their own.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.areas.naming import pinyin_keys
from dongli.common.clock import now, today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.common.text import clean
from dongli.people.models import (
    AccessRecord,
    Appraisal,
    CareerFile,
    Certificate,
    Degree,
    FactKind,
    Grant,
    PayFact,
    Role,
    User,
)
from dongli.people.queries.duty import in_force
from dongli.people.viewer import Viewer

KEEPERS = (Role.ORGANISER, Role.ADMINISTRATOR)
PAID_ROLES = (Role.GRID_WORKER, Role.COMMUNITY_DESK, Role.COMMUNITY_SECRETARY)
EARLIEST = date(1950, 1, 1)
VALUES: dict[str, type[Degree] | type[Certificate] | type[Appraisal]] = {
    FactKind.DEGREE: Degree,
    FactKind.CERTIFICATE: Certificate,
    FactKind.APPRAISAL: Appraisal,
}
"""Kinds whose values come from a fixed list; posts and allowances are those of schemes."""
SLOTTED = (FactKind.DEGREE, FactKind.CERTIFICATE, FactKind.ALLOWANCE)
"""Kinds of which several may hold at a time, each once."""


@dataclass(frozen=True)
class NewFact:
    """A fact to be recorded: true from the day `since` until the day before `until` (None: still).

    `value`: a degree, certificate or appraisal of the fixed lists, a post or allowance code of a scheme; none for
    service and interruptions. An appraisal holds for the whole year that `since` lies in.
    """

    kind: str
    since: date
    value: str = ""
    until: date | None = None
    document: str = ""


def check_keeps_careers(viewer: Viewer, area: Area | None) -> None:
    """Raises `NotAllowed` unless the viewer keeps the careers of `area`."""
    if not viewer.covers(KEEPERS, area):
        raise NotAllowed("careers_of_others", _("Careers are kept by the organisation desk of the area."))


@transaction.atomic
def record_fact(
    *, viewer: Viewer, key: UUID, person: User, fact: NewFact, supersedes: UUID | None = None, reason: str = ""
) -> PayFact:
    """Record a fact, or with `supersedes` a correction of an earlier one, which is known as wrong from now on.

    A new post ends the open one before it. A person without a file gets one where they serve. The same fact recorded
    again, or the same `key`, answers the row there is. Raises `NotAllowed`, `NotFound` (supersedes), `Invalid` (kind,
    value, since, until), `Conflict` when it contradicts another fact.
    """
    _person_waits(person, viewer)
    file = _file_of(viewer, person)
    if (earlier := PayFact.objects.filter(pk=key).first()) is not None:
        return _repeated(earlier, viewer, person, fact.kind)
    made = _made(fact)
    old = _current(person, supersedes) if supersedes is not None else None
    if old is not None and old.kind != made.kind:
        raise Invalid("other_kind", _("A correction is of the same kind as what it corrects."), field="kind")
    if (same := _same(person, made)) is not None and same != old:
        return same
    moment = _moment(person)
    words = clean(reason, field="reason", max_length=200, required=old is not None)
    if old is not None:
        _supersede(old, moment)
    elif made.kind == FactKind.POST:
        _end_open_post(viewer, person, made.since, moment)
    return _write(made, key, file.person, viewer, moment, old, words)


@transaction.atomic
def withdraw_fact(*, viewer: Viewer, key: UUID, fact_id: UUID, reason: str) -> PayFact:
    """Say that a fact was recorded wrongly and nothing takes its place. Repeating the same `key` changes nothing.

    Raises `NotAllowed`, `NotFound`, `Invalid` (reason), `Conflict` when it has been superseded meanwhile.
    """
    found = PayFact.objects.select_related("person").filter(pk=fact_id).first()
    if found is None:
        raise NotFound("no_fact", _("There is no such fact."))
    person = found.person
    _person_waits(person, viewer)
    _file_of(viewer, person)
    if (earlier := PayFact.objects.filter(pk=key).first()) is not None:
        return _repeated(earlier, viewer, person, found.kind)
    old = _current(person, fact_id)
    words = clean(reason, field="reason", max_length=200, required=True)
    moment = _moment(person)
    _supersede(old, moment)
    made = NewFact(old.kind, old.since, old.value, old.until, old.document)
    return _write(made, key, person, viewer, moment, old, words, withdrawn=True)


def _person_waits(person: User, viewer: Viewer) -> None:
    """One writer at a time per person; runs take the same lock alone, so that what they know is what had committed."""
    if person.pk == viewer.known.pk:
        raise NotAllowed("own_career", _("Somebody else keeps your own record."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext('dongli.people.careers'))")
    User.objects.select_for_update(no_key=True).get(pk=person.pk)


def _moment(person: User) -> datetime:
    """Now, and never before what is recorded of the person already."""
    newest = (
        PayFact.objects.filter(person=person).order_by("-recorded_at").values_list("recorded_at", flat=True).first()
    )
    return max(now(), newest) if newest is not None else now()


def _file_of(viewer: Viewer, person: User) -> CareerFile:
    """The person's file, opened where they serve if there is none; raises `NotAllowed`, `Invalid` (person)."""
    file = CareerFile.objects.select_related("area", "person").filter(person=person).first()
    if file is not None:
        check_keeps_careers(viewer, file.area)
        return file
    grants = Grant.objects.filter(in_force(now()), user=person, role__in=PAID_ROLES, area__isnull=False)
    grant = grants.select_related("area").order_by("since", "id").first()
    if grant is None or grant.area is None:
        raise Invalid(
            "not_a_worker", _("This person serves nowhere as a paid worker. Grant the role first."), field="person"
        )
    check_keeps_careers(viewer, grant.area)
    return CareerFile.objects.create(
        person=person, area=grant.area, pinyin=pinyin_keys(person.name)[0][:200], opened_by=viewer.known
    )


@transaction.atomic
def open_career_file(*, viewer: Viewer, person: User) -> CareerFile:
    """Open the file of a paid worker where they serve; opened twice is opened. Raises `NotAllowed`, `Invalid`."""
    _person_waits(person, viewer)
    return _file_of(viewer, person)


@transaction.atomic
def move_career_file(*, viewer: Viewer, person: User, area: Area) -> CareerFile:
    """The worker is paid in another area of the viewer's from now on. Raises `NotAllowed`, `NotFound`."""
    _person_waits(person, viewer)
    file = CareerFile.objects.select_related("area", "person").filter(person=person).first()
    if file is None:
        raise NotFound("no_file", _("There is no such record in your area."))
    check_keeps_careers(viewer, file.area)
    check_keeps_careers(viewer, area)
    if file.area_id != area.id:
        file.area = area
        file.save(update_fields=["area"])
    return file


def note_look(*, viewer: Viewer, file: CareerFile) -> None:
    """Put on record, once a day, that the viewer opened a worker's pay; the worker sees it under “who looked”."""
    if file.person_id == viewer.known.pk:
        return
    looked = AccessRecord.objects.filter(
        subject_kind="career", subject_id=file.pk, viewer=viewer.known, at__gt=now() - timedelta(days=1)
    )
    if not looked.exists():
        AccessRecord.objects.create(
            viewer=viewer.known, subject_kind="career", subject_id=file.pk, person_id=file.person_id, field="pay"
        )


def _repeated(earlier: PayFact, viewer: Viewer, person: User, kind: str) -> PayFact:
    if (earlier.person_id, earlier.kind, earlier.recorded_by_id) != (person.pk, kind, viewer.known.pk):
        raise Conflict("key_in_use", _("This form was already used for something else. Please open the page again."))
    return earlier


def _current(person: User, fact_id: UUID) -> PayFact:
    """A fact of the person that still counts as known, under lock."""
    found = PayFact.objects.select_for_update().filter(pk=fact_id, person=person, withdrawn=False).first()
    if found is None:
        raise NotFound("no_fact", _("There is no such fact."))
    if found.superseded_at is not None:
        raise Conflict("superseded", _("Somebody has corrected this meanwhile. Please look at the record again."))
    return found


def _made(fact: NewFact) -> NewFact:
    """The fact with its values checked; an appraisal made that of its whole year."""
    if fact.kind not in FactKind.values:
        raise Invalid("bad_kind", _("Please choose what it is about."), field="kind")
    allowed = VALUES.get(fact.kind)
    value = clean(fact.value, field="value", max_length=30)
    if fact.kind in (FactKind.SERVICE, FactKind.INTERRUPTION):
        value = ""
    elif not value or (allowed is not None and value not in allowed.values):
        raise Invalid("bad_value", _("Please choose from the list."), field="value")
    made = replace(fact, value=value, document=clean(fact.document, field="document", max_length=80))
    if fact.kind == FactKind.APPRAISAL:
        made = replace(made, since=date(fact.since.year, 1, 1), until=date(fact.since.year + 1, 1, 1))
    _check_days(made)
    return made


def _check_days(fact: NewFact) -> None:
    if not EARLIEST <= fact.since <= date(today().year + 1, 12, 31):
        raise Invalid("bad_day", _("Please give a day between 1950 and the end of next year."), field="since")
    if fact.kind == FactKind.APPRAISAL and fact.since > today():
        raise Invalid("bad_year", _("A year is appraised when it has begun."), field="since")
    if fact.until is not None and fact.until <= fact.since:
        raise Invalid("bad_end", _("The end must be after the beginning."), field="until")


def _slot(fact: NewFact) -> str:
    return fact.value if fact.kind in SLOTTED else ""


def _known(person: User) -> "list[PayFact]":
    return list(PayFact.objects.filter(person=person, superseded_at=None, withdrawn=False))


def _same(person: User, fact: NewFact) -> PayFact | None:
    wanted = (fact.kind, fact.value, fact.since, fact.until)
    return next((one for one in _known(person) if (one.kind, one.value, one.since, one.until) == wanted), None)


def _supersede(old: PayFact, moment: datetime) -> None:
    old.superseded_at = moment
    old.save(update_fields=["superseded_at"])


def _end_open_post(viewer: Viewer, person: User, since: date, moment: datetime) -> None:
    """A post held until now ends as the next begins: recorded as a correction of its end."""
    old = next((one for one in _known(person) if one.kind == FactKind.POST and one.until is None), None)
    if old is None or old.since >= since:
        return
    _supersede(old, moment)
    ended = NewFact(old.kind, old.since, old.value, since, old.document)
    _write(ended, new_id(), person, viewer, moment, old, "")


def _write(
    fact: NewFact,
    key: UUID,
    person: User,
    viewer: Viewer,
    moment: datetime,
    old: PayFact | None,
    reason: str,
    *,
    withdrawn: bool = False,
) -> PayFact:
    try:
        with transaction.atomic():
            return PayFact.objects.create(
                id=key,
                person=person,
                kind=fact.kind,
                slot=_slot(fact),
                value=fact.value,
                since=fact.since,
                until=fact.until,
                document=fact.document,
                reason=reason,
                withdrawn=withdrawn,
                supersedes=old,
                recorded_by=viewer.known,
                recorded_at=moment,
            )
    except IntegrityError as error:
        raise Conflict(
            "contradicts",
            _("This contradicts what is recorded for part of that time. Correct that fact instead."),
            field="since",
        ) from error
