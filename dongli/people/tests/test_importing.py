"""Tables in and out: dry run, bad rows by line and column, nothing twice, what comes out goes in again, who may."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from dongli.areas.models import Area, Level
from dongli.common.clock import today
from dongli.common.errors import NotAllowed
from dongli.common.ids import new_id
from dongli.common.sheets import FileProblem
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.people.actions import importing as actions
from dongli.people.actions.careers import NewFact, record_fact
from dongli.people.actions.posts import Appointment, NewPerson, appoint
from dongli.people.importing import engine, kinds, writing
from dongli.people.importing.engine import Report
from dongli.people.models import AccessRecord, Grant, ImportState, PayFact, Post, TableImport, Tenure, User
from tests.cast import City, log_in, make_city

KINDS = ["compounds", "organisations", "people", "posts", "owners-committees", "pay-facts"]
Take = Callable[..., Report]


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def take(city: City, tmp_path: Path) -> Take:
    """take("compounds", [heading, row, …]) as the district's organisation desk."""

    def run(name: str, rows: list[list[Any]], *, who: str = "organiser", dry: bool = False, **more: Any) -> Report:
        path = tmp_path / "table.xlsx"
        path.write_bytes(workbook(rows))
        area = more.pop("area", city.district)
        return engine.take_in(kinds.get(name), city.viewer(who), area, path, dry_run=dry, **more)

    return run


def workbook(rows: list[list[Any]], merge: str = "") -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    if merge:
        sheet.merge_cells(merge)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.same, report.bad


COMPOUNDS = [["community", "name", "longitude", "latitude"]]


def test_a_dry_run_says_what_loading_does_and_a_second_run_changes_nothing(city: City, take: Take) -> None:
    rows = [*COMPOUNDS, ["甲社区", "新苑", 113.11, 27.81], ["荷塘区/乙社区", "东苑", None, None], ["甲社区", "甲苑1期"]]
    before = Area.objects.count()
    assert counts(take("compounds", rows, dry=True)) == (2, 0, 1, 0)
    assert Area.objects.count() == before
    assert take("compounds", rows).loaded
    assert Area.objects.get(name="新苑").parent == city.community
    assert counts(take("compounds", rows)) == (0, 0, 3, 0)
    moved = take("compounds", [["code", *COMPOUNDS[0]], [city.compound.code, "甲社区", "甲苑", 113.12, 27.82]])
    assert counts(moved) == (0, 1, 0, 0)
    assert moved.shown[0]["changes"][0][1:] == ("甲苑1期", "甲苑")
    changed = Area.objects.get(pk=city.compound.pk)
    assert (changed.name, changed.longitude, changed.code) == ("甲苑", 113.12, city.compound.code)


def test_each_bad_row_is_named_by_line_and_column_and_nothing_is_loaded(city: City, take: Take) -> None:
    rows = [
        ["街道台账"],
        ["community", "name", "longitude", "latitude"],
        ["甲社区", "好苑", 113.1, 27.8],
        ["丙社区", "外区", None, None],
        ["没有社区", "某苑", None, None],
        ["月塘街道", "某苑", None, None],
        ["甲社区", None, None, None],
        ["甲社区", "半点苑", 113.1, None],
        ["甲社区", "远苑", 913.1, 27.8],
        ["甲社区", "=1+1", None, None],
        ["甲社区", "好苑", None, None],
        ["甲社区", "#REF!", None, None],
    ]
    report = take("compounds", rows)
    assert (report.loaded, counts(report)) == (False, (1, 0, 0, 9))
    assert not Area.objects.filter(name="好苑").exists()
    labels = {str(column.label): column.name for column in kinds.get("compounds").columns}
    found = [(one.line, labels.get(one.column)) for one in report.problems]
    names = ["community", "community", "community", "name", "latitude", "longitude", "name", "community", "name"]
    assert found == list(zip(range(4, 13), names, strict=True))
    assert all(one.text for one in report.problems)
    assert counts(take("compounds", rows, skip_bad=True)) == (1, 0, 0, 9)
    assert Area.objects.filter(name="好苑").exists()


def test_merged_cells_and_rows_beyond_the_limit(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "merged.xlsx"
    path.write_bytes(workbook([*COMPOUNDS, ["甲社区", "一苑"], [None, "二苑"], ["甲社区", "三苑"]], merge="A2:A3"))
    compounds, viewer = kinds.get("compounds"), city.viewer("organiser")
    report = engine.take_in(compounds, viewer, city.district, path, dry_run=True)
    assert [one.line for one in report.problems] == [2, 3]
    monkeypatch.setattr("dongli.people.importing.reading.MOST_ROWS", 2)
    with pytest.raises(FileProblem):
        engine.take_in(compounds, viewer, city.district, path, dry_run=True)


def test_organisations_stand_under_those_before_them(city: City, take: Take) -> None:
    heading = ["name", "kind", "place", "parent", "unit_kind", "founded", "document"]
    rows: list[list[Any]] = [
        heading,
        ["甲社区党委", "party_committee", "甲社区", None, None, "2020-07-01", "荷组〔2020〕1号"],
        ["甲苑党支部", "branch", "甲社区/甲苑1期", "甲社区党委", None, date(2021, 7, 1), "荷组〔2021〕2号"],
        ["桂花小学", "linked_unit", "甲社区", None, "public_institution", "2001年9月1日", "荷编3号"],
    ]
    assert counts(take("organisations", rows)) == (3, 0, 0, 0)
    branch = Organisation.objects.get(name="甲苑党支部")
    assert branch.parent is not None
    assert (branch.parent.name, branch.founded_on) == ("甲社区党委", date(2021, 7, 1))
    assert counts(take("organisations", rows)) == (0, 0, 3, 0)
    renamed = [["code", *heading], [branch.code, "甲苑一期党支部", *rows[2][1:]]]
    assert counts(take("organisations", renamed)) == (0, 1, 0, 0)
    bad = [heading, ["无文件党委", "party_committee", "乙社区"], ["错级", "owners_committee", "甲社区", *rows[1][3:]]]
    report = take("organisations", bad)
    columns = {str(column.label): column.name for column in kinds.get("organisations").columns}
    assert [columns[one.column] for one in report.problems] == ["document", "kind"]


def test_posts_are_appointed_and_ended(city: City, take: Take) -> None:
    heading = ["post", "place", "name", "phone", "since", "until", "reason"]
    secretary = ["compound_secretary", "甲社区/甲苑1期", "王秀兰", "13900000001", "2024-03-01"]
    assert counts(take("posts", [heading, secretary])) == (1, 0, 0, 0)
    tenure = Tenure.objects.get(post=Post.COMPOUND_SECRETARY, area=city.compound)
    assert (tenure.person.name, tenure.since) == ("王秀兰", date(2024, 3, 1))
    assert counts(take("posts", [heading, secretary])) == (0, 0, 1, 0)
    taken = take("posts", [heading, ["compound_secretary", city.compound.code, "李四", None, "2024-05-01"]])
    assert (taken.bad, "王秀兰" in taken.problems[0].text) == (1, True)
    ended = take("posts", [heading, [*secretary, today().isoformat(), "换届"]])
    assert counts(ended) == (0, 1, 0, 0)
    tenure.refresh_from_db()
    assert tenure.until == today()


def test_owners_committees_with_who_serves_on_them(city: City, take: Take) -> None:
    heading = ["compound", "name", "founded", "director", "phone", "members", "document"]
    row = ["甲苑1期", "甲苑业委会", "2024-01-01", "周建国", "13900000002", "吴敏、郑华,吴敏", "备1号"]
    assert counts(take("owners-committees", [heading, row])) == (1, 0, 0, 0)
    committee = Organisation.objects.get(kind=OrganisationKind.OWNERS_COMMITTEE, area=city.compound)
    assert committee.tenures.count() == 3
    assert counts(take("owners-committees", [heading, row])) == (0, 0, 1, 0)
    again = take("owners-committees", [heading, ["甲苑1期", "甲苑业委会", None, "冯强", None, "吴敏、褚红"]])
    assert counts(again) == (0, 1, 0, 0)
    assert Tenure.objects.get(person__name="周建国").until == today()


def test_accounts_are_made_by_administrators_without_a_password(city: City, take: Take) -> None:
    rows = [["username", "name", "phone"], ["Li.Ming", "李明", 13900000003], [None, "何平", "13900000004"]]
    refused = take("people", rows)
    assert (refused.added, refused.bad) == (1, 1)
    assert counts(take("people", rows, who="admin", area=city.city)) == (2, 0, 0, 0)
    made = User.objects.get(username="li.ming")
    assert (made.name, made.has_usable_password(), made.must_change_password) == ("李明", False, True)
    assert counts(take("people", rows, who="admin", area=city.city)) == (0, 0, 2, 0)
    unknown = [rows[0], [None, "无名", None], [None, "别人", "13900000003"]]
    assert take("people", unknown, who="admin", area=city.city).bad == 2
    renamed = take("people", [rows[0], ["li.ming", "李明亮", None]], who="admin", area=city.city)
    assert counts(renamed) == (0, 1, 0, 0)


def test_pay_facts_are_recorded_once_and_never_overwritten(city: City, take: Take) -> None:
    heading = ["username", "kind", "value", "since"]
    rows = [
        heading,
        ["demo-worker", "service", None, "2018-03-01"],
        ["demo-worker", "degree", "bachelor", "2015-07-01"],
    ]
    assert counts(take("pay-facts", rows)) == (2, 0, 0, 0)
    assert counts(take("pay-facts", rows)) == (0, 0, 2, 0)
    against = take("pay-facts", [heading, ["demo-worker", "service", None, "2019-03-01"], ["demo-stranger", "service"]])
    assert (against.bad, PayFact.objects.count()) == (2, 2)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_what_comes_out_goes_in_again_and_changes_nothing(city: City, take: Take, tmp_path: Path, format: str) -> None:
    viewer = city.viewer("organiser")
    take("organisations", [["name", "kind", "place", "document"], ["甲社区党委", "party_committee", "甲社区", "1"]])
    heading = ["compound", "name", "founded", "director", "phone", "members", "document"]
    take("owners-committees", [heading, ["甲苑1期", "甲苑业委会", "2024-01-01", "周建国", "13900000002", "吴敏", "1"]])
    fact = NewFact("service", date(2018, 3, 1))
    record_fact(viewer=viewer, key=new_id(), person=city.person("worker"), fact=fact)
    for name in KINDS:
        kind, path = kinds.get(name), tmp_path / f"{name}.{format}"
        writing.WRITERS[format](kind, path, kind.export(viewer, city.district))
        report = engine.take_in(kind, viewer, city.district, path, dry_run=False)
        assert report.problems == [], name
        assert (report.added, report.changed, report.same > 0) == (0, 0, True), name
        if format == "csv":
            assert "13900000002" not in path.read_text(encoding="utf-8-sig")


def test_the_templates_are_understood_and_explain_themselves(city: City, tmp_path: Path) -> None:
    for name in KINDS:
        kind, path = kinds.get(name), tmp_path / f"{name}.xlsx"
        writing.write_template(kind, path)
        book = load_workbook(path)
        assert book.worksheets[1].max_row > len(kind.columns)
        report = engine.take_in(kind, city.viewer("organiser"), city.district, path, dry_run=False)
        assert (report.total, report.unread) == (0, []), name


# Pages


def file(content: bytes, name: str = "table.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def upload(client: Client, content: bytes, name: str = "table.xlsx", kind: str = "compounds") -> Any:
    return client.post(f"/desk/import/{kind}/", {"idempotency_key": str(new_id()), "file": file(content, name)})


GOOD = workbook([*COMPOUNDS, ["甲社区", "新苑", 113.11, 27.81]])


def test_upload_check_load(client: Client, city: City) -> None:
    log_in(client, city.person("organiser"))
    page = upload(client, GOOD)
    found = TableImport.objects.get()
    assert (page.status_code, found.state, found.report["added"]) == (302, ImportState.CHECKED, 1)
    assert "新苑" in client.get(page.url).content.decode()
    assert client.post(f"{page.url}load/").status_code == 302
    actions.load(found.pk)  # what runs once the order is stored
    found.refresh_from_db()
    assert (found.state, found.file, Area.objects.filter(name="新苑").count()) == (ImportState.LOADED, "", 1)
    assert client.post(f"{page.url}load/").status_code == 302


def test_a_long_table_is_checked_by_a_job(client: Client, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 0)
    log_in(client, city.person("organiser"))
    page = upload(client, GOOD)
    found = TableImport.objects.get()
    assert found.state == ImportState.QUEUED
    assert "data-live" in client.get(page.url).content.decode()
    assert upload(client, GOOD).status_code == 422
    actions.check(found.pk)
    assert client.get(page.url, {"live": "1"}).headers["ETag"] == '"checked-1-1"'


def test_who_has_lost_the_role_meanwhile_loads_nothing(client: Client, city: City) -> None:
    log_in(client, city.person("organiser"))
    upload(client, GOOD)
    found = TableImport.objects.get()
    TableImport.objects.update(state=ImportState.ORDERED)
    Grant.objects.filter(user=found.user).update(until=found.user.grants.get().since + timedelta(microseconds=1))
    actions.load(found.pk)
    found.refresh_from_db()
    assert (found.state, Area.objects.filter(name="新苑").exists()) == (ImportState.FAILED, False)


def bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 301_000_000)
    return content.getvalue()


def macros() -> bytes:
    content = io.BytesIO(GOOD)
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("table.xls", GOOD), ("table.exe", GOOD), ("table.csv", GOOD), ("table.xlsx", b"community,name\n"),
        ("table.xlsx", b"PK\x03\x04broken"), ("table.csv", b"<html><table>"), ("table.csv", b""),
        ("table.xlsx", macros()),
        ("table.csv", "甲,乙\n1,2\n".encode()), ("table.xlsx", bomb()),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_words(client: Client, city: City, name: str, content: bytes) -> None:
    log_in(client, city.person("organiser"))
    page = upload(client, content, name)
    assert page.status_code == 422
    assert 'role="alert"' in page.content.decode()
    assert not TableImport.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("secretary", 403), ("resident", 403), ("worker", 403), ("", 302)])
def test_others_get_nothing(client: Client, city: City, who: str, status: int) -> None:
    log_in(client, city.person("organiser"))
    run = upload(client, GOOD).url
    client.logout()
    if who:
        log_in(client, city.person(who))
    base = "/desk/import/"
    paths = (base, f"{base}posts/", f"{base}posts/template.xlsx", f"{base}posts/export.csv")
    assert {client.get(path).status_code for path in paths} == {status}
    assert client.get(run).status_code == (404 if who == "secretary" else status)
    assert client.post(f"{run}load/").status_code == (404 if who == "secretary" else status)


def test_no_table_is_taken_over_or_out_beyond_ones_area(client: Client, city: City) -> None:
    log_in(client, city.person("organiser"))
    for path in ("posts/", "posts/export.xlsx", "pay-facts/export.csv"):
        assert client.get(f"/desk/import/{path}", {"area": city.other_district.code}).status_code == 403
    with pytest.raises(NotAllowed):
        actions.check_imports(city.viewer("organiser"), kinds.get("posts"), city.city)
    assert client.get("/desk/import/none/").status_code == 404
    assert client.get("/desk/import/posts/export.pdf").status_code == 404
    response = client.get("/desk/import/posts/export.csv")
    assert response.getvalue().startswith(b"\xef\xbb\xbf")
    assert AccessRecord.objects.filter(viewer=city.person("organiser"), subject_kind="table").count() == 1


def test_a_tenure_names_nobody_of_the_same_name_elsewhere(city: City, take: Take) -> None:
    viewer = city.viewer("organiser")
    wanted = Appointment(post=Post.COMPOUND_SECRETARY, area=city.compounds[2], since=today())
    appoint(viewer=viewer, key=new_id(), appointment=wanted, person=NewPerson("王秀兰"))
    take("posts", [["post", "place", "name", "since"], ["compound_secretary", city.compound.code, "王秀兰", today()]])
    assert User.objects.filter(name="王秀兰").count() == 2
    assert Area.objects.filter(level=Level.COMPOUND).count() == 6
