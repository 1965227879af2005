"""Killed with -9, one after the other, while eight clients file: what was acknowledged is there, once; nothing stays.

The real program, with an embedded database of its own, on the tiny city.
"""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest

from dongli.common.ids import new_id
from tests.site import Filer, Site, wait

pytestmark = pytest.mark.slow

CLIENTS = 8
BETWEEN = 1.0  # seconds of filing before each kill, and after the last


@pytest.fixture(scope="module")
def made() -> Iterator[Site]:
    with Site() as found:
        yield found


@pytest.fixture
def site(made: Site) -> Site:
    """The site, running, whatever the test before has done to it."""
    if made.process is None:
        made.start()
    return made


class Crowd:
    """Clients that file one appeal after the other, each under one key until it is acknowledged."""

    def __init__(self, port: int) -> None:
        self.port, self.over = port, threading.Event()
        self.acknowledged: dict[str, str] = {}
        self.tries: Counter[str] = Counter()
        self.threads = [threading.Thread(target=self._file, args=(number,)) for number in range(CLIENTS)]

    def __enter__(self) -> "Crowd":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(200)

    def _file(self, number: int) -> None:
        filer, count = Filer(self.port), 0
        while not self.over.is_set():
            count += 1
            what, key = f"第{number}人第{count}件：路灯不亮", str(new_id())
            until = time.monotonic() + 180
            while what not in self.acknowledged and time.monotonic() < until:
                self.tries[what] += 1
                try:
                    self.acknowledged[what] = filer.file(what, key)
                except OSError:
                    filer.close()
                    time.sleep(0.2)
        filer.close()

    def goes_on(self, seconds: float = 120) -> None:
        """Wait until filing works again after a blow, and a while longer."""
        before = len(self.acknowledged)
        assert wait(lambda: len(self.acknowledged) > before + CLIENTS, seconds), "filing did not come back"
        time.sleep(BETWEEN)


def kill(*pids: int | None) -> None:
    assert any(pids)
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid or 0, signal.SIGKILL) if pid else None


def test_what_was_acknowledged_survives_every_death(site: Site) -> None:
    with Crowd(site.port) as crowd:
        crowd.goes_on()
        kill(site.named("dongli.operations.web")[-1])  # one web worker
        crowd.goes_on()
        kill(*site.named("dongli.operations.worker"))  # the job worker
        crowd.goes_on()
        kill(site.postmaster())  # the database
        crowd.goes_on()
        kill(site.named("dongli.operations.web")[0])  # the web server's main process
        crowd.goes_on()
    filed = crowd.acknowledged
    assert len(filed) > 5 * CLIENTS
    assert crowd.tries.total() > len(filed), "nobody had to try again: nothing was hit"
    with site.database() as link:
        rows = link.execute(
            "SELECT t.description, c.number, c.steps_count,"
            " (SELECT array_agg(s.seq ORDER BY s.seq) FROM cases_step s WHERE s.case_id = c.id)"
            " FROM cases_case c JOIN cases_casetext t ON t.case_id = c.id"
        ).fetchall()
    stored = {what: number for what, number, _count, _steps in rows}
    assert len(stored) == len(rows), "an appeal was stored twice"
    for what, page in filed.items():
        assert stored[what] in page
    assert all(steps == list(range(1, count + 1)) for _what, _number, count, steps in rows)


def test_a_clean_stop_leaves_no_process(site: Site) -> None:
    assert site.stop() == 0
    assert wait(lambda: not site.processes(), 60), site.processes()


def test_a_killed_supervisor_leaves_no_process_and_loses_nothing(site: Site) -> None:
    filer = Filer(site.port)
    page = filer.file("最后一件", str(new_id()))
    filer.close()
    assert site.process is not None
    site.process.kill()
    site.process.wait()
    site.process = None
    assert wait(lambda: not site.processes(), 60), site.processes()
    with site.database() as link:
        found = link.execute(
            "SELECT c.number FROM cases_case c JOIN cases_casetext t ON t.case_id = c.id WHERE t.description = %s",
            ["最后一件"],
        ).fetchall()
    assert len(found) == 1
    assert found[0][0] in page
