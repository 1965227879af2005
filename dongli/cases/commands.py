"""`dongli import-appeals`, `dongli import-catalogue` and `dongli reindex-search`."""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from dongli.cases import training_commands
from dongli.cases.actions import searching
from dongli.cases.actions.importing import Sorter, Tally, import_rows
from dongli.cases.actions.policy import load_catalogue
from dongli.cases.catalogue import read_catalogue
from dongli.cases.importing import aliases
from dongli.cases.importing.reading import BadRow, RawRow, read_rows
from dongli.common.clock import now
from dongli.common.errors import Invalid, Refusal
from dongli.organisations.models import Organisation

_MOST_SHOWN = 200


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add this app's commands to the `dongli` command."""
    appeals = subparsers.add_parser(
        "import-appeals",
        help="take over appeals from a hotline's or message board's export (.csv, .xlsx)",
        description="Columns in any order, headings Chinese or English, UTF-8 or GB18030. Safe to run again: an "
        "appeal is known by its number in the source system. A bad row is named by its line, and then nothing is "
        "loaded unless --skip-bad is given.",
    )
    appeals.add_argument("file", type=Path, help="the export")
    appeals.add_argument(
        "--map", action="append", default=[], metavar="FIELD=HEADING",
        help="which column is which, where the heading is not recognised: --map text=诉求 --map id=编号",
    )  # fmt: skip
    appeals.add_argument("--system", default="import", help="name of the source system (default: import)")
    appeals.add_argument("--aliases", type=Path, default=aliases.SHIPPED, help="CSV of alias,code for place names")
    appeals.add_argument("--skip-bad", action="store_true", help="load the good rows even if others are bad")
    appeals.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
    appeals.set_defaults(run=run_import_appeals)
    classes = subparsers.add_parser("import-catalogue", help="load the category catalogue from a spreadsheet")
    classes.add_argument("file", type=Path, help="the catalogue (.csv, .xlsx)")
    classes.set_defaults(run=run_import_catalogue)
    training_commands.register(subparsers)
    again = subparsers.add_parser("reindex-search", help="write the search rows of all cases anew, in batches")
    again.add_argument("--batch", type=int, default=searching.BATCH, help="cases a transaction (default: %(default)s)")
    again.set_defaults(run=run_reindex_search)


def run_import_appeals(args: argparse.Namespace) -> int:
    """0 when loaded (or would be), 1 when refused."""
    try:
        mapping = dict(_pair(text) for text in args.map)
        bad = _print_bad(read_rows(args.file, mapping, latest=now()))
        if bad and not args.skip_bad:
            print("Nothing was loaded. Mend these rows, or run again with --skip-bad.", file=sys.stderr)
            return 1
        good = (row for row in read_rows(args.file, mapping, latest=now()) if isinstance(row, RawRow))
        sorter = Sorter(aliases.pairs(args.aliases))
        tally = _load(good, sorter, args)
    except (Refusal, OSError) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    if tally.added and not args.dry_run:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    _print_tally(tally, dry_run=args.dry_run)
    return 0


def _pair(text: str) -> tuple[str, str]:
    field, separator, heading = text.partition("=")
    if not separator or not heading:
        raise Invalid("bad_mapping", f"--map {text}: write it like --map text=HEADING.", field="map")
    return field.strip(), heading.strip()


def _print_bad(rows: Iterator[RawRow | BadRow]) -> int:
    """Name every bad row, and every remark on a good one, by its line; returns how many are bad."""
    bad = 0
    for row in rows:
        if isinstance(row, BadRow):
            bad += 1
        elif not row.notes:
            continue
        problems = row.problems if isinstance(row, BadRow) else row.notes
        for problem in problems:
            print(f"line {row.line}: {problem.message}", file=sys.stderr)
    return bad


def _load(rows: Iterator[RawRow], sorter: Sorter, args: argparse.Namespace) -> Tally:
    started, tally = time.monotonic(), Tally()
    for tally in import_rows(rows, system=args.system, sorter=sorter, dry_run=args.dry_run):
        done = tally.added + tally.known
        print(f"\r{done:,} appeals, {done / (time.monotonic() - started):,.0f}/s", end="", file=sys.stderr)
    print(file=sys.stderr)
    return tally


def _print_tally(tally: Tally, *, dry_run: bool) -> None:
    print(f"{'Would add' if dry_run else 'Added'} {tally.added:,}; already there {tally.known:,}.")
    names = {"": "no place named", "city": "the city only"}
    for level, count in sorted(tally.placed.items(), key=lambda pair: -pair[1]):
        print(f"  {names.get(level, level)}: {count:,}")
    print(f"  classed by their words: {tally.classed:,}")


def run_import_catalogue(args: argparse.Namespace) -> int:
    """0 when loaded, 1 when refused."""
    functions = set(Organisation.objects.exclude(function="").values_list("function", flat=True)) or None
    try:
        reading = read_catalogue(args.file.read_bytes(), filename=args.file.name, functions=functions)
        for problem in reading.problems[:_MOST_SHOWN]:
            print(f"line {problem.line}: {problem.column} {problem.message}", file=sys.stderr)
        if reading.problems:
            print("Nothing was loaded.", file=sys.stderr)
            return 1
        loaded = load_catalogue(rows=reading.rows, conditions=reading.conditions)
    except (OSError, Refusal) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    print(f"{loaded.added} added, {loaded.changed} changed, {loaded.same} unchanged.")
    training_commands.ensure_model()
    return 0


def run_reindex_search(args: argparse.Namespace) -> int:
    """0: the site may serve meanwhile."""
    done = 0
    for done in searching.reindex(batch=max(1, args.batch)):
        print(f"\r{done:,} cases", end="", file=sys.stderr)
    print(f"\r{done:,} cases can be found.")
    return 0
