"""Who holds which post in the demonstration city: in bulk, with vacancies; the personas' compound by the actions.

`make_posts` makes as many captains and workers as asked for, to measure a big city.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Q

from dongli.areas.models import Area, Level
from dongli.cases.models import Task
from dongli.cases.workflow import OPEN_TASK_STATES
from dongli.common.clock import city_date, today
from dongli.common.ids import new_id
from dongli.operations.seeding.names import person_name
from dongli.operations.seeding.sheets import Sheet
from dongli.organisations.models import Ground, Organisation, OrganisationKind
from dongli.people.actions.persons import NewPerson, record_membership
from dongli.people.actions.posts import Appointment, appoint, end_tenure
from dongli.people.models import Grant, Post, Role, Tenure, TenureManner, TenureSource, User
from dongli.people.posts import FACTS
from dongli.people.queries.posts import belongs_to
from dongli.people.viewer import Viewer

DAY = timedelta(days=1)
HELD = {
    Post.COMPOUND_SECRETARY: 0.86,
    Post.FIRST_SECRETARY: 0.55,
    Post.OWNERS_DIRECTOR: 0.62,
    Post.PROPERTY_MANAGER: 0.8,
}
"""In which share of compounds somebody holds the post; the rest are vacancies."""
CAPTAINS = 0.78
SOURCES = (
    (TenureSource.RETIRED_CADRE, 5),
    (TenureSource.VETERAN, 3),
    (TenureSource.COMMUNITY, 2),
    (TenureSource.RESIDENT, 2),
    (TenureSource.OTHER, 1),
)
OF_ROLES = {
    Role.COMMUNITY_SECRETARY: Post.COMMUNITY_SECRETARY,
    Role.COMMUNITY_DESK: Post.COMMUNITY_STAFF,
    Role.GRID_WORKER: Post.GRID_WORKER,
    Role.CAPTAIN: Post.CAPTAIN,
}


def seed_posts(*, seed: int, as_of: datetime) -> int:
    """Posts for every compound, building and community of the demonstration; how many appointments there are."""
    if Tenure.objects.exists():
        return Tenure.objects.count()
    _play()
    make_posts(as_of=as_of, seed=seed)
    return Tenure.objects.count()


@transaction.atomic
def make_posts(*, as_of: datetime, seed: int = 1, captains: int | None = None, workers: int = 0) -> int:
    """Fill posts that are vacant, leaving gaps; how many appointments were made.

    `captains`: so many buildings have one at the end (made-up buildings are added where there are too few); None fills
    about four of five. `workers`: so many grid workers at the end, with accounts and roles. Seconds for ten thousand.
    """
    maker = Maker(random.Random(f"posts {seed}"), as_of)  # noqa: S311 (made-up names, not secrets)
    maker.of_roles()
    maker.compounds()
    maker.captains(captains)
    maker.workers(workers)
    return maker.write()


@dataclass
class Maker:
    """Draws people and their posts, and writes the rows at the end."""

    dice: random.Random
    as_of: datetime
    made: int = 0
    sheets: dict[Any, Sheet] = field(default_factory=lambda: {model: Sheet(model) for model in (User, Grant, Tenure)})

    def __post_init__(self) -> None:
        self.day = city_date(self.as_of)
        held = Tenure.objects.filter(Q(until__isnull=True) | Q(until__gt=self.day))
        self.held = set(held.values_list("post", "area_id"))
        self.units: dict[str, list[UUID]] = defaultdict(list)
        senders = Organisation.objects.filter(
            dissolved_on=None, kind__in=[OrganisationKind.DEPARTMENT, OrganisationKind.LINKED_UNIT]
        )
        for pk, code in senders.order_by("code").values_list("pk", "area__code"):
            self.units[code[:6]].append(pk)
        self.owners: dict[tuple[str, UUID], UUID] = {}
        for pk, kind, area in Organisation.objects.filter(dissolved_on=None).values_list("pk", "kind", "area_id"):
            self.owners[kind, area] = pk
        lasting = Ground.objects.filter(until=None, organisation__dissolved_on=None)
        for pk, kind, area in lasting.values_list("organisation_id", "kind", "area_id"):
            self.owners[kind, area] = pk
        self.kinds = {kind for kind, _area in self.owners}

    def of_roles(self) -> None:
        """Whoever has a desk, a grid or a building by role holds the post that goes with it."""
        taken = set(Tenure.objects.filter(grant__isnull=False).values_list("grant_id", flat=True))
        rows = Grant.objects.filter(role__in=list(OF_ROLES), area__isnull=False, until=None).order_by("since", "id")
        for pk, role, area, user, since in rows.values_list("pk", "role", "area_id", "user_id", "since"):
            post = OF_ROLES[Role(role)]
            fresh = (post, area) not in self.held or not FACTS[post].single
            if pk not in taken and fresh:
                self.add(post, area, user, city_date(since), source=TenureSource.COMMUNITY, grant=pk)

    def compounds(self) -> None:
        """Secretaries and first secretaries, the owners' committee, the property manager; some serve in both."""
        for compound, code in (
            Area.objects.active().filter(level=Level.COMPOUND).order_by("code").values_list("pk", "code")
        ):
            holders = {post: self._fill(post, compound, code) for post in HELD}
            if holders[Post.OWNERS_DIRECTOR] is None:
                continue
            for number in range(2):
                both = number == 0 and holders[Post.COMPOUND_SECRETARY] is not None and self.dice.random() < 0.3
                person = holders[Post.COMPOUND_SECRETARY] if both else self.person()
                self.add(Post.OWNERS_MEMBER, compound, person, self._since(), manner=TenureManner.ELECTED)

    def _fill(self, post: Post, compound: UUID, code: str) -> UUID | None:
        if self.dice.random() >= HELD[post] or (post, compound) in self.held or not self._has_home(post, compound):
            return None
        person, since = self.person(), self._since()
        if post != Post.FIRST_SECRETARY:
            manner = TenureManner.ELECTED if post == Post.OWNERS_DIRECTOR else TenureManner.APPOINTED
            self.add(post, compound, person, since, source=self._source(), manner=manner)
            return person
        units = self.units.get(code[:6])
        until = self.day + DAY * self.dice.randint(60, 600)
        self.add(
            post, compound, person, since, source=TenureSource.SECONDED, until=until,
            manner=TenureManner.SECONDED if units else TenureManner.APPOINTED,
            sender=self.dice.choice(units) if units else None,
        )  # fmt: skip
        return person

    def _has_home(self, post: Post, compound: UUID) -> bool:
        """Where the city has such organisations, a compound without one has nobody to lead it."""
        kinds = [kind for kind in FACTS[post].kinds if kind in self.kinds]
        return not kinds or post == Post.FIRST_SECRETARY or any((kind, compound) in self.owners for kind in kinds)

    def captains(self, wanted: int | None) -> None:
        """A captain for each building but the gaps; or as many as are wanted."""
        rows = Area.objects.active().filter(level=Level.BUILDING).order_by("code")
        free = [pk for pk in rows.values_list("pk", flat=True) if (Post.CAPTAIN, pk) not in self.held]
        if wanted is None:
            chosen = [pk for pk in free if self.dice.random() < CAPTAINS]
        else:
            missing = max(0, wanted - sum(post == Post.CAPTAIN for post, _area in self.held))
            chosen = [*free, *_more_buildings(missing - len(free))][:missing]
        for pk in chosen:
            manner = TenureManner.ELECTED if self.dice.random() < 0.7 else TenureManner.APPOINTED
            self.add(Post.CAPTAIN, pk, self.person(), self._since(), source=TenureSource.RESIDENT, manner=manner)

    def workers(self, wanted: int) -> None:
        """Grid workers beyond those there are, with accounts and roles, spread over the communities that have some."""
        there = list(Grant.objects.filter(role=Role.GRID_WORKER, until=None).values_list("area_id", flat=True))
        for number in range(wanted - len(there)):
            area, person, grant = there[number % len(there)], self.person(f"made-{number:05d}"), new_id()
            self.sheets[Grant].add(
                id=grant, user_id=person, role=Role.GRID_WORKER, area_id=area, since=self.as_of - DAY, reason="made"
            )
            self.add(Post.GRID_WORKER, area, person, self.day - DAY, source=TenureSource.COMMUNITY, grant=grant)

    def person(self, username: str | None = None) -> UUID:
        """Somebody new; without a user name they do not log in."""
        key = new_id()
        self.sheets[User].add(
            id=key, username=username, name=person_name(self.dice), password="!", created_at=self.as_of  # noqa: S106 (unusable)
        )  # fmt: skip
        return key

    def add(self, post: Post, area: UUID, person: UUID | None, since: date, **more: Any) -> None:
        """One appointment."""
        kinds = FACTS[post].kinds
        owner = next((self.owners[kind, area] for kind in kinds if (kind, area) in self.owners), None)
        self.held.add((post, area))
        self.made += 1
        self.sheets[Tenure].add(
            id=new_id(), post=post, person_id=person, area_id=area, organisation_id=owner, since=since,
            until=more.get("until"), source=more.get("source", TenureSource.RESIDENT),
            manner=more.get("manner", TenureManner.APPOINTED), seconded_from_id=more.get("sender"),
            grant_id=more.get("grant"), made_at=self.as_of,
        )  # fmt: skip

    def write(self) -> int:
        """Write what was drawn; answers how many appointments. Their history begins with the first change."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            is_super = cursor.fetchone() == (True,)
            if is_super:  # foreign keys and triggers of history are not asked, row by row
                cursor.execute("SET LOCAL session_replication_role = replica")
            for sheet in self.sheets.values():
                sheet.write()
            if is_super:
                cursor.execute("SET LOCAL session_replication_role = origin")
        return self.made

    def _since(self) -> date:
        return self.day - DAY * self.dice.randint(30, 900)

    def _source(self) -> TenureSource:
        return self.dice.choices([source for source, _weight in SOURCES], [weight for _source, weight in SOURCES])[0]


def _more_buildings(count: int) -> list[UUID]:
    """Made-up buildings, as evenly as can be over the compounds."""
    compounds = list(Area.objects.active().filter(level=Level.COMPOUND).order_by("code"))
    if count <= 0 or not compounds:
        return []
    there = dict(Area.objects.filter(level=Level.BUILDING).order_by().values_list("parent").annotate(count=Count("pk")))
    rows = []
    for number in range(count):
        compound = compounds[number % len(compounds)]
        there[compound.pk] = order = there.get(compound.pk, 0) + 1
        code = f"{compound.code}B{order + 500:03d}"
        rows.append(
            Area(
                code=code, level=Level.BUILDING, name=f"{order}栋", parent=compound, path=f"{compound.path}{code}/",
                longitude=compound.longitude, latitude=compound.latitude, synthetic=True,
            )
        )  # fmt: skip
    Area.objects.bulk_create(rows, 2000)
    return [row.pk for row in rows]


def _play() -> None:
    """The personas' own community, by the actions: a cross-post, a planned succession, a hand-over that waits."""
    organiser = User.objects.filter(username="demo-organiser").first()
    captain = Grant.objects.select_related("area__parent").filter(user__username="demo-captain").first()
    if organiser is None or captain is None or captain.area is None or captain.area.parent is None:
        return
    viewer, compound, day = Viewer.of(organiser), captain.area.parent, today()
    numbers = iter(f"1390000{number:04d}" for number in range(1, 20))

    def post(which: Post, name: str | UUID, years: float, **more: Any) -> Tenure:
        since = day - timedelta(days=int(365 * years))
        home = belongs_to(FACTS[which], compound).order_by("-area__path", "code").first()
        wanted = Appointment(post=which, area=compound, since=since, organisation=home, **more)
        person = NewPerson(name, next(numbers)) if isinstance(name, str) else name
        return appoint(viewer=viewer, key=new_id(), appointment=wanted, person=person)

    secretary = post(
        Post.COMPOUND_SECRETARY,
        "黎国庆",
        1.6,
        source=TenureSource.RETIRED_CADRE,
        document="街工委〔2025〕12号",
        reason="换届",
    )
    post(Post.OWNERS_MEMBER, secretary.person_id, 1.2, manner=TenureManner.ELECTED)
    post(Post.OWNERS_DIRECTOR, "范立新", 1.2, source=TenureSource.RESIDENT, manner=TenureManner.ELECTED)
    post(Post.BRANCH_MEMBER, "易春梅", 1.6, source=TenureSource.VETERAN)
    housing = Organisation.objects.filter(function="housing", area__code=compound.code_at(Level.DISTRICT)).first()
    post(
        Post.FIRST_SECRETARY, "石海波", 0.5, source=TenureSource.SECONDED, seconded_from=housing,
        manner=TenureManner.SECONDED if housing else TenureManner.APPOINTED, until=day + timedelta(days=200),
        document="区委组〔2026〕7号",
    )  # fmt: skip
    end_tenure(viewer=viewer, tenure_id=secretary.pk, on=day + timedelta(days=45), why="年满七十")
    record_membership(viewer=viewer, person_id=secretary.person_id, member=True)
    _retire(viewer, compound)


def _retire(viewer: Viewer, compound: Area) -> None:
    """A worker of the district's who has stopped with work open: it waits to be handed over."""
    district = Area.objects.get(code=compound.code_at(Level.DISTRICT))
    open_tasks = Task.objects.filter(state__in=sorted(OPEN_TASK_STATES), worker__username__startswith="staff-")
    there = open_tasks.filter(
        worker__grants__role=Role.GRID_WORKER, worker__grants__area__path__startswith=district.path
    )
    task = there.exclude(case__community__code=compound.code_at(Level.COMMUNITY)).select_related("worker").first()
    if task is None or task.worker is None:
        return
    grant = Grant.objects.select_related("area").filter(user=task.worker, role=Role.GRID_WORKER, until=None).first()
    if grant is None or grant.area is None:
        return
    wanted = Appointment(
        post=Post.GRID_WORKER, area=grant.area, since=city_date(grant.since), source=TenureSource.COMMUNITY
    )
    tenure = appoint(viewer=viewer, key=new_id(), appointment=wanted, person=task.worker.pk)
    end_tenure(viewer=viewer, tenure_id=tenure.pk, on=today(), why="退休")
