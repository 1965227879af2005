"""Every page at the size of a big city, against the bare SQL that reads the same rows, in one run.

    python bench/scale.py [--count 20000] [--rounds 60]        (a million: make bench-million)

Works in a database of its own, made beside the configured one (or in the embedded one) and dropped at the end: the
demonstration's places, organisations and staff, filled with made cases. Each page is asked for through the whole of
Django (no network); the bare SQL is what that page reads, sent as it was by psycopg on a connection of its own, one
statement after the other, unprepared. Both take turns. A page passes when its 95th percentile is within three times
the bare SQL's and 15 ms. The costliest statement alone is printed beside it. Wants a machine that does nothing else.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dongli.settings")

import_module("dongli.wsgi")  # as the server's own processes begin

import psycopg
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dongli.areas.seed import seed_areas
from dongli.cases.actions.policy import load_policy
from dongli.common.clock import now
from dongli.operations import assets, embedded, libpq
from dongli.operations.seeding.bulk import make_cases
from dongli.operations.seeding.staff import seed_organisations, seed_residents, seed_staff
from dongli.organisations.models import Organisation
from dongli.people.models import User
from tests.cast import log_in
from tests.sizes import Page, pages

TIMES, PLUS = 3, 15.0


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _fetch(link: "psycopg.Connection[tuple[object, ...]]", statements: list[str]) -> None:
    for sql in statements:
        link.execute(sql).fetchall()


@dataclass(frozen=True)
class Sent:
    """What a page sends: how many statements, those that read, and the milliseconds of the costliest of them."""

    count: int
    reads: list[str]
    costliest: float


def sent(client: Client, page: Page) -> Sent:
    """The statements of a page."""
    client.get(page.address)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(page.address)
        found = list(captured.captured_queries)
    if answer.status_code != 200:
        raise SystemExit(f"{page.name} answered {answer.status_code}")
    reads = [query for query in found if str(query["sql"]).lstrip("( \n").startswith(("SELECT", "WITH"))]
    return Sent(len(found), [str(query["sql"]) for query in reads], 1000 * max(float(query["time"]) for query in reads))


def place_and_staff() -> None:
    """The demonstration city without its cases: about 300 staffed communities."""
    load_policy()
    seed_areas(size="small", seed=1)
    seed_organisations()
    seed_staff(seed=1, since=now() - timedelta(days=800))
    seed_residents(seed=1)


def person(name: str) -> User:
    """The persona `demo-<name>`."""
    return User.objects.get(username=f"demo-{name}")


def measure(link: "psycopg.Connection[tuple[object, ...]]", rounds: int) -> int:
    """Print a row per page; how many do not pass."""
    head = ("page", "person", "stmts", "p50 ms", "p95 ms", "SQL p50", "SQL p95", "one", "ratio", "verdict")
    print("{:<22} {:<10} {:>5} {:>8} {:>8} {:>8} {:>8} {:>6} {:>6}  {}".format(*head))
    clients: dict[str, Client] = {}
    failed = 0
    department = Organisation.objects.get(grants__user=person("urban"))
    for page in pages(department):
        if page.person not in clients:
            clients[page.person] = Client()
            if page.person:
                log_in(clients[page.person], person(page.person))
        client = clients[page.person]
        asked = sent(client, page)
        ours, bare = [], []
        for _round in range(rounds):
            ours.append(timed(partial(client.get, page.address)))
            bare.append(timed(partial(_fetch, link, asked.reads)))
        late, least = statistics.quantiles(ours, n=20)[18], statistics.quantiles(bare, n=20)[18]
        verdict = "passes" if late <= TIMES * least + PLUS else "too slow"
        failed += verdict != "passes"
        print(
            f"{page.name:<22} {page.person or 'visitor':<10} {asked.count:>5}"
            f" {statistics.median(ours):>8.1f} {late:>8.1f}"
            f" {statistics.median(bare):>8.1f} {least:>8.1f} {asked.costliest:>6.1f} {late / least:>5.1f}x  {verdict}",
            flush=True,
        )
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=60, help="of fewer than 40, the slowest alone decides")
    args = parser.parse_args()
    assets.collect_static()
    with ExitStack() as stack:
        if not settings.DATABASE_URL:
            stack.enter_context(embedded.session(settings.VAR))
        connection.settings_dict["TEST"]["NAME"] = f"bench_scale_{os.getpid()}"
        name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        stack.callback(connection.creation.destroy_test_db, name, verbosity=0)
        place_and_staff()
        took = timed(lambda: make_cases(count=args.count, as_of=now())) / 1000
        print(f"{args.count:,} cases made in {took:.0f} s")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # as autovacuum leaves a city's tables, and not while we measure
        link = stack.enter_context(
            psycopg.connect(libpq.conninfo(connection.settings_dict), autocommit=True, prepare_threshold=None)
        )
        failed = measure(link, args.rounds)
        print(f"{failed} pages are slower than {TIMES} times the bare SQL and {PLUS:.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
