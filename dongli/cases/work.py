"""A case under lock, while one step is taken: who may, from which state; then the state derived and everything written.

Every action reads `work = begin(...)`, changes rows, calls `work.step(...)` and returns `work.finish()`. One
transaction holds it all; a refused action has written nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from dongli.cases import access, alarms, following
from dongli.cases.calendar import WorkCalendar
from dongli.cases.models import Case, Extension, Step, StepText, Task, TaskKind, Verification, Whistle
from dongli.cases.policy import work_calendar
from dongli.cases.workflow import (
    CLOSED_STATES,
    ENDED_CASE_STATES,
    LIVE_TASK_STATES,
    OPEN_EXTENSION_STATES,
    OPEN_TASK_STATES,
    OPEN_WHISTLE_STATES,
    TASK_VERBS,
    WHISTLE_VERBS,
    Actor,
    CaseState,
    ExtensionState,
    TaskState,
    WhistleState,
    case_state,
    transition,
    whistle_is_done,
)
from dongli.common.clock import now
from dongli.common.errors import Conflict, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.organisations.actions import hold
from dongli.organisations.queries import standing_heir
from dongli.people.viewer import Viewer


@dataclass
class Work:
    """One case, locked, with its tasks and open whistle; collects the steps to be written at `finish`."""

    case: Case
    viewer: Viewer
    key: UUID
    tasks: list[Task]
    whistle: Whistle | None
    task: Task | None = None
    meant: Whistle | None = None
    acting_as: str = Actor.SYSTEM
    repeated: bool = False
    moment: datetime = field(default_factory=now)
    steps: list[Step] = field(default_factory=list)
    texts: list[StepText] = field(default_factory=list)
    changed: dict[UUID, Task] = field(default_factory=dict)
    new_tasks: list[Task] = field(default_factory=list)
    is_new: bool = False

    @property
    def lead(self) -> Task | None:
        """The live lead task of the current round."""
        return next(
            (
                task
                for task in self.tasks
                if task.kind == TaskKind.LEAD and task.round == self.case.round and task.state in LIVE_TASK_STATES
            ),
            None,
        )

    @property
    def the_task(self) -> Task:
        """The task this work is about."""
        if self.task is None:
            raise NotFound("no_such_task", _("There is no such task."))
        return self.task

    @property
    def the_whistle(self) -> Whistle:
        """The whistle this work is about."""
        if self.meant is None:
            raise NotFound("no_such_whistle", _("There is no such whistle."))
        return self.meant

    @property
    def open_tasks(self) -> list[Task]:
        return [task for task in self.tasks if task.state in OPEN_TASK_STATES]

    @cached_property
    def calendar(self) -> WorkCalendar:
        """The working calendar, read once."""
        return work_calendar()

    def step(
        self,
        verb: str,
        *,
        key: UUID | None = None,
        words: str = "",
        reason: str = "",
        task: Task | None = None,
        whistle: Whistle | None = None,
        data: dict[str, Any] | None = None,
        by_system: bool = False,
    ) -> Step:
        """Add a step; the first takes the request's key as its id, so that a repeated request finds it."""
        self.case.steps_count += 1
        row = Step(
            id=key or (new_id() if self.steps else self.key),
            case=self.case,
            seq=self.case.steps_count,
            verb=verb,
            at=self.moment,
            actor=None if by_system else self.viewer.user,
            actor_as=Actor.SYSTEM if by_system else self.acting_as,
            organisation_id=task.organisation_id if task is not None else None,
            task=task,
            whistle=whistle,
            reason=reason,
            data=data or {},
            state_before=self.case.state,
            public=transition(verb).public,
        )
        self.case.state = row.state_after = self.derived_state()
        self.steps.append(row)
        if words:
            self.texts.append(StepText(step=row, words=words))
        return row

    def move(self, task: Task, state: TaskState, **moments: Any) -> None:
        """Put a task into `state`; ended ones get `ended_at` and lose their alarms."""
        task.state, task.parked_from = state, ""
        for name, value in moments.items():
            setattr(task, name, value)
        if state not in OPEN_TASK_STATES:
            task.ended_at = task.ended_at or self.moment
            task.remind_at = task.next_escalation_at = task.resume_at = task.hold_asked_until = None
            task.ring_at = None
        self.changed[task.id] = task

    def touch(self, task: Task) -> None:
        """Save this task at `finish` although its state stays."""
        self.changed[task.id] = task

    def add_tasks(self, tasks: Iterable[Task]) -> None:
        """Insert new tasks at `finish`."""
        new = list(tasks)
        self.new_tasks.extend(new)
        self.tasks.extend(new)

    def derived_state(self) -> CaseState:
        open_whistle = self.whistle is not None and self.whistle.state in OPEN_WHISTLE_STATES
        return case_state(self.case, self.tasks, open_whistle=open_whistle)

    def end_whistle_if_done(self) -> None:
        """Finish a signed whistle when its last department has answered or been released."""
        whistle = self.whistle
        if whistle is None or whistle.state != WhistleState.SIGNED:
            return
        if whistle_is_done(task.state for task in self.tasks if task.whistle_id == whistle.id):
            self.move_whistle(whistle, WhistleState.DONE, ended_at=self.moment)
            self.step("finish", whistle=whistle, by_system=True)

    def move_whistle(self, whistle: Whistle, state: WhistleState, **fields: Any) -> None:
        """Put a whistle into `state` and save it."""
        whistle.state = state
        for name, value in fields.items():
            setattr(whistle, name, value)
        whistle.save(update_fields=["state", *fields])

    def cancel_open_work(self) -> None:
        """Cancel whatever is still open, or parked (the case is withdrawn, refused or closed)."""
        for task in self.tasks:
            if task.state in OPEN_TASK_STATES or task.state == TaskState.PARKED:
                self.move(task, TaskState.CANCELLED)
        if self.whistle is not None and self.whistle.state in OPEN_WHISTLE_STATES:
            self.move_whistle(self.whistle, WhistleState.CANCELLED, ended_at=self.moment)

    def drop_verification(self) -> None:
        """End a look on site that is still asked for: the case is no longer what it was asked about."""
        if self.case.verifier_id is not None:
            self.case.verifier = self.case.verify_due_at = None
            Verification.objects.filter(case=self.case, ended_at=None).update(ended_at=self.moment)

    def finish(self) -> Case:
        """Write the case, its tasks and the steps."""
        self.case.due_at = min((task.due_at for task in self.open_tasks), default=None)
        self.case.state = self.derived_state()
        if self.case.state != CaseState.FILED:
            self.drop_verification()
        self.case.alarm_at = alarms.next_alarm(self.case, self.moment)
        self.case.updated_at = self.moment
        self.case.save(force_insert=self.is_new)
        self._lead_to_heirs()
        if self.changed:
            Task.objects.bulk_update(self.changed.values(), _TASK_FIELDS)
            self._lapse_requests()
        Task.objects.bulk_create(self.new_tasks)
        Step.objects.bulk_create(self.steps)
        StepText.objects.bulk_create(self.texts)
        if self.steps and following.turned(self.steps[0].state_before, self.case.state):
            following.settle_soon(self.case)
        return self.case

    def _lead_to_heirs(self) -> None:
        """Whoever is given work stands until it is written; one that was merged meanwhile is replaced by its heir."""
        given = [(task, task.organisation_id) for task in self.new_tasks if task.organisation_id is not None]
        held = hold(wanted for _task, wanted in given) if given else {}
        for task, wanted in given:
            standing = standing_heir(held[wanted])
            others = {one.organisation_id for one in self.tasks if one is not task and one.state in OPEN_TASK_STATES}
            if standing is None or (standing.pk != wanted and standing.pk in others):
                message = _("%(name)s was reorganised just now. Please look at the latest state.")
                raise Conflict("reorganised", message % {"name": held[wanted].name})
            if standing.pk != wanted:
                task.organisation = standing

    def _lapse_requests(self) -> None:
        """A request for more time ends with its task's work."""
        ended = [task.id for task in self.changed.values() if task.state not in OPEN_TASK_STATES]
        if ended:
            lapse(Extension.objects.filter(task__in=ended), self.moment)


def lapse(extensions: QuerySet[Extension], moment: datetime) -> None:
    """Let those that are not decided yet lapse."""
    extensions.filter(state__in=sorted(OPEN_EXTENSION_STATES)).update(state=ExtensionState.LAPSED, decided_at=moment)


_TASK_FIELDS = [
    "state", "worker", "accepted_at", "reported_in_at", "contacted_at", "answered_at", "answered_by", "ended_at",
    "remind_at", "next_escalation_at", "escalations", "due_at", "original_due_at", "provisional",
    "exempted_at", "parked_from",
    "hold_asked_until", "held_at", "hold_left", "resume_at", "ring_at", "rings", "acknowledged_by", "acknowledged_at",
]  # fmt: skip


def begin(
    verb: str,
    *,
    viewer: Viewer,
    key: UUID,
    case_id: UUID | None = None,
    task_id: UUID | None = None,
    whistle_id: UUID | None = None,
) -> Work:
    """Lock a case and check that `viewer` may take the step `verb` now.

    `key` is the id the client chose for the step: a repeat comes back with `repeated` set and nothing to do.
    Raises `NotFound` (unknown, or not the viewer's to know of), `NotAllowed` (not theirs to do), `Conflict` (the state
    has moved on, or the key belongs to another step). Must be called inside a transaction.
    """
    work = _lock(viewer, key, case_id, task_id, whistle_id)
    if _is_repeat(work, verb):
        work.repeated = True
        return work
    visible = Case.objects.filter(access.visible(viewer), pk=work.case.pk).exists()
    if not visible and not access.knew(viewer, work.case, work.task):
        raise NotFound("no_such_case", _("There is no such case."))
    if not visible or _out_of_time(work, verb) or _subject(work, verb) not in transition(verb).sources:
        raise Conflict("state_moved", _moved(work, verb))
    _check_actor(work, verb)
    return work


def _out_of_time(work: Work, verb: str) -> bool:
    """Whether a task's step comes after the case has ended, or (what waits for the closing) before it is closed."""
    if verb not in TASK_VERBS:
        return False
    if transition(verb).after_closing:
        return work.case.state not in CLOSED_STATES
    return work.case.state in ENDED_CASE_STATES


def take_case(case_id: UUID) -> Work:
    """Lock a case for the system's own step. Must be called inside a transaction."""
    return _lock(Viewer.nobody(), new_id(), case_id, None, None)


def take(task_id: UUID) -> Work:
    """Lock the case of a task for the system's own step. Must be called inside a transaction."""
    return _lock(Viewer.nobody(), new_id(), None, task_id, None)


def take_whistle(whistle_id: UUID) -> Work:
    """Lock the case of a whistle for the system's own step. Must be called inside a transaction."""
    case_id = Whistle.objects.filter(pk=whistle_id).values_list("case_id", flat=True).first()
    return _lock(Viewer.nobody(), new_id(), case_id, None, whistle_id)


def _subject(work: Work, verb: str) -> str:
    """The state that `verb` starts from: its task's, its whistle's or the case's."""
    if verb in TASK_VERBS:
        return work.the_task.state
    return work.the_whistle.state if verb in WHISTLE_VERBS else work.case.state


def _lock(viewer: Viewer, key: UUID, case_id: UUID | None, task_id: UUID | None, whistle_id: UUID | None) -> Work:
    if task_id is not None:
        case_id = Task.objects.filter(pk=task_id).values_list("case_id", flat=True).first()
    case = (
        Case.objects.select_for_update(of=("self",)).select_related("desk", "community").filter(pk=case_id).first()
        if case_id
        else None
    )
    if case is None:
        raise NotFound("no_such_case", _("There is no such case."))
    tasks = list(Task.objects.filter(case=case).select_related("organisation").order_by("id"))
    open_or_meant = Q(state__in=sorted(OPEN_WHISTLE_STATES)) | Q(pk=whistle_id)
    whistles = list(Whistle.objects.filter(open_or_meant, case=case).order_by("id"))
    whistle = next((one for one in whistles if one.state in OPEN_WHISTLE_STATES), None)
    meant = next((one for one in whistles if one.id == whistle_id), None)
    task = next((task for task in tasks if task.id == task_id), None)
    return Work(case=case, viewer=viewer, key=key, tasks=tasks, whistle=whistle, task=task, meant=meant)


def _is_repeat(work: Work, verb: str) -> bool:
    earlier = Step.objects.filter(pk=work.key).values_list("case_id", "verb", "actor_id").first()
    if earlier is None:
        return False
    if earlier != (work.case.id, verb, work.viewer.user.id if work.viewer.user else None):
        raise Conflict("key_in_use", _("This form was already used for something else. Please open the page again."))
    return True


def _check_actor(work: Work, verb: str) -> None:
    allowed = transition(verb).actors
    found = access.actors(work.viewer, work.case, work.task or work.lead)
    if work.meant is not None:
        found |= access.whistle_actors(work.viewer, work.meant, work.tasks)
    if Actor.SUPERVISOR in allowed and access.supervises(work.viewer, work.case, work.lead):
        found.add(Actor.SUPERVISOR)
    acting = next((actor for actor in allowed if actor in found), None)
    if acting is None:
        raise NotAllowed("not_yours", _("This is for %(who)s to do.") % {"who": _who(allowed)})
    work.acting_as = acting


def _who(allowed: tuple[Actor, ...]) -> str:
    return " / ".join(str(actor.label) for actor in allowed)


def _moved(work: Work, verb: str) -> str:
    labels = TaskState if verb in TASK_VERBS else WhistleState if verb in WHISTLE_VERBS else CaseState
    over = work.case.state in ENDED_CASE_STATES or _out_of_time(work, verb)
    state = CaseState(work.case.state).label if over else labels(_subject(work, verb)).label
    return _("“%(verb)s” is no longer possible: it is now “%(state)s”. Please look at the latest state.") % {
        "verb": transition(verb).label,
        "state": state,
    }
