"""About two thousand cases over a year, in every state, told by the shipped sample appeals."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from dongli.areas.models import Area, Level
from dongli.areas.seed import CORE_DISTRICTS
from dongli.cases import policy, safety
from dongli.cases.actions.filing import Filing
from dongli.cases.actions.importing import Sorter
from dongli.cases.catalogue import SHIPPED_APPEALS, read_table
from dongli.cases.importing import aliases
from dongli.cases.models import Category, Kind, Source
from dongli.cases.routing import Where
from dongli.common.clock import city_date, today
from dongli.common.ids import CROCKFORD
from dongli.operations.seeding.names import person_name
from dongli.operations.seeding.plays import Play
from dongli.operations.seeding.rehearsal import Rows, Stage
from dongli.operations.seeding.scripts import WHISTLE_VERBS, Beat, Playwright, Story
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.people.models import Grant, Role, RosterEntry, User

SIZES = {"small": 2000, "full": 20000}
HOME_SHARE = 0.06
PATROL_SHARE, HOTLINE_SHARE = 0.08, 0.1
# The first cases stand just behind each of these verbs, so that every desk of the personas has something to do.
SHOWN = ("submit", "register", "dispatch", "accept", "contact", "blow", "sign", "report_in", "answer", "check", "close")
SHOWN_TIMES = 3
UNPLACED = 12
ADDRESSES = ("老火车站后面的巷子里", "菜市场对面那排门面", "江边步道靠近大桥的地方", "学校后门口", "原来农药厂宿舍旁边")
# Whom a grid calls besides the class's own lead; classes led by others are not whistled for here.
CALLED_WITH = {
    "urban_management": ("public_security", "market", "housing"),
    "housing": ("urban_management", "fire_rescue", "public_security"),
    "public_security": ("urban_management", "fire_rescue", "market"),
    "fire_rescue": ("housing", "public_security", "urban_management"),
    "market": ("urban_management", "public_security", "ecology"),
    "traffic_police": ("urban_management", "public_security", "housing"),
    "ecology": ("urban_management", "market", "housing"),
}
_SPACE = uuid.UUID("0192f5a0-0000-7000-8000-000000000000")


def seed_cases(*, size: str, seed: int, as_of: datetime, residents: list[User]) -> int:
    """Write the cases in bulk; returns how many. The same seed and `as_of` tell the same stories."""
    rows = Rows()
    stage = Stage(rows)
    for play in plays(count=SIZES[size], seed=seed, as_of=as_of, residents=residents):
        stage.play(play)
    rows.write()
    return len(rows.cases)


def plays(*, count: int, seed: int, as_of: datetime, residents: list[User]) -> Iterator[Play]:
    """The plays in the order of their filing; ids follow time, as those of real cases do."""
    troupe = Troupe(seed=seed, as_of=as_of, residents=residents)
    drafts = sorted((troupe.draft(number) for number in range(count)), key=lambda draft: draft.beats[0].at)
    for draft in drafts:
        yield troupe.cast(draft)


@dataclass(frozen=True)
class Draft:
    """A script and its place, before anybody is cast."""

    number: int
    sample: dict[str, str]
    category: Category | None
    compound: Area
    source: Source
    beats: list[Beat]

    @property
    def unplaced(self) -> bool:
        """Whether only an address is known of it."""
        return self.number < UNPLACED


class Troupe:
    """The people, departments and places of the city, and the sample appeals, ready to be cast."""

    def __init__(self, *, seed: int, as_of: datetime, residents: list[User]) -> None:
        self.seed, self.residents = seed, residents
        self.playwright = Playwright(seed=seed, as_of=as_of)
        self.samples = read_table(SHIPPED_APPEALS)
        self.classes = {row.code: row for row in policy.catalogue(today())}
        compounds = Area.objects.filter(level=Level.COMPOUND, synthetic=True).select_related("parent").order_by("code")
        self.compounds = [one for one in compounds if one.path.split("/")[1] in CORE_DISTRICTS]
        self.near = {sample["id"]: self._compounds_named_in(sample) for sample in self._placed(self.samples)}
        self.samples = [sample for sample in self.samples if self.near.get(sample["id"], self.compounds)]
        self._cast_people()

    def _placed(self, samples: list[dict[str, str]]) -> list[dict[str, str]]:
        """The samples that name a place below the city; `named` keeps its code."""
        sorter = Sorter(aliases.pairs())
        self.named = {}
        for sample in samples:
            match = sorter.places.find(sample["text"], subject=sample["subject"])
            if match is not None and match.level != Level.CITY:
                self.named[sample["id"]] = sorter.areas[match.code]
        return [sample for sample in samples if sample["id"] in self.named]

    def _compounds_named_in(self, sample: dict[str, str]) -> list[Area]:
        """The compounds of the place a sample names; none when it lies outside the core districts."""
        path = self.named[sample["id"]].path
        return [one for one in self.compounds if one.path.startswith(path)]

    def _helpers(self, category: Category | None) -> list[str]:
        """The class's own lead and those called with it; none where a whistle would make no sense."""
        lead = category.lead_district if category is not None else ""
        return [lead, *CALLED_WITH[lead]] if lead in CALLED_WITH else []

    def _cast_people(self) -> None:
        grants = Grant.objects.select_related("user", "area").order_by("-user__username")
        self.desks = {g.area_id: g.user for g in grants if g.role == Role.COMMUNITY_DESK}
        self.secretaries = {g.area_id: g.user for g in grants if g.role == Role.COMMUNITY_SECRETARY}
        self.leaders = {g.area_id: g.user for g in grants if g.role == Role.SUBDISTRICT_LEADER}
        self.officers = {g.organisation_id: g.user for g in grants if g.organisation_id is not None}
        self.workers = {
            turn.grid.community_id: turn.user
            for turn in RosterEntry.objects.filter(rank=1, grid__isnull=False)
            .select_related("user", "grid")
            .order_by("-grid__code")
            if turn.grid is not None
        }
        self.persona = User.objects.filter(username="demo-resident").first()
        self.clerk = next((g.user for g in grants if g.role == Role.HOTLINE_CLERK), None)
        self.home = self._home_community()
        departments = Organisation.objects.filter(kind=OrganisationKind.DEPARTMENT).select_related("area")
        self.departments = {(one.area.code, one.function): one for one in departments}

    def _home_community(self) -> object:
        """The personas' community, which gets more than its share of cases."""
        turn = RosterEntry.objects.filter(user__username="demo-worker").select_related("grid").first()
        return turn.grid.community_id if turn is not None and turn.grid is not None else None

    def draft(self, number: int) -> Draft:
        """Draw what happens to case `number`, and where."""
        dice = random.Random(f"{self.seed}/{number}")  # noqa: S311 (a demonstration, not secrets)
        shown = self._shown(number)
        sample = dice.choice(self._fit_for(shown))
        category = self.classes.get(sample["category_code"])
        compound = self._compound(dice, sample, at_home=bool(shown) and number % 2 == 0)
        helpers = self._helpers(category)
        source = Source.WEB if shown else self._source(dice)
        story = self._story(sample, category, on_patrol=source == Source.PATROL)
        beats = self.playwright.script(number, story, helpers, stop_after=shown)
        if category is None:
            beats = beats[:1]
        return Draft(number, sample, category, compound, source, beats)

    def _shown(self, number: int) -> str:
        """The verb behind which this case stands, for the first few; empty for all others."""
        if number < UNPLACED:
            return "submit"
        place = number - UNPLACED
        return SHOWN[place % len(SHOWN)] if place < len(SHOWN) * SHOWN_TIMES else ""

    def _fit_for(self, shown: str) -> list[dict[str, str]]:
        """The samples that can stand behind a verb: the desk's verbs need a class that does not start by itself."""
        if not shown:
            return self.samples
        by_desk = shown in {"submit", "register", "dispatch"}
        fit = [sample for sample in self.samples if self._is_plain(sample, by_desk=by_desk)]
        if shown not in WHISTLE_VERBS:
            return fit
        return [sample for sample in fit if self._helpers(self.classes[sample["category_code"]])]

    def _is_plain(self, sample: dict[str, str], *, by_desk: bool) -> bool:
        category = self.classes.get(sample["category_code"])
        if category is None or sample["id"] in self.near or safety.danger_signs(words(sample)):
            return False
        return not category.auto_register if by_desk else category.solver == "grid"

    @staticmethod
    def _source(dice: random.Random) -> Source:
        drawn = dice.random()
        if drawn < PATROL_SHARE:
            return Source.PATROL
        return Source.HOTLINE if drawn < PATROL_SHARE + HOTLINE_SHARE else Source.WEB

    def _compound(self, dice: random.Random, sample: dict[str, str], *, at_home: bool) -> Area:
        if sample["id"] in self.near:
            return dice.choice(self.near[sample["id"]])
        near = [one for one in self.compounds if one.parent_id == self.home]
        return dice.choice(near if near and (at_home or dice.random() < HOME_SHARE) else self.compounds)

    def _story(self, sample: dict[str, str], category: Category | None, *, on_patrol: bool) -> Story:
        return Story(
            text=sample["text"],
            category=category.code if category else "",
            reply=sample["reply"],
            grid_first=category is not None and category.solver == "grid",
            auto=category is not None and category.auto_register,
            lead=category.lead_district if category else "",
            dangerous=bool(safety.danger_signs(words(sample))),
            on_patrol=on_patrol,
        )

    def cast(self, draft: Draft) -> Play:
        """Fill the parts of one script."""
        dice = random.Random(f"cast {self.seed}/{draft.number}")  # noqa: S311 (a demonstration, not secrets)
        community = draft.compound.parent
        if community is None:
            raise LookupError(f"{draft.compound.code} lies in no community")
        filed = draft.beats[0].at
        resident = dice.choice(self.residents) if dice.random() < 0.5 and draft.source == Source.WEB else None
        if self._shown(draft.number) and community.id == self.home and not draft.unplaced:
            resident = self.persona or resident
        dangerous = bool(safety.danger_signs(words(draft.sample)))
        secretary, leader = self.secretaries[community.id], self.leaders[community.parent_id]
        worker = self.workers.get(community.id, secretary)
        trusted = leader if worker == secretary else secretary
        return Play(
            key=_key(filed, draft.number),
            number=f"{city_date(filed):%Y%m%d}-{''.join(dice.choices(CROCKFORD, k=6))}",
            filing=self._filing(draft, dice, resident),
            beats=draft.beats,
            people={
                "resident": resident,
                "filer": {Source.PATROL: worker, Source.HOTLINE: self.clerk}.get(draft.source, resident),
                "worker": worker,
                "desk": trusted if dangerous else self.desks[community.id],
                "leader": leader,
            },
            organisations=self._departments(draft.compound),
            officers=self.officers,
        )

    def _filing(self, draft: Draft, dice: random.Random, resident: User | None) -> Filing:
        """By QR code or on the web, with or without a phone; the point is somewhere at the compound."""
        where = self._where(draft, dice)
        source = (
            Source.QR if draft.source == Source.WEB and where.longitude is None and not draft.unplaced else draft.source
        )
        on_patrol = source == Source.PATROL
        named = resident is None and not on_patrol and dice.random() < 0.6
        return Filing(
            what=words(draft.sample),
            where=where,
            kind=Kind.FINDING if on_patrol else Kind.APPEAL,
            source=source,
            category=draft.category.code if draft.category and not draft.category.staff_only else "",
            ticket=f"12345-{draft.number:06d}" if source == Source.HOTLINE else "",
            name=person_name(dice) if named else (resident.name if resident else ""),
            phone=f"1380000{dice.randint(2000, 9999)}" if named else (resident.phone if resident else ""),
        )

    @staticmethod
    def _where(draft: Draft, dice: random.Random) -> Where:
        compound = draft.compound
        if draft.unplaced:
            return Where(area_code=compound.path.split("/")[1], address=dice.choice(ADDRESSES))
        if dice.random() < 0.15:
            return Where(area_code=compound.code)
        return Where(longitude=compound.longitude, latitude=compound.latitude, area_code=compound.code)

    def _departments(self, compound: Area) -> dict[str, Organisation]:
        """Function → the district's department, or the city's where the district has none."""
        city, district = compound.path.split("/")[:2]
        found = {function: one for (code, function), one in self.departments.items() if code == city}
        found.update({function: one for (code, function), one in self.departments.items() if code == district})
        return found


def words(sample: dict[str, str]) -> str:
    """A sample appeal as one would type it: the subject first, unless the text says it already."""
    return sample["text"] if sample["subject"] in sample["text"] else f"{sample['subject']}。{sample['text']}"


def _key(filed: datetime, number: int) -> uuid.UUID:
    """A UUIDv7 of the filing's moment, the same every time."""
    milliseconds = int(filed.timestamp() * 1000)
    tail = uuid.uuid5(_SPACE, str(number)).int & ((1 << 62) - 1)
    return uuid.UUID(int=(milliseconds << 80) | (0x7 << 76) | ((number & 0xFFF) << 64) | (0b10 << 62) | tail)
