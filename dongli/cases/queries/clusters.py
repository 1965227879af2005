"""Cases on a map as the viewer may see them: gathered into cells of the size of a thumb, never every point.

At most `CAP` cases (the newest of the part of the map that is seen) are looked at, and `MOST` cells answered, so that
the time does not grow with the city.
"""

from dataclasses import dataclass

from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from dongli.cases.queries.lists import Sieve, found_on
from dongli.people.viewer import Viewer

CAP, MOST = 20_000, 400
CELL_PIXELS, TILE_PIXELS = 56, 256
APART = 18
"""From this zoom on, cases that share a cell but not a point are shown one by one."""
_COLUMNS = ("pk", "longitude", "latitude", "urgent", "number", "state", "turn")
_GATHER = """SELECT count(*), avg(longitude), avg(latitude), count(*) FILTER (WHERE urgent), min(number), min(state)
FROM ({shown}) shown (id, longitude, latitude, urgent, number, state, turn)
GROUP BY floor(longitude * %s), floor(latitude * %s) ORDER BY 1 DESC LIMIT %s"""


@dataclass(frozen=True)
class Box:
    """What of the map is seen, in degrees (WGS-84), at a zoom (0: the world in a tile of 256 pixels)."""

    west: float = -180.0
    south: float = -90.0
    east: float = 180.0
    north: float = 90.0
    zoom: float = 11.0

    @property
    def cells_per_degree(self) -> float:
        """How many cells lie side by side in a degree at this zoom."""
        zoom = self.zoom if self.zoom < APART else self.zoom + 8
        return float(TILE_PIXELS * 2**zoom / 360 / CELL_PIXELS)

    @property
    def condition(self) -> Q:
        """Filter over Case: those with a point in the box."""
        return Q(latitude__gte=self.south, latitude__lte=self.north, longitude__gte=self.west, longitude__lte=self.east)


@dataclass(frozen=True)
class Cluster:
    """Cases of one cell: how many, the middle of their points, how many are urgent; `number`, `state` of a single."""

    count: int
    longitude: float
    latitude: float
    urgent: int
    number: str
    state: str


@dataclass(frozen=True)
class Gathered:
    """The fullest cells, and whether only the newest `CAP` cases were looked at."""

    clusters: list[Cluster]
    capped: bool


def clusters(viewer: Viewer, sieve: Sieve, box: Box) -> Gathered:
    """The cases of a queue within the box, gathered into cells: one statement beside those of the sieve."""
    found, few = found_on(viewer, sieve)
    turn = Coalesce("pk", "pk") if few else F("pk")
    seen = [road.filter(box.condition).annotate(turn=turn).order_by("-turn") for road in found]
    cut = [road.values_list(*_COLUMNS)[:CAP] for road in seen]
    if not cut:
        return Gathered([], capped=False)
    shown = cut[0].union(*cut[1:]) if len(cut) > 1 else cut[0]
    sql, params = shown.query.sql_with_params()
    cells = box.cells_per_degree
    with connection.cursor() as cursor:
        cursor.execute(_GATHER.format(shown=sql), [*params, cells, cells, MOST])
        gathered = [Cluster(*row) for row in cursor.fetchall()]
    return Gathered(gathered, capped=sum(one.count for one in gathered) >= CAP)
