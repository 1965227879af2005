"""Overdue appeals and requests to be left out: what can be asked of a task or a case now, and by whom decided."""

from dongli.cases import access
from dongli.cases.models import Case, Exclusion, LatenessAppeal, Task
from dongli.cases.workflow import OPEN_REVIEW_STATES, ReviewState, TaskState
from dongli.people.viewer import Viewer

LATENESS = frozenset({"appeal_lateness", "uphold_lateness", "exempt_lateness", "refuse_lateness"})
DECIDING = frozenset({"grant_exclusion", "refuse_exclusion"})


def was_late(task: Task) -> bool:
    """Whether a department answered this task after its limit, as it stood then."""
    if task.organisation_id is None or task.state != TaskState.ANSWERED or task.answered_at is None:
        return False
    return task.answered_at > task.due_at


def appeal_of(task: Task) -> LatenessAppeal | None:
    """The task's appeal, if it was read with it (`select_related("appeal")`) or is found now."""
    return getattr(task, "appeal", None)


def is_own(viewer: Viewer, appeal: LatenessAppeal) -> bool:
    """Whether the viewer asked, or reviewed it before: each level is somebody else."""
    return viewer.user is not None and viewer.user.id in {appeal.asked_by_id, appeal.upheld_by_id}


def is_top(viewer: Viewer, case: Case) -> bool:
    """Whether the viewer has the second review: the district's desk over this case, or the city's."""
    return viewer.covers(access.TOP_DESK_ROLES, case.desk)


def under_review(case: Case) -> bool:
    """Whether anything of the case waits for a review (two statements at most)."""
    appealed = LatenessAppeal.objects.filter(task__case=case, state__in=sorted(OPEN_REVIEW_STATES))
    return appealed.exists() or Exclusion.objects.filter(case=case, state__in=sorted(OPEN_REVIEW_STATES)).exists()


def unfit_task_verbs(viewer: Viewer, case: Case, task: Task) -> set[str]:
    """Verbs about lateness that this viewer cannot take on this task now."""
    if not was_late(task):
        return set(LATENESS)
    appeal = appeal_of(task)
    if appeal is None:
        return set(LATENESS - {"appeal_lateness"})
    if appeal.state not in OPEN_REVIEW_STATES or is_own(viewer, appeal):
        return set(LATENESS)
    if appeal.state == ReviewState.ASKED:
        return {"appeal_lateness", "exempt_lateness"}
    unfit = {"appeal_lateness", "uphold_lateness"}
    return unfit if is_top(viewer, case) else {*unfit, "refuse_lateness"}


def unfit_case_verbs(viewer: Viewer, case: Case) -> set[str]:
    """Verbs about being left out that this viewer cannot take now (one statement, and only while something waits)."""
    if case.excluded_at is not None:
        return {"ask_exclusion", *DECIDING}
    waiting = Exclusion.objects.filter(case=case, state__in=sorted(OPEN_REVIEW_STATES))
    asked = waiting.first() if case.reviewing else None
    if asked is None:
        return {"lift_exclusion", *DECIDING}
    own = viewer.user is not None and viewer.user.id == asked.asked_by_id
    return {"ask_exclusion", "lift_exclusion", *(DECIDING if own else ())}
