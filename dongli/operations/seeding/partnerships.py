"""Links and joint meetings around the personas' community, so that every page of the network has something to show."""

import random
from datetime import datetime, timedelta
from typing import Any

from dongli.areas.models import Area, Level
from dongli.areas.naming import pinyin_keys
from dongli.common.clock import CITY_ZONE, city_date, now, today
from dongli.common.ids import new_id
from dongli.operations.seeding.members import ensure_units
from dongli.organisations.models import Link, Mechanism, Membership, Organisation, OrganisationKind, UnitKind
from dongli.partnerships import actions
from dongli.partnerships.actions import Decided, Plan, Repeat, Terms
from dongli.partnerships.models import Answer, LinkStep, Meeting
from dongli.partnerships.queries.people import candidates
from dongli.people.models import Grant, Role, User
from dongli.people.personas import WHY
from dongli.people.viewer import Viewer

NEAR = (
    ("实验学校", UnitKind.PUBLIC_INSTITUTION, "school", "周末开放操场和图书馆"),
    ("社区卫生服务站", UnitKind.PUBLIC_INSTITUTION, "", "每月为老人义诊"),
    ("供电营业所", UnitKind.STATE_OWNED, "", "检修楼道线路"),
    ("便民超市", UnitKind.TWO_NEW, "", "为困难家庭送货上门"),
    ("快递驿站", UnitKind.TWO_NEW, "", "快递员随手报"),
    ("邻里社工服务中心", UnitKind.SOCIAL, "", "陪伴独居老人"),
    ("餐饮一条街", UnitKind.BUSINESS_DISTRICT, "", "油烟整治"),
    ("文创园", UnitKind.PARK, "", "空地错时停车"),
)
FREE = ("五金店", "理发店", "书画社", "修车行", "药店")
AGENDA = ("上次议定事项办理情况", "停车难：错时共享车位", "老旧管网改造期间的临时用水")
IDLE = 500


def seed_partnerships(*, as_of: datetime) -> int:
    """Units, links, meetings and committees around the persona of the secretary; how many meetings there are."""
    if Meeting.objects.exists():
        return Meeting.objects.count()
    grant = Grant.objects.select_related("user", "area").get(
        user__username="demo-secretary", role=Role.COMMUNITY_SECRETARY
    )
    office = Organisation.objects.filter(area=grant.area, kind=OrganisationKind.OFFICE).first()
    if grant.area is None or office is None:
        return 0
    far = ensure_units()
    viewer = Viewer.of(grant.user)
    units = _units(grant.area)
    _appoint(units[0], grant.since)
    _link(viewer, office, units)
    _idle(office, far[:2], as_of)
    _meet(viewer, office, units, as_of)
    _committee(grant.area, [*units, *far])
    return Meeting.objects.count()


def _units(area: Area) -> list[Organisation]:
    """The linked units of the community, and a few that nobody is linked with."""
    place = area.name.removesuffix("居委会").removesuffix("社区")
    rows = [_unit(area, f"{place}{name}", kind, function) for name, kind, function, _doing in NEAR]
    Organisation.objects.bulk_create(rows + [_unit(area, f"{place}{name}", UnitKind.TWO_NEW) for name in FREE])
    return rows


def _unit(area: Area, name: str, kind: str, function: str = "") -> Organisation:
    pinyin, initials = pinyin_keys(name)
    return Organisation(
        code=f"{area.code}-unit-{initials}", name=name, pinyin=pinyin, initials=initials, area=area,
        kind=OrganisationKind.LINKED_UNIT, unit_kind=kind, function=function, synthetic=True,
    )  # fmt: skip


def _appoint(school: Organisation, since: datetime) -> None:
    officer = User.objects.filter(username="demo-unit").first()
    if officer is not None and not officer.grants.exists():
        Grant.objects.create(user=officer, role=Role.UNIT_OFFICER, organisation=school, since=since, reason=WHY)


def _link(viewer: Viewer, office: Organisation, units: list[Organisation]) -> None:
    since = today() - timedelta(days=200)
    for unit, (_name, _kind, _function, doing) in zip(units, NEAR, strict=True):
        terms = Terms(Mechanism.PAIRING, since, contact="办公室", doing=doing)
        actions.link_units(viewer=viewer, key=new_id(), axis_id=office.id, unit_ids=[unit.id], terms=terms)
    terms = Terms(Mechanism.JOINT_MEETING, since, doing="每季度联席会议")
    ids = [unit.id for unit in units[:5]]
    actions.link_units(viewer=viewer, key=new_id(), axis_id=office.id, unit_ids=ids, terms=terms)


def _idle(office: Organisation, units: list[Organisation], as_of: datetime) -> None:
    """Links made long ago in which nothing has happened since; older than any act of today, hence written directly."""
    at = as_of - timedelta(days=IDLE)
    rows = [
        Link(axis=office, unit=unit, mechanism=Mechanism.PAIRING, doing="慰问老党员", since=city_date(at))
        for unit in units
    ]
    Link.objects.bulk_create(rows)
    LinkStep.objects.bulk_create(
        LinkStep(link=row, verb="link", at=at, data={"mechanism": row.mechanism}) for row in rows
    )


def _meet(viewer: Viewer, office: Organisation, units: list[Organisation], as_of: datetime) -> None:
    """Two meetings minuted, one whose minutes are due, and a series still to come."""
    for days, filed in ((150, True), (60, True), (5, False)):
        _held(viewer, office, units, _at(as_of - timedelta(days=days)), filed=filed)
    plan = _plan(units, _at(now() + timedelta(days=9)), "季度联席会议")
    planned = actions.plan_meeting(
        viewer=viewer, key=new_id(), convenor_id=office.id, plan=plan, repeat=Repeat("quarter", 4)
    )
    for unit, answer in zip(units[1:4], (Answer.COMING, Answer.COMING, Answer.NOT_COMING), strict=True):
        actions.answer_invitation(
            viewer=viewer, meeting_id=planned[0].id, key=new_id(), organisation_id=unit.id, answer=answer
        )


def _at(moment: datetime) -> datetime:
    return moment.astimezone(CITY_ZONE).replace(hour=15, minute=0, second=0, microsecond=0)


def _plan(units: list[Organisation], moment: datetime, title: str) -> Plan:
    return Plan(
        mechanism=Mechanism.JOINT_MEETING,
        title=title,
        place="社区党群服务中心二楼会议室",
        starts_at=moment,
        agenda=AGENDA,
        invited=frozenset(unit.id for unit in units[:6]),
    )


def _held(viewer: Viewer, office: Organisation, units: list[Organisation], moment: datetime, *, filed: bool) -> None:
    plan = _plan(units, moment, f"{moment.year}年{moment.month}月联席会议")
    meeting = actions.plan_meeting(viewer=viewer, key=new_id(), convenor_id=office.id, plan=plan)[0]
    dice = random.Random(f"meeting {moment.month}")  # noqa: S311 (a demonstration, not secrets)
    came: dict[Any, list[str]] = {office.id: ["谭志勇"]}
    came |= {unit.id: [f"{dice.choice('王李张刘陈')}主任"] for unit in units[:6] if dice.random() < 0.8}
    actions.hold_meeting(viewer=viewer, meeting_id=meeting.id, key=new_id(), came=came)
    able = candidates(meeting)
    for unit, words in ((units[0], "开放操场错时停车位三十个"), (units[1], "每月第一个周六义诊")):
        chosen = next(one for one in able if one.follower == unit)
        decided = Decided(words, unit.id, chosen.user.id, today() + timedelta(days=30))
        actions.record_decision(viewer=viewer, meeting_id=meeting.id, key=new_id(), decided=decided)
    if filed:
        words = "各单位通报办理情况，议定错时停车与义诊两项，分别由学校和卫生服务站落实。"
        actions.file_minutes(viewer=viewer, meeting_id=meeting.id, key=new_id(), words=words)


def _committee(area: Area, units: list[Organisation]) -> None:
    """A joint committee of the district with some of the units in it, unless there is one."""
    district = Area.objects.get(code=area.code_at(Level.DISTRICT))
    kind = OrganisationKind.SUPPLY_CHAIN_COMMITTEE
    if Organisation.objects.filter(area=district, kind=kind).exists():
        return
    name = f"{district.name}轨道交通产业链联合党委"
    pinyin, initials = pinyin_keys(name)
    made = Organisation.objects.create(
        code=f"{district.code}-{kind}", name=name, pinyin=pinyin, initials=initials, kind=kind, area=district,
        sector="轨道交通", synthetic=True,
    )  # fmt: skip
    since = today() - timedelta(days=300)
    Membership.objects.bulk_create(Membership(committee=made, member=unit, since=since) for unit in units[2:12])
