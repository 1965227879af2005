"""Planning a joint meeting or a series of them, changing it, inviting, calling it off."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dongli.common.clock import CITY_ZONE, now
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.text import clean
from dongli.notices import kinds
from dongli.organisations.models import Mechanism, Organisation
from dongli.partnerships import access
from dongli.partnerships.meeting_work import begin, check_keeps, check_state, repeated, step, tell_invited
from dongli.partnerships.models import AgendaItem, Invitation, Meeting, MeetingState
from dongli.partnerships.queries.units import invitable
from dongli.people.viewer import Viewer

PAST, AHEAD = timedelta(days=366), timedelta(days=2 * 366)
SHORTEST, LONGEST = 15, 600
MOST_ITEMS, MOST_TIMES = 30, 24
WEEKS = {"week": 1, "fortnight": 2}
MONTHS = {"month": 1, "two_months": 2, "quarter": 3}

kinds.register("partnerships.invite", gettext_noop("%(convenor)s invites you: %(title)s"))
kinds.register("partnerships.move", gettext_noop("The time or place of a meeting has changed: %(title)s"))
kinds.register("partnerships.cancel", gettext_noop("A meeting was called off: %(title)s"))


@dataclass(frozen=True)
class Plan:
    """A meeting to be held: `lasts` in minutes, `agenda` in its order, `invited` the organisations' ids."""

    mechanism: str
    title: str
    place: str
    starts_at: datetime
    lasts: int = 90
    agenda: Sequence[str] = ()
    invited: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Repeat:
    """A series: `every` is week, fortnight, month, two_months or quarter; `times` counts the first one too."""

    every: str
    times: int


@transaction.atomic
def plan_meeting(
    *, viewer: Viewer, key: UUID, convenor_id: UUID, plan: Plan, repeat: Repeat | None = None
) -> list[Meeting]:
    """Plan one meeting, or a series, and invite; the first one's id is `key`.

    Raises `NotFound`, `NotAllowed`, `Invalid` (mechanism, title, place, starts_at, lasts, agenda, invited, times).
    """
    rows = Organisation.objects.select_for_update(no_key=True, of=("self",)).select_related("area")
    convenor = rows.filter(pk=convenor_id).first()
    if convenor is None:
        raise NotFound("no_such_organisation", _("There is no such organisation."))
    if not access.keeps(viewer, convenor):
        raise NotAllowed("not_your_organisation", _("Only whoever runs the desk of the convenor may do this."))
    if (earlier := repeated("plan", viewer, key)) is not None:
        return (
            list(Meeting.objects.filter(series=earlier.series).order_by("starts_at")) if earlier.series else [earlier]
        )
    invited = _invited(convenor, plan.mechanism, plan.invited)
    agenda = clean_agenda(plan.agenda)
    meetings = [_meeting(viewer, convenor, plan, moment) for moment in _moments(plan.starts_at, repeat)]
    for number, meeting in enumerate(meetings):
        meeting.id = uuid5(key, str(number)) if number else key
        meeting.series = key if len(meetings) > 1 else None
        step_key = meeting.id
        meeting.steps_count = 0
        meeting.save(force_insert=True)
        step(meeting, "plan", viewer, step_key, {"starts_at": meeting.starts_at.isoformat()})
    AgendaItem.objects.bulk_create(
        AgendaItem(meeting=meeting, position=position, words=words)
        for meeting in meetings
        for position, words in enumerate(agenda, start=1)
    )
    Invitation.objects.bulk_create(
        Invitation(meeting=meeting, organisation=unit) for meeting in meetings for unit in invited
    )
    tell_invited(meetings[0], "invite", viewer)
    return meetings


def _meeting(viewer: Viewer, convenor: Organisation, plan: Plan, moment: datetime) -> Meeting:
    if plan.mechanism not in Mechanism.values:
        raise Invalid("no_mechanism", _("Please choose how they work together."), field="mechanism")
    return Meeting(
        convenor=convenor,
        area=convenor.area,
        mechanism=plan.mechanism,
        title=clean(plan.title, field="title", max_length=120, required=True),
        place=clean(plan.place, field="place", max_length=120, required=True),
        starts_at=_moment(moment),
        lasts=_lasts(plan.lasts),
        called_by=viewer.known,
    )


def _moments(first: datetime, repeat: Repeat | None) -> list[datetime]:
    """When each meeting of the series begins: at the same hour in the city; a day that a month lacks is its last."""
    if repeat is None:
        return [first]
    if not 2 <= repeat.times <= MOST_TIMES:
        words = _("Please give a number from 2 to %(most)d.") % {"most": MOST_TIMES}
        raise Invalid("bad_times", words, field="times")
    if repeat.every in WEEKS:
        return [first + timedelta(weeks=WEEKS[repeat.every] * number) for number in range(repeat.times)]
    if repeat.every not in MONTHS:
        raise Invalid("bad_rhythm", _("Please choose how often."), field="every")
    return [_months_later(first, MONTHS[repeat.every] * number) for number in range(repeat.times)]


def _months_later(first: datetime, months: int) -> datetime:
    local = first.astimezone(CITY_ZONE)
    year, month = divmod(local.month - 1 + months, 12)
    day = min(local.day, monthrange(local.year + year, month + 1)[1])
    return local.replace(year=local.year + year, month=month + 1, day=day)


def _moment(moment: datetime) -> datetime:
    if not now() - PAST <= moment <= now() + AHEAD:
        raise Invalid("bad_time", _("Please choose a time within the next two years."), field="starts_at")
    return moment


def _lasts(minutes: int) -> int:
    if not SHORTEST <= minutes <= LONGEST:
        words = _("Please give from %(shortest)d to %(longest)d minutes.") % {"shortest": SHORTEST, "longest": LONGEST}
        raise Invalid("bad_length", words, field="lasts")
    return minutes


def clean_agenda(lines: Iterable[str]) -> list[str]:
    """The items that say something, each within its length. Raises `Invalid` when they are too many."""
    items = [words for line in lines if (words := clean(line, field="agenda", max_length=200))]
    if len(items) > MOST_ITEMS:
        words = _("Please keep the agenda within %(most)d items.") % {"most": MOST_ITEMS}
        raise Invalid("too_many_items", words, field="agenda")
    return items


def _invited(convenor: Organisation, mechanism: str, ids: Iterable[UUID]) -> list[Organisation]:
    offered = {unit.id: unit for unit in invitable(convenor)}
    wanted = set(ids)
    if not wanted <= offered.keys():
        raise Invalid(
            "not_linked", _("Only organisations that work with the convenor can be invited."), field="invited"
        )
    return [offered[one] for one in sorted(wanted)]


@transaction.atomic
def invite(*, viewer: Viewer, meeting_id: UUID, key: UUID, organisation_ids: Iterable[UUID]) -> Meeting:
    """Invite more organisations to a planned meeting; those invited already stay as they are."""
    meeting, again = begin("invite", viewer, meeting_id, key)
    if again:
        return meeting
    check_keeps(viewer, meeting)
    check_state(meeting, MeetingState.PLANNED)
    there = set(meeting.invitations.values_list("organisation_id", flat=True))
    fresh = _invited(meeting.convenor, meeting.mechanism, set(organisation_ids) - there)
    if not fresh:
        raise Invalid("nobody_new", _("Please choose at least one organisation."), field="invited")
    Invitation.objects.bulk_create(Invitation(meeting=meeting, organisation=unit) for unit in fresh)
    step(meeting, "invite", viewer, key, {"organisations": [unit.name for unit in fresh]})
    tell_invited(meeting, "invite", viewer, only=[unit.id for unit in fresh])
    return meeting


@transaction.atomic
def change_meeting(*, viewer: Viewer, meeting_id: UUID, key: UUID, plan: Plan, seen: int) -> Meeting:
    """Change title, time, place or agenda of a planned meeting; `seen` is how many steps the form knew of.

    A meeting that moves asks those invited again. Raises `Conflict` when somebody has changed it meanwhile.
    """
    meeting, again = begin("change", viewer, meeting_id, key)
    if again:
        return meeting
    check_keeps(viewer, meeting)
    check_state(meeting, MeetingState.PLANNED)
    if meeting.steps.filter(verb="change", seq__gt=seen).exists():
        raise Conflict("changed_meanwhile", _("Somebody has changed this meeting meanwhile. Please look at it again."))
    agenda = clean_agenda(plan.agenda)
    before = meeting.starts_at, meeting.place
    meeting.title = clean(plan.title, field="title", max_length=120, required=True)
    meeting.place = clean(plan.place, field="place", max_length=120, required=True)
    meeting.starts_at, meeting.lasts = _moment(plan.starts_at), _lasts(plan.lasts)
    meeting.agenda.all().delete()
    AgendaItem.objects.bulk_create(
        AgendaItem(meeting=meeting, position=position, words=words) for position, words in enumerate(agenda, start=1)
    )
    moved = before != (meeting.starts_at, meeting.place)
    step(meeting, "change", viewer, key, {"moved": moved, "starts_at": meeting.starts_at.isoformat()})
    if moved:
        meeting.invitations.update(answer="", answered_at=None, answered_by=None)
        tell_invited(meeting, "move", viewer)
    return meeting


@transaction.atomic
def cancel_meeting(
    *, viewer: Viewer, meeting_id: UUID, key: UUID, reason: str, following: bool = False
) -> list[Meeting]:
    """Call a planned meeting off, with a reason; `following`: the later ones of its series too."""
    words = clean(reason, field="reason", max_length=200, required=True)
    meeting, again = begin("cancel", viewer, meeting_id, key)
    if again:
        return [meeting]
    check_keeps(viewer, meeting)
    check_state(meeting, MeetingState.PLANNED)
    later: list[Meeting] = []
    if following and meeting.series is not None:
        rows = Meeting.objects.select_for_update(of=("self",)).select_related("convenor__area", "called_by")
        planned = rows.filter(series=meeting.series, state=MeetingState.PLANNED, starts_at__gt=meeting.starts_at)
        later = list(planned.order_by("starts_at", "id"))
    for one in [meeting, *later]:
        one.cancelled_at = now()
        step(one, "cancel", viewer, key if one is meeting else uuid5(key, str(one.id)), {"reason": words})
    tell_invited(meeting, "cancel", viewer)
    return [meeting, *later]
