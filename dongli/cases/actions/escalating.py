"""Escalation of late work: many tasks at once, a batch a transaction and as many statements however late the city is.

Safe to run twice and beside another sweep: cases that somebody holds at this moment are passed over and rung by the
next sweep; whoever holds the lock reads again whether the alarm is still due.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse

from dongli.areas.models import Area, Level
from dongli.cases import deadlines, policy
from dongli.cases.models import Case, Extension, Step, Task
from dongli.cases.work import lapse
from dongli.cases.workflow import OPEN_TASK_STATES, Actor, transition
from dongli.common.clock import city_date
from dongli.notices.actions import Told, notify_each
from dongli.people import queries as people
from dongli.people.models import User

BATCH = 500
_OPEN = sorted(OPEN_TASK_STATES)


def escalate_due(moment: datetime) -> int:
    """Tell one level further up of every open task whose next step of lateness has passed; how many there were."""
    bell, rung, after = Bell(moment), 0, Q()
    while True:
        due = Task.objects.filter(after, next_escalation_at__lte=moment, state__in=_OPEN)
        found = list(due.order_by("next_escalation_at", "id").values_list("id", "next_escalation_at")[:BATCH])
        rung += bell.ring([key for key, _at in found])
        if len(found) < BATCH:
            return rung
        key, at = found[-1]
        after = Q(next_escalation_at__gt=at) | Q(next_escalation_at=at, id__gt=key)


class Bell:
    """One sweep: what it has looked up of desks and of who is on duty there serves all its batches."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        step = policy.limit("escalation_step", city_date(moment))
        unit = deadlines.LimitUnit(step.unit)
        self.next_at = deadlines.due_at(moment, step.amount, unit, policy.work_calendar()).at
        self.desks: dict[str, Area] = {}
        self.on_duty: dict[UUID, list[User]] = {}

    @transaction.atomic
    def ring(self, task_ids: Iterable[UUID]) -> int:
        """Escalate those of the tasks that are due still and whose cases nobody holds; how many."""
        meant = list(task_ids)
        cases = {case.id: case for case in self._lock(meant)}
        due = Task.objects.filter(pk__in=meant, case__in=cases, state__in=_OPEN, next_escalation_at__lte=self.moment)
        tasks = list(due.order_by("next_escalation_at", "id"))
        if not tasks:
            return 0
        self._look_up_desks(tasks, cases)
        steps, told = [], []
        for task in tasks:
            case = cases[task.case_id]
            desk = self._climb(task, case)
            steps.append(self._step(task, case, desk))
            told.append((case, desk))
        self._write(tasks)
        Step.objects.bulk_create(steps)
        lapse(Extension.objects.filter(task__in=[one.id for one in tasks if one.due_at <= self.moment]), self.moment)
        self._tell(told)
        return len(tasks)

    def _write(self, tasks: list[Task]) -> None:
        """Store what has changed, all rows alike in one statement: most cases have got one step more."""
        for next_at in (self.next_at, None):
            alike = Task.objects.filter(pk__in=[task.id for task in tasks if task.next_escalation_at == next_at])
            alike.update(escalations=F("escalations") + 1, next_escalation_at=next_at)
        more = Counter(task.case_id for task in tasks)
        for count in sorted(set(more.values())):
            alike_cases = Case.objects.filter(pk__in=[key for key, steps in more.items() if steps == count])
            alike_cases.update(steps_count=F("steps_count") + count, updated_at=self.moment)

    @staticmethod
    def _lock(task_ids: list[UUID]) -> list[Case]:
        meant = list(Task.objects.filter(pk__in=task_ids).values_list("case_id", flat=True))
        free = Case.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        return list(free.select_related("desk").filter(pk__in=meant).order_by("pk"))

    def _climb(self, task: Task, case: Case) -> Area:
        """One level further up: the case's own desk first, then towards the city, where it rests."""
        task.escalations += 1
        desk = self.desks[_code_above(case, task.escalations)]
        task.next_escalation_at = self.next_at if desk.level != Level.CITY else None
        return desk

    def _look_up_desks(self, tasks: list[Task], cases: dict[UUID, Case]) -> None:
        wanted = {_code_above(cases[task.case_id], task.escalations + 1) for task in tasks} - self.desks.keys()
        self.desks.update({area.code: area for area in Area.objects.filter(code__in=wanted)})

    def _step(self, task: Task, case: Case, desk: Area) -> Step:
        case.steps_count += 1
        return Step(
            case=case,
            seq=case.steps_count,
            verb="escalate",
            at=self.moment,
            actor_as=Actor.SYSTEM,
            organisation_id=task.organisation_id,
            task=task,
            data={"level": desk.level, "to": desk.name, "late_for": late_for(task, self.moment)},
            state_before=case.state,
            state_after=case.state,
            public=transition("escalate").public,
        )

    def _tell(self, told: list[tuple[Case, Area]]) -> None:
        """Whoever is on duty at each desk hears of each case that is not hidden from them."""
        for desk in {desk.id: desk for _case, desk in told}.values():
            if desk.id not in self.on_duty:
                self.on_duty[desk.id] = people.desk_duty(desk, self.moment)
        heard = [
            Told(user, {"number": case.number}, reverse("desk_case", args=[case.number]), case.desk)
            for case, desk in told
            for user in self.on_duty[desk.id]
            if user.id not in case.hidden_from
        ]
        notify_each(kind="cases.escalate", told=heard)


def _code_above(case: Case, steps: int) -> str:
    """The code of the area `steps` levels above whoever works on the case."""
    codes = case.desk.path.rstrip("/").split("/")
    return codes[max(len(codes) - steps, 0)]


def late_for(task: Task, moment: datetime) -> str:
    """What is late: the work, or before its limit the consultation by letter or the reporting in."""
    if moment >= task.due_at:
        return "due"
    return "consultation" if task.consult_due_at is not None else "report_in"
