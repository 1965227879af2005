"""The cast of the demonstration and the tests: one person for every role, and a stranger from another district."""

from dataclasses import dataclass
from typing import Literal

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area, Grid, Level
from dongli.common.clock import now
from dongli.common.crypto import keyed_hash
from dongli.organisations.models import Organisation
from dongli.people.models import Grant, Role, RosterEntry, User

PREFIX = "demo-"
WHY = "演示环境的身份"  # why each persona holds its role
HOME_DISTRICT = "430202000000"
OTHER_DISTRICT = "430203000000"
Where = Literal["home", "elsewhere"]


@dataclass(frozen=True)
class Persona:
    """One member of the cast. `level` says where the role is held: the area of that level which encloses the home
    (or, for somebody from elsewhere, the other) compound; `function` makes them an officer of that department or unit.
    `rank` puts a grid worker on the home grid's roster. `room` is where they land after switching.
    """

    username: str
    name: str
    description: Promise
    role: Role | None = None
    level: Level | None = None
    function: str = ""
    where: Where = "home"
    rank: int = 0
    phone: str = ""
    room: str = "/desk/"


PERSONAS: tuple[Persona, ...] = (
    Persona("demo-resident", "刘芳", _("A resident who files an appeal and follows it"), phone="13800000001", room="/"),
    Persona("demo-resident-2", "张伟", _("Another resident, who must not see it"), phone="13800000002", room="/"),
    Persona(
        "demo-captain",
        "陈建国",
        _("Building captain: passes on what neighbours say"),
        Role.CAPTAIN,
        Level.BUILDING,
        room="/work/",
    ),
    Persona(
        "demo-worker",
        "周敏",
        _("Grid worker on duty: handles on the spot or whistles"),
        Role.GRID_WORKER,
        Level.COMMUNITY,
        rank=1,
        room="/work/",
    ),
    Persona(
        "demo-worker-2",
        "李强",
        _("The grid's second worker, who stands in"),
        Role.GRID_WORKER,
        Level.COMMUNITY,
        rank=2,
        room="/work/",
    ),
    Persona(
        "demo-community",
        "彭丽",
        _("Community desk: registers, dispatches, checks"),
        Role.COMMUNITY_DESK,
        Level.COMMUNITY,
    ),
    Persona(
        "demo-secretary",
        "谭志勇",
        _("Community secretary: verifies and closes"),
        Role.COMMUNITY_SECRETARY,
        Level.COMMUNITY,
    ),
    Persona(
        "demo-subdistrict",
        "易文",
        _("Subdistrict dispatch desk: watches whistles and deadlines"),
        Role.SUBDISTRICT_DESK,
        Level.SUBDISTRICT,
    ),
    Persona(
        "demo-leader",
        "袁国强",
        _("Subdistrict leader: signs whistles"),
        Role.SUBDISTRICT_LEADER,
        Level.SUBDISTRICT,
    ),
    Persona(
        "demo-urban",
        "黄斌",
        _("Officer of the district's urban management department"),
        Role.DEPARTMENT_OFFICER,
        Level.DISTRICT,
        "urban_management",
    ),
    Persona(
        "demo-housing",
        "罗静",
        _("Officer of the district's housing department"),
        Role.DEPARTMENT_OFFICER,
        Level.DISTRICT,
        "housing",
    ),
    Persona(
        "demo-police",
        "唐军",
        _("Officer of the district's public security department"),
        Role.DEPARTMENT_OFFICER,
        Level.DISTRICT,
        "public_security",
    ),
    Persona(
        "demo-city-urban",
        "邓海波",
        _("Officer of the city's urban management department"),
        Role.DEPARTMENT_OFFICER,
        Level.CITY,
        "urban_management",
    ),
    Persona(
        "demo-district",
        "肖红梅",
        _("District desk: places what has only an address, hears escalations"),
        Role.DISTRICT_DESK,
        Level.DISTRICT,
    ),
    Persona(
        "demo-city", "贺晓东", _("City desk: the whole city, and what no district takes"), Role.CITY_DESK, Level.CITY
    ),
    Persona(
        "demo-viewer", "文慧", _("City viewer: looks at everything, changes nothing"), Role.CITY_VIEWER, Level.CITY
    ),
    Persona(
        "demo-hotline", "龙小玲", _("Hotline clerk: files for those who telephone"), Role.HOTLINE_CLERK, Level.CITY
    ),
    Persona(
        "demo-organiser",
        "凌志远",
        _("Organisation desk of the district: organisations, posts, careers, coverage"),
        Role.ORGANISER,
        Level.DISTRICT,
        room="/desk/organisations/",
    ),
    Persona(
        "demo-unit",
        "何秀英",
        _("Officer of a linked unit, a school: pairings, invitations to joint meetings"),
        Role.UNIT_OFFICER,
        Level.COMMUNITY,
        "school",
        room="/desk/my-unit/",
    ),
    Persona(
        "demo-auditor",
        "柳青",
        _("Auditor: reads who was granted what and who looked at what, grants nothing"),
        Role.AUDITOR,
        Level.CITY,
        room="/desk/permissions/",
    ),
    Persona(
        "demo-admin",
        "曾伟民",
        _("Administrator: accounts, roles, settings"),
        Role.ADMINISTRATOR,
        Level.CITY,
        room="/desk/people/",
    ),
    Persona(
        "demo-stranger",
        "欧阳敏",
        _("Dispatch desk of another district: must see nothing here"),
        Role.SUBDISTRICT_DESK,
        Level.SUBDISTRICT,
        where="elsewhere",
    ),
    Persona(
        "demo-stranger-worker",
        "宁涛",
        _("Grid worker of another district: must see nothing here"),
        Role.GRID_WORKER,
        Level.COMMUNITY,
        where="elsewhere",
        rank=1,
        room="/work/",
    ),
)


def ensure_personas(*, home: Grid, elsewhere: Grid) -> dict[str, User]:
    """Make every persona, once: account, grant and turn on the roster. Answers username → user.

    `home` and `elsewhere` are grids whose communities hold at least one compound (with a building at home).
    Departments and units named by `function` must exist; a persona without hers, or without a place, gets no grant.
    """
    people: dict[str, User] = {}
    for persona in PERSONAS:
        grid = home if persona.where == "home" else elsewhere
        people[persona.username] = _ensure(persona, grid)
    return people


def _ensure(persona: Persona, grid: Grid) -> User:
    community = grid.community
    user, made = User.objects.get_or_create(
        username=persona.username,
        defaults={"name": persona.name, "home": _place(Level.COMPOUND, community), **_phone(persona.phone)},
    )
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    _ensure_grant(persona, user, community)
    if persona.rank:
        _ensure_turn(user, grid, persona.rank)
    return user


def _phone(phone: str) -> dict[str, object]:
    return {"phone": phone, "phone_hash": keyed_hash(phone), "phone_verified": True} if phone else {}


def _place(level: Level, community: Area) -> Area | None:
    """The area of `level` that encloses `community`, or the first one of it below."""
    code = community.code_at(level)
    if code is not None:
        return Area.objects.get(code=code)
    return Area.objects.active().within(community).filter(level=level).order_by("code").first()


def _ensure_grant(persona: Persona, user: User, community: Area) -> None:
    if persona.role is None or persona.level is None or user.grants.exists():
        return
    area = _place(persona.level, community)
    if area is None:
        return
    if not persona.function:
        Grant.objects.create(user=user, role=persona.role, area=area, reason=WHY)
        return
    department = Organisation.objects.filter(area=area, function=persona.function, dissolved_on=None).first()
    if department is not None:
        Grant.objects.create(user=user, role=persona.role, organisation=department, reason=WHY)


def _ensure_turn(user: User, grid: Grid, rank: int) -> None:
    in_force = Q(until__isnull=True) | Q(until__gt=now())
    if not RosterEntry.objects.filter(in_force, Q(rank=rank) | Q(user=user), grid=grid).exists():
        RosterEntry.objects.create(user=user, grid=grid, rank=rank)
