"""Notes: read and written by staff who see the case by office, never by the resident or whoever it complains of."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dongli.cases import attachments, links
from dongli.cases.actions import noting
from dongli.cases.models import Case, Note, NoteFile, NoteText
from dongli.cases.queries import notes as reading
from dongli.cases.routing import Where
from dongli.cases.tests.conftest import Stage
from dongli.cases.tests.pictures import picture
from dongli.cases.tests.test_desk_views import Desk
from dongli.common.errors import Invalid, NotFound
from dongli.common.ids import new_id
from dongli.notices.models import Notification
from dongli.people.models import User

WORDS = "业主电话里情绪激动，上门前先联系楼栋长"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def case(stage: Stage) -> Case:
    return stage.accepted()


def office(main: str = "word/document.xml", parts: dict[str, bytes] | None = None) -> bytes:
    """An office file as far as its structure goes; more parts are added under `word/`."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(main, "<document/>")
        for name, data in (parts or {}).items():
            archive.writestr(f"word/{name}", data)
    return target.getvalue()


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def write(stage: Stage, case: Case, who: str = "community", words: str = WORDS, **fields: Any) -> Note:
    fields.setdefault("key", new_id())
    return noting.write_note(viewer=stage.viewer(who), case_id=case.id, words=words, **fields)


# Who


def test_staff_write_and_read_and_the_resident_never_sees(stage: Stage, case: Case) -> None:
    desk = Desk(stage, "community")
    answer = desk.post("case_notes", case.id, words=WORDS)
    assert answer.status_code == 303
    for who in ("community", "worker", "subdistrict", "viewer", "city"):
        assert WORDS in Desk(stage, who).get("desk_case", case.number).content.decode(), who
        assert WORDS in Desk(stage, who).get("case_notes", case.id).content.decode(), who
    resident = Desk(stage, "resident")
    assert WORDS not in resident.get("my_case", case.number).content.decode()
    assert resident.get("case_notes", case.id).status_code == 403
    by_link = Client().get(links.path(case)).content.decode()
    assert WORDS not in by_link
    assert "notes" not in by_link


@pytest.mark.parametrize("who", ["stranger", "stranger-worker", "housing", "hotline", "admin", "captain"])
def test_who_does_not_see_the_case_neither_reads_nor_writes(stage: Stage, case: Case, who: str) -> None:
    file = write(stage, case, files=[upload("a.pdf", PDF)]).files.get()
    other = Desk(stage, who)
    assert other.get("case_notes", case.id).status_code == 404
    assert other.get("case_note_people", case.id).status_code == 404
    assert other.post("case_notes", case.id, words="x").status_code == 404
    assert other.get("note_file", file.id).status_code == 404
    assert Client().get(reverse("note_file", args=[file.id])).status_code == 302
    assert Note.objects.count() == 1


def test_whoever_the_case_complains_of_neither_reads_nor_is_offered(stage: Stage) -> None:
    case = stage.file(about="community")
    write(stage, case, "subdistrict")
    assert Desk(stage, "community").get("case_notes", case.id).status_code == 404
    with pytest.raises(NotFound):
        write(stage, case, "community")
    names = {one.user.username for one in reading.colleagues(case)}
    assert "demo-subdistrict" in names
    assert not names & {"demo-community", "demo-secretary"}


def test_an_officer_who_filed_for_themselves_has_no_notes_of_it(stage: Stage) -> None:
    own = stage.file(viewer=stage.viewer("community"))
    assert Desk(stage, "community").get("desk_case", own.number).status_code == 200
    assert Desk(stage, "community").get("case_notes", own.id).status_code == 404
    assert write(stage, own, "subdistrict").case == own


def test_colleagues_are_those_who_see_the_case(stage: Stage, case: Case) -> None:
    """The list is made from roles; `access.as_staff` decides. Both say the same of everybody in the cast."""
    danger = stage.file(danger="life")
    pooled = stage.file(where=Where(*stage.city.point_in(stage.city.unmanned_grid)))
    for one in (case, danger, pooled, stage.whistled("housing")):
        listed = {colleague.user.id for colleague in reading.colleagues(one)}
        for name, person in stage.city.people.items():
            viewer = stage.viewer(name.removeprefix("demo-"))
            assert (person.id in listed) == reading.may_see(viewer, one), (one.number, name)


# Once, and for good


def test_the_same_key_is_one_note_and_rows_cannot_be_changed(stage: Stage, case: Case, media: Path) -> None:
    key = new_id()
    for _twice in range(2):
        write(stage, case, key=key, files=[upload("a.pdf", PDF)])
    assert Note.objects.count() == NoteFile.objects.count() == 1
    assert len([one for one in media.rglob("*") if one.is_file()]) == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        Note.objects.update(author=stage.city.person("worker"))
    NoteText.objects.update(words="")
    answer = Desk(stage, "worker").post("case_notes", case.id, words="别的", idempotency_key=str(key))
    assert answer.status_code == 409


# Mentions


def test_who_is_mentioned_is_told_once_and_led_to_the_note(stage: Stage, case: Case) -> None:
    worker, leader = stage.city.person("worker"), stage.city.person("leader")
    note = write(stage, case, words=f"请@{worker.name}今天上门，@{leader.username}知悉，@{worker.name} 再看一次 a@b.cn")
    assert set(note.mentions.values_list("user", flat=True)) == {worker.id, leader.id}
    told = Notification.objects.filter(kind="cases.mention")
    assert {one.user_id for one in told} == {worker.id, leader.id}
    assert told[0].url == f"{reverse('case_notes', args=[case.id])}#note-{note.id}"
    assert Desk(stage, "worker").client.get(told[0].url).status_code == 200


def test_a_mention_of_oneself_tells_nobody(stage: Stage, case: Case) -> None:
    write(stage, case, words=f"@{stage.city.person('community').name} 记一下")
    assert not Notification.objects.filter(kind="cases.mention").exists()


@pytest.mark.parametrize(
    ("written", "code"), [("@demo-housing 请看", "may_not_see_it"), ("@没有这个人", "nobody_called_so")]
)
def test_a_mention_of_somebody_else_is_refused_with_what_to_do(
    stage: Stage, case: Case, written: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        write(stage, case, words=written)
    assert (refused.value.code, refused.value.field) == (code, "words")
    page = Desk(stage, "community").post("case_notes", case.id, words=written)
    assert page.status_code == 422
    assert written in page.content.decode()
    assert not Note.objects.exists()


def test_namesakes_are_told_apart_by_user_name(stage: Stage, case: Case) -> None:
    twins = [stage.city.person("worker"), stage.city.person("leader")]
    User.objects.filter(pk__in=[one.pk for one in twins]).update(name="欧阳强")
    with pytest.raises(Invalid) as refused:
        write(stage, case, words="@欧阳强 请看")
    assert refused.value.code == "several_called_so"
    assert "@demo-leader" in str(refused.value)
    assert write(stage, case, words="@demo-leader 请看").mentions.get().user == twins[1]


@pytest.mark.parametrize("words", ["欧", "ouyang", "oyq", "demo-work"])
def test_colleagues_are_found_by_name_pinyin_initials_and_user_name(stage: Stage, case: Case, words: str) -> None:
    User.objects.filter(pk=stage.city.person("worker").pk).update(name="欧阳强")
    desk = Desk(stage, "community")
    answer = desk.client.get(reverse("case_note_people", args=[case.id]), {"q": words}, headers={"HX-Request": "true"})
    assert 'data-handle="欧阳强"' in answer.content.decode()
    assert "@欧阳强" in desk.get("case_note_people", case.id, q=words).content.decode()
    assert "欧阳强" not in desk.get("case_note_people", case.id, q="zzz").content.decode()


# Attachments


def test_good_files_are_kept_under_random_names_and_sent_to_be_saved(stage: Stage, case: Case, media: Path) -> None:
    files = [
        upload("现场.jpg", picture()),
        upload("../../通知.pdf", PDF),
        upload("表.xlsx", office("xl/workbook.xml")),
        upload("函.docx", office()),
    ]
    note = write(stage, case, files=files)
    assert [one.kind for one in note.files.all()] == ["image", "pdf", "xlsx", "docx"]
    assert [one.name for one in note.files.all()] == ["现场", "通知", "表", "函"]
    for one in note.files.all():
        assert len(Path(str(one.file)).stem) >= 32
        answer: Any = Desk(stage, "worker").get("note_file", one.id)
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]
        assert len(b"".join(answer.streaming_content)) == one.size


def bomb() -> bytes:
    return office(parts={"media.bin": bytes(60 * 1024 * 1024)})


def lying() -> bytes:
    """An archive whose part inflates to more than it announces."""
    data = office(parts={"media.bin": bytes(1024 * 1024)})
    size = (1024 * 1024).to_bytes(4, "little")
    return data.replace(size, (10).to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.pdf", b"", "empty_file"),
        ("a.pdf", b"<html><script>alert(1)</script></html>", "unknown_file"),
        ("a.pdf", b"%PDF-1.7 cut off", "unknown_file"),
        ("a.jpg", b"\xff\xd8\xff not a picture", "not_a_photo"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unknown_file"),
        ("a.docx", bomb(), "unknown_file"),
        ("a.docx", lying(), "unknown_file"),
        ("a.docx", office(parts={"vbaProject.bin": b"x"}), "unknown_file"),
        ("a.docx", office(parts={"../../../etc/passwd": b"x"}), "unknown_file"),
        ("a.docx", office("other/document.xml"), "unknown_file"),
        ("a.docx", office()[:-30], "unknown_file"),
        ("a.zip", b"PK\x03\x04" + bytes(100), "unknown_file"),
        ("a.exe", b"MZ" + bytes(100), "unknown_file"),
        ("a.pdf", PDF + bytes(30 * 1024 * 1024), "file_too_large"),
    ],
)
def test_bad_files_are_refused_by_name_and_leave_nothing(
    stage: Stage, case: Case, media: Path, name: str, data: bytes, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        write(stage, case, files=[upload("好.pdf", PDF), upload(name, data)])
    assert (refused.value.code, refused.value.field) == (code, "attachments")
    assert name in str(refused.value)
    assert not Note.objects.exists()
    assert not [one for one in media.rglob("*") if one.is_file()]


def test_too_many_files_and_no_words_at_all_are_said_on_the_page(stage: Stage, case: Case) -> None:
    desk = Desk(stage, "community")
    files = [upload(f"{at}.pdf", PDF) for at in range(attachments.MAX_FILES + 1)]
    assert desk.post("case_notes", case.id, words=WORDS, attachments=files).status_code == 422
    assert desk.post("case_notes", case.id, words=" ").status_code == 422
    answer = desk.post("case_notes", case.id, words=WORDS, attachments=[upload("a.pdf", PDF), upload("b.pdf", PDF)])
    assert answer.status_code == 303, answer.context["form"].errors
    assert NoteFile.objects.count() == 2
    panel = desk.post_from_panel("case_notes", case.id, words="第二条")
    assert panel.headers["HX-Retarget"] == "#notes"
    assert "第二条" in panel.content.decode()


def test_reading_takes_the_same_statements_however_many_notes(stage: Stage, case: Case) -> None:
    desk = Desk(stage, "community")

    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert desk.get("case_notes", case.id).status_code == 200
        return len(caught)

    write(stage, case, words=f"@{stage.city.person('worker').name} 一", files=[upload("a.pdf", PDF)])
    few = statements()
    for _many in range(5):
        write(stage, case, words=f"@{stage.city.person('worker').name} 又", files=[upload("a.pdf", PDF)])
    assert statements() == few
