"""What happens to a worker's open tasks when they leave: the next on duty has them, or the grid's pool."""

from uuid import UUID

from django.db import transaction

from dongli.cases import alerts
from dongli.cases.models import Case, Task
from dongli.cases.work import take, take_case
from dongli.cases.workflow import OPEN_TASK_STATES, TaskState
from dongli.people import queries as people
from dongli.people.models import User


@transaction.atomic
def pass_on(user: User) -> None:
    """Pass every open task of `user` on; one without a grid goes back to the desk. Clocks run on as promised."""
    for task_id in Task.objects.filter(worker=user, state__in=sorted(OPEN_TASK_STATES)).values_list("id", flat=True):
        work = take(task_id)
        task = work.the_task
        if task.state not in OPEN_TASK_STATES or task.worker_id != user.id:
            continue
        duty = people.on_duty(task.grid, work.moment) if task.grid is not None else None
        heir = duty.user if duty is not None and duty.user.id != user.id else None
        task.worker = heir
        if task.grid is None:
            task.worker = user
            work.move(task, TaskState.RELEASED)
        else:
            work.touch(task)
        why = {"why": "left", "worker": heir.name} if heir else {"why": "left_to_pool"}
        work.step("route", task=task, by_system=True, data={"why": [why]})
        alerts.finish(work, "return" if task.grid is None else "dispatch")
    for case_id in Case.objects.filter(verifier=user).values_list("id", flat=True):
        _call_off(case_id, user)


def _call_off(case_id: UUID, user: User) -> None:
    """A look on site that a leaver was asked for ends; the desk hears of it and asks somebody else."""
    work = take_case(case_id)
    if work.case.verifier_id != user.id:
        return
    work.drop_verification()
    data = {"level": work.case.desk.level, "to": work.case.desk.name, "late_for": "verifier_left"}
    work.step("escalate", by_system=True, data=data)
    work.finish()
    alerts.tell(work.case, "late_verify", people.desk_duty(work.case.desk, work.moment))
