"""Every write to areas, grids and boundaries."""

from dongli.areas.actions.boundaries import BoundarySummary, import_boundaries, set_boundaries
from dongli.areas.actions.divisions import DivisionSummary, import_divisions
from dongli.areas.actions.places import add_building, add_compound, add_grid
from dongli.areas.actions.stamp import bump_map

__all__ = (
    "BoundarySummary",
    "DivisionSummary",
    "add_building",
    "add_compound",
    "add_grid",
    "bump_map",
    "import_boundaries",
    "import_divisions",
    "set_boundaries",
)
