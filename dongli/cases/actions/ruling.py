"""What a level of the city sets for its own area: rules that differ from the levels above, and canned phrases. Dated.

Whoever runs the desk of the area, or of one above it, may set; what was set is ended, never deleted.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dongli.areas.models import Area, Level
from dongli.cases import kept, policy, rules
from dongli.cases.deadlines import LimitUnit
from dongli.cases.models import Override, Phrase, PhraseUse
from dongli.common.clock import now, today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.text import clean
from dongli.organisations.models import Line
from dongli.people.models import Role
from dongli.people.viewer import Viewer

RULING_ROLES = (Role.COMMUNITY_SECRETARY, Role.SUBDISTRICT_LEADER, Role.DISTRICT_DESK, Role.CITY_DESK)
RULING_LEVELS = (Level.CITY, Level.DISTRICT, Level.SUBDISTRICT, Level.COMMUNITY)
LONGEST_LIMIT = 1000


@dataclass(frozen=True)
class OfTheClass:
    """What is said of a class; None and "" say nothing."""

    contact_hours: int | None = None
    solver: str = ""
    lead: str = ""
    offered: bool | None = None
    auto_register: bool | None = None


@dataclass(frozen=True)
class OfTheCondition:
    """What is said of one filing condition; None and "" say nothing. A `binding` limit holds for all levels below."""

    limit_amount: int | None = None
    limit_unit: str = ""
    binding: bool = False
    urgent: bool | None = None


Words = OfTheClass | OfTheCondition


@transaction.atomic
def set_rule(
    *,
    viewer: Viewer,
    area: Area,
    key: UUID,
    category: str,
    words: Words,
    number: int = 0,
    since: date | None = None,
    basis: str = "",
    seen: UUID | None = None,
) -> Override:
    """Say a rule for `area` from `since` (today) on, in place of what the level says now; `seen` is that row.

    Raises `NotAllowed`, `Invalid` (naming the field) or `Conflict` when the level's own rule has changed since.
    """
    _check_level(viewer, area)
    text = clean(basis, field="basis", max_length=300)
    Area.objects.select_for_update(no_key=True, of=("self",)).get(pk=area.pk)
    earlier = Override.objects.filter(pk=key).first()
    if earlier is not None:
        return _same(earlier, viewer, area)
    start = since or today()
    if start < today():
        raise Invalid("too_early", _("A rule begins today or later: what was promised stays."), field="since")
    policy.forget()
    _check_words(area, category, number, words, start)
    _end_current(viewer, area, category, number, start, seen)
    row = Override(
        id=key,
        area=area,
        category=category,
        number=number,
        basis=text,
        since=start,
        set_by=viewer.known,
        **asdict(words),
    )
    return _stored(row)


def _stored(row: Override) -> Override:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            "overlaps", _("Another rule of this level holds on these days already. Please look at the list.")
        ) from error
    policy.changed()
    return row


def _same(earlier: Override, viewer: Viewer, area: Area) -> Override:
    if earlier.set_by_id != viewer.known.id or earlier.area_id != area.id:
        raise Conflict("key_in_use", _("This form was already used for something else. Please open the page again."))
    return earlier


def _end_current(viewer: Viewer, area: Area, category: str, number: int, start: date, seen: UUID | None) -> None:
    """The level's rows that would hold from `start` on end then; what the form did not show is not overwritten."""
    rows = Override.objects.filter(area=area, category=category, number=number)
    open_rows = [row for row in rows if row.until is None or (row.until > start and row.until > row.since)]
    if seen is not None and seen not in {row.id for row in open_rows}:
        raise Conflict("changed_meanwhile", _("Somebody has changed this rule meanwhile. Please look at it again."))
    if seen is None and open_rows:
        raise Conflict("set_meanwhile", _("This level has set a rule here already. Please look at it again."))
    for row in open_rows:
        row.until, row.ended_by, row.ended_at = max(start, row.since), viewer.known, now()
        row.save(update_fields=["until", "ended_by", "ended_at"])


def _check_words(area: Area, category: str, number: int, words: Words, on: date) -> None:
    chosen = policy.category(category, on)
    condition = policy.condition(category, number, on)
    if words in (OfTheClass(), OfTheCondition()):
        raise Invalid("says_nothing", _("Please set at least one thing; to go back to the level above, end the rule."))
    if isinstance(words, OfTheClass):
        _check_class(words, number)
        return
    if not number or condition is None:
        raise Invalid("no_condition", _("Please choose a filing condition of this class."), field="condition")
    if words.limit_amount is None:
        if words.limit_unit or words.binding:
            raise Invalid("no_amount", _("Please say how much."), field="limit_amount")
        return
    if words.limit_unit not in set(LimitUnit) or not 1 <= words.limit_amount <= LONGEST_LIMIT:
        raise Invalid("bad_limit", _("Please give a number from 1 to 1,000 and its unit."), field="limit_amount")
    above = policy.rule_for(chosen, condition, area.parent, on) if area.parent is not None else None
    cap = above.bound_by if above is not None else None
    if cap is not None and not rules.within(
        words.limit_amount, words.limit_unit, cap.limit_amount or 0, cap.limit_unit
    ):
        raise Invalid(
            "bound",
            _("%(level)s has made its limit binding: it can be made shorter here, not longer.")
            % {"level": cap.area.name},
            field="limit_amount",
        )


def _check_class(words: OfTheClass, number: int) -> None:
    if number:
        raise Invalid("not_of_condition", _("This is said of the whole class."), field="condition")
    if words.contact_hours is not None and not 1 <= words.contact_hours <= LONGEST_LIMIT:
        raise Invalid("bad_hours", _("Please give a number from 1 to 1,000."), field="contact_hours")
    if words.solver not in ("", "grid", "department"):
        raise Invalid("bad_solver", _("Please choose who solves it first."), field="solver")


@transaction.atomic
def end_rule(*, viewer: Viewer, override_id: UUID) -> Override:
    """End a rule from today on: the level above holds again. Ended twice is ended."""
    row = Override.objects.select_for_update(of=("self",)).select_related("area").filter(pk=override_id).first()
    if row is None or not viewer.covers(RULING_ROLES, row.area):
        raise NotFound("no_such_rule", _("There is no such rule."))
    if row.until is not None and row.until <= max(today(), row.since):
        return row
    row.until, row.ended_by, row.ended_at = max(today(), row.since), viewer.known, now()
    row.save(update_fields=["until", "ended_by", "ended_at"])
    policy.changed()
    return row


@dataclass(frozen=True)
class Wording:
    """A canned phrase: for one class, or one line, or (both empty) everything."""

    use: str
    title: str
    words: str
    category: str = ""
    line: str = ""


@transaction.atomic
def set_phrase(*, viewer: Viewer, area: Area, key: UUID, wording: Wording) -> Phrase:
    """Keep a phrase ready for `area` and the levels below it, from today on."""
    _check_level(viewer, area)
    if wording.use not in PhraseUse.values:
        raise Invalid("bad_use", _("Please choose what it is for."), field="use")
    if wording.category and wording.line:
        raise Invalid("class_or_line", _("Choose a class or a line, not both."), field="line")
    if wording.line not in ("", *Line.values):
        raise Invalid("bad_line", _("Please choose a line."), field="line")
    if wording.category:
        policy.category(wording.category, today())
    fields: dict[str, Any] = {
        "title": clean(wording.title, field="title", max_length=40, required=True),
        "words": clean(wording.words, field="words", max_length=1000, required=True),
    }
    earlier = Phrase.objects.filter(pk=key).first()
    if earlier is not None:
        if earlier.set_by_id != viewer.known.id or earlier.area_id != area.id:
            raise Conflict("key_in_use", _("This form was already used for something else. Please open it again."))
        return earlier
    row = Phrase.objects.create(
        id=key,
        area=area,
        use=wording.use,
        category=wording.category,
        line=wording.line,
        since=today(),
        set_by=viewer.known,
        **fields,
    )
    policy.changed()
    return row


@transaction.atomic
def end_phrase(*, viewer: Viewer, phrase_id: UUID) -> Phrase:
    """Offer a phrase no longer. The shipped ones are the city desk's to end."""
    row = Phrase.objects.select_for_update(of=("self",)).select_related("area").filter(pk=phrase_id).first()
    allowed = row is not None and (
        viewer.covers(RULING_ROLES, row.area) if row.area is not None else viewer.has(Role.CITY_DESK)
    )
    if row is None or not allowed:
        raise NotFound("no_such_phrase", _("There is no such phrase."))
    if row.until is None or row.until > today():
        row.until, row.ended_by, row.ended_at = max(today(), row.since), viewer.known, now()
        row.save(update_fields=["until", "ended_by", "ended_at"])
        policy.changed()
    return row


def _check_level(viewer: Viewer, area: Area) -> None:
    if area.level not in RULING_LEVELS or not viewer.covers(RULING_ROLES, area):
        raise NotAllowed(
            "not_your_level", _("Only whoever runs the desk of this level, or of one above, may set this.")
        )


def own(area: Area, category: str, number: int, on: date) -> Override | None:
    """What exactly this level says on `on`, or has planned."""
    rows = kept.policy().overrides.get((area.code, category), ())
    return next((row for row in rows if row.number == number and (row.until is None or row.until > on)), None)
