"""Micro-wishes of the demonstration, by the actions: the resident of the cast reported in, wishes in every state."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from dongli.areas.models import Area, Level
from dongli.common.clock import city_date, now, today
from dongli.common.ids import new_id
from dongli.operations.seeding.members import ensure_units
from dongli.people import queries as people
from dongli.people.models import Role, User
from dongli.people.viewer import Viewer
from dongli.volunteering.actions import claiming, confirming, reporting, serving, wishing
from dongli.volunteering.actions.reporting import Said
from dongli.volunteering.actions.serving import Done
from dongli.volunteering.actions.wishing import Wanted
from dongli.volunteering.models import Audience, Wish

MEMBERS = 6
DETAILS = "工具社区可以提供，时间好商量。"


def seed_wishes() -> int:
    """How many members were made by the actions; none without the cast."""
    resident = User.objects.filter(username="demo-resident").select_related("home__parent").first()
    if resident is None or resident.home is None or resident.home.level != Level.COMPOUND:
        return 0
    stage = _Stage(resident.home)
    if stage.keeper is None:
        return 0
    team = [Viewer.of(resident), *stage.members()]
    for viewer in team:
        stage.report(viewer)
    stage.wishes(team)
    waiting = Viewer.of(User.objects.create(name="何晓燕", home=stage.compound))
    stage.report(waiting, decide=False)
    return len(team) + 1


class _Stage:
    """The personas' compound and who keeps it."""

    def __init__(self, compound: Area) -> None:
        self.compound = compound
        keepers = people.holders((Role.COMMUNITY_SECRETARY, Role.COMMUNITY_DESK), compound)
        self.keeper = Viewer.of(keepers[0]) if keepers else None
        self.units = ensure_units()

    @property
    def desk(self) -> Viewer:
        if self.keeper is None:
            raise LookupError("nobody keeps the compound")
        return self.keeper

    def members(self) -> list[Viewer]:
        names = ("邓志刚", "谢雅琴", "汤国强", "易春花", "龙海波", "赖佳怡")
        return [Viewer.of(User.objects.create(name=name, home=self.compound)) for name in names[: MEMBERS - 1]]

    def report(self, viewer: Viewer, *, decide: bool = True) -> None:
        unit = self.units[0].pk if self.units else None
        said = Said(
            ["repairs", "visiting", "tutoring"], ["evenings", "weekends"], unit, "" if unit else "本地企业", True
        )
        row = reporting.report_in(viewer=viewer, key=new_id(), compound=self.compound, said=said, keep=True)
        if decide:
            confirming.confirm(viewer=self.desk, report_in_id=row.pk, key=new_id())

    def raise_(self, title: str, kind: str, **other: object) -> Wish:
        plain = Wanted(
            kind=kind, title=title, place=self.compound, since=today(), until=today() + timedelta(days=20),
            details=DETAILS,
        )  # fmt: skip
        wanted = replace(plain, **other)  # type: ignore[arg-type]  # fields as given
        return wishing.raise_wish(viewer=self.desk, key=new_id(), wanted=wanted)

    def wishes(self, team: list[Viewer]) -> None:
        """Open ones, one taken by the resident, one logged, one fulfilled, one disputed, one taken back."""
        self.raise_("给新搬来的老人讲讲怎么用手机挂号", "digital", helpers=2)
        self.raise_("周末带孩子们读一小时书", "tutoring", helpers=3, audience=Audience.COMMUNITY)
        lamp = self.raise_("二单元楼道灯不亮，帮忙看一看", "repairs", for_resident=True, contact_name="王奶奶",
                           contact_phone="13800000002", contact_address="2栋301")  # fmt: skip
        claiming.claim(viewer=team[0], wish_id=lamp.pk, key=new_id())
        visit = self.raise_("陪独居老人去一趟医院", "visiting", helpers=1, minutes=180)
        claiming.claim(viewer=team[1], wish_id=visit.pk, key=new_id())
        self._log(team[1], visit, 170)
        green = self.raise_("清一清北门花坛", "greening", helpers=2)
        for viewer in (team[0], team[2]):
            claiming.claim(viewer=viewer, wish_id=green.pk, key=new_id())
            self._confirm(self._log(viewer, green, 90), 90)
        move = self.raise_("帮忙搬一张旧床下楼", "errands", helpers=1)
        claiming.claim(viewer=team[3], wish_id=move.pk, key=new_id())
        record = self._log(team[3], move, 120)
        self._confirm(record, 60, "登记时间与现场记录不符，按一小时计")
        serving.ask_correction(viewer=team[3], service_id=record, key=new_id(), words="等候电梯维修也在现场，请核对")
        gone = self.raise_("节日布置社区活动室", "culture", helpers=4)
        wishing.cancel_wish(viewer=self.desk, wish_id=gone.pk, key=new_id())

    def _log(self, viewer: Viewer, wish: Wish, minutes: int) -> UUID:
        done = Done(on=city_date(now()), minutes=minutes, words="已按约定完成", wish=wish.pk)
        return serving.log_service(viewer=viewer, key=new_id(), done=done).pk

    def _confirm(self, record: UUID, minutes: int, reason: str = "") -> None:
        serving.confirm_service(viewer=self.desk, service_id=record, key=new_id(), minutes=minutes, reason=reason)
