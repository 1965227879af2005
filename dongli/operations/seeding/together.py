"""What belongs together in the demonstration: neighbours who report one trouble, and a water cut with its notice."""

from datetime import timedelta

from dongli.areas.models import Area, Level
from dongli.cases.actions import events, filing, merging
from dongli.cases.actions.events import NewEvent
from dongli.cases.actions.filing import Filing
from dongli.cases.models import Case
from dongli.cases.routing import Where
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models import User
from dongli.people.viewer import Viewer

ROAD, WATER = "0201", "0206"
NEIGHBOURS = ("小区北门的路面坑坑洼洼，下雨天全是水", "北门那段路坏了好久，骑车很颠", "北门路面破损，老人推轮椅出不去")
NO_WATER = ("早上起来就停水了", "家里没水，也没有通知", "水压很小，洗澡都成问题", "整栋楼都没水了", "停水到什么时候？")
NOTICE = "因主供水管爆裂抢修，片区内停水，预计今天20:00恢复供水，请提前储水。抢修进展在此更新。"
MEMBERS = 12


def seed_together() -> int:
    """File, merge and open an event in the personas' community, by the actions; returns how many cases were filed."""
    people = {user.username: user for user in User.objects.filter(username__startswith="demo-")}
    home = people["demo-resident"].home
    if home is None:
        return 0
    residents = [Viewer.of(people["demo-resident"]), Viewer.of(people["demo-resident-2"])]
    desk = Viewer.of(people["demo-subdistrict"])
    cases = [_file(viewer, home, ROAD, words) for viewer, words in zip(residents * 2, NEIGHBOURS, strict=False)]
    merging.merge(viewer=desk, case_id=cases[1].id, key=new_id(), lead_id=cases[0].id, words="同一处路面，一并办理")
    return len(cases) + _water_cut(desk, residents, home)


def _file(viewer: Viewer, place: Area, category: str, words: str) -> Case:
    one = Filing(what=words, where=Where(area_code=place.code), category=category)
    return filing.submit(viewer=viewer, key=new_id(), filing=one)


def _water_cut(desk: Viewer, residents: list[Viewer], home: Area) -> int:
    """An event over the whole community: most of those who have reported it are grouped, some are still proposed."""
    community = Area.objects.get(code=home.code_at(Level.COMMUNITY))
    compounds = list(Area.objects.active().filter(parent=community, level=Level.COMPOUND).order_by("code"))
    others = User.objects.filter(username=None, grants=None, is_active=True).order_by("id")[: MEMBERS + 1]
    filed = [
        _file(viewer, compounds[number % len(compounds)], WATER, NO_WATER[number % len(NO_WATER)])
        for number, viewer in enumerate([*residents, *map(Viewer.of, others)])
    ]
    new = NewEvent(
        title=f"{community.name}停水",
        notice=NOTICE,
        category=WATER,
        areas=[community.code],
        starts_at=now() - timedelta(hours=3),
        ends_at=now() + timedelta(hours=8),
    )
    event = events.open_event(viewer=desk, event_id=new_id(), event=new)
    wanted = [case.id for case in filed[:MEMBERS]]
    grouping = events.ask_grouping(viewer=desk, event_id=event.id, key=new_id(), cases=wanted)
    events.group(grouping.id)
    return len(filed)
