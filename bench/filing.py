"""Filing over HTTP against the database's own limit for the very same statements, in one run.

    python bench/filing.py [--seconds 5] [--rounds 3] [--clients 1 4 16] [--statements] [--profile]

A site of its own (embedded PostgreSQL, 2 granian workers, the tiny city) is served, and clients on kept connections
send the real form: words, a pin on the map, no photo, anonymous, each from a new address and device, so that the rate
limits are counted but not reached. The statements of one such filing are recorded and played by pgbench (persistent
connections, prepared) on the same database: it makes the rows that a filing makes, and computes nothing.
Rounds alternate between the two; the median counts. `--statements` prints what was recorded, `--profile` where one
filing's time goes in Python.
"""

import argparse
import cProfile
import os
import pstats
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dongli.common.ids import new_id
from dongli.operations import embedded
from tests.site import PIN, Filer, Site

if TYPE_CHECKING:
    from django.test import Client

WHAT = "三栋楼下路灯不亮，晚上出门看不见台阶，已经好几天了"
# What differs from one filing to the next: ids, the case's number, hashed keys of rate limits.
TOKEN = re.compile(
    r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12})(?![0-9a-f])|\b\d{8}-[0-9A-Z]{6}\b"
)
HEALTH_CHECK = "SELECT 1"  # Django asks this of a kept connection once a request
Rates = dict[int, list[float]]


def record(site: Site) -> list[str]:
    """The statements of one filing as they were sent, in a warm process, with what varies left to pgbench."""
    os.environ.update(site.environment, DJANGO_SETTINGS_MODULE="dongli.settings")
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    for _ in range(3):
        file_here()
    earlier, latest = recorded(file_here), recorded(file_here)  # the latest may name the earlier as reported nearby
    fresh = set(TOKEN.findall("\n".join(latest))) - set(TOKEN.findall("\n".join(earlier)))
    varying = {token: number for number, token in enumerate(sorted(fresh))}
    return [HEALTH_CHECK, *(parameterised(statement, varying) for statement in latest)]


def file_here() -> None:
    """One filing through the view, in this process."""
    client = browser()
    client.cookies.clear()
    fields = {"what": WHAT, "longitude": PIN[0], "latitude": PIN[1], "idempotency_key": str(new_id())}
    address = f"10.{time.monotonic_ns() >> 16 & 255}.{time.monotonic_ns() >> 8 & 255}.{time.monotonic_ns() & 255}"
    answer = client.post("/report/", fields, headers={"x-forwarded-for": address})
    assert answer.status_code == 303, answer.content.decode()[:2000]


@cache
def browser() -> "Client":
    """The one client of this process, since each loads the middleware anew."""
    from django.test import Client

    return Client()


def recorded(act: Callable[[], None]) -> list[str]:
    """Everything that `act` sends to the database, transactions included."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        act()
    return [str(query["sql"]).strip().rstrip(";") for query in captured.captured_queries]


def parameterised(statement: str, varying: dict[str, int]) -> str:
    """The statement on one line, with literals made of the client's number and a counter where they must vary."""

    def literal(found: re.Match[str]) -> str:
        opening, text = found[1], found[2]
        tokens = TOKEN.findall(text)
        if varying.keys().isdisjoint(tokens):
            return found[0]
        parts = TOKEN.split(text)
        made = [f"{opening}{parts[0]}'"]
        for token, rest in zip(tokens, parts[1:], strict=True):
            which = varying.get(token)
            made += [f"'{token}'" if which is None else _varied(token, which), f"{opening}{rest}'"]
        return f"({' || '.join(made)})"

    return re.sub(r"(E?')((?:[^']|'')*)'", literal, " ".join(statement.split("\n")))


def _varied(token: str, which: int) -> str:
    """An expression of the token's own form; ids keep their leading time and so their place in the index."""
    client, turn = "to_hex(:client_id::bigint)", "to_hex(:turn::bigint)"
    if token[8] == "-" and len(token) < 32:
        return f"'{token[:9]}' || lpad({client}, 3, 'Z') || lpad({turn}, 7, 'Z')"
    return f"'{token[:-12]}{which:03x}' || lpad({client}, 2, '0') || lpad({turn}, 7, '0')"


def over_http(site: Site, clients: int, seconds: float) -> tuple[float, list[float]]:
    """Filings a second, and how long each took."""
    start, took = threading.Barrier(clients + 1, timeout=30), list[float]()
    deadline = [0.0]

    def run() -> None:
        filer = Filer(site.port)
        filer.open_form()
        filer.file(WHAT, str(new_id()))
        start.wait()
        while time.monotonic() < deadline[0]:
            began = time.monotonic()
            filer.file(WHAT, str(new_id()))
            took.append(time.monotonic() - began)
        filer.close()

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    deadline[0] = time.monotonic() + seconds + 60
    start.wait()
    deadline[0] = time.monotonic() + seconds
    for thread in threads:
        thread.join()
    return len(took) / seconds, took


def by_pgbench(site: Site, script: Path, clients: int, seconds: float, turn: int) -> float:
    """Filings a second that the database can take when nothing else computes; `turn` is where counting starts."""
    own = embedded.connection(site.var)
    program = embedded.binaries() / "pgbench"
    environment = {**os.environ, "PGPASSFILE": own["OPTIONS"]["passfile"], "PGHOST": own["HOST"], "PGPORT": own["PORT"]}
    command = [
        str(program), "-n", "-M", "prepared", "-f", str(script), "-c", str(clients), "-j", "2", "-T", str(int(seconds)),
        "-D", f"turn={turn}", "-U", own["USER"], own["NAME"],
    ]  # fmt: skip
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or found is None:
        raise RuntimeError(f"pgbench failed:\n{done.stdout}{done.stderr}")
    return float(found[1])


def measure(site: Site, script: Path, arguments: argparse.Namespace) -> None:
    """Rounds of both, in turn, for each number of clients; the table."""
    print(f"{'clients':>7}  {'HTTP/s':>7}  {'p50 ms':>6}  {'p95 ms':>6}  {'pgbench/s':>9}  {'share':>6}")
    turn = 1
    for clients in arguments.clients:
        http, limit, took = [], [], []
        for _ in range(arguments.rounds):
            rate, times = over_http(site, clients, arguments.seconds)
            http.append(rate)
            took += times
            limit.append(by_pgbench(site, script, clients, arguments.seconds, turn))
            turn += 1_000_000
        ours, theirs = statistics.median(http), statistics.median(limit)
        cuts = statistics.quantiles(took, n=20)
        print(
            f"{clients:>7}  {ours:>7.0f}  {cuts[9] * 1000:>6.1f}  {cuts[18] * 1000:>6.1f}  {theirs:>9.0f}"
            f"  {ours / theirs:>6.0%}"
        )


def profile() -> None:
    """Where the time of a hundred filings goes in this process."""
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(100):
        file_here()
    profiler.disable()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(70)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(40)


def kinds(statements: Iterable[str]) -> str:
    """How many statements of each kind."""
    counts: dict[str, int] = {}
    for statement in statements:
        word = statement.split(None, 1)[0].upper()
        counts[word] = counts.get(word, 0) + 1
    return ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--statements", action="store_true")
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    with Site() as site:
        site.start()
        statements = record(site)
        print(f"A filing sends {len(statements)} statements: {kinds(statements)}")
        if arguments.statements:
            print("\n".join(f"  {statement[: arguments_width()]}" for statement in statements))
        if arguments.profile:
            profile()
            return
        script = site.var / "filing.sql"
        script.write_text("\n".join([r"\set turn :turn + 1", *(f"{one};" for one in statements)]) + "\n")
        script.chmod(0o644)
        measure(site, script, arguments)
        close()


def arguments_width() -> int:
    """How much of a statement fits a line of the terminal."""
    return int(os.environ.get("COLUMNS", "180"))


def close() -> None:
    """Let go of this process's own connection before the site is removed."""
    from django.db import connections

    connections.close_all()


if __name__ == "__main__":
    main()
