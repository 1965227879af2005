"""What became of a step that a phone sends, perhaps for the second time, perhaps too late."""

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from dongli.cases import access
from dongli.cases.models import Case, Step, Task
from dongli.cases.workflow import ENDED_CASE_STATES, CaseState, TaskState, transition
from dongli.common.errors import Conflict
from dongli.people.viewer import Viewer


def taken(viewer: Viewer, key: UUID, verb: str, subject: UUID) -> str:
    """The number of the case on which (or on whose task) this viewer has taken the step `key`; "" when not taken."""
    about = Q(task=subject) | Q(case=subject)
    steps = Step.objects.filter(about, pk=key, actor=viewer.user, verb=verb)
    return steps.values_list("case__number", flat=True).first() or ""


def check_known(viewer: Viewer, task_id: UUID, verb: str) -> None:
    """Raises `Conflict` for a task that was the viewer's and is out of their sight now: they are told what it became.

    For anybody else nothing is raised: there is no such task.
    """
    task = Task.objects.select_related("case__community").filter(pk=task_id).first()
    if task is None or not access.knew(viewer, task.case, task):
        return
    over = task.case.state in ENDED_CASE_STATES
    state = CaseState(task.case.state).label if over else TaskState(task.state).label
    message = _("“%(verb)s” is no longer possible: it is now “%(state)s”. Please look at the latest state.")
    raise Conflict("state_moved", message % {"verb": transition(verb).label, "state": state})


def findings(viewer: Viewer, numbers: list[str], keys: list[UUID]) -> int:
    """How many findings a round has: those the session remembers by number, and those the phone names by key."""
    by_key = Case.objects.filter(filed_by=viewer.user, pk__in=keys).values_list("number", flat=True)
    return len({*numbers, *(by_key if keys else ())})
