"""`dongli doctor`: what is wrong with this installation, and the cure of each fault."""

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError

from dongli.operations import assets
from dongli.operations.checks import Fault, settings_faults
from dongli.people.queries.permissions import clashes

OLDEST_SERVER = 15
EXTENSIONS = ("btree_gist",)
HEARTBEAT_SECONDS = 60
CLOCK_SECONDS = 5
DISK_SHARE, DISK_BYTES = 0.05, 2 * 1024**3

Check = Callable[[], Iterator[Fault]]


def run(args: argparse.Namespace) -> int:
    """Run every check and print its faults; 1 when one of them is grave."""
    grave = False
    for name, check in CHECKS:
        faults = list(_guarded(check))
        for fault in faults:
            grave |= fault.grave
            print(f"{'FAULT  ' if fault.grave else 'warning'} {fault.message}\n        cure: {fault.cure}")
        if not faults:
            print(f"ok      {name}")
    return 1 if grave else 0


def _guarded(check: Check) -> Iterator[Fault]:
    """The faults of `check`; a database that fails in the middle is told once, by `database`, and skips the others."""
    if check in NEED_DATABASE and not _reachable():
        yield Fault(
            "dongli.W100", f"Not checked without the database: {check.__name__.strip('_')}.", "See above.", False
        )
        return
    yield from check()


def _reachable() -> bool:
    try:
        connection.ensure_connection()
    except DatabaseError:
        return False
    return True


def _one(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    return row[0] if row else None


def database() -> Iterator[Fault]:
    """Reachable, new enough, in UTF-8."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        where = settings.DATABASES["default"]
        yield Fault(
            "dongli.E101",
            f"No connection to the database {where['NAME']} on {where['HOST']}: {str(error).strip()}",
            "Start the server, or correct DATABASE_URL.",
        )
        return
    version = connection.pg_version // 10000  # type: ignore[attr-defined]
    if version < OLDEST_SERVER:
        yield Fault("dongli.E102", f"PostgreSQL {version} is too old.", f"Use PostgreSQL {OLDEST_SERVER} or newer.")
    if (encoding := _one("SHOW server_encoding")) != "UTF8":
        yield Fault("dongli.E103", f"The database is in {encoding}.", "Create it anew with ENCODING 'UTF8'.")


def extensions() -> Iterator[Fault]:
    """Those that the tables need."""
    for name in EXTENSIONS:
        if not _one(f"SELECT 1 FROM pg_extension WHERE extname = '{name}'"):  # noqa: S608 - names from above
            yield Fault(
                "dongli.E104",
                f"The extension {name} is not installed in the database.",
                f"Run `python -m dongli migrate`, or as the database's owner: CREATE EXTENSION {name};",
            )


def migrations() -> Iterator[Fault]:
    """All applied."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in missing[:5])
        yield Fault(
            "dongli.E105", f"{len(missing)} migrations are not applied: {names}…", "Run `python -m dongli migrate`."
        )


def worker() -> Iterator[Fault]:
    """A job worker has given a sign of life, and no job waits long."""
    if not _one("SELECT to_regclass('procrastinate_workers')"):
        yield Fault("dongli.E106", "The job queue has no tables.", "Run `python -m dongli migrate`.")
        return
    silent = _one("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers")
    if silent is None or float(str(silent)) > HEARTBEAT_SECONDS:
        since = "ever" if silent is None else f"for {float(str(silent)):.0f} s"
        yield Fault(
            "dongli.E107",
            f"No job worker has given a sign of life {since}: reminders and messages are not sent.",
            "Start `python -m dongli serve`, and look at its output for why the worker ended.",
        )
    failed = _one("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
    if failed:
        yield Fault(
            "dongli.W108",
            f"{failed} jobs have failed.",
            "Look them up in the back office under Procrastinate jobs; retry them there once the cause is gone.",
            grave=False,
        )


def clock() -> Iterator[Fault]:
    """This machine and the database agree on the time."""
    theirs = _one("SELECT clock_timestamp()")
    assert isinstance(theirs, datetime)  # noqa: S101 - for the type checker
    skew = abs((datetime.now(UTC) - theirs).total_seconds())
    if skew > CLOCK_SECONDS:
        yield Fault(
            "dongli.E109",
            f"The clocks of this machine and the database are {skew:.0f} s apart: limits would be wrong.",
            "Let both follow a time server (chrony or systemd-timesyncd).",
        )


def roles() -> Iterator[Fault]:
    """Nobody grants and audits in one place at one time."""
    if not _one("SELECT to_regclass('people_grant')"):
        return
    for clash in clashes():
        yield Fault(
            "dongli.E114",
            f"{clash.user} ({clash.user.username}) is administrator of {clash.granting.place} and auditor of "
            f"{clash.auditing.place} at one time: who grants does not audit.",
            "End one of the two roles under Accounts and roles.",
        )


def disk() -> Iterator[Fault]:
    """Room left where files and the embedded database lie."""
    usage = shutil.disk_usage(settings.VAR if settings.VAR.exists() else settings.BASE_DIR)
    if usage.free < DISK_BYTES or usage.free / usage.total < DISK_SHARE:
        yield Fault(
            "dongli.E110",
            f"Only {usage.free / 1024**3:.1f} GB are free under {settings.VAR}.",
            "Free some space, or move DONGLI_VAR to a larger disk.",
        )


def static() -> Iterator[Fault]:
    """Collected, and as new as their sources."""
    if not (settings.BASE_DIR / "node_modules").is_dir():
        yield Fault("dongli.E111", "The browser's libraries are not installed.", "Run `npm ci --omit=dev`.")
    elif not assets.static_is_current():
        yield Fault(
            "dongli.E112",
            "The collected static files are older than their sources.",
            "Run `python -m dongli migrate` and restart.",
        )


def media() -> Iterator[Fault]:
    """Uploaded photos can be written."""
    root = Path(settings.MEDIA_ROOT)
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root):
            pass
    except OSError as error:
        yield Fault("dongli.E113", f"{root} cannot be written: {error}", "Give it to the user that runs Dongli.")


CHECKS: list[tuple[str, Check]] = [
    ("settings", settings_faults),
    ("database", database),
    ("extensions", extensions),
    ("migrations", migrations),
    ("worker", worker),
    ("clock", clock),
    ("roles", roles),
    ("disk", disk),
    ("static files", static),
    ("uploads", media),
]
NEED_DATABASE = frozenset({extensions, migrations, worker, clock, roles})
