"""Cases that follow a lead case: put under it, taken out of it, closed and taken up again with it. Always set-wise.

Who may, and when, is for `actions.merging` and `actions.events`; here are the rows. Locks: whoever needs several cases
takes them in the order of their ids (`locked`). Whoever holds a lead already never waits for a follower: one that
somebody else holds is passed over, and a job comes back for it. So nobody ever waits in a circle.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse

from dongli.cases import alarms
from dongli.cases.models import Case, Step, StepText, Task, Verification
from dongli.cases.workflow import (
    CLOSED_STATES,
    ENDED_CASE_STATES,
    OPEN_TASK_STATES,
    Actor,
    CaseState,
    TaskState,
    case_state,
    transition,
)
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.notices.actions import Told, notify, notify_each
from dongli.people import queries as people
from dongli.people.models import User

BATCH = 200
AT_ONCE = 20
"""So many followers are settled in the lead's own transaction; more, in a job."""
FIELDS = (
    "state", "lead_case", "merged_at", "closed_at", "closings", "due_at", "alarm_at", "verifier", "verify_due_at",
    "updated_at", "steps_count",
)  # fmt: skip


@dataclass(frozen=True)
class Turn:
    """One step taken on many cases: who takes it, when, with which words; `keys` are steps' ids that a client made."""

    actor: User | None = None
    acting_as: str = Actor.SYSTEM
    moment: datetime = field(default_factory=now)
    words: str = ""
    keys: Mapping[UUID, UUID] = field(default_factory=dict)


def is_ordinary(case: Case) -> bool:
    """Whether everybody at the desk may see it: no danger, and not about those who would handle it."""
    return not (case.danger or case.about or case.hidden_from)


def locked(*ids: UUID) -> dict[UUID, Case]:
    """These cases by id, locked in the order of their ids. Must be called inside a transaction, before other locks."""
    rows = Case.objects.select_for_update(of=("self",)).select_related("desk", "community", "resident")
    return {case.id: case for case in rows.filter(pk__in=ids).order_by("pk")}


def put_under(lead: Case, cases: Sequence[Case], turn: Turn, *, verb: str = "merge") -> None:
    """Let these locked cases follow `lead`: their open work is parked as it is, their residents are told."""
    Task.objects.filter(case__in=cases, state__in=sorted(OPEN_TASK_STATES)).update(
        parked_from=F("state"), state=TaskState.PARKED
    )
    Verification.objects.filter(case__in=cases, ended_at=None).update(ended_at=turn.moment)

    def follow(case: Case) -> str:
        case.lead_case, case.merged_at = lead, turn.moment
        case.due_at = case.alarm_at = case.verifier = case.verify_due_at = None
        return CaseState.MERGED

    _write(verb, cases, turn, follow, lead)
    _tell("merge", cases)


def take_out(cases: Sequence[Case], turn: Turn) -> None:
    """Let these locked followers stand where they stood: tasks go on as they were parked, clocks have counted on."""
    parked = Task.objects.filter(case__in=cases, state=TaskState.PARKED)
    parked.filter(worker__is_active=False, grid__isnull=False).update(worker=None)
    parked.update(state=F("parked_from"), parked_from="")
    tasks = _tasks(cases)
    leads = {case.id: case.lead_case for case in cases}

    def stand(case: Case) -> str:
        case.lead_case = case.merged_at = None
        own = tasks.get(case.id, [])
        case.due_at = min((task.due_at for task in own if task.state in OPEN_TASK_STATES), default=None)
        case.state = case_state(case, own, open_whistle=False)
        case.alarm_at = alarms.next_alarm(case, turn.moment)
        return case.state

    _write("unmerge", cases, turn, stand, leads)
    _tell("unmerge", cases)


def _conclude(lead: Case, cases: Sequence[Case], turn: Turn) -> None:
    """Close the followers with the lead's own answer: each has a closing of its own, to be rated by its resident."""

    def close(case: Case) -> str:
        case.closed_at = turn.moment
        case.closings += 1
        return CaseState.CLOSED

    _write("conclude", cases, turn, close, lead)
    _tell("close", cases)


def _follow_again(lead: Case, cases: Sequence[Case], turn: Turn) -> None:
    """The lead is being handled again: whoever was closed with it and has not rated waits with it again."""

    def wait(case: Case) -> str:
        case.closed_at = None
        return CaseState.MERGED

    _write("follow_again", cases, turn, wait, lead)
    _tell("follow_again", cases)


def _tasks(cases: Sequence[Case]) -> dict[UUID, list[Task]]:
    found: dict[UUID, list[Task]] = {}
    for task in Task.objects.filter(case__in=cases).order_by("id"):
        found.setdefault(task.case_id, []).append(task)
    return found


def _write(
    verb: str,
    cases: Sequence[Case],
    turn: Turn,
    change: Callable[[Case], str],
    lead: Case | Mapping[UUID, Case | None],
) -> None:
    """Change the cases and write a step on each: three statements, however many there are."""
    steps = []
    for case in cases:
        before, own_lead = case.state, lead if isinstance(lead, Case) else lead[case.id]
        case.state = change(case)
        case.steps_count += 1
        case.updated_at = turn.moment
        steps.append(_step(verb, case, before, own_lead, turn))
    Case.objects.bulk_update(cases, FIELDS)
    Step.objects.bulk_create(steps)
    if turn.words:
        StepText.objects.bulk_create([StepText(step=step, words=turn.words) for step in steps])


def _step(verb: str, case: Case, before: str, lead: Case | None, turn: Turn) -> Step:
    data: dict[str, object] = {"lead": lead.number} if lead is not None else {}
    if verb == "conclude":
        data["closing"] = case.closings
    return Step(
        id=turn.keys.get(case.id) or new_id(),
        case=case,
        seq=case.steps_count,
        verb=verb,
        at=turn.moment,
        actor=turn.actor,
        actor_as=turn.acting_as,
        data=data,
        state_before=before,
        state_after=case.state,
        public=transition(verb).public,
    )


def _tell(verb: str, cases: Iterable[Case]) -> None:
    """Tell the residents who have an account."""
    notify_each(
        kind=f"cases.{verb}",
        told=[
            Told(case.resident, {"number": case.number}, reverse("my_case", args=[case.number]))
            for case in cases
            if case.resident is not None
        ],
    )


# What becomes of followers when their lead ends, or is taken up again


def turned(before: str, after: str) -> bool:
    """Whether a case has ended with this step, or is taken up again."""
    return (before in ENDED_CASE_STATES) != (after in ENDED_CASE_STATES)


def settle_soon(lead: Case) -> None:
    """After a locked lead has turned: settle its followers, few at once, many (or those others hold) in a job."""
    left = list(waiting(lead).order_by("pk").values_list("pk", flat=True)[: AT_ONCE + 1])
    if not left:
        return
    if len(left) > AT_ONCE or _settle(lead, AT_ONCE) < len(left):
        _defer(lead.id)


def settle_all(lead_id: UUID) -> int:
    """Settle a lead's followers, a batch in each transaction; how many. Safe to run twice and at the same time."""
    done = 0
    while count := settle(lead_id):
        done += count
    lead = Case.objects.get(pk=lead_id)
    if waiting(lead).exists():
        _defer(lead_id, seconds=5)
    return done


@transaction.atomic
def settle(lead_id: UUID) -> int:
    """Settle one batch of a lead's followers; how many. Those that somebody else holds are passed over."""
    lead = locked(lead_id)[lead_id]
    return _settle(lead, BATCH)


def waiting(lead: Case) -> QuerySet[Case]:
    """The followers that do not stand yet where the lead's state puts them."""
    state = CaseState.MERGED if lead.state in ENDED_CASE_STATES else CaseState.CLOSED
    return Case.objects.filter(lead_case=lead, state=state)


def _settle(lead: Case, most: int) -> int:
    rows = waiting(lead).select_for_update(of=("self",), skip_locked=True)
    cases = list(rows.select_related("resident", "lead_case").order_by("pk")[:most])
    if not cases:
        return 0
    if lead.state in CLOSED_STATES:
        _conclude(lead, cases, Turn(words=_answer(lead)))
    elif lead.state in ENDED_CASE_STATES:
        take_out(cases, Turn())
        _tell_desk(lead, len(cases))
    else:
        _follow_again(lead, cases, Turn())
    return len(cases)


def _answer(lead: Case) -> str:
    """What the lead's residents read when it was closed."""
    step = Step.objects.filter(case=lead, verb="close").select_related("text").last()
    return step.text.words if step is not None and hasattr(step, "text") else ""


def _tell_desk(lead: Case, count: int) -> None:
    """The lead has ended without an answer: its desk hears that so many cases are by themselves again."""
    notify(
        users=people.desk_duty(lead.desk, now()),
        kind="cases.released",
        params={"number": lead.number, "count": count},
        url=reverse("desk_case", args=[lead.number]),
        area=lead.desk,
    )


def _defer(lead_id: UUID, *, seconds: int = 0) -> None:
    from dongli.cases.tasks import settle_followers

    job = settle_followers.configure(lock=f"followers {lead_id}", schedule_in={"seconds": seconds} if seconds else None)
    job.defer(lead_id=str(lead_id))
