"""`dongli import-divisions` and `dongli import-boundaries`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from dongli.areas.actions import import_boundaries, import_divisions
from dongli.areas.outlines import Crs, Gap

_MOST_SHOWN = 50


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this app's commands to the `dongli` command."""
    divisions = subparsers.add_parser(
        "import-divisions",
        help=_("load the city's administrative divisions from a CSV file"),
        description=_(
            "Load a CSV file of code,name,level,parent (UTF-8 or GB18030; 12-digit codes; levels city, county, "
            "township, community). Run it again with a newer file: it adds, renames, retires and revives, and never "
            "changes a key."
        ),
    )
    divisions.add_argument("file", type=Path, help=_("the CSV file"))
    divisions.add_argument("--skip-bad", action="store_true", help=_("load the good rows even if others are bad"))
    divisions.add_argument("--dry-run", action="store_true", help=_("say what would change, and change nothing"))
    divisions.set_defaults(run=run_import_divisions)
    boundaries = subparsers.add_parser(
        "import-boundaries",
        help=_("load outlines of areas or grids from a GeoJSON file"),
        description=_(
            "Load a GeoJSON FeatureCollection of Polygons or MultiPolygons, matched by properties.code. A bad "
            "feature is named and then nothing is loaded."
        ),
    )
    boundaries.add_argument("file", type=Path, help=_("the GeoJSON file"))
    boundaries.add_argument("--crs", choices=("wgs84", "gcj02"), default="wgs84", help=_("what its coordinates mean"))
    boundaries.add_argument("--kind", choices=("area", "grid"), default="area", help=_("what its codes name"))
    boundaries.add_argument("--source", default="", help=_("where the outlines come from, shown beside the map"))
    boundaries.add_argument("--dry-run", action="store_true", help=_("say what would change, and change nothing"))
    boundaries.set_defaults(run=run_import_boundaries)


def run_import_divisions(args: argparse.Namespace) -> int:
    """0 when loaded (or would be), 1 when refused."""
    content = _read(args.file)
    if content is None:
        return 1
    summary = import_divisions(content=content, skip_bad=args.skip_bad, dry_run=args.dry_run)
    _print_faults(summary.faults)
    good = not summary.faults or args.skip_bad
    counts = _(
        "%(added)d to add, %(renamed)d to rename, %(retired)d to retire, %(revived)d to revive, "
        "%(unchanged)d unchanged."
    )
    print(
        counts
        % {
            "added": summary.added,
            "renamed": summary.renamed,
            "retired": summary.retired,
            "revived": summary.revived,
            "unchanged": summary.unchanged,
        }
    )
    return _conclude(loaded=summary.loaded, good=good and summary.added + summary.unchanged > 0, dry_run=args.dry_run)


def run_import_boundaries(args: argparse.Namespace) -> int:
    """0 when loaded (or would be), 1 when refused."""
    content = _read(args.file)
    if content is None:
        return 1
    summary = import_boundaries(
        content=content, kind=args.kind, crs=Crs(args.crs), source=args.source, dry_run=args.dry_run
    )
    _print_faults(summary.faults)
    _print_gaps(summary.gaps)
    print(
        _("%(added)d outlines to add, %(replaced)d to replace.")
        % {"added": summary.added, "replaced": summary.replaced}
    )
    return _conclude(loaded=summary.loaded, good=not summary.faults, dry_run=args.dry_run)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError as error:
        print(
            _("%(path)s cannot be read: %(error)s") % {"path": path, "error": error.strerror or error}, file=sys.stderr
        )
        return None


def _print_faults(faults: Sequence[object]) -> None:
    for fault in faults[:_MOST_SHOWN]:
        print(fault, file=sys.stderr)
    if len(faults) > _MOST_SHOWN:
        print(_("… and %(count)d more.") % {"count": len(faults) - _MOST_SHOWN}, file=sys.stderr)


def _print_gaps(gaps: Sequence[Gap]) -> None:
    message = _(
        "%(code)s: grids leave %(share).1f%% (%(area)d m²) uncovered, for instance at %(longitude).6f, %(latitude).6f."
    )
    for gap in gaps:
        print(
            message
            % {
                "code": gap.code,
                "share": gap.share * 100,
                "area": gap.square_metres,
                "longitude": gap.longitude,
                "latitude": gap.latitude,
            }
        )


def _conclude(*, loaded: bool, good: bool, dry_run: bool) -> int:
    if loaded:
        print(_("Loaded."))
    elif good and dry_run:
        print(_("Dry run: nothing has been changed."))
    else:
        print(_("Nothing has been loaded. Mend what is named above and run it again."), file=sys.stderr)
    return 0 if good else 1
