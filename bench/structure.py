"""The structure of a whole city: how fast it is made, and how fast its lists answer.

    python bench/structure.py [--rounds 20]

Works in a database of its own, dropped at the end: the demonstration's places and staff, then 10,000 more
organisations, 10,000 building captains, 1,500 paid workers and 60,000 in-service members. Every list page of
organisations, posts, persons, links, members, careers and coverage is asked for through the whole of Django (no
network) by whoever keeps it. A page passes when its median is under 60 ms. Then another scheme of careers is tried on
the whole staff, which is to take less than 2 s. Wants a machine that does nothing else.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dongli.settings")

import_module("dongli.wsgi")  # as the server's own processes begin

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dongli.areas.models import Area, Level
from dongli.areas.seed import seed_areas
from dongli.cases.actions.policy import load_policy
from dongli.common.clock import now, today
from dongli.operations import assets, embedded
from dongli.operations.seeding.careers import make_careers
from dongli.operations.seeding.members import make_members
from dongli.operations.seeding.organisations import make_organisations
from dongli.operations.seeding.posts import make_posts
from dongli.operations.seeding.staff import seed_organisations, seed_residents, seed_staff
from dongli.people.actions.career_schemes import shipped
from dongli.people.careers.rules import Scheme
from dongli.people.models import User
from dongli.people.queries.career_runs import simulate as simulate_scheme
from tests.cast import log_in

MOST_MS, MOST_SECONDS, MOST_SIMULATION = 60.0, 60.0, 2.0
PAGES = (
    ("organiser", "/desk/organisations/"),
    ("organiser", "/desk/organisations/?q=jsd"),
    ("organiser", "/desk/organisations/?q=支部"),
    ("organiser", "/desk/posts/"),
    ("organiser", "/desk/posts/?vacant=1"),
    ("organiser", "/desk/persons/"),
    ("organiser", "/desk/persons/?q=刘"),
    ("organiser", "/desk/careers/"),
    ("organiser", "/desk/careers/runs/"),
    ("organiser", "/desk/partnerships/"),
    ("organiser", "/desk/partnerships/unlinked/"),
    ("organiser", "/desk/coverage/"),
    ("organiser", "/desk/coverage/gaps/"),
    ("organiser", "/desk/policies/"),
    ("secretary", "/desk/members/"),
    ("secretary", "/desk/wishes/"),
    ("city", "/desk/coverage/"),
    ("city", "/desk/coverage/gaps/"),
    ("city", "/desk/posts/"),
    ("admin", "/desk/people/"),
    ("auditor", "/desk/permissions/changes/"),
)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def make() -> float:
    """Fill the city and say how long each part takes; the seconds in all, places and staff aside."""
    load_policy()
    seed_areas(size="small", seed=1)
    seed_organisations()
    seed_staff(seed=1, since=now() - timedelta(days=800))
    seed_residents(seed=1)
    parts: dict[str, Callable[[], object]] = {
        "10,000 organisations": partial(make_organisations, 10_000),
        "10,000 captains and other posts": partial(make_posts, as_of=now(), captains=10_000),
        "1,500 paid workers": partial(make_careers, count=1_500),
        "60,000 members": partial(make_members, count=60_000, as_of=now()),
    }
    seconds = 0.0
    for name, work in parts.items():
        took = timed(work) / 1000
        seconds += took
        print(f"{name:<34} {took:>6.1f} s")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as autovacuum leaves them
    return seconds


def measure(rounds: int) -> int:
    """Print a row per page; how many are too slow."""
    print(f"\n{'page':<34} {'person':<10} {'stmts':>5} {'p50 ms':>7} {'p95 ms':>7}")
    clients: dict[str, Client] = {}
    failed = 0
    for person, address in PAGES:
        if person not in clients:
            clients[person] = Client()
            log_in(clients[person], User.objects.get(username=f"demo-{person}"))
        ask = partial(clients[person].get, address)
        ask()
        with CaptureQueriesContext(connection) as sent:
            status = ask().status_code
            count = len(sent)
        if status != 200:
            raise SystemExit(f"{address} answered {status} to {person}")
        took = [timed(ask) for _round in range(rounds)]
        median = statistics.median(took)
        failed += median > MOST_MS
        verdict = "" if median <= MOST_MS else "  too slow"
        late = statistics.quantiles(took, n=20)[18]
        print(f"{address:<34} {person:<10} {count:>5} {median:>7.1f} {late:>7.1f}{verdict}", flush=True)
    return failed


def simulate() -> None:
    """Print how long it takes to try a step of two years on all paid workers."""
    city = Area.objects.get(level=Level.CITY)
    rule = dict(shipped(date(2015, 1, 1))["three_posts_eighteen_grades"].rule) | {"step_years": 2}
    took = [timed(lambda: simulate_scheme(city, Scheme.read(rule), today())) / 1000 for _round in range(3)]
    print(f"a scheme simulated over the staff: {min(took):.2f} s (at most {MOST_SIMULATION:.0f})")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args()
    assets.collect_static()
    with ExitStack() as stack:
        if not settings.DATABASE_URL:
            stack.enter_context(embedded.session(settings.VAR))
        connection.settings_dict["TEST"]["NAME"] = f"bench_structure_{os.getpid()}"
        name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        stack.callback(connection.creation.destroy_test_db, name, verbosity=0)
        seconds = make()
        print(f"{'together':<34} {seconds:>6.1f} s  (at most {MOST_SECONDS:.0f})")
        failed = measure(args.rounds)
        print(f"{failed} pages take more than {MOST_MS:.0f} ms at the median")
        simulate()
    return 0


if __name__ == "__main__":
    sys.exit(main())
