"""`dongli seed`: the demonstration city."""

import argparse
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from dongli.areas.models import Area
from dongli.areas.seed import seed_areas
from dongli.cases.actions.policy import load_policy
from dongli.common.clock import CITY_ZONE, now
from dongli.common.errors import Invalid
from dongli.operations.seeding.bulk import make_cases
from dongli.operations.seeding.careers import seed_careers
from dongli.operations.seeding.cases import SIZES, seed_cases
from dongli.operations.seeding.coverage import seed_coverage
from dongli.operations.seeding.desk import seed_desk
from dongli.operations.seeding.exceptions import seed_exceptions
from dongli.operations.seeding.level_policies import seed_level_policies
from dongli.operations.seeding.members import seed_members
from dongli.operations.seeding.organisations import seed_axis
from dongli.operations.seeding.partnerships import seed_partnerships
from dongli.operations.seeding.permissions import seed_permissions
from dongli.operations.seeding.posts import seed_posts
from dongli.operations.seeding.problems import seed_problems
from dongli.operations.seeding.rules import seed_rules
from dongli.operations.seeding.staff import seed_organisations, seed_residents, seed_staff
from dongli.operations.seeding.together import seed_together
from dongli.operations.seeding.whistles import seed_whistles

BEFORE_ALL = timedelta(days=400)


def register(subparsers: Any) -> None:
    """Add the command to the `dongli` parser."""
    add = subparsers.add_parser(
        "seed",
        help="fill an empty database with the demonstration city",
        description="Real divisions of Zhuzhou; everything below them, and everybody, is made up and marked so.",
    )
    add.add_argument("--size", choices=sorted(SIZES), default="small")
    add.add_argument("--seed", type=int, default=1, help="another number makes another city (default 1)")
    add.add_argument(
        "--as-of", type=_moment, default=None, metavar="2026-11-22T10:00", help="when the city stands still"
    )
    add.add_argument("--if-empty", action="store_true", help="do nothing when the database holds a city already")
    add.set_defaults(run=run)
    add = subparsers.add_parser(
        "make-cases",
        help="make many cases in the city that is there, to measure and to try out",
        description="Cases with steps, tasks, texts and ratings as the actions leave them. Not for production.",
    )
    add.add_argument("--count", type=int, default=20_000, help="default 20000; a million takes some minutes")
    add.add_argument("--seed", type=int, default=1)
    add.set_defaults(run=run_make_cases)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("write it like 2026-11-22T10:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=CITY_ZONE)


def run(args: argparse.Namespace) -> int:
    """0 when the city is there, 1 when it was refused."""
    if Area.objects.exists():
        if args.if_empty:
            print("The database holds a city already.")
            return 0
        print("The database is not empty: the demonstration goes only into an empty one.", file=sys.stderr)
        return 1
    if not settings.DEMO:
        print("DONGLI_DEMO is off: the demonstration city is not for production.", file=sys.stderr)
        return 1
    as_of = args.as_of or now()
    with transaction.atomic():
        seed(size=args.size, seed_number=args.seed, as_of=as_of, say=_Progress())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return 0


def run_make_cases(args: argparse.Namespace) -> int:
    """0 when made, 1 when refused."""
    if settings.PRODUCTION or not settings.DEMO:
        print("Made cases are not for production.", file=sys.stderr)
        return 1
    started = time.monotonic()

    def say(done: int) -> None:
        print(f"\r{done:,} cases, {done / (time.monotonic() - started):,.0f}/s", end="", file=sys.stderr, flush=True)

    try:
        make_cases(count=max(0, args.count), as_of=now(), seed=args.seed, say=say)
    except Invalid as refusal:
        print(refusal.message, file=sys.stderr)
        return 1
    print(f"\nMade in {time.monotonic() - started:.0f} s.", file=sys.stderr)
    return 0


def seed(*, size: str, seed_number: int, as_of: datetime, say: Callable[[str], None]) -> int:
    """Make the city; returns how many cases it has."""
    load_policy()
    say("places")
    seed_areas(size=size, seed=seed_number)
    say("organisations")
    seed_organisations()
    say("people")
    seed_staff(seed=seed_number, since=as_of - BEFORE_ALL)
    say(f"{seed_axis(seed=seed_number, as_of=as_of)} organisations along the axis")
    residents = seed_residents(seed=seed_number)
    say("cases")
    count = seed_cases(size=size, seed=seed_number, as_of=as_of, residents=residents)
    say(f"{count} cases")
    say(f"{seed_problems(as_of=as_of)} problems that keep coming back")
    say(f"{seed_exceptions()} cases that do not go the usual way")
    say(f"{seed_whistles(seed=seed_number)} ratings of whistles")
    say(f"{seed_desk()} notes, looks and requests")
    say(f"{seed_together()} cases that belong together")
    say(f"{seed_rules()} rules that levels have set")
    say(f"{seed_level_policies()} policies that levels have set")
    say(f"{seed_partnerships(as_of=as_of)} joint meetings")
    say(f"{seed_members(seed=seed_number)} in-service members")
    say(f"{seed_posts(seed=seed_number, as_of=as_of)} appointments to posts")
    say(f"{seed_coverage()} reasons for gaps")
    say(f"{seed_permissions(as_of=as_of)} changes of roles")
    say(f"{seed_careers(seed=seed_number)} workers with a pay record")
    return count


class _Progress:
    """Prints each stage with the seconds since the start."""

    def __init__(self) -> None:
        self.started = time.monotonic()

    def __call__(self, stage: str) -> None:
        print(f"  {time.monotonic() - self.started:5.1f} s  {stage}", flush=True)
