"""Alarms of a case itself, beside those of its tasks: a look on site, arbitration, the day that supervision demanded.

Each rings once, when its moment has passed. `Case.alarm_at` is the earliest that has not rung; `Work.finish` keeps it.
"""

from datetime import datetime, time, timedelta

from dongli.cases.models import Case
from dongli.cases.workflow import UNFINISHED, CaseState
from dongli.common.clock import CITY_ZONE

VERIFY, ARBITRATE, DEMAND = "verify", "arbitrate", "demand"


def moments(case: Case) -> list[tuple[datetime, str]]:
    """What the case's alarms are set to, the earliest first: (moment, which)."""
    found = [
        (case.verify_due_at, VERIFY) if case.verifier_id is not None else None,
        (case.arbitrate_due_at, ARBITRATE) if case.state == CaseState.ARBITRATION else None,
        (demand_ends(case), DEMAND) if case.state in UNFINISHED else None,
    ]
    return sorted((one[0], one[1]) for one in found if one is not None and one[0] is not None)


def demand_ends(case: Case) -> datetime | None:
    """When the demanded day is over in the city; None when no day is demanded."""
    if case.demanded_by is None:
        return None
    return datetime.combine(case.demanded_by, time(), CITY_ZONE) + timedelta(days=1)


def next_alarm(case: Case, moment: datetime) -> datetime | None:
    """The earliest alarm that has not rung at `moment`; one that is overdue and was not swept yet stays."""
    floor = moment if case.alarm_at is None else min(case.alarm_at, moment)
    return next((at for at, _which in moments(case) if at >= floor), None)


def due(case: Case, moment: datetime) -> list[str]:
    """Which alarms ring now."""
    if case.alarm_at is None or case.alarm_at > moment:
        return []
    return [which for at, which in moments(case) if case.alarm_at <= at <= moment]
