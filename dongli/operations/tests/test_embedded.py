"""The embedded server under bad treatment. Each test has a VAR of its own and leaves nothing running."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from dongli.operations import embedded

ROOT = os.geteuid() == 0
STARTER = """
import sys; from pathlib import Path; from dongli.operations import embedded; embedded.ensure_running(Path(sys.argv[1]))
"""


@contextmanager
def fresh() -> Iterator[Path]:
    """A VAR on a short path that the server's user can reach, unlike pytest's own temporary directories."""
    base = Path(tempfile.mkdtemp(prefix="dl"))
    base.chmod(0o755)
    yield base / "var"
    embedded.remove(base / "var")
    base.chmod(0o700)
    shutil.rmtree(base)


@pytest.fixture
def var() -> Iterator[Path]:
    """A VAR of the test's own, with nothing in it."""
    with fresh() as made:
        yield made


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    """A VAR with a server that tests may stop, kill and spoil; each starts from `running`."""
    with fresh() as made:
        yield made


@pytest.fixture
def running(server: Path) -> Path:
    """The shared server, running, with no table in it."""
    embedded.ensure_running(server)
    with connect(server) as link:
        link.execute("DROP TABLE IF EXISTS note")
    return server


def connect(var: Path) -> "psycopg.Connection[tuple[object, ...]]":
    given = embedded.connection(var)
    return psycopg.connect(
        host=given["HOST"],
        port=given["PORT"],
        user=given["USER"],
        dbname=given["NAME"],
        autocommit=True,
        **given["OPTIONS"],
    )


def write(var: Path, text: str) -> None:
    with connect(var) as link:
        link.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        link.execute("INSERT INTO note VALUES (%s)", [text])


def read(var: Path) -> list[object]:
    with connect(var) as link:
        return [row[0] for row in link.execute("SELECT text FROM note ORDER BY text").fetchall()]


def postmaster(var: Path) -> int:
    return embedded._processes(embedded.place(var))[0]


def crash(var: Path) -> None:
    """Kill the whole cluster at once, as a power cut would, so that a full pid file stays behind."""
    for pid in embedded._processes(embedded.place(var)):
        with suppress(ProcessLookupError):  # the others go by themselves when the postmaster has gone
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while embedded._processes(embedded.place(var)) and time.monotonic() < deadline:
        time.sleep(0.02)


def pid_file(var: Path) -> Path:
    return embedded.place(var).data / "postmaster.pid"


def test_starts_in_utf8_and_asks_for_the_password(running: Path) -> None:
    assert embedded.is_running(running)
    with connect(running) as link:
        assert link.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert link.execute("SELECT lower('ÄÖ') || '株洲'").fetchone() == ("äö株洲",)
        assert link.execute("SHOW listen_addresses").fetchone() == ("",)
    assert embedded.place(running).password.stat().st_mode & 0o777 == 0o600
    given = embedded.connection(running)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=given["HOST"], port=given["PORT"], user="dongli", dbname="dongli", password="guess")


def test_stopping_keeps_the_data(running: Path) -> None:
    write(running, "kept")
    assert embedded.stop(running)
    assert not embedded.is_running(running)
    assert embedded._processes(embedded.place(running)) == []
    embedded.ensure_running(running)
    assert read(running) == ["kept"]


def test_a_killed_postmaster_is_replaced_and_nothing_acknowledged_is_lost(running: Path) -> None:
    write(running, "acknowledged")
    os.kill(postmaster(running), signal.SIGKILL)
    embedded.ensure_running(running)
    assert read(running) == ["acknowledged"]


def test_a_stale_pid_file_of_a_crash_is_no_obstacle(running: Path) -> None:
    write(running, "before")
    crash(running)
    assert pid_file(running).exists()
    embedded.ensure_running(running)
    assert read(running) == ["before"]


def test_a_reused_pid_is_not_taken_for_the_server(running: Path) -> None:
    crash(running)
    lines = pid_file(running).read_text().splitlines()
    with stranger(embedded.place(running)) as other:
        pid_file(running).write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        embedded.ensure_running(running)
        assert embedded.is_running(running)
        assert other.poll() is None


def stranger(place: embedded.Place) -> "subprocess.Popen[bytes]":
    """A process of the server's user that has nothing to do with it; ends by itself when its pipe closes."""
    user = {"user": place.account.pw_uid} if place.account else {}
    return subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, **user)  # type: ignore[call-overload,no-any-return]  # noqa: S607


def test_a_zombie_postmaster_does_not_count_as_running(running: Path) -> None:
    embedded.stop(running, force=True)
    script = STARTER + "print(flush=True); input()"  # from then on this parent never reaps its child
    command = [sys.executable, "-c", script, str(running)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        os.kill(postmaster(running), signal.SIGKILL)
        embedded.ensure_running(running)
        assert embedded.is_running(running)
        parent.communicate(b"\n")


@pytest.mark.parametrize("content", ["", "12", "nonsense\n", "-1\n/nowhere\n"])
def test_a_truncated_pid_file_is_no_obstacle(running: Path, content: str) -> None:
    crash(running)
    pid_file(running).write_text(content)
    embedded.ensure_running(running)
    assert embedded.is_running(running)


def test_an_interrupted_initdb_leaves_no_half_cluster(var: Path) -> None:
    half = var / "postgres" / "data.half"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    embedded.ensure_running(var)
    assert embedded.is_running(var)


def test_starters_at_the_same_time_share_one_server(var: Path) -> None:
    starters = [subprocess.Popen([sys.executable, "-c", STARTER, str(var)]) for _ in range(3)]
    assert [starter.wait(60) for starter in starters] == [0, 0, 0]
    assert embedded.is_running(var)
    lines = [line for _, line in embedded._command_lines() if f"-D {embedded.place(var).data} " in line]
    assert len(lines) == 1


def test_the_last_to_leave_stops_the_server(running: Path) -> None:
    script = STARTER + "print('up', flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", script, str(running)], **pipes) as other:  # type: ignore[call-overload]
        assert other.stdout.readline() == b"up\n"
        assert not embedded.stop(running)
        assert embedded.is_running(running)
        other.kill()
    embedded.ensure_running(running)
    assert embedded.stop(running)
    assert not embedded.is_running(running)


@pytest.mark.skipif(not ROOT, reason="only root drops its rights")
def test_root_never_runs_the_server_itself(running: Path) -> None:
    status = Path(f"/proc/{postmaster(running)}/status").read_text()
    facts = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    assert "0" not in facts["Uid"].split()
    assert "0" not in facts["Gid"].split()
    assert facts["Groups"].strip() == ""


@pytest.mark.skipif(not ROOT, reason="only root may enter such a directory and yet not run the server")
def test_a_directory_only_root_may_enter_moves_the_data_and_is_left_as_it_was(var: Path) -> None:
    var.parent.chmod(0o700)
    home = embedded.place(var).home
    assert home.parent == embedded.OUTSIDE
    embedded.ensure_running(var)
    assert embedded.is_running(var)
    assert var.parent.stat().st_mode & 0o777 == 0o700
    assert not (var / "postgres").exists()
    embedded.remove(var)
    assert not home.exists()


@pytest.mark.skipif(not ROOT, reason="needs a directory that the server's user cannot enter")
def test_unreachable_binaries_are_copied_once(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = embedded.binaries()
    monkeypatch.setattr(embedded, "_can_enter", lambda path, account: path != original)
    embedded.ensure_running(var)
    copies = list(embedded.place(var).home.glob("postgresql-*"))
    assert len(copies) == 1
    made = copies[0].stat().st_ctime_ns
    crash(var)
    embedded.ensure_running(var)
    assert copies[0].stat().st_ctime_ns == made


@pytest.mark.skipif(not ROOT, reason="needs a directory that the server's user cannot enter")
def test_a_new_checkout_at_an_old_path_does_not_inherit_a_database(var: Path) -> None:
    var.parent.chmod(0o700)
    embedded.ensure_running(var)
    write(var, "of the old checkout")
    embedded.stop(var)
    shutil.rmtree(var)
    embedded.ensure_running(var)
    with connect(var) as link:
        assert link.execute("SELECT to_regclass('note')").fetchone() == (None,)


def test_parents_keep_their_modes(var: Path) -> None:
    before = [(path, path.stat().st_mode) for path in var.parents]
    embedded.ensure_running(var)
    assert [(path, path.stat().st_mode) for path in var.parents] == before


def test_a_path_too_long_for_a_socket_moves_the_data(var: Path) -> None:
    deep = var.parent / ("x" * 60) / ("y" * 40)
    place = embedded.place(deep)
    assert len(str(place.run / ".s.PGSQL.5432")) <= embedded.SOCKET_PATH_MAX
    assert place.home.parent == embedded.OUTSIDE


def test_a_home_that_belongs_to_another_user_is_refused(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (var / "postgres").mkdir(parents=True)
    with monkeypatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: pwd.getpwnam("nobody").pw_uid)
        with pytest.raises(embedded.EmbeddedError, match="belongs to someone else"):
            embedded.ensure_running(var)


def test_missing_binaries_are_named_with_the_cure(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DONGLI_PG_BIN", str(var))
    with pytest.raises(embedded.EmbeddedError, match="DONGLI_PG_BIN"):
        embedded.ensure_running(var)
