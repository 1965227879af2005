"""A case as a row of a desk's list: what it is, where, its state, and the time that is left to whoever looks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dongli.cases import access, wording
from dongli.cases.models import Case, Task
from dongli.cases.workflow import OPEN_TASK_STATES, CaseState
from dongli.people.viewer import Viewer


@dataclass(frozen=True)
class Row:
    """One row. `due` is the moment that presses this viewer: their own task's, else the case's or its dispatch's."""

    case: Case
    look: wording.Look
    due: datetime | None
    place: str
    holder: str
    mine: bool
    tier: wording.Look | None = None


def rows(viewer: Viewer, cases: Iterable[Case]) -> list[Row]:
    """Rows of cases that carry `open_tasks` (as `queries.lists` reads them)."""
    return [_row(viewer, case, case.open_tasks) for case in cases]  # type: ignore[attr-defined]  # Prefetch to_attr


def row_of(viewer: Viewer, case: Case) -> Row:
    """The row of one case, its open tasks read now (one query)."""
    tasks = Task.objects.filter(case=case, state__in=sorted(OPEN_TASK_STATES)).select_related("organisation", "worker")
    return _row(viewer, case, list(tasks.order_by("id")))


def _row(viewer: Viewer, case: Case, tasks: list[Task]) -> Row:
    own = next((task for task in tasks if viewer.has("department_officer") and access.holds(viewer, case, task)), None)
    place = case.place or case.community
    lead = next((task for task in tasks if task.kind == "lead"), None)
    return Row(
        case=case,
        look=wording.TASK_LOOKS[own.state] if own is not None else wording.CASE_LOOKS[case.state],
        due=_due(case, own),
        place=place.name if place is not None else case.text.address,
        holder=str(lead.organisation or lead.worker or "") if lead is not None and own is None else "",
        mine=own is not None,
        tier=_tier(own or lead),
    )


def _tier(task: Task | None) -> wording.Look | None:
    """How the work was given, when not at once."""
    return wording.TIER_LOOKS.get(task.tier) if task is not None else None


def _due(case: Case, own: Task | None) -> datetime | None:
    if own is not None:
        waiting = own.report_in_due_at if own.reported_in_at is None else None
        return waiting or own.due_at
    if case.state in {CaseState.FILED, CaseState.REGISTERED} and case.round == 1:
        return case.dispatch_due_at
    return case.arbitrate_due_at if case.state == CaseState.ARBITRATION else case.due_at
