"""`dongli import-table` and `dongli table-template`: the same tables as on the pages, for whoever runs the machine."""

import argparse
import sys
from pathlib import Path


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommands."""
    table = subparsers.add_parser(
        "import-table",
        help="take over organisations, people, posts, compounds, owners' committees or pay facts from a spreadsheet",
        description="A bad row is named by its line, and then nothing is loaded unless --skip-bad is given. Safe to "
        "run again: a second run changes nothing. It is done in the name of --as, with that account's roles.",
    )
    table.add_argument("kind", help="compounds, organisations, people, posts, owners-committees, pay-facts")
    table.add_argument("file", type=Path, help="the table (.xlsx, .csv)")
    table.add_argument("--as", dest="username", required=True, help="user name of who takes it over")
    table.add_argument("--area", help="code of the area (the whole city if left out)")
    table.add_argument("--skip-bad", action="store_true", help="load the good rows even if others are bad")
    table.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
    table.set_defaults(run=run)
    template = subparsers.add_parser("table-template", help="write the template of a table to a file")
    template.add_argument("kind")
    template.add_argument("file", type=Path, help="where to write it (.xlsx)")
    template.set_defaults(run=run_template)


def run(args: argparse.Namespace) -> int:
    """0 when loaded (or would be), 1 when refused."""
    from dongli.areas.queries import area_by_code, city
    from dongli.common.errors import Refusal
    from dongli.people.actions.importing import check_imports
    from dongli.people.importing import engine, kinds
    from dongli.people.models import User
    from dongli.people.viewer import Viewer

    try:
        kind = kinds.get(args.kind)
        area = area_by_code(args.area) if args.area else city()
        viewer = Viewer.of(User.objects.filter(username=args.username).first())
        check_imports(viewer, kind, area)
        report = engine.take_in(kind, viewer, area, args.file, dry_run=args.dry_run, skip_bad=args.skip_bad)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    for one in report.problems:
        print(f"{one.line}: {one.column}: {one.text}", file=sys.stderr)
    print(f"added {report.added}, changed {report.changed}, same {report.same}, bad {report.bad}")
    if not report.loaded and not args.dry_run:
        print("Nothing was loaded. Mend these rows, or run again with --skip-bad.", file=sys.stderr)
    return 0 if report.loaded or (args.dry_run and not report.bad) else 1


def run_template(args: argparse.Namespace) -> int:
    """Write the template."""
    from dongli.common.errors import Refusal
    from dongli.people.importing import kinds, writing

    try:
        writing.write_template(kinds.get(args.kind), args.file)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0
