"""Mass events: opened by an upper desk with a notice for everybody; matching cases are grouped under the lead by a job.

The event's lead is a case like any other: dispatched, answered, checked and closed once, and its followers with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.areas.models import Area, Level
from dongli.cases import access, following, policy
from dongli.cases.actions import searching
from dongli.cases.actions.dispatching import class_data, put_class
from dongli.cases.following import Turn
from dongli.cases.models import Case, CaseText, Grouping, Kind, MassEvent, Source
from dongli.cases.models.merging import GroupingState
from dongli.cases.queries import events as queries
from dongli.cases.queries.nearby import LEADING
from dongli.cases.work import Work
from dongli.cases.workflow import MERGEABLE, Actor, CaseState
from dongli.common.clock import city_date, now
from dongli.common.errors import Conflict, Invalid, NotAllowed
from dongli.common.ids import new_id, short_code
from dongli.common.text import clean
from dongli.people.viewer import Viewer

MAX_TITLE, MAX_NOTICE, MOST_AREAS = 60, 1000, 300
OLDEST = timedelta(days=30)
FURTHEST = timedelta(days=90)
BATCH = 100
SUMMIT = (Level.COMMUNITY, Level.SUBDISTRICT, Level.DISTRICT, Level.CITY)


@dataclass(frozen=True)
class NewEvent:
    """What a desk says of an event. `areas` are codes; `whole_line`: every class of the class's line belongs to it."""

    title: str
    notice: str
    category: str
    areas: Sequence[str]
    starts_at: datetime
    ends_at: datetime | None = None
    whole_line: bool = False


@transaction.atomic
def open_event(*, viewer: Viewer, event_id: UUID, event: NewEvent) -> MassEvent:
    """Open an event under the id that the client made, with its lead case; the same id again is the same event.

    Raises `NotAllowed` unless the viewer's is an upper desk over all of its areas.
    """
    earlier = MassEvent.objects.filter(pk=event_id).first()
    if earlier is not None:
        if earlier.opened_by_id != viewer.known.id:
            message = _("This form was already used for something else. Please open the page again.")
            raise Conflict("key_in_use", message)
        return earlier
    title = clean(event.title, field="title", max_length=MAX_TITLE, required=True)
    notice = clean(event.notice, field="notice", max_length=MAX_NOTICE, required=True)
    areas = _areas(event.areas)
    desk = _desk_over(areas)
    if not viewer.covers(access.UPPER_DESK_ROLES, desk):
        raise NotAllowed("not_your_ground", _("An event is opened by the subdistrict's desk, or one above all of it."))
    _check_period(event.starts_at, event.ends_at)
    category = policy.category(event.category, city_date(now()))
    lead = _lead_case(viewer, event, desk, areas[0] if len(areas) == 1 else None, f"{title}\n{notice}")
    made = MassEvent.objects.create(
        id=event_id,
        lead_case=lead,
        title=title,
        notice=notice,
        category=category,
        whole_line=event.whole_line,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        opened_by=viewer.known,
    )
    made.areas.set(areas)
    return made


def _areas(codes: Sequence[str]) -> list[Area]:
    """The areas named, without those that lie within another of them; in the order of their paths."""
    wanted = set(codes)
    found = list(Area.objects.active().filter(code__in=wanted).order_by("path")) if len(wanted) <= MOST_AREAS else []
    if not found or len(found) != len(wanted):
        raise Invalid("unknown_place", _("Please choose the areas it is about."), field="areas")
    kept: list[Area] = []
    for area in found:
        if not kept or not kept[-1].contains(area):
            kept.append(area)
    return kept


def _desk_over(areas: Sequence[Area]) -> Area:
    """The smallest area with a desk that holds all of them."""
    first, last = areas[0].path.split("/"), areas[-1].path.split("/")
    shared = [one for one, other in zip(first, last, strict=False) if one == other and one]
    depth = min(len(shared) - 1, Level.COMMUNITY.depth)
    return Area.objects.get(code=shared[depth])


def _check_period(starts_at: datetime, ends_at: datetime | None) -> None:
    moment = now()
    if not moment - OLDEST <= starts_at <= moment + timedelta(days=1):
        raise Invalid("bad_date", _("It began in the last 30 days, or begins within a day."), field="starts_at")
    if ends_at is not None and not starts_at < ends_at <= moment + FURTHEST:
        raise Invalid("bad_date", _("It ends after it begins, and within 90 days."), field="ends_at")


def _lead_case(viewer: Viewer, event: NewEvent, desk: Area, place: Area | None, words: str) -> Case:
    """The case that is answered for all: registered at once, at the desk that opened the event."""
    moment = now()
    case = Case(
        id=new_id(),
        number=f"{city_date(moment):%Y%m%d}-{short_code(6)}",
        kind=Kind.FINDING,
        source=Source.EVENT,
        state=CaseState.FILED,
        desk=desk,
        community=desk if desk.level == Level.COMMUNITY else None,
        place=place or desk,
        filed_by=viewer.known,
        filed_at=moment,
        registered_at=None,
    )
    put_class(case, event.category, 0, city_date(moment))
    limit = "dispatch_urgent" if case.urgent else "dispatch"
    case.dispatch_due_at = policy.promise_limit(limit, moment, policy.work_calendar()).deadline.at
    work = Work(case=case, viewer=viewer, key=new_id(), tasks=[], whistle=None, moment=moment, is_new=True)
    work.acting_as = Actor.STAFF
    work.step("submit", data={"source": case.source})
    work.acting_as = Actor.DESK
    case.registered_at = moment
    work.step("register", data=class_data(case, city_date(moment)))
    work.finish()
    searching.index([CaseText.objects.create(case=case, description=words)])
    return case


@transaction.atomic
def change_notice(*, viewer: Viewer, event_id: UUID, notice: str, ends_at: datetime | None) -> MassEvent:
    """Say anew what everybody reads, and when it is expected to end."""
    text = clean(notice, field="notice", max_length=MAX_NOTICE, required=True)
    event = _running(viewer, event_id)
    _check_period(event.starts_at, ends_at)
    event.notice, event.ends_at = text, ends_at
    event.save(update_fields=["notice", "ends_at"])
    return event


def _running(viewer: Viewer, event_id: UUID) -> MassEvent:
    """An event that still runs, for the desk that may lead it."""
    event = queries.event(viewer, event_id)
    lead = Case.objects.select_related("desk", "community").get(pk=event.lead_case_id)
    if not viewer.covers(access.UPPER_DESK_ROLES, lead.desk):
        raise NotAllowed("not_your_ground", _("This is for the desk that opened the event, or a desk above it."))
    if lead.state not in LEADING:
        raise Conflict("event_over", _("This event is over."))
    return event


@transaction.atomic
def ask_grouping(*, viewer: Viewer, event_id: UUID, key: UUID, cases: Sequence[UUID] | None = None) -> Grouping:
    """Have these cases (or all that match) put under the event's lead by a job; the same key is the same grouping."""
    from dongli.cases.tasks import group_cases

    earlier = Grouping.objects.filter(pk=key, event=event_id).first()
    if earlier is not None:
        return earlier
    event = _running(viewer, event_id)
    found = queries.matching(viewer, event)
    wanted = found if cases is None else [one for one in found if one in set(cases)]
    if not wanted:
        raise Invalid("nothing_chosen", _("Please choose cases that match the event."), field="cases")
    grouping = Grouping.objects.create(id=key, event=event, by=viewer.known, cases=sorted(wanted))
    group_cases.defer(grouping_id=str(grouping.pk))
    return grouping


def group(grouping_id: UUID) -> None:
    """Carry a grouping out, a batch in each transaction. A job that died halfway goes on where it was."""
    while _group_batch(grouping_id):
        pass


@transaction.atomic
def _group_batch(grouping_id: UUID) -> bool:
    """Group the next hundred; whether any are left."""
    grouping = Grouping.objects.select_for_update(of=("self",)).select_related("event", "by").get(pk=grouping_id)
    begun = grouping.done + grouping.passed_over
    ids = grouping.cases[begun : begun + BATCH]
    if grouping.state == GroupingState.DONE:
        return False
    fit = _put_batch(grouping, ids) if ids else 0
    grouping.done += fit
    grouping.passed_over += len(ids) - fit
    is_over = begun + len(ids) >= len(grouping.cases)
    grouping.state = GroupingState.DONE if is_over else GroupingState.RUNNING
    grouping.save(update_fields=["done", "passed_over", "state"])
    return not is_over


def _put_batch(grouping: Grouping, ids: Sequence[UUID]) -> int:
    """Put those of a batch that may still be merged under the lead; how many."""
    found = following.locked(grouping.event.lead_case_id, *ids)
    lead = found.pop(grouping.event.lead_case_id)
    if lead.state not in LEADING:
        return 0
    viewer = Viewer.of(grouping.by)
    may = set(Case.objects.filter(access.desked(viewer), pk__in=ids).values_list("pk", flat=True))
    leading = set(Case.objects.filter(lead_case__in=ids).values_list("lead_case", flat=True))
    fit = [
        case
        for case in found.values()
        if case.id in may - leading and case.state in MERGEABLE and following.is_ordinary(case)
    ]
    if fit:
        following.put_under(lead, fit, Turn(actor=grouping.by, acting_as=Actor.DESK))
    return len(fit)
