"""More time on a task: what is still left to ask for, and who may say what to a request that is not decided.

Rules (`casework.md`, Clocks): asked and granted only while not overdue, at most twice (`extensions_most`), together no
more than the limit again; the holder's house endorses, then a desk of the subdistrict or above decides; nobody does two
of the three. In a house of one person nobody is left to endorse: a desk above does so in its stead, which the step
says, and somebody else at such a desk decides.
"""

from uuid import UUID

from dongli.cases import access, policy
from dongli.cases.models import Case, Extension, Task
from dongli.cases.workflow import OPEN_EXTENSION_STATES, ExtensionState
from dongli.common.clock import now, today
from dongli.people import queries as people
from dongli.people.models import Role
from dongli.people.viewer import Viewer

DECIDING = frozenset({"endorse_extension", "grant_extension", "refuse_extension"})


def undecided(task: Task) -> Extension | None:
    """The request that waits, if any; there is at most one."""
    return next((one for one in task.extensions.all() if one.state in OPEN_EXTENSION_STATES), None)


def room_left(task: Task) -> int:
    """How much more may be granted, in the task's own unit; 0 when it has been granted often enough."""
    most = policy.number("extensions_most", today())
    granted = [one.amount for one in task.extensions.all() if one.state == ExtensionState.GRANTED]
    return max(task.limit_amount - sum(granted), 0) if len(granted) < most else 0


def is_own(viewer: Viewer, asked: Extension) -> bool:
    """Whether the viewer asked for it, or endorsed it: the next level is somebody else's."""
    return viewer.user is not None and viewer.user.id in {asked.asked_by_id, asked.endorsed_by_id}


def seniors(case: Case, task: Task) -> set[UUID]:
    """Ids of those who speak for the holder's house: the department's officers, or the community's secretaries."""
    if task.organisation_id is not None:
        return {one.id for several in people.officers_of([task.organisation_id]).values() for one in several}
    if case.community is None:
        return set()
    return {one.id for one in people.holders((Role.COMMUNITY_SECRETARY,), case.community)}


def stands_alone(case: Case, task: Task, asked: Extension) -> bool:
    """Whether nobody but the asker speaks for the holder's house, so that a desk above endorses (one statement)."""
    return not seniors(case, task) - {asked.asked_by_id} - set(case.hidden_from)


def unfit_verbs(viewer: Viewer, case: Case, task: Task) -> set[str]:
    """Verbs about more time that this viewer cannot take on this task now."""
    asked = undecided(task)
    if asked is None:
        late = task.due_at < now()
        return set(DECIDING if room_left(task) and not late else {*DECIDING, "ask_extension"})
    if is_own(viewer, asked):
        return {"ask_extension", *DECIDING}
    if asked.state == ExtensionState.ENDORSED:
        return {"ask_extension", "endorse_extension"}
    in_stead = access.is_senior(viewer, case, task) or stands_alone(case, task, asked)
    return {"ask_extension", "grant_extension", *(() if in_stead else ("endorse_extension",))}
