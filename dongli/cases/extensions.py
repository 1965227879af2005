"""More time on a task: what is still left to ask for, and who may say what to a request that is not decided.

Rules (`casework.md`, Clocks): asked and granted only while not overdue, at most twice, together no more than the limit
again; the holder's house endorses, then a desk of the subdistrict or above decides; nobody does two of the three.
"""

from dongli.cases.models import Extension, Task
from dongli.cases.workflow import OPEN_EXTENSION_STATES, ExtensionState
from dongli.common.clock import now
from dongli.people.viewer import Viewer

MOST = 2
"""How often more time may be granted on one task."""
DECIDING = frozenset({"endorse_extension", "grant_extension", "refuse_extension"})


def undecided(task: Task) -> Extension | None:
    """The request that waits, if any; there is at most one."""
    return next((one for one in task.extensions.all() if one.state in OPEN_EXTENSION_STATES), None)


def room_left(task: Task) -> int:
    """How much more may be granted, in the task's own unit; 0 when it has been granted often enough."""
    granted = [one.amount for one in task.extensions.all() if one.state == ExtensionState.GRANTED]
    return max(task.limit_amount - sum(granted), 0) if len(granted) < MOST else 0


def is_own(viewer: Viewer, asked: Extension) -> bool:
    """Whether the viewer asked for it, or endorsed it: the next level is somebody else's."""
    return viewer.user is not None and viewer.user.id in {asked.asked_by_id, asked.endorsed_by_id}


def unfit_verbs(viewer: Viewer, task: Task) -> set[str]:
    """Verbs about more time that this viewer cannot take on this task now."""
    asked = undecided(task)
    if asked is None:
        late = task.due_at < now()
        return set(DECIDING if room_left(task) and not late else {*DECIDING, "ask_extension"})
    if is_own(viewer, asked):
        return {"ask_extension", *DECIDING}
    endorsed = asked.state == ExtensionState.ENDORSED
    return {"ask_extension", "endorse_extension" if endorsed else "grant_extension"}
