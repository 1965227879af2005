"""One program that serves: embedded database (if used), web workers and a job worker, watched and restarted.

Nothing is kept in these processes that a kill could lose: what was acknowledged is in the database. So a child that
dies is simply started again, after a pause that grows while it keeps dying; and when this program itself is killed,
its children notice (`lifeline`) and end.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlparse

from django.conf import settings

from dongli.operations import assets, checks, embedded, lifeline

TICK_SECONDS = 0.5
DATABASE_TICKS = 4  # look after the embedded database every so many ticks
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STEADY_SECONDS = 30.0  # a child that lived this long has not "kept dying"
STOP_SECONDS = 15.0
PORT_SECONDS = 10.0  # children of a killed predecessor need a moment to leave


@dataclass
class Child:
    """A process kept alive. `failures` counts deaths in a row; `due` is when (monotonic) to start it again."""

    name: str
    module: str
    arguments: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches only the supervisor, and the whole group can be ended at once.
        command = [sys.executable, "-m", self.module, *self.arguments]
        environment = {**os.environ, lifeline.SUPERVISOR: str(os.getpid())}
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, env=environment)
        self.started = time.monotonic()

    def look_after(self) -> None:
        """Start it when due; when it died, end what it left behind and set when it is due again."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        kill_group(self.process)
        self.failures = 1 if now - self.started > STEADY_SECONDS else self.failures + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self.failures - 1))
        say(f"The {self.name} process ended ({describe_exit(code)}); starting it again in {pause:g} s.")
        self.process, self.due = None, now + pause


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End at once what is left of the session that `process` leads."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM; 0 after a clean stop, 1 when it could not begin."""
    if fault := _hindrance(args):
        say(fault)
        return 1
    stopping = _stop_on_signals()
    assets.compile_catalogues()
    if args.migrate:
        assets.migrate()
    assets.collect_static()
    web = ["--host", args.host, "--port", str(args.port), "--workers", str(args.workers)]
    children = [Child("web", "dongli.operations.web", web), Child("worker", "dongli.operations.worker")]
    try:
        _supervise(children, args, stopping)
    finally:
        _stop(children)
    say("Stopped.")
    return 0


def _supervise(children: list[Child], args: argparse.Namespace, stopping: threading.Event) -> None:
    ready, tick = False, 0
    while not stopping.is_set():
        if tick % DATABASE_TICKS == 0 and not settings.DATABASE_URL:
            _look_after_database()
        for child in children:
            child.look_after()
        if not ready and _answers(args.host, args.port):
            ready = True
            _announce(args)
        tick += 1
        stopping.wait(TICK_SECONDS if ready else 0.1)


def _look_after_database() -> None:
    if embedded.is_running(settings.VAR):
        return
    say("The embedded database is gone; starting it again.")
    try:
        embedded.ensure_running(settings.VAR)
    except embedded.EmbeddedError as error:
        say(str(error))


def _stop(children: list[Child]) -> None:
    running = [child.process for child in children if child.process is not None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in running:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
        kill_group(process)
        process.wait()


def _stop_on_signals() -> threading.Event:
    """An event that the first Ctrl-C, SIGTERM or SIGHUP sets; a second Ctrl-C interrupts at once."""
    stopping = threading.Event()

    def on_signal(number: int, frame: object) -> None:
        if stopping.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    return stopping


def _hindrance(args: argparse.Namespace) -> str:
    """Why this program must not begin, with the cure; empty when it may."""
    grave = [fault for fault in checks.settings_faults() if fault.grave]
    if grave:
        return "\n".join(f"{fault.message} {fault.cure}" for fault in grave)
    if settings.DEMO and not is_loopback(args.host):
        return (
            f"The demonstration lets anyone become any persona, so it does not listen on {args.host}. "
            "Set DONGLI_PRODUCTION=1 and its keys (docs/operations.md)."
        )
    deadline = time.monotonic() + PORT_SECONDS
    while _taken(args.host, args.port):
        if time.monotonic() > deadline:
            return f"Port {args.port} on {args.host} is taken by another program. Stop it, or choose another --port."
        time.sleep(0.2)
    return ""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    return host in {"localhost", "::1"} or host.startswith("127.")


def _taken(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # past connections in TIME_WAIT do not matter
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def _answers(host: str, port: int) -> bool:
    """Whether `/healthz` says that the site and its database work."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    request = urllib.request.Request(
        f"http://{reachable}:{port}/healthz", headers={"Host": urlparse(settings.BASE_URL).netloc}
    )
    try:
        with urllib.request.urlopen(request, timeout=2) as answer:  # noqa: S310
            return int(answer.status) == 200
    except (OSError, urllib.error.URLError):
        return False


def _announce(args: argparse.Namespace) -> None:
    database = "PostgreSQL of DATABASE_URL" if settings.DATABASE_URL else "embedded PostgreSQL"
    host = "localhost" if is_loopback(args.host) else args.host
    say(
        f"Dongli is ready at http://{host}:{args.port}  "
        f"({args.workers} web workers, 1 job worker, {database}). Ctrl-C stops it."
    )


def describe_exit(code: int) -> str:
    """`code` of a process in words: its exit code, or the signal that ended it."""
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def say(text: str) -> None:
    """A line for the operator, at once even into a pipe."""
    print(text, flush=True)
