"""Every read of organisations with what people have to do with them. They are public facts; names are masked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Window
from django.db.models.functions import Length, RowNumber
from django.utils.translation import gettext as _

from dongli.areas.models import Area, Level
from dongli.common.clock import now, today
from dongli.common.errors import NotFound
from dongli.common.ids import parse_id
from dongli.common.masking import mask_name
from dongli.common.text import strip_controls
from dongli.organisations.models import Ground, Link, Membership, Organisation, OrganisationKind
from dongli.people import succession
from dongli.people.actions.organising import ORGANISERS
from dongli.people.models import Grant, OrganisationAct, PartyMembership, Tenure, User
from dongli.people.queries.duty import in_force
from dongli.people.queries.organisation_history import history
from dongli.people.succession import Row
from dongli.people.viewer import Viewer

PAGE = 50
PER_KIND = 20
"""How many organisations of one kind a place lists; the search lists the rest."""
LISTED = 100
"""How many of one thing (members, links, posts) an organisation's page names."""
LONGEST_SEARCH = 50
# The order in which a place's organisations are listed: along the axis first.
_AXIS = (
    OrganisationKind.PARTY_COMMITTEE,
    OrganisationKind.GENERAL_BRANCH,
    OrganisationKind.BRANCH,
    OrganisationKind.OFFICE,
    OrganisationKind.DEPARTMENT,
    OrganisationKind.JOINT_COMMITTEE,
    OrganisationKind.INDUSTRY_COMMITTEE,
    OrganisationKind.SUPPLY_CHAIN_COMMITTEE,
    OrganisationKind.OWNERS_COMMITTEE,
    OrganisationKind.MANAGEMENT_COMMITTEE,
    OrganisationKind.PROPERTY_FIRM,
    OrganisationKind.LINKED_UNIT,
)


@dataclass(frozen=True)
class Page:
    """A page of organisations by name; `next` is the key of the following one."""

    rows: list[Organisation]
    next: str = ""


@dataclass(frozen=True)
class Group:
    """The first organisations of one kind at one place; `more`: there are more than are listed."""

    kind: OrganisationKind
    rows: list[Organisation]
    more: bool = False


@dataclass(frozen=True)
class Place:
    """One node of the tree: an area, what stands there, and the areas below it."""

    area: Area
    groups: list[Group]
    below: list[Area]


@dataclass(frozen=True)
class Holder:
    """Somebody's post or role in an organisation, the name as this viewer may read it."""

    what: str
    name: str
    since: date
    person_id: UUID
    where: str = ""


@dataclass(frozen=True)
class Sheet:
    """All that an organisation's page shows."""

    organisation: Organisation
    crumbs: list[Area]
    children: list[Organisation]
    predecessors: list[Organisation]
    grounds: list[Ground]
    members: list[Membership]
    memberships: list[Membership]
    links: list[Link]
    holders: list[Holder]
    acts: list[OrganisationAct]
    may_organise: bool = False


@dataclass(frozen=True)
class Holding:
    """One part of what an organisation holds, as a preview lists it: `rows` are the first of `count`."""

    name: str
    label: str
    count: int
    rows: list[tuple[Row, str]] = field(default_factory=list)
    chosen: bool = False


def place(area: Area) -> Place:
    """A node of the tree with what stands there, the first of each kind. Two queries."""
    number = Window(RowNumber(), partition_by="kind", order_by=["pinyin", "pk"])
    rows = Organisation.objects.filter(area=area, dissolved_on=None).annotate(number=number)
    by_kind: dict[str, list[Organisation]] = {}
    for row in rows.filter(number__lte=PER_KIND + 1).order_by("kind", "pinyin", "pk"):
        by_kind.setdefault(row.kind, []).append(row)
    groups = [
        Group(kind, by_kind[kind][:PER_KIND], more=len(by_kind[kind]) > PER_KIND) for kind in _AXIS if kind in by_kind
    ]
    below = Area.objects.active().filter(parent=area).exclude(level=Level.BUILDING).by_name()
    return Place(area, groups, list(below))


def search(
    text: str,
    *,
    area: Area | None = None,
    kinds: Sequence[str] = (),
    after: str = "",
    ended: bool = False,
    size: int = PAGE,
) -> Page:
    """Organisations whose name holds `text`, or whose pinyin or initials start with it, by name. At most two queries.

    Without a text, all of the kinds. `area` looks in its whole subtree; `ended` among dissolved ones too.
    """
    rows = Organisation.objects.select_related("area")
    wanted = strip_controls(text).strip()[:LONGEST_SEARCH]
    if wanted:
        keys = "".join(wanted.lower().split())
        rows = rows.filter(Q(name__contains=wanted) | Q(pinyin__startswith=keys) | Q(initials__startswith=keys))
    if kinds:
        rows = rows.filter(kind__in=list(kinds))
    if area is not None and area.parent_id is not None:
        rows = rows.filter(area__path__gte=area.path, area__path__lt=area.path_end)
    if not ended:
        rows = rows.filter(dissolved_on=None)
    return _page(rows, after, size)


def _page(rows: QuerySet[Organisation], after: str, size: int) -> Page:
    """By name; the key is the last row's id, a forged one starts at the top."""
    key = parse_id(after) if after else None
    last = Organisation.objects.filter(pk=key).values_list("pinyin", "id").first() if key is not None else None
    if last is not None:
        rows = rows.filter(pinyin__gte=last[0]).filter(Q(pinyin__gt=last[0]) | Q(pk__gt=last[1]))
    found = list(rows.order_by("pinyin", "id")[: size + 1])
    return Page(found[:size], str(found[size - 1].pk) if len(found) > size else "")


def near(area: Area | None, kinds: Sequence[str], *, limit: int = 12) -> list[Organisation]:
    """Standing organisations of these kinds (all, without any) at `area` and around it, the nearest first."""
    if area is None:
        return []
    rows = Organisation.objects.filter(area__code__in=area.path.rstrip("/").split("/"), dissolved_on=None)
    if kinds:
        rows = rows.filter(kind__in=list(kinds))
    return list(rows.select_related("area").order_by(Length("area__path").desc(), "pinyin", "id")[:limit])


def found_near(words: str, kinds: Sequence[str], area: Area | None) -> list[Organisation]:
    """What a search finds, those first whose place shares most with `area`: for a list to choose from."""
    rows = search(words, kinds=kinds, size=2 * PAGE).rows
    own = area.path.split("/") if area is not None else []

    def apart(one: Organisation) -> int:
        shared = 0
        for mine, theirs in zip(own, one.area.path.split("/"), strict=False):
            if mine != theirs or not mine:
                break
            shared += 1
        return -shared

    return sorted(rows, key=apart)


def by_id(organisation_id: UUID | None) -> Organisation | None:
    """The organisation, or None for a forged id."""
    if organisation_id is None:
        return None
    return Organisation.objects.select_related("area").filter(pk=organisation_id).first()


def functions() -> list[str]:
    """The functions that departments have, for a list to choose from. One query."""
    rows = Organisation.objects.exclude(function="").order_by("function").values_list("function", flat=True)
    return list(rows.distinct())


def choosable() -> list[str]:
    """The parts of which single rows may be chosen in a split."""
    return [part.name for part in succession.parts() if part.chosen]


def organisation(organisation_id: UUID) -> Organisation:
    """One organisation, standing or not; raises `NotFound`. One query."""
    rows = Organisation.objects.select_related("area", "parent", "successor").filter(pk=organisation_id)
    found = rows.first()
    if found is None:
        raise NotFound("no_organisation", _("There is no such organisation."))
    return found


def sheet(viewer: Viewer, organisation_id: UUID) -> Sheet:
    """All that an organisation's page shows. Eleven queries, however much there is."""
    found = organisation(organisation_id)
    may = viewer.covers(ORGANISERS, found.area)
    children = Organisation.objects.filter(parent=found, dissolved_on=None).order_by("pinyin", "id")
    ties = Membership.objects.select_related("member", "committee").order_by("-since", "id")
    links = Link.objects.filter(Q(axis=found) | Q(unit=found)).select_related("axis", "unit")
    return Sheet(
        organisation=found,
        crumbs=list(Area.objects.filter(code__in=found.area.path.rstrip("/").split("/")).order_by("path")),
        children=list(children[: LISTED + 1]),
        predecessors=list(Organisation.objects.filter(successor=found).order_by("-dissolved_on", "id")[:LISTED]),
        grounds=list(found.grounds.select_related("area").order_by("-since", "id")[:LISTED]),
        members=list(ties.filter(committee=found)[:LISTED]),
        memberships=list(ties.filter(member=found)[:LISTED]),
        links=list(links.order_by("-since", "id")[:LISTED]),
        holders=holders(viewer, found),
        acts=history(found),
        may_organise=may,
    )


def holders(viewer: Viewer, found: Organisation) -> list[Holder]:
    """Who holds posts and roles there now: names masked unless the viewer keeps the organisation. Two queries."""
    whole = viewer.covers(ORGANISERS, found.area)
    day, moment = today(), now()
    posts = Tenure.objects.filter(Q(until__isnull=True) | Q(until__gt=day), organisation=found, since__lte=day)
    roles = Grant.objects.filter(in_force(moment), organisation=found)
    listed = [
        Holder(row.get_post_display(), _shown(row.person, viewer, whole=whole), row.since, row.person_id, row.area.name)
        for row in posts.select_related("person", "area").order_by("area__path", "post", "since", "id")[:LISTED]
    ]
    return listed + [
        Holder(row.get_role_display(), _shown(row.user, viewer, whole=whole), row.since.date(), row.user_id)
        for row in roles.select_related("user").order_by("role", "since", "id")[:LISTED]
    ]


def _shown(person: User, viewer: Viewer, *, whole: bool) -> str:
    own = viewer.user is not None and viewer.user.pk == person.pk
    return person.name if whole or own else mask_name(person.name)


def mine(viewer: Viewer) -> list[Organisation]:
    """The organisations in which the viewer holds a role or a post, whose office they run, or to which they belong.

    At most five queries.
    """
    user = viewer.known
    ids = {held.organisation for held in viewer.held if held.organisation is not None}
    areas = {held.area for held in viewer.held if held.area is not None}
    day = today()
    posts = Tenure.objects.filter(Q(until__isnull=True) | Q(until__gt=day), person=user, since__lte=day)
    ids |= set(posts.exclude(organisation=None).values_list("organisation_id", flat=True))
    ids |= set(
        PartyMembership.objects.filter(person=user).exclude(organisation=None).values_list("organisation", flat=True)
    )
    offices = Q(kind=OrganisationKind.OFFICE, area__in=areas)
    rows = Organisation.objects.filter(Q(pk__in=ids) | offices, dissolved_on=None).select_related("area", "parent")
    return list(rows.order_by("area__path", "pinyin", "id"))


def holdings(viewer: Viewer, found: Organisation, *, limit: int = 20) -> list[Holding]:
    """What would pass on if it were merged or split, part by part, with the first rows of each. Two queries a part."""
    whole = viewer.covers(ORGANISERS, found.area)
    return [
        Holding(
            part.name,
            str(part.label),
            part.count(found),
            [(row, _shown(row.person, viewer, whole=whole) if row.person else "") for row in part.rows(found, limit)],
            part.chosen,
        )
        for part in succession.parts()
    ]


def any_at(areas: Iterable[Area]) -> set[UUID]:
    """Which of these areas have a standing organisation themselves. One query."""
    rows = Organisation.objects.filter(area=OuterRef("pk"), dissolved_on=None)
    ids = [area.pk for area in areas]
    return set(Area.objects.filter(Exists(rows), pk__in=ids).values_list("pk", flat=True))
