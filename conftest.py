"""Before Django loads: a database for the tests. Without DATABASE_URL it is the embedded one."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from pytest_django import Settings

from dongli.operations import embedded, libpq

VAR = Path(os.environ.get("DONGLI_VAR") or Path(__file__).resolve().parent / "var")
EMBEDDED = not os.environ.get("DATABASE_URL")

os.environ.setdefault("DONGLI_DEMO", "1")
# Who waits longer for a lock waits for ever, and a statement that takes longer has a bad plan: both fail and are named.
os.environ.setdefault("PGOPTIONS", "-c lock_timeout=60s -c statement_timeout=240s")
if EMBEDDED:
    embedded.ensure_running(VAR)


def pytest_configure(config: pytest.Config) -> None:
    """Settings that only tests want, and no left-overs of runs that were killed."""
    from django.conf import settings

    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Herald(config))
        from dongli.operations import assets

        assets.compile_catalogues()
        _drop_stale_databases()


class _Herald:
    """Says at once what failed and how: a run may be cut off before pytest's own report."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal is not None:
            terminal.ensure_newline()
            terminal.write_line(f"{report.when} of {report.nodeid} failed: {report.longreprtext[-2000:]}", red=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave the embedded server; the last to leave stops it."""
    if EMBEDDED:
        embedded.stop(VAR)


def _drop_stale_databases() -> None:
    """Test databases carry their run's process id: drop those whose process is gone."""
    import psycopg
    from django.conf import settings

    with psycopg.connect(libpq.conninfo(settings.DATABASES["default"], "postgres"), autocommit=True) as link:
        for (name,) in link.execute("SELECT datname FROM pg_database WHERE datname ~ '^test_dongli_[0-9]+'").fetchall():
            if not _is_alive(int(name.split("_")[2])):
                with suppress(psycopg.Error):
                    link.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@pytest.fixture(autouse=True)
def _nothing_shared(settings: Settings, tmp_path: Path) -> None:
    """No test writes into the checkout's uploads, or sees the policy or the map of the one before."""
    from dongli.areas import index
    from dongli.cases import policy
    from dongli.people import policies

    settings.MEDIA_ROOT = tmp_path / "media"
    index.expire()
    policy.forget()
    policies.forget()


@pytest.fixture(autouse=True)
def _statements_do_not_depend_on_the_clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process keeps it asks about once a second: a page that is counted just then would take one more."""
    if not {"browser", "freshness"} & {mark.name for mark in request.node.iter_markers()}:
        for name in ("areas.index.CHECK_EVERY", "cases.kept.KEPT_SECONDS", "people.policies.kept.KEPT_SECONDS"):
            monkeypatch.setattr(f"dongli.{name}", 3600.0)
