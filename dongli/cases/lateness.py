"""Whether a case is late, and from which level somebody looks at it."""

from datetime import datetime

from dongli.areas.models import Level
from dongli.cases.models import Case
from dongli.cases.workflow import CaseState
from dongli.people.models import Role
from dongli.people.viewer import Viewer

_LEVELS = (
    (Level.CITY, (Role.CITY_DESK,)),
    (Level.DISTRICT, (Role.DISTRICT_DESK,)),
    (Level.SUBDISTRICT, (Role.SUBDISTRICT_DESK, Role.SUBDISTRICT_LEADER)),
)


def is_late(case: Case, moment: datetime) -> bool:
    """Whether its work, or while nobody has it its dispatch, is overdue."""
    waiting = case.state in {CaseState.FILED, CaseState.REGISTERED}
    due = case.dispatch_due_at if waiting else case.due_at
    return due is not None and due < moment


def level_of(viewer: Viewer, case: Case) -> str:
    """The highest level at which the viewer has a desk over this case; empty when there is none."""
    return next((str(level) for level, roles in _LEVELS if viewer.covers(roles, case.desk)), "")
