"""Where a case goes and why: place → grid → worker on duty; what only has an address → the unplaced pool."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from dongli.areas import index
from dongli.areas.models import Area, Grid, Level
from dongli.cases.importing.named import named_area
from dongli.cases.models.case import About
from dongli.common.errors import Invalid
from dongli.people import queries as people
from dongli.people.models import User

Why = dict[str, str]


@dataclass(frozen=True)
class Where:
    """A place as somebody gave it: a point (degrees, WGS-84), an area's code (QR, picker, home), words, or several."""

    longitude: float | None = None
    latitude: float | None = None
    area_code: str = ""
    address: str = ""

    @property
    def is_empty(self) -> bool:
        return self.longitude is None and not self.area_code and not self.address


@dataclass(frozen=True)
class Route:
    """Where a case goes. `pooled`: nobody in particular holds it yet; `why` explains each turn on the timeline."""

    desk: Area
    community: Area | None = None
    place: Area | None = None
    grid: Grid | None = None
    worker: User | None = None
    pooled: bool = False
    longitude: float | None = None
    latitude: float | None = None
    hidden_from: tuple[UUID, ...] = ()
    why: tuple[Why, ...] = field(default=())


class UnknownCity(Exception):
    """The divisions were never imported: there is no city to route in."""


def route(where: Where, *, about: str, at: datetime) -> Route:
    """The route of a case filed at `where`; raises `Invalid` for an unknown place or a point outside the city."""
    why: list[Why] = []
    place = _area(where.area_code) if where.area_code else None
    longitude, latitude = _point(where, place)
    lowest: UUID | None = None
    location = None
    if longitude is not None and latitude is not None and (place is None or place.depth > Level.COMMUNITY.depth):
        location = index.locate(longitude, latitude)
        lowest = location.community_id or location.district_id
    named = place is None and location is None
    chain = _chain(_district_named_in(where.address) if named else place, lowest)
    community = _at(chain, Level.COMMUNITY)
    grid = None
    if location is not None and community is not None and location.community_id == community.id:
        grid = index.grid(location.grid_id) if location.grid_id else None
        why.append({"why": "nearest" if location.nearest else "grid", "grid": grid.name if grid else community.name})
    elif community is not None:
        why.append({"why": "community", "community": community.name})
    else:
        why.append({"why": "unplaced"})
    desk = _desk(chain, community, about, why)
    duty = _on_duty(grid, about, at, why)
    return Route(
        desk=desk,
        community=community,
        place=place or community,
        grid=grid,
        worker=duty,
        pooled=duty is None,
        longitude=where.longitude,
        latitude=where.latitude,
        hidden_from=_hidden_from(grid, community, about),
        why=tuple(why),
    )


def _district_named_in(address: str) -> Area | None:
    """The district that an address surely names: its desk then looks for the place."""
    match = named_area(address) if address else None
    code = f"{match.code[:6]}000000" if match is not None and match.level != Level.CITY else ""
    return Area.objects.active().filter(code=code, level=Level.DISTRICT).first() if code else None


def _area(code: str) -> Area:
    found = Area.objects.active().filter(code=code).first()
    if found is None:
        from django.utils.translation import gettext as _

        raise Invalid("unknown_place", _("This place is not known. Please choose it from the list."), field="place")
    return found


def _point(where: Where, place: Area | None) -> tuple[float | None, float | None]:
    if where.longitude is not None and where.latitude is not None:
        return where.longitude, where.latitude
    if place is not None and place.depth > Level.COMMUNITY.depth:
        return place.longitude, place.latitude
    return None, None


def _chain(place: Area | None, lowest: UUID | None) -> dict[str, Area]:
    """The areas of the case by level: those around the place, else around where the point lies, else the city alone."""
    if place is not None:
        rows = tuple(Area.objects.filter(code__in=place.path.rstrip("/").split("/")))
    else:
        rows = index.chain(lowest) if lowest is not None else ()
    return {area.level: area for area in rows or Area.objects.filter(level=Level.CITY)}


def _at(chain: dict[str, Area], level: Level) -> Area | None:
    return chain.get(level)


_ONE_UP = {About.COMMUNITY: Level.SUBDISTRICT, About.SUBDISTRICT: Level.DISTRICT, About.DEPARTMENT: Level.CITY}


def _desk(chain: dict[str, Area], community: Area | None, about: str, why: list[Why]) -> Area:
    """The desk that looks after the case: the community's; above whom it complains of; the district's if unplaced."""
    order = [Level.COMMUNITY, Level.SUBDISTRICT, Level.DISTRICT, Level.CITY]
    if about in _ONE_UP:
        order = order[order.index(_ONE_UP[About(about)]) :]
    elif community is None:
        order = [Level.DISTRICT, Level.CITY]
    for level in order:
        if level in chain:
            if about in _ONE_UP:
                why.append({"why": "one_up", "desk": chain[level].name})
            return chain[level]
    raise UnknownCity


def _on_duty(grid: Grid | None, about: str, at: datetime, why: list[Why]) -> User | None:
    if grid is None or about:
        return None
    duty = people.on_duty(grid, at)
    if duty is None:
        why.append({"why": "nobody_on_duty", "grid": grid.name})
        return None
    why.append({"why": "on_duty", "worker": duty.user.name})
    return duty.user


def _hidden_from(grid: Grid | None, community: Area | None, about: str) -> tuple[UUID, ...]:
    """The workers an appeal complains of: everyone on the grid's roster (or the community's when no grid is known)."""
    if about != About.WORKER:
        return ()
    return tuple(people.workers_of(grid, community) or people.workers_of(None, community))
