"""In-service members: a few wishes in every state at the personas' compound, by the actions; and members in bulk.

`make_members` writes what the actions would have left (account, report-in, consents, steps, membership, some service)
with COPY, so that sixty thousand take seconds. Their accounts have no phone: nobody is reached.
"""

import random
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from dongli.areas.models import Area, Level
from dongli.areas.naming import pinyin_keys
from dongli.common.clock import city_date, now
from dongli.operations.seeding.names import person_name
from dongli.operations.seeding.sheets import Sheet
from dongli.organisations.models import Organisation, OrganisationKind, UnitKind
from dongli.people.models import Grant, PartyMembership, Role, User
from dongli.people.personas import HOME_DISTRICT
from dongli.volunteering import consents
from dongli.volunteering.actions.offering import load_offers
from dongli.volunteering.models import (
    Consent,
    Offer,
    ReportIn,
    ReportInStep,
    ReportInText,
    Service,
    ServiceStep,
    ServiceText,
    Times,
)

DEMO_MEMBERS = 400
BATCH = 10_000
SPAN = timedelta(days=300)
NOT_LISTED, AGREES, SERVES = 0.1, 0.8, 0.35
STATES = (("confirmed", 0.93), ("asked", 0.04), ("ended", 0.03))
UNITS = (
    ("荷塘区第三小学", UnitKind.PUBLIC_INSTITUTION),
    ("荷塘区人民医院", UnitKind.PUBLIC_INSTITUTION),
    ("株洲硬质合金集团", UnitKind.STATE_OWNED),
    ("株洲电力机车厂", UnitKind.STATE_OWNED),
    ("金钩山商贸广场", UnitKind.BUSINESS_DISTRICT),
    ("荷塘轨道产业园", UnitKind.PARK),
)
DONE = ("陪独居老人聊天、打扫", "辅导孩子作业", "检修楼道照明", "清理楼道杂物", "教老人用手机挂号", "参加夜间巡逻")


def make_members(*, count: int, as_of: datetime, seed: int = 1) -> int:
    """Make `count` members spread over all compounds; returns how many. For measuring, and for the demonstration."""
    load_offers()
    maker = Maker(random.Random(f"members {seed}"), as_of)  # noqa: S311 (a demonstration, not secrets)
    if not maker.compounds:
        return 0
    for start in range(0, count, BATCH):
        with transaction.atomic():
            maker.make(min(BATCH, count - start))
    return count


def ensure_units() -> list[Organisation]:
    """The linked units there are; a few at the home district where there are none."""
    found = list(Organisation.objects.filter(kind=OrganisationKind.LINKED_UNIT, dissolved_on=None).order_by("code"))
    area = Area.objects.filter(code=HOME_DISTRICT).first()
    if found or area is None:
        return found
    rows = []
    for number, (name, kind) in enumerate(UNITS, start=1):
        pinyin, initials = pinyin_keys(name)
        rows.append(
            Organisation(
                code=f"{HOME_DISTRICT}-unit-{number}", name=name, pinyin=pinyin, initials=initials, area=area,
                kind=OrganisationKind.LINKED_UNIT, unit_kind=kind, synthetic=True,
            )
        )  # fmt: skip
    return Organisation.objects.bulk_create(rows)


class Maker:
    """Draws members and writes their rows."""

    def __init__(self, dice: random.Random, as_of: datetime) -> None:
        self.dice, self.as_of = dice, as_of
        rows = Area.objects.active().filter(level=Level.COMPOUND).order_by("code")
        self.compounds = list(rows.values_list("pk", "parent_id"))
        departments = Organisation.objects.filter(kind=OrganisationKind.DEPARTMENT, dissolved_on=None)
        home = departments.filter(area__code=HOME_DISTRICT)
        self.units = [one.pk for one in (*ensure_units(), *home.order_by("code"))]
        self.codes = list(Offer.objects.filter(until=None).values_list("code", flat=True))
        grants = Grant.objects.filter(Q(until=None), role=Role.COMMUNITY_SECRETARY, area__isnull=False)
        self.keepers: dict[Any, Any] = dict(grants.values_list("area_id", "user_id"))
        models = (
            User, ReportIn, ReportInText, ReportInStep, Consent, PartyMembership, Service, ServiceText, ServiceStep,
        )  # fmt: skip
        self.sheets = {model: Sheet(model) for model in models}

    def make(self, count: int) -> None:
        """One batch, in the caller's transaction; foreign keys are not looked up where the role may say so."""
        for _number in range(count):
            self._one()
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            is_super = cursor.fetchone() == (True,)
            if is_super:
                cursor.execute("SET LOCAL session_replication_role = replica")
            for sheet in self.sheets.values():
                sheet.write()
            if is_super:
                cursor.execute("SET LOCAL session_replication_role = origin")

    def _key(self, moment: datetime) -> str:
        """A UUIDv7 of that moment."""
        stamp, chance = int(moment.timestamp() * 1000), self.dice.getrandbits(74)
        return str(uuid.UUID(int=stamp << 80 | 7 << 76 | (chance >> 62) << 64 | 2 << 62 | chance & (1 << 62) - 1))

    def _one(self) -> None:
        dice = self.dice
        asked = self.as_of - SPAN * dice.random()
        decided = min(asked + timedelta(hours=dice.uniform(2, 60)), self.as_of)
        compound, community = dice.choice(self.compounds)
        keeper = self.keepers.get(community)
        state = dice.choices([name for name, _share in STATES], [share for _name, share in STATES])[0]
        unit = None if dice.random() < NOT_LISTED or not self.units else dice.choice(self.units)
        told = asked if unit is not None and dice.random() < AGREES else None
        person, key = self._key(asked), self._key(asked)
        self.sheets[User].add(
            id=person, name=person_name(dice), password="!", home_id=compound, created_at=asked  # noqa: S106 (unusable)
        )  # fmt: skip
        verbs = (
            ["ask"] if state == "asked" else ["ask", "confirm"] if state == "confirmed" else ["ask", "confirm", "left"]
        )
        self.sheets[ReportIn].add(
            id=key, person_id=person, compound_id=compound, unit_id=unit, told_unit=told, state=state, asked_at=asked,
            offers=dice.sample(self.codes, dice.randint(1, 3)), times=dice.sample(Times.values, dice.randint(1, 2)),
            decided_by_id=keeper if state != "asked" else None, decided_at=decided if state != "asked" else None,
            ended_at=decided if state == "ended" else None, ended_why="left" if state == "ended" else "",
            steps_count=len(verbs),
        )  # fmt: skip
        words = "本地企业" if unit is None and state != "ended" else ""
        self.sheets[ReportInText].add(report_in_id=key, unit_words=words)
        for kind in ("keep", "tell_unit")[: 1 + (told is not None)]:
            self.sheets[Consent].add(
                id=self._key(asked), report_in_id=key, kind=kind, given=True, version=consents.VERSION, at=asked
            )
        for seq, verb in enumerate(verbs, start=1):
            actor, at = (keeper, decided) if verb == "confirm" else (None, asked if verb == "ask" else decided)
            self.sheets[ReportInStep].add(
                id=self._key(at), report_in_id=key, seq=seq, verb=verb, at=at, actor_id=actor, data={}
            )
        if state == "confirmed":
            self.sheets[PartyMembership].add(
                id=self._key(decided), person_id=person, recorded_by_id=keeper, recorded_at=decided
            )
            if dice.random() < SERVES:
                self._service(key, compound, keeper, decided)

    def _service(self, report_in: str, compound: Any, keeper: Any, since: datetime) -> None:
        dice = self.dice
        at = since + (self.as_of - since) * dice.random()
        minutes, state = dice.choice((30, 45, 60, 90, 120, 180)), dice.choices(("confirmed", "draft"), (0.9, 0.1))[0]
        key, is_done = self._key(at), state == "confirmed"
        self.sheets[Service].add(
            id=key, report_in_id=report_in, compound_id=compound, kind=dice.choice(self.codes), on=city_date(at),
            minutes=minutes, confirmed_minutes=minutes if is_done else None, state=state, logged_at=at,
            decided_by_id=keeper if is_done else None, decided_at=at if is_done else None, steps_count=1 + is_done,
        )  # fmt: skip
        self.sheets[ServiceText].add(service_id=key, words=dice.choice(DONE))
        for seq, verb in enumerate(("log", "confirm")[: 1 + is_done], start=1):
            actor = keeper if verb == "confirm" else None
            self.sheets[ServiceStep].add(
                id=self._key(at), service_id=key, seq=seq, verb=verb, at=at, actor_id=actor, data={"minutes": minutes}
            )


def seed_members(*, seed: int = 1) -> int:
    """Some hundred members in the city, and wishes in every state where the personas live; how many members."""
    from dongli.operations.seeding.wishes import seed_wishes

    made = make_members(count=DEMO_MEMBERS, as_of=now(), seed=seed)
    return made + seed_wishes()
