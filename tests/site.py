"""A whole site of its own for tests and benchmarks: its files, its embedded database, the tiny city, really served.

    with Site() as site:           # made and filled, not yet served
        site.start()               # `python -m dongli serve`, until it answers
        Filer(site.port).file("路灯不亮")

Run as a program it fills the site that DONGLI_VAR names.
"""

import http.client
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

from dongli.operations import embedded, libpq

ROOT = Path(__file__).resolve().parent.parent
PIN = (113.1075, 27.815)  # in the home grid, whose worker is on duty
OURS = {"DATABASE_URL", "DONGLI_SUPERVISOR", "DJANGO_SETTINGS_MODULE"}


class Site:
    """One site in a directory of its own; leaving the block ends every process and removes all files."""

    def __init__(self, *, workers: int = 2) -> None:
        self.workers, self.port = workers, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Site":
        self.var = Path(tempfile.mkdtemp(prefix="dongli-site-", dir="/var/tmp"))
        self.var.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if name not in OURS}
        # Behind a proxy the sender's address is the proxy's word, so that clients here can be many.
        self.environment = {**kept, "DONGLI_VAR": str(self.var), "DONGLI_DEMO": "1", "DONGLI_BEHIND_PROXY": "1"}
        try:
            self.run("-m", "tests.site")
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(subprocess.TimeoutExpired):
            self.stop()
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._remove()

    def _remove(self) -> None:
        embedded.remove(self.var)
        shutil.rmtree(self.var, ignore_errors=True)

    def run(self, *arguments: str) -> None:
        """Run Python with `arguments` in the site's environment; raises when it fails."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{arguments} failed:\n{done.stdout}{done.stderr}")

    def start(self) -> float:
        """Serve; returns the seconds until the site answered."""
        begun = time.monotonic()
        with (self.var / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dongli", "serve", "--port", str(self.port), "--workers", str(self.workers)],
                cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        if not wait(self.answers, 300):
            raise RuntimeError(f"The site did not start:\n{self.log()}")
        return time.monotonic() - begun

    def stop(self) -> int | None:
        """Stop as an operator would; the exit code."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(120)
        self.process = None
        return code

    def log(self) -> str:
        return (self.var / "serve.log").read_text(errors="replace")[-4000:]

    def answers(self) -> bool:
        """Whether `/healthz` answers."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            link.request("GET", "/healthz", headers={"Host": "localhost"})
            return link.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            link.close()

    def processes(self) -> list[int]:
        """Every live process of this site, its database included: known by what was written into its environment."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                with suppress(OSError):
                    mark = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
                    if str(self.var).encode() in mark or embedded.place(self.var).token.encode() in mark:
                        found.append(int(entry.name))
        return found

    def postmaster(self) -> int | None:
        """The database's main process."""
        lines = [line for line in (_home(self.var) / "data" / "postmaster.pid").read_text().splitlines() if line]
        return int(lines[0]) if lines else None

    def named(self, module: str) -> list[int]:
        """Processes started as `python -m <module>`, and after them their own children (granian's workers)."""
        mains = [pid for pid in self.processes() if f"-m\0{module}\0".encode() in _command(pid)]
        return mains + [pid for pid in self.processes() if _parent(pid) in mains]

    @contextmanager
    def database(self) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
        """A connection to the site's database, which is started if it does not run."""
        with embedded.session(self.var), psycopg.connect(self.conninfo(), autocommit=True) as link:
            yield link

    def conninfo(self) -> str:
        """How to reach the site's database."""
        return libpq.conninfo(embedded.connection(self.var))


def _home(var: Path) -> Path:
    return embedded.place(var).home


def _command(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _parent(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait(done: Callable[[], object], seconds: float) -> bool:
    """Wait until `done()` is true; whether it was within `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if done():
            return True
        time.sleep(0.1)
    return False


@dataclass
class Filer:
    """A browser of a resident who files through the real form, on a kept connection; always a new face and address."""

    port: int
    timeout: float = 10.0
    link: http.client.HTTPConnection | None = None
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def open_form(self) -> None:
        """Load `/report/` for the form's own token."""
        self.close()
        status, headers, body = self._ask("GET", "/report/", {"Host": "localhost"})
        if status != 200:
            raise OSError(f"/report/ answered {status}")
        cookie = re.search(r"csrftoken=\w+", " ".join(headers.get_all("Set-Cookie", [])))
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', body)
        if cookie is None or token is None:
            raise OSError("no form on /report/")
        self.token = token[1]
        self.headers = {
            "Host": "localhost", "Cookie": cookie[0], "Content-Type": "application/x-www-form-urlencoded"
        }  # fmt: skip

    def file(self, what: str, key: str, pin: tuple[float, float] = PIN, **more: str) -> str:
        """File once; the address of the page that acknowledges it. Raises `OSError` when nothing does."""
        if not self.token:
            self.open_form()
        fields = {
            "csrfmiddlewaretoken": self.token, "idempotency_key": key, "what": what,
            "longitude": f"{pin[0]}", "latitude": f"{pin[1]}", **more,
        }  # fmt: skip
        address = {"X-Forwarded-For": ".".join(str(part) for part in secrets.token_bytes(4))}
        status, headers, body = self._ask("POST", "/report/", {**self.headers, **address}, urlencode(fields))
        if status != 303:
            raise OSError(f"filing answered {status}: {body[:300]}")
        return str(headers["Location"])

    def _ask(self, method: str, path: str, headers: dict[str, str], body: str = "") -> tuple[int, Message, str]:
        if self.link is None:
            self.link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            self.link.request(method, path, body or None, headers)
            answer = self.link.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise OSError(str(error)) from error

    def close(self) -> None:
        """Forget the connection and the form."""
        if self.link is not None:
            self.link.close()
        self.link, self.token = None, ""


def fill() -> None:
    """Make the tables, load the shipped policy and make the tiny city."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dongli.settings")
    django.setup()
    from django.conf import settings

    from dongli.cases.actions.policy import load_policy
    from dongli.operations import assets
    from tests.cast import make_city

    with embedded.session(settings.VAR):
        assets.migrate()
        assets.compile_catalogues()
        assets.collect_static()
        load_policy()
        make_city()


if __name__ == "__main__":
    fill()
