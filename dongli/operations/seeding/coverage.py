"""Reasons beside some gaps of the demonstration's district, and one gap that is somebody's duty."""

from datetime import timedelta
from itertools import groupby

from dongli.areas.models import Area
from dongli.common.clock import today
from dongli.common.ids import new_id
from dongli.duties.queries import owners
from dongli.people.models import User
from dongli.people.viewer import Viewer
from dongli.reporting.access import widest
from dongli.reporting.actions.assigning import Charge, assign_gap
from dongli.reporting.actions.listing import load_gap_reasons
from dongli.reporting.actions.reasons import reasons_for
from dongli.reporting.models import GivenReason
from dongli.reporting.queries.gaps import Gap, Sieve, every

SECRETARY, STREET = "demo-secretary", "demo-subdistrict"
EVERY, SINCE_DAYS, FOR_DAYS = 3, 12, 60
WORDS = ("社区已上门摸排，下月再议", "已向街道报告", "")


def seed_coverage() -> int:
    """Give every third gap of the secretary's subdistrict a reason, and one gap to its community; how many reasons."""
    load_gap_reasons()
    secretary = User.objects.filter(username=SECRETARY).first()
    street = User.objects.filter(username=STREET).first()
    if secretary is None or street is None or GivenReason.objects.exists():
        return 0
    viewer = Viewer.of(street)
    found = sorted(every(viewer, Sieve(widest(viewer))), key=lambda gap: gap.item.key)
    groups = groupby(found, key=lambda gap: gap.item.key)
    given = [one for at, (_key, group) in enumerate(groups) for one in _given(list(group)[at % EVERY :], secretary)]
    GivenReason.objects.bulk_create(given)
    home = [gap for gap in found if gap.code.startswith(widest(Viewer.of(secretary)).code)]
    if home:
        _assign(viewer, home[0])
    return len(given)


def _given(gaps: list[Gap], giver: User) -> list[GivenReason]:
    """A reason for every third of the gaps of one item, one after another from its list."""
    if not gaps:
        return []
    reasons = reasons_for(gaps[0].item.key, today())
    codes = dict(Area.objects.filter(code__in=[gap.code for gap in gaps]).values_list("code", "id"))
    since, until = today() - timedelta(days=SINCE_DAYS), today() + timedelta(days=FOR_DAYS)
    return [
        GivenReason(
            id=new_id(),
            compound_id=codes[gap.code],
            item=gap.item.key,
            reason=reasons[at % len(reasons)],
            words=WORDS[at % len(WORDS)],
            since=since,
            until=min(until, today() + timedelta(days=reasons[at % len(reasons)].longest_days)),
            given_by=giver,
        )
        for at, gap in enumerate(gaps[::EVERY])
    ]


def _assign(viewer: Viewer, gap: Gap) -> None:
    compound = Area.objects.get(code=gap.code)
    owner = owners(compound)[0]
    charge = Charge(
        owner.user.id,
        owner.organisation.id,
        "上门摸底，与相邻小区商量，月底前拿出方案",
        today() + timedelta(days=30),
    )
    assign_gap(viewer=viewer, code=gap.code, item=gap.item.key, key=new_id(), charge=charge)
