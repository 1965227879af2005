"""Returns of the lead's work: how many a case bears before a desk above decides, and whose task is final.

Rule (`casework.md`, Stages): a second return of the same work within a case, by whichever department, goes to
arbitration; a third is impossible. The work is the lead's, whoever has it, over all rounds of the case: a second
handling is the same work done again. What helpers send back (co-handlers, whistled departments) holds nobody up and
does not count. The number is the rule `returns_most` in force when the work comes back; what it led to is kept on the
case (`disputed_at`), so that a later change of the rule does not move cases.
"""

from collections.abc import Iterable

from dongli.cases import policy
from dongli.cases.models import Task, TaskKind
from dongli.cases.work import Work
from dongli.cases.workflow import TaskState
from dongli.common.clock import city_date


def returns(tasks: Iterable[Task]) -> int:
    """How often the lead's work came back in this case."""
    return sum(task.kind == TaskKind.LEAD and task.state == TaskState.RETURNED for task in tasks)


def spent(work: Work) -> bool:
    """Whether the case has come back as often as it may: whoever has the work next keeps it."""
    return returns(work.tasks) >= policy.number("returns_most", city_date(work.moment))


def settle(work: Work) -> None:
    """After a return: put the case into arbitration, under a limit of its own, when it has come back often enough."""
    if spent(work):
        work.case.disputed_at = work.moment
        work.case.arbitrate_due_at = policy.promise_limit("arbitration", work.moment, work.calendar).deadline.at
