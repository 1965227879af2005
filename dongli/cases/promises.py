"""What the resident was promised first, in this handling of the case: it stays in sight whoever has the work later.

A department that gets what another sent back has its full limit. A transfer between places is the city's own business:
the limit goes on from the first dispatch (`Case.carried_due_at`), unless the desk that transfers grants a fresh one and
says why. Either way `Case.promised_due_at` does not move, and a later limit is shown beside it.
"""

from dongli.cases import deadlines
from dongli.cases.models import Case, Task
from dongli.cases.work import Work


def settle(work: Work, task: Task) -> None:
    """A new lead's task takes over what was promised before it."""
    case = work.case
    if case.carried_due_at is not None:
        unit = deadlines.LimitUnit(task.limit_unit)
        task.due_at = task.next_escalation_at = case.carried_due_at
        task.remind_at = deadlines.reminder_at(work.moment, task.due_at, unit, work.calendar)
        case.carried_due_at = None
    if case.promised_due_at is None:
        case.promised_due_at = task.due_at
    elif case.promised_due_at < task.due_at:
        task.original_due_at = case.promised_due_at


def begin_anew(case: Case) -> None:
    """A new handling (the check failed, the resident says it is not solved): a new promise, and nothing demanded."""
    case.promised_due_at = case.carried_due_at = case.demanded_by = None
    case.demanded_level = ""
