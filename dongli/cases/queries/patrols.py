"""Where a worker may patrol, and what rounds were walked there."""

from dongli.areas.models import Area, Grid, Level
from dongli.cases import access
from dongli.cases.models import Patrol
from dongli.common.clock import now
from dongli.people.queries.duty import in_force
from dongli.people.viewer import Viewer

MOST_GRIDS = 60


def grids(viewer: Viewer) -> list[Grid]:
    """The grids in which the viewer may patrol, those on whose roster they stand first (two queries)."""
    own = set(viewer.known.roster.filter(in_force(now()), grid__isnull=False).values_list("grid_id", flat=True))
    found: dict[object, Grid] = {}
    for path in viewer.paths(*access.PATROL_ROLES):
        within = Grid.objects.filter(community__path__gte=path, community__path__lt=f"{path[:-1]}0")
        rows = within.active().select_related("community").order_by("code")[:MOST_GRIDS]
        found |= {grid.id: grid for grid in rows}
    return sorted(found.values(), key=lambda grid: (grid.id not in own, grid.code))


def compounds(grid: Grid) -> list[Area]:
    """The compounds of the grid's community."""
    return list(Area.objects.within(grid.community).active().filter(level=Level.COMPOUND).order_by("code"))


def recent(viewer: Viewer, grid: Grid) -> list[Patrol]:
    """The viewer's last five rounds there."""
    return list(Patrol.objects.filter(grid=grid, worker=viewer.known).order_by("-at")[:5])
