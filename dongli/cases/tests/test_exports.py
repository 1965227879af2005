"""Exports: what is seen and no more, never a contact or a formula; one's own only; on record; gone after a day."""

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from procrastinate.contrib.django import app
from procrastinate.testing import InMemoryConnector

from dongli.cases import spreadsheet
from dongli.cases.actions import exporting
from dongli.cases.models import Case, CaseText, Export
from dongli.cases.models.search import ExportState
from dongli.cases.queries import lists
from dongli.cases.queries.lists import Sieve
from dongli.cases.tests.conftest import Stage
from dongli.cases.tests.test_desk_views import Desk
from dongli.common.clock import now, today
from dongli.common.errors import Conflict
from dongli.common.ids import new_id
from dongli.people.models import AccessRecord


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage, "community")


def asked(desk: Desk, format: str = "csv", query: str = "") -> Export:
    """An export asked for on the page and written by its job."""
    answer: Any = desk.client.post("/desk/export/", {"format": format, "query": query})
    assert answer.status_code == 302
    export = Export.objects.get()
    assert answer.url == f"/desk/export/{export.id}/"
    assert export.state == ExportState.QUEUED
    exporting.write(export.id)
    export.refresh_from_db()
    return export


def content(desk: Desk, export: Export) -> bytes:
    answer: Any = desk.get("desk_export_file", export.id)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    return b"".join(answer.streaming_content)


def table(desk: Desk, export: Export) -> list[list[str]]:
    return rows_of(content(desk, export), export.format)


def rows_of(data: bytes, format: str) -> list[list[str]]:
    """The cells of an exported file."""
    if format == "csv":
        assert data.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(data), read_only=True).worksheets[0]
    return [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_what_is_seen_is_written_without_contacts_and_formulas(stage: Stage, desk: Desk, format: str) -> None:
    seen = stage.file(what="=HYPERLINK(路灯) 请打 13800000001", phone="13800000001", name="张三丰")
    stage.file(what="井盖没了")
    export = asked(desk, format, "q=路灯")
    assert (export.state, export.total, export.done) == (ExportState.DONE, 1, 1)
    rows = table(desk, export)
    assert [row[0] for row in rows[1:]] == [seen.number]
    assert "'=HYPERLINK(路灯) 请打 138****0001" in rows[1]
    assert "13800000001" not in str(rows)
    assert "张三丰" not in str(rows)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1"])
def test_nothing_is_a_formula(text: str) -> None:
    assert spreadsheet.plain(text) == f"'{text}"
    assert spreadsheet.plain(f"路灯{text}") == f"路灯{text}"


def test_only_rows_one_may_see_are_written(stage: Stage) -> None:
    stage.file()
    stranger = Desk(stage, "stranger")
    assert len(table(stranger, asked(stranger))) == 1


def test_a_file_is_for_whoever_asked_only(stage: Stage, desk: Desk, media: Path) -> None:
    stage.file()
    export = asked(desk)
    for who, status in (("stranger", 404), ("city", 404), ("resident", 403)):
        for name in ("desk_export", "desk_export_live", "desk_export_file"):
            assert Desk(stage, who).get(name, export.id).status_code == status
    record = AccessRecord.objects.get(subject_kind="export")
    assert (record.viewer, record.subject_id, record.reason) == (stage.city.person("community"), export.id, "1件案卷")
    assert len(Path(export.file).stem) >= 32
    assert desk.get("desk_export_file", new_id()).status_code == 404


def test_a_file_is_gone_after_a_day(stage: Stage, desk: Desk, media: Path) -> None:
    stage.file()
    export = asked(desk)
    assert (media / export.file).exists()
    assert exporting.purge_exports() == 0
    Export.objects.update(created_at=now() - timedelta(hours=25))
    assert desk.get("desk_export_file", export.id).status_code == 404
    assert exporting.purge_exports() == 1
    assert not (media / export.file).exists()
    assert not Export.objects.exists()


def test_progress_is_shown(stage: Stage, desk: Desk) -> None:
    export = Export.objects.create(
        user=stage.city.person("community"), format="csv", language="en", state=ExportState.RUNNING, total=9, done=4
    )
    page = desk.get("desk_export", export.id).content.decode()
    assert 'max="9" value="4"' in page
    assert "data-live=" in page
    fragment = desk.get("desk_export_live", export.id)
    assert fragment.headers["ETag"] == '"running-4-9"'
    assert desk.get("desk_export_file", export.id).status_code == 404
    Export.objects.update(state=ExportState.FAILED)
    assert 'role="alert"' in desk.get("desk_export", export.id).content.decode()


def test_asked_twice_is_one_and_another_waits(stage: Stage) -> None:
    viewer = stage.viewer("community")
    first = exporting.ask(viewer=viewer, format="csv", sieve=Sieve())
    assert exporting.ask(viewer=viewer, format="csv", sieve=Sieve()) == first
    with pytest.raises(Conflict):
        exporting.ask(viewer=viewer, format="xlsx", sieve=Sieve())


def test_what_fails_says_so_and_leaves_no_file(
    stage: Stage, desk: Desk, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.file()
    monkeypatch.setattr(exporting, "open_record", lambda **_fields: 1 / 0)
    export = asked(desk)
    assert export.state == ExportState.FAILED
    assert not list(media.rglob("*.csv"))


def test_a_long_list_is_written_page_by_page(stage: Stage, desk: Desk, django_assert_max_num_queries: Any) -> None:
    pattern = stage.file()
    rows = [
        Case(
            id=new_id(), number=f"20200101-{at:06d}", kind=pattern.kind, source=pattern.source, state=pattern.state,
            desk=pattern.desk, community=pattern.community, steps_count=0,
        )
        for at in range(1100)
    ]  # fmt: skip
    Case.objects.bulk_create(rows)
    CaseText.objects.bulk_create(CaseText(case=row, description="路灯不亮") for row in rows)
    with django_assert_max_num_queries(40):
        export = asked(desk)
    assert export.done == 1101
    assert len({row[0] for row in table(desk, export)}) == 1102


def test_a_sieve_is_put_away_and_taken_out(stage: Stage) -> None:
    sieve = Sieve(
        filter="late", line="safety", area=stage.city.community, words="路灯", state="filed", department=new_id(),
        late=True, since=today(), until=today(),
    )  # fmt: skip
    assert lists.restored(lists.stored(sieve)) == sieve
    assert lists.restored(lists.stored(Sieve())) == Sieve()


def test_the_job_writes_it(stage: Stage, desk: Desk) -> None:
    with app.replace_connector(InMemoryConnector()) as memory:
        viewer = stage.viewer("community")
        export = exporting.ask(viewer=viewer, format="csv", sieve=Sieve())
        connector: Any = memory.connector
    jobs = list(connector.jobs.values())
    assert [(job["task_name"], job["args"]) for job in jobs] == [
        ("dongli.cases.tasks.write_export", {"export_id": str(export.id)})
    ]
