"""Whether a case is late, and from which level somebody looks at it."""

from datetime import datetime

from dongli.areas.models import Level
from dongli.cases import alarms
from dongli.cases.models import Case
from dongli.cases.workflow import CaseState
from dongli.people.models import Role
from dongli.people.viewer import Viewer

ABOVE, RUNNING = "above", "running"
_LEVELS = (
    (Level.CITY, (Role.CITY_DESK,)),
    (Level.DISTRICT, (Role.DISTRICT_DESK,)),
    (Level.SUBDISTRICT, (Role.SUBDISTRICT_DESK, Role.SUBDISTRICT_LEADER)),
)


def is_late(case: Case, moment: datetime) -> bool:
    """Whether its work, or while nobody has it its dispatch, is overdue."""
    due = due_of(case)
    return due is not None and due < moment


def due_of(case: Case) -> datetime | None:
    """The moment that presses the case: its dispatch, its arbitration, or the first of its open tasks."""
    if case.state == CaseState.ARBITRATION:
        return case.arbitrate_due_at
    return case.dispatch_due_at if case.state in {CaseState.FILED, CaseState.REGISTERED} else case.due_at


def standing_demand(case: Case, level: str, moment: datetime) -> str:
    """What keeps `level` from demanding a day now: a higher level's demand, its own that still runs, or nothing."""
    if case.demanded_by is None or case.demanded_level not in Level.values or level not in Level.values:
        return ""
    demanded, asking = Level(case.demanded_level).depth, Level(level).depth
    if demanded < asking:
        return ABOVE
    ends = alarms.demand_ends(case)
    return RUNNING if demanded == asking and ends is not None and moment < ends else ""


def level_of(viewer: Viewer, case: Case) -> str:
    """The highest level at which the viewer has a desk over this case; empty when there is none."""
    return next((str(level) for level, roles in _LEVELS if viewer.covers(roles, case.desk)), "")
