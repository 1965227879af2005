"""Posts and who holds them: on a day, by compound, and what a post can belong to."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When
from django.utils.translation import gettext as _

from dongli.areas.models import Area, Level
from dongli.areas.queries import grid_at
from dongli.common.clock import CITY_ZONE, now, today
from dongli.common.errors import Invalid, NotAllowed
from dongli.common.text import strip_controls
from dongli.organisations.models import Ground, Organisation
from dongli.organisations.queries import names_in_reach
from dongli.people.models import HandOver, Post, RosterEntry, Tenure, User
from dongli.people.posts import BRANCH_POSTS, FACTS, OWNERS_POSTS, READERS, Facts
from dongli.people.queries.duty import in_force
from dongli.people.viewer import Viewer

PAGE = 50
LOOKED_FOR = (
    Post.COMPOUND_SECRETARY,
    Post.FIRST_SECRETARY,
    Post.CAPTAIN,
    Post.OWNERS_DIRECTOR,
    Post.PROPERTY_MANAGER,
)
"""The posts whose vacancy in a compound is a gap of the roster."""


def lasting(day: date) -> Q:
    """Filter over Tenure: those that hold on `day` or begin later, except what never took effect."""
    return (Q(until__isnull=True) | Q(until__gt=day)) & (Q(until__isnull=True) | Q(until__gt=F("since")))


def held_on(day: date) -> Q:
    """Filter over Tenure: those that hold on `day`."""
    return Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gt=day))


def under(prefix: str, area: Area) -> Q:
    """Filter: the area at `prefix` is `area` or lies in it."""
    return Q(**{f"{prefix}__path__gte": area.path, f"{prefix}__path__lt": area.path_end})


def posts_on(area: Area, day: date) -> list[Tenure]:
    """Who held which post in `area` on `day`, by place and post. One query."""
    rows = Tenure.objects.filter(held_on(day), under("area", area)).select_related("person", "area", "organisation")
    return list(rows.order_by("area__path", "post", "since", "id"))


def belongs_to(facts: Facts, area: Area, *, on: date | None = None) -> QuerySet[Organisation]:
    """The organisations a post at `area` can belong to: of its kinds, at an area around it or with the ground."""
    day = on or today()
    codes = area.path.rstrip("/").split("/")
    grounds = Ground.objects.filter(held_on(day), organisation=OuterRef("pk"), area=area)
    near = Q(area__code__in=codes) | Exists(grounds)
    standing = Q(dissolved_on__isnull=True) | Q(dissolved_on__gt=day)
    return Organisation.objects.filter(near, standing, kind__in=list(facts.kinds)).order_by("area__path", "code")


def check_reads(viewer: Viewer, area: Area) -> None:
    """Raises `NotAllowed` unless the viewer may see who holds the posts of `area`."""
    if not viewer.covers(READERS, area):
        raise NotAllowed("posts_of_others", _("The posts of a place are seen by its desk or a level above it."))


@dataclass
class CompoundPosts:
    """One row of the roster: a compound, who holds its posts, how many buildings it has and how many a captain."""

    compound: Area
    held: dict[str, list[Tenure]] = field(default_factory=dict)
    buildings: int = 0
    captains: int = 0
    workers: list[User] = field(default_factory=list)

    def _one(self, post: Post) -> Tenure | None:
        return next(iter(self.held.get(post, ())), None)

    @property
    def secretary(self) -> Tenure | None:
        return self._one(Post.COMPOUND_SECRETARY)

    @property
    def first_secretary(self) -> Tenure | None:
        return self._one(Post.FIRST_SECRETARY)

    @property
    def director(self) -> Tenure | None:
        return self._one(Post.OWNERS_DIRECTOR)

    @property
    def manager(self) -> Tenure | None:
        return self._one(Post.PROPERTY_MANAGER)

    @property
    def without_captain(self) -> int:
        """How many buildings nobody is captain of."""
        return self.buildings - self.captains

    @property
    def crossing(self) -> list[User]:
        """Who serves in the branch and on the owners' committee both."""
        branch = {one.person_id for post in BRANCH_POSTS for one in self.held.get(post, ())}
        owners = [one.person for post in OWNERS_POSTS for one in self.held.get(post, ())]
        return list({person.pk: person for person in owners if person.pk in branch}.values())


@dataclass(frozen=True)
class RosterPage:
    """A page of the roster; `next` is the key of the following one."""

    rows: list[CompoundPosts]
    next: str = ""


_PLACE = ("code", "name", "level", "path", "longitude", "latitude", "parent__name")


def roster(
    viewer: Viewer, area: Area, *, on: date | None = None, only: str = "", after: str = "", size: int = PAGE
) -> RosterPage:
    """The compounds of `area` with their posts on a day (today), by place; `only`: a post of `LOOKED_FOR` or "any"
    keeps those in which it is vacant. `after` is the path of the last compound shown. At most seven statements.

    Raises `NotAllowed`.
    """
    check_reads(viewer, area)
    day = on or today()
    compounds = Area.objects.active().within(area).filter(level=Level.COMPOUND).only(*_PLACE)
    if only in LOOKED_FOR or only == "any":
        compounds = compounds.filter(_vacant(LOOKED_FOR if only == "any" else (Post(only),), day))
    if after:
        compounds = compounds.filter(path__gt=after)
    found = list(compounds.select_related("parent").order_by("path")[: size + 1])
    rows = _filled(found[:size], day)
    return RosterPage(rows, found[size - 1].path if len(found) > size else "")


def all_rows(viewer: Viewer, area: Area, *, on: date | None = None, only: str = "") -> Iterator[CompoundPosts]:
    """Every row of the roster, read in large pages."""
    after = ""
    while True:
        page = roster(viewer, area, on=on, only=only, after=after, size=500)
        yield from page.rows
        if not page.next:
            return
        after = page.next


def _vacant(posts: tuple[Post, ...], day: date) -> Q:
    """Filter over compounds: one of `posts` is vacant there."""
    condition = Q(pk__in=[])
    for post in posts:
        held = Tenure.objects.filter(held_on(day), post=post, area=OuterRef("pk"))
        if post == Post.CAPTAIN:
            buildings = Area.objects.active().filter(parent=OuterRef("pk"), level=Level.BUILDING)
            condition |= Q(Exists(buildings.filter(~Exists(held))))
        else:
            condition |= Q(~Exists(held))
    return condition


_TOLD = ("post", "area", "since", "until", "person__name", "seconded_from__name")


def _filled(compounds: list[Area], day: date) -> list[CompoundPosts]:
    rows = {compound.pk: CompoundPosts(compound) for compound in compounds}
    captain = Tenure.objects.filter(held_on(day), post=Post.CAPTAIN, area=OuterRef("pk"))
    buildings = Area.objects.active().filter(parent__in=list(rows), level=Level.BUILDING).order_by()
    counted = buildings.values("parent").annotate(all=Count("pk"), led=Count("pk", filter=Exists(captain)))
    for parent, every, led in counted.values_list("parent", "all", "led"):
        if parent is not None:
            rows[parent].buildings, rows[parent].captains = every, led
    tenures = Tenure.objects.filter(held_on(day), area__in=list(rows)).select_related("person", "seconded_from")
    for tenure in tenures.only(*_TOLD).order_by("since", "id"):
        rows[tenure.area_id].held.setdefault(tenure.post, []).append(tenure)
    _with_workers(rows, day)
    return list(rows.values())


def captains_of(compound: Area, day: date) -> dict[UUID, Tenure]:
    """Building → its captain on a day. One query."""
    rows = Tenure.objects.filter(held_on(day), post=Post.CAPTAIN, area__parent=compound).select_related("person")
    return {row.area_id: row for row in rows}


def _with_workers(rows: dict[UUID, CompoundPosts], day: date) -> None:
    """Who works the grid that a compound lies in, by the roster on that day (now, for today)."""
    moment = now() if day == today() else datetime.combine(day, time(12), tzinfo=CITY_ZONE)
    grid_of = {pk: grid for pk, row in rows.items() if (grid := _grid_of(row.compound)) is not None}
    turns = RosterEntry.objects.filter(in_force(moment), grid__in=set(grid_of.values())).select_related("user")
    on_grid: dict[UUID | None, list[User]] = defaultdict(list)
    for turn in turns.order_by("rank", "id"):
        if turn.user.may_log_in:
            on_grid[turn.grid_id].append(turn.user)
    for pk, grid in grid_of.items():
        rows[pk].workers = on_grid.get(grid, [])


def _grid_of(compound: Area) -> UUID | None:
    if compound.longitude is None or compound.latitude is None:
        return None
    try:
        return grid_at(compound.longitude, compound.latitude).grid_id
    except Invalid:
        return None


def tenure_of(viewer: Viewer, tenure_id: UUID) -> Tenure | None:
    """One tenure the viewer may see, or None. One query."""
    rows = Tenure.objects.select_related("person", "area", "organisation", "seconded_from", "grant")
    found = rows.filter(pk=tenure_id).first()
    return found if found is not None and viewer.covers(READERS, found.area) else None


def holders_of(post: str, area: Area, day: date) -> list[Tenure]:
    """Who holds `post` at `area` on `day`. One query."""
    return list(Tenure.objects.filter(held_on(day), post=post, area=area).select_related("person").order_by("since"))


def ended_without_hand_over(area: Area, *, limit: int = 200) -> list[Tenure]:
    """Appointments in `area` that carried a role and have ended without a hand-over, the newest first. One query."""
    carrying = [facts.post for facts in FACTS.values() if facts.role is not None]
    ended = Tenure.objects.filter(under("area", area), post__in=carrying, until__lte=today(), until__gt=F("since"))
    passed = HandOver.objects.filter(tenure=OuterRef("pk"))
    return list(ended.filter(~Exists(passed)).select_related("person", "area").order_by("-until", "-id")[:limit])


def units_called(words: str, area: Area, *, limit: int = 12) -> list[Organisation]:
    """Standing organisations of the city that can send somebody, by part of the name or the pinyin's beginning.

    One of exactly this name is the one meant; else those of the area's own district come first.
    """
    wanted = strip_controls(words).strip()[:60]
    keys = "".join(wanted.lower().split())
    if not wanted:
        return []
    standing = Organisation.objects.filter(dissolved_on=None, area__path__startswith=f"{area.code_at(Level.CITY)}/")
    exact = list(standing.filter(name=wanted)[:1])
    if exact:
        return exact
    found = standing.filter(Q(name__contains=wanted) | Q(pinyin__startswith=keys) | Q(initials__startswith=keys))
    near = Q(area__path__startswith=f"{area.code_at(Level.CITY)}/{area.code_at(Level.DISTRICT)}/")
    return list(found.annotate(near=Case(When(near, then=0), default=1)).order_by("near", "pinyin", "id")[:limit])


def units_offered(area: Area) -> list[str]:
    """Names of the departments around `area`, to complete while typing. One query."""
    return [name for _pk, name in names_in_reach(area)][:60]


def held_at(area: Area, day: date) -> dict[str, list[Tenure]]:
    """Post → who holds it at exactly `area` on `day`. One query."""
    rows = Tenure.objects.filter(held_on(day), area=area).select_related("person", "organisation", "seconded_from")
    found: dict[str, list[Tenure]] = {}
    for row in rows.order_by("since", "id"):
        found.setdefault(row.post, []).append(row)
    return found
