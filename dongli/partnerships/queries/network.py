"""The network of an organisation: who works with it, and how much has happened between the two in a year."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.clock import now, today
from dongli.common.errors import NotFound
from dongli.common.ids import parse_id
from dongli.duties.models import DutyState
from dongli.organisations.models import COMMITTEE_KINDS, Link, Membership, Organisation
from dongli.partnerships import access
from dongli.partnerships.models import Attendance, Decision, Invitation
from dongli.partnerships.queries.links import DONE, YEAR
from dongli.partnerships.queries.units import holds, linked_unit_rows
from dongli.people.viewer import Viewer

DRAWN = 40
PAGE = 50


@dataclass
class Tie:
    """One organisation that works with the one in the middle; counts are of the last twelve months.

    `met` meetings of the two were held, `came`: those to which the invited side came; `decided` in them for either of
    the two to follow up, of which `fulfilled` are done.
    """

    other: Organisation
    links: list[Link] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    met: int = 0
    came: int = 0
    decided: int = 0
    fulfilled: int = 0

    @property
    def volume(self) -> int:
        """How much happened, for the thickness of a line."""
        return self.came + self.fulfilled


@dataclass(frozen=True)
class Network:
    """An organisation with a page of its ties; `next` is the key of the following page."""

    centre: Organisation
    ties: list[Tie]
    next: str = ""


def network(viewer: Viewer, organisation_id: UUID, after: str = "") -> Network:
    """The network as far as the viewer may see it, by name, at most `DRAWN` a page. At most nine queries.

    Raises `NotFound` for an organisation outside the viewer's areas that is in no link they may see.
    """
    centre = Organisation.objects.filter(pk=organisation_id).select_related("area__parent").first()
    if centre is None:
        raise NotFound("no_such_organisation", _("There is no such organisation."))
    seen = Link.objects.filter(access.links_seen(viewer), holds(today()))
    own = access.watches(viewer, centre) or centre.id in access.serves(viewer)
    if not own and not seen.filter(Q(axis=centre) | Q(unit=centre)).exists():
        raise NotFound("no_such_organisation", _("There is no such organisation."))
    others, following = _others(centre, seen, after, members=own)
    ties = {one.id: Tie(one) for one in others}
    _fill_ways(centre, ties, seen, members=own)
    _fill_meetings(centre, ties)
    _fill_decisions(centre, ties)
    return Network(centre, list(ties.values()), following)


def _others(centre: Organisation, seen: QuerySet[Link], after: str, *, members: bool) -> tuple[list[Organisation], str]:
    """A page of the other ends of links and memberships, by name."""
    tied = Q(pk__in=seen.filter(axis=centre).values("unit")) | Q(pk__in=seen.filter(unit=centre).values("axis"))
    if members:
        belongs = Membership.objects.filter(holds(today()))
        tied |= Q(pk__in=belongs.filter(committee=centre).values("member"))
        tied |= Q(pk__in=belongs.filter(member=centre).values("committee"))
    rows = Organisation.objects.filter(tied)
    found = list(after_name(rows, after).select_related("area").order_by("pinyin", "id")[: DRAWN + 1])
    return found[:DRAWN], str(found[DRAWN - 1].id) if len(found) > DRAWN else ""


def after_name(rows: QuerySet[Organisation], after: str) -> QuerySet[Organisation]:
    """What follows the organisation `after` by name; a forged key starts at the top."""
    key = parse_id(after)
    last = Organisation.objects.filter(pk=key).values_list("pinyin", "id").first() if key is not None else None
    if last is None:
        return rows
    return rows.filter(Q(pinyin__gt=last[0]) | Q(pinyin=last[0], pk__gt=last[1]))


def _fill_ways(centre: Organisation, ties: dict[UUID, Tie], seen: QuerySet[Link], *, members: bool) -> None:
    links = seen.filter(Q(axis=centre, unit__in=ties) | Q(unit=centre, axis__in=ties))
    for link in links.order_by("since", "id"):
        tie = ties[link.unit_id if link.axis_id == centre.id else link.axis_id]
        tie.links.append(link)
        tie.ways.append(link.get_mechanism_display())
    if not members:
        return
    rows = Membership.objects.filter(holds(today()))
    for one in rows.filter(Q(committee=centre, member__in=ties) | Q(member=centre, committee__in=ties)):
        inside = one.committee_id == centre.id
        ties[one.member_id if inside else one.committee_id].ways.append(_("Member") if inside else _("Belongs to it"))


def _fill_meetings(centre: Organisation, ties: dict[UUID, Tie]) -> None:
    came = Attendance.objects.filter(meeting=OuterRef("meeting"), organisation=OuterRef("organisation"))
    held = Invitation.objects.filter(meeting__state__in=DONE, meeting__starts_at__gte=now() - YEAR).order_by()
    counted = {"met": Count("pk"), "arrived": Count("pk", filter=Q(Exists(came)))}
    outward = held.filter(meeting__convenor=centre, organisation__in=ties).values("organisation").annotate(**counted)
    inward = held.filter(organisation=centre, meeting__convenor__in=ties).values("meeting__convenor")
    rows: list[Any] = [*outward, *inward.annotate(**counted)]
    for row in rows:
        tie = ties[row.get("organisation") or row["meeting__convenor"]]
        tie.met += row["met"]
        tie.came += row["arrived"]


def _fill_decisions(centre: Organisation, ties: dict[UUID, Tie]) -> None:
    made = Decision.objects.filter(meeting__starts_at__gte=now() - YEAR).order_by()
    counted = {"decided": Count("pk"), "done": Count("pk", filter=Q(duty__state=DutyState.DONE))}
    outward = made.filter(meeting__convenor=centre, follower__in=ties).values("follower").annotate(**counted)
    inward = made.filter(follower=centre, meeting__convenor__in=ties).values("meeting__convenor")
    rows: list[Any] = [*outward, *inward.annotate(**counted)]
    for row in rows:
        tie = ties[row.get("follower") or row["meeting__convenor"]]
        tie.decided += row["decided"]
        tie.fulfilled += row["done"]


@dataclass(frozen=True)
class Units:
    """A page of units; `next` is the key of the following one."""

    rows: list[Organisation]
    next: str = ""


def unlinked(viewer: Viewer, *, area: Area | None = None, kind: str = "", after: str = "") -> Units:
    """Standing units of the viewer's areas that nobody is linked with today, by name. At most two queries."""
    rows = after_name(unlinked_rows(viewer, area, kind), after).select_related("area__parent")
    found = list(rows.order_by("pinyin", "id")[: PAGE + 1])
    return Units(found[:PAGE], str(found[PAGE - 1].id) if len(found) > PAGE else "")


def unlinked_rows(viewer: Viewer, area: Area | None = None, kind: str = "") -> QuerySet[Organisation]:
    """All of `unlinked`, for the list and its export."""
    linked = Link.objects.filter(holds(today()), unit=OuterRef("pk"))
    rows = linked_unit_rows().filter(access.under("area", viewer.paths(*access.WATCHING_ROLES)), ~Exists(linked))
    if area is not None:
        rows = rows.filter(area__path__startswith=area.path)
    return rows.filter(unit_kind=kind) if kind else rows


def watched_area(viewer: Viewer, code: str) -> Area | None:
    """The area with this code, if the viewer watches over it."""
    found = Area.objects.active().filter(code=code[:20]).select_related("parent").first() if code.isalnum() else None
    return found if viewer.covers(access.WATCHING_ROLES, found) else None


def own_areas(viewer: Viewer) -> list[Area]:
    """The areas the viewer watches over, and one level below each, to choose from. One query."""
    paths = viewer.paths(*access.WATCHING_ROLES)
    ids = [held.area for held in viewer.held if held.role in access.WATCHING_ROLES and held.area is not None]
    if not paths:
        return []
    return list(Area.objects.active().filter(Q(pk__in=ids) | Q(parent__in=ids)).order_by("path")[:100])


def committees(viewer: Viewer) -> list[Organisation]:
    """Committees of the viewer's areas, and those their own units belong to, by name; at most `PAGE`. One query."""
    mine = Membership.objects.filter(holds(today()), committee=OuterRef("pk"), member__in=access.serves(viewer))
    seen = access.under("area", viewer.paths(*access.WATCHING_ROLES)) | Q(Exists(mine))
    rows = Organisation.objects.filter(seen, kind__in=COMMITTEE_KINDS, dissolved_on=None)
    belongs = Q(members__since__lte=today()) & (Q(members__until=None) | Q(members__until__gt=today()))
    counted = rows.select_related("area").annotate(size=Count("members", filter=belongs))
    return list(counted.order_by("pinyin", "id")[:PAGE])


def committee(viewer: Viewer, organisation_id: UUID) -> Organisation:
    """One committee the viewer may see: of their areas, or one their unit belongs to. Raises `NotFound`."""
    found = Organisation.objects.filter(pk=organisation_id, kind__in=COMMITTEE_KINDS).select_related("area").first()
    mine = Membership.objects.filter(holds(today()), committee=organisation_id, member__in=access.serves(viewer))
    if found is None or not (access.watches(viewer, found) or mine.exists()):
        raise NotFound("no_such_committee", _("There is no such committee."))
    return found


def members(found: Organisation, after: str = "") -> tuple[list[Membership], str]:
    """A page of the members of a committee, by name. At most two queries."""
    rows = Membership.objects.filter(holds(today()), committee=found).select_related("member__area")
    key = parse_id(after)
    last = rows.filter(pk=key).values_list("member__pinyin", "id").first() if key is not None else None
    if last is not None:
        rows = rows.filter(Q(member__pinyin__gt=last[0]) | Q(member__pinyin=last[0], pk__gt=last[1]))
    page = list(rows.order_by("member__pinyin", "id")[: PAGE + 1])
    return page[:PAGE], str(page[PAGE - 1].id) if len(page) > PAGE else ""


def came_from(found: Organisation, members: Iterable[Membership]) -> dict[UUID, int]:
    """Member id → to how many of the committee's meetings of the last twelve months it came. One query."""
    rows = Attendance.objects.filter(
        meeting__convenor=found,
        meeting__state__in=DONE,
        meeting__starts_at__gte=now() - YEAR,
        organisation__in=[one.member_id for one in members],
    )
    counted: dict[UUID, int] = defaultdict(int)
    for row in rows.order_by().values("organisation").annotate(number=Count("meeting", distinct=True)):
        counted[row["organisation"]] = row["number"]
    return counted
