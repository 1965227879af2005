"""Holds: once a task, at the holder's asking, granted at the subdistrict or above (`casework.md`, Clocks)."""

from dongli.cases.models import Task
from dongli.common.clock import now


def unfit_verbs(task: Task) -> set[str]:
    """Verbs about a hold that nobody can take on this task now."""
    if task.hold_asked_until is not None:
        return {"ask_hold"}
    spent = task.held_at is not None or task.due_at < now()
    return {"hold", "refuse_hold", *({"ask_hold"} if spent else ())}
