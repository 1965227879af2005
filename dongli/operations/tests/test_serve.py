"""One program that serves, under bad treatment: real processes on a VAR of their own."""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from dongli.operations import embedded, serve

ROOT = Path(__file__).resolve().parents[3]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    """A `dongli serve` of its own and the processes that belong to it."""

    def __init__(self, base: Path) -> None:
        self.var, self.port = base / "var", free_port()
        self.environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | {
            "DONGLI_VAR": str(self.var), "DONGLI_DEMO": "1", "DONGLI_BASE_URL": f"http://localhost:{self.port}",
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> int:
        command = [sys.executable, "-m", "dongli", "serve", "--migrate", "--port", str(self.port), "--workers", "1"]
        with (self.var.parent / "log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        until(self.is_up)
        return self.process.pid

    def is_up(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def pids(self, part: str) -> list[int]:
        """Processes of this site whose command line has `part`."""
        marks = (f"--port {self.port} ", str(self.var), f"dongli-{embedded.place(self.var).token}")
        own = [pid for pid, line in embedded._command_lines() if part in line and any(mark in line for mark in marks)]
        return own + ([pid for pid in self.workers() if part == "dongli.operations.worker"])

    def workers(self) -> list[int]:
        assert self.process is not None
        mark = f"DONGLI_VAR={self.var}\0".encode()
        found = []
        for pid, line in embedded._command_lines():
            if "dongli.operations.worker" in line and mark in Path(f"/proc/{pid}/environ").read_bytes():
                found.append(pid)
        return found

    def everything(self) -> list[int]:
        return [*self.pids(""), *self.workers()]

    def said(self) -> str:
        return (self.var.parent / "log").read_text()


def until(happened: Callable[[], bool], seconds: float = 300.0) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def site() -> Iterator[Site]:
    base = Path(tempfile.mkdtemp(prefix="dl"))
    base.chmod(0o755)
    made = Site(base)
    yield made
    if made.process is not None:
        made.process.kill()
        made.process.wait()
        for pid in made.everything():
            os.kill(pid, signal.SIGKILL)
    embedded.remove(made.var)
    shutil.rmtree(base)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="tells processes apart by /proc")
def test_whatever_is_killed_comes_back_and_nothing_stays_behind(site: Site) -> None:
    site.start()
    until(lambda: len(site.workers()) == 1)
    for part in ("dongli.operations.web", "dongli.operations.worker", "bin/postgres"):
        (victim, *_) = site.pids(part)
        os.kill(victim, signal.SIGKILL)
        until(lambda part=part, victim=victim: bool(set(site.pids(part)) - {victim}) and site.is_up())  # type: ignore[misc]
    assert site.process is not None
    site.process.send_signal(signal.SIGTERM)
    assert site.process.wait(30) == 0
    assert site.everything() == []
    assert "Stopped." in site.said()

    os.kill(site.start(), signal.SIGKILL)
    site.process.wait()
    until(lambda: site.everything() == [], 120)


def arguments(**changes: object) -> argparse.Namespace:
    return argparse.Namespace(**({"host": "127.0.0.1", "port": free_port(), "workers": 1, "migrate": False} | changes))


def test_a_taken_port_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "PORT_SECONDS", 0.0)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert "taken by another program" in serve._hindrance(arguments(port=other.getsockname()[1]))


@pytest.mark.parametrize(("host", "allowed"), [("127.0.0.1", True), ("localhost", True), ("0.0.0.0", False)])
def test_the_demonstration_stays_on_this_machine(settings: Settings, host: str, allowed: bool) -> None:
    settings.DEMO = True
    assert (serve._hindrance(arguments(host=host)) == "") is allowed


def test_bad_settings_are_refused_with_their_cure(settings: Settings) -> None:
    settings.PRODUCTION = settings.DEMO = True
    assert "Unset DONGLI_DEMO" in serve._hindrance(arguments())


def test_pauses_grow_while_a_child_keeps_dying() -> None:
    child = serve.Child("test", "this_module_does_not_exist")
    pauses = []
    for _ in range(3):
        child.due = 0.0
        child.look_after()
        assert child.process is not None
        child.process.wait()
        child.look_after()
        pauses.append(round(child.due - time.monotonic(), 1))
    assert pauses == [0.5, 1.0, 2.0]


def test_exits_are_told_in_words() -> None:
    assert serve.describe_exit(3) == "exit code 3"
    assert serve.describe_exit(-9) == "SIGKILL"
