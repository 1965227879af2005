"""Units to link with and to invite; units that nobody has linked with."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from dongli.areas.models import Area, Level
from dongli.common.clock import today
from dongli.common.text import strip_controls
from dongli.organisations.models import COMMITTEE_KINDS, Ground, Link, Membership, Organisation, OrganisationKind
from dongli.partnerships import access
from dongli.people.viewer import Viewer

FOUND = 30
MOST_INVITED = 300
NEAR = (Level.COMMUNITY, Level.COMPOUND, Level.BUILDING)


def holds(on: date, prefix: str = "") -> Q:
    """Filter: rows between two days that hold on `on`."""
    open_end = Q(**{f"{prefix}until__isnull": True}) | Q(**{f"{prefix}until__gt": on})
    return open_end & Q(**{f"{prefix}since__lte": on})


def named(text: str, kinds: Iterable[str], limit: int = FOUND) -> list[Organisation]:
    """Standing organisations of `kinds` whose name holds `text`, or whose pinyin or initials begin so. One query."""
    rows = _named(Organisation.objects.filter(kind__in=list(kinds)), text)
    return list(rows.select_related("area__parent").order_by("pinyin", "id")[:limit]) if rows is not None else []


def _named(rows: QuerySet[Organisation], text: str) -> QuerySet[Organisation] | None:
    wanted = strip_controls(text).strip()[:50]
    keys = "".join(wanted.lower().split())
    if not wanted:
        return None
    match = Q(name__contains=wanted) | Q(pinyin__startswith=keys) | Q(initials__startswith=keys)
    return rows.filter(match, dissolved_on=None)


def kept(viewer: Viewer, text: str = "", kinds: Iterable[str] = access.CONVENING_KINDS) -> list[Organisation]:
    """Organisations the viewer links and convenes for, the highest level first; at most `FOUND`. One query."""
    rows: QuerySet[Organisation] | None = Organisation.objects.filter(access.kept(viewer), kind__in=list(kinds))
    if text.strip() and rows is not None:
        rows = _named(rows, text)
    if rows is None:
        return []
    return list(rows.select_related("area__parent").order_by("area__path", "code")[:FOUND])


def invitable(convenor: Organisation) -> list[Organisation]:
    """Whom the convenor may invite: members of the committee, units linked with it or with another organisation of its
    area, and near by the owners' committees and property firms. At most three queries."""
    on = today()
    found: list[Organisation] = []
    if convenor.kind in COMMITTEE_KINDS:
        members = Membership.objects.filter(holds(on), committee=convenor, member__dissolved_on=None)
        found += [one.member for one in members.select_related("member__area")[:MOST_INVITED]]
    links = Link.objects.filter(holds(on), axis__area=convenor.area_id, unit__dissolved_on=None)
    found += [one.unit for one in links.select_related("unit__area").order_by("unit__pinyin", "id")[:MOST_INVITED]]
    if convenor.area.level in NEAR:
        found += property_bodies(convenor.area, on)
    return list({one.id: one for one in found if one.id != convenor.id}.values())


def property_bodies(area: Area, on: date) -> list[Organisation]:
    """Owners' committees, management committees and property firms of a community or compound. One query."""
    grounds = Ground.objects.filter(holds(on), organisation=OuterRef("pk"), area__path__startswith=area.path)
    rows = Organisation.objects.filter(
        Q(area__path__startswith=area.path) | Exists(grounds), kind__in=access.PROPERTY_KINDS, dissolved_on=None
    )
    return list(rows.select_related("area").order_by("area__code", "kind", "id")[:MOST_INVITED])


def by_ids(ids: Iterable[UUID], kinds: Iterable[str]) -> list[Organisation]:
    """The standing organisations among `ids` that are of `kinds`; a forged id is simply not there. One query."""
    rows = Organisation.objects.filter(pk__in=list(ids), kind__in=list(kinds), dissolved_on=None)
    return list(rows.select_related("area__parent").order_by("pinyin", "id"))


def linked_unit_rows() -> QuerySet[Organisation]:
    """Standing linked units."""
    return Organisation.objects.filter(kind=OrganisationKind.LINKED_UNIT, dissolved_on=None)
