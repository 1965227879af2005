"""What passes on of cases when an organisation is merged or split: open tasks, and whistles that wait for signature.

A task keeps its state, its limit and its history; a step on the case says who took over. An answer that waits to be
checked passes too, so that whoever took over hears when it did not hold.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from dongli.cases.models import Case, Step, Task, Whistle
from dongli.cases.work import Work, take_case
from dongli.cases.workflow import (
    LIVE_TASK_STATES,
    OPEN_CASE_STATES,
    OPEN_TASK_STATES,
    TaskState,
    WhistleState,
    transition,
)
from dongli.common.ids import new_id
from dongli.organisations.models import Organisation
from dongli.people.succession import WORK, Part, Passing, Row, register

OPEN = OPEN_TASK_STATES | {TaskState.PARKED}


def register_parts() -> None:
    """Register what cases hold for an organisation; called once at start-up."""
    register(
        Part(
            "tasks", gettext_lazy("Open tasks on cases"), _count, pass_tasks, _rows,
            prepare=hold_cases, chosen=True, order=WORK,
        )
    )  # fmt: skip
    register(
        Part(
            "whistles", gettext_lazy("Whistles waiting for signature"), _count_whistles, pass_whistles, _whistle_rows,
            order=WORK,
        )
    )  # fmt: skip


def _open(organisation: Organisation) -> QuerySet[Task]:
    return Task.objects.filter(organisation=organisation, state__in=sorted(OPEN))


def _live(organisation: Organisation) -> QuerySet[Task]:
    """Open tasks, and answers on cases that are not closed yet."""
    waiting = Q(state=TaskState.ANSWERED, case__state__in=sorted(OPEN_CASE_STATES))
    return Task.objects.filter(Q(state__in=sorted(OPEN)) | waiting, organisation=organisation)


def _count(organisation: Organisation) -> int:
    return _open(organisation).count()


def _rows(organisation: Organisation, limit: int) -> list[Row]:
    rows = _open(organisation).select_related("case__category", "case__community").order_by("due_at", "id")[:limit]
    return [
        Row(
            task.pk,
            task.case.number,
            detail=f"{task.get_kind_display()} · {task.get_state_display()}",
            url=reverse("desk_case", args=[task.case.number]),
        )
        for task in rows
    ]


def _blown(organisation: Organisation) -> QuerySet[Whistle]:
    return Whistle.objects.filter(state=WhistleState.BLOWN, wanted=organisation)


def _count_whistles(organisation: Organisation) -> int:
    return _blown(organisation).count()


def _whistle_rows(organisation: Organisation, limit: int) -> list[Row]:
    rows = _blown(organisation).select_related("case").order_by("id")[:limit]
    return [
        Row(one.pk, one.case.number, detail=one.get_kind_display(), url=reverse("desk_case", args=[one.case.number]))
        for one in rows
    ]


def hold_cases(organisation: Organisation) -> Callable[[], bool]:
    """Lock every case with live work of the organisation, in the order of their ids; cases come before organisations.

    Answers a function that says whether all there is now is locked.
    """
    held = set(_concerned(organisation))
    list(Case.objects.select_for_update(of=("self",)).filter(pk__in=held).order_by("pk").values_list("pk", flat=True))
    return lambda: set(_concerned(organisation)) <= held


def _concerned(organisation: Organisation) -> Iterable[UUID]:
    tasks = _live(organisation).values_list("case_id", flat=True)
    return [*tasks, *_blown(organisation).values_list("case_id", flat=True)]


def pass_tasks(passing: Passing) -> int:
    """Pass every live task, in a few statements however many there are; the cases are held by `hold_cases`.

    Where the other is at work on the same case already, one of the two tasks is enough: see `_join`.
    """
    rows = _live(passing.giver).select_related("case").order_by("case_id", "id")
    tasks = list(rows if passing.only is None else rows.filter(pk__in=passing.only))
    cases = {task.case_id for task in tasks}
    both = set(
        Task.objects.filter(
            organisation=passing.taker, case__in=cases, state__in=sorted(LIVE_TASK_STATES | OPEN)
        ).values_list("case_id", flat=True)
    )
    _write([task for task in tasks if task.case_id not in both], passing)
    mine = {task.pk for task in tasks}
    for case_id in sorted(both):
        _join(case_id, mine, passing)
    return sum(task.state in OPEN for task in tasks)


def _write(tasks: list[Task], passing: Passing) -> None:
    """The tasks are the other's, with a step each; the state of a case does not depend on who works on it."""
    by_case: dict[UUID, list[Task]] = defaultdict(list)
    for task in tasks:
        by_case[task.case_id].append(task)
    steps = [
        _step(task, number, passing)
        for several in by_case.values()
        for number, task in enumerate(several, several[0].case.steps_count + 1)
    ]
    Step.objects.bulk_create(steps, batch_size=500)
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(organisation=passing.taker)
    many: dict[int, list[UUID]] = defaultdict(list)
    for case_id, several in by_case.items():
        many[len(several)].append(case_id)
    for added, ids in many.items():
        Case.objects.filter(pk__in=ids).update(steps_count=F("steps_count") + added, updated_at=passing.moment)


def _step(task: Task, number: int, passing: Passing) -> Step:
    return Step(
        id=new_id(),
        case_id=task.case_id,
        seq=number,
        verb="route",
        at=passing.moment,
        actor_as="system",
        organisation=passing.taker,
        task=task,
        data={"why": [_why(passing)]},
        state_before=task.case.state,
        state_after=task.case.state,
        public=transition("route").public,
    )


def _why(passing: Passing) -> dict[str, str]:
    return {"why": "succession", "from": passing.giver.name, "to": passing.taker.name}


def _join(case_id: UUID, mine: set[UUID], passing: Passing) -> None:
    """Both are at work on the case: whoever leads goes on leading, a second task of the same house is released.

    An answer to a whistle that the other has answered too stays what it was: a part done by the one that was.
    """
    work = take_case(case_id)
    work.moment = passing.moment
    for task in [one for one in work.tasks if one.pk in mine]:
        theirs = _theirs(work, passing)
        if theirs is None or (task.kind == "lead" and theirs.state in OPEN):
            if theirs is not None and theirs.kind != "lead":
                work.move(theirs, TaskState.RELEASED)
            _hand(work, task, passing)
        elif task.state in OPEN:
            work.move(task, TaskState.RELEASED)
            work.step("route", task=task, by_system=True, data={"why": [_why(passing)]})
    work.end_whistle_if_done()
    work.finish()


def _theirs(work: Work, passing: Passing) -> Task | None:
    live = LIVE_TASK_STATES | OPEN
    return next((one for one in work.tasks if one.organisation_id == passing.taker.pk and one.state in live), None)


def _hand(work: Work, task: Task, passing: Passing) -> None:
    Task.objects.filter(pk=task.pk).update(organisation=passing.taker)
    task.organisation = passing.taker
    work.step("route", task=task, by_system=True, data={"why": [_why(passing)]})


def pass_whistles(passing: Passing) -> int:
    """Whistles that wait for signature want the other instead."""
    rows = _blown(passing.giver)
    whistles = list(rows if passing.only is None else rows.filter(pk__in=passing.only))
    for whistle in whistles:
        whistle.wanted.remove(passing.giver)
        whistle.wanted.add(passing.taker)
    return len(whistles)
