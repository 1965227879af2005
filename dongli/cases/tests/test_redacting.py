"""Retention: what identifies goes when its time is over, by class; what happened, and every figure, stays."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import CharField, Count, F, Q, TextField
from django.test.utils import CaptureQueriesContext

from dongli.cases import links
from dongli.cases.actions import closing, handling, noting, redacting, retaining, searching
from dongli.cases.erasable import TEXTS
from dongli.cases.models import (
    Case,
    CaseContact,
    CaseSearch,
    CaseText,
    NoteFile,
    NoteText,
    Patrol,
    Photo,
    Rating,
    RatingText,
    Retention,
    Step,
    StepText,
    Task,
)
from dongli.cases.queries import lists
from dongli.cases.queries.resident import compound_counts
from dongli.cases.tests.conftest import Stage
from dongli.cases.tests.test_desk_views import Desk
from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid, NotAllowed
from dongli.common.ids import new_id

WORDS = "我叫张三丰，三栋楼下下水道堵了，打13800000001，车湘B12345"
MASKED = "我叫〔姓名〕，三栋楼下下水道堵了，打〔电话〕，车〔车牌〕"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def closed(stage: Stage, *, days: int, **fields: Any) -> Case:
    """A closed and rated case with a contact, a photo, a note with a file; it ended so many days ago."""
    fields = {"what": WORDS, "phone": "13800000001", "name": "张三丰"} | fields
    case = stage.dispatch(stage.register(stage.file(**fields)))
    noting.write_note(
        viewer=stage.viewer("community"), case_id=case.id, key=new_id(), words="回拨13800000001",
        files=[SimpleUploadedFile("张三丰.pdf", b"%PDF-1.7\n%%EOF\n")],
    )  # fmt: skip
    finish(stage, case)
    closing.rate(
        viewer=stage.viewer("resident"), case_id=case.id, key=new_id(), contacted=True, solved=True,
        satisfaction="satisfied", words="打13800000001谢谢",
    )  # fmt: skip
    Photo.objects.create(case=case, file=ContentFile(b"x", name="p.jpg"), width=1, height=1, size=1)
    ago = timedelta(days=days)
    Case.objects.filter(pk=case.pk).update(filed_at=F("filed_at") - ago, closed_at=F("closed_at") - ago)
    return Case.objects.get(pk=case.pk)


def finish(stage: Stage, case: Case) -> None:
    """Bring a dispatched case to its end."""
    worker, desk, lead = stage.viewer("worker"), stage.viewer("community"), stage.lead(case)
    handling.accept(viewer=worker, task_id=lead.id, key=new_id())
    handling.answer(viewer=worker, task_id=lead.id, key=new_id(), words="已电话13800000001告知")
    closing.check(viewer=desk, case_id=case.id, key=new_id(), words="看过")
    closing.close(viewer=desk, case_id=case.id, key=new_id(), words="已疏通")


def everything(case: Case) -> str:
    """All text about the case that the database holds."""
    rows = [CaseText.objects.get(case=case), CaseContact.objects.get(case=case), CaseSearch.objects.get(case=case)]
    rows += [*StepText.objects.filter(step__case=case), *RatingText.objects.filter(rating__case=case)]
    rows += [*NoteText.objects.filter(note__case=case), *NoteFile.objects.filter(note__case=case)]
    return str([{key: value for key, value in vars(row).items() if key != "_state"} for row in rows])


def figures(stage: Stage) -> list[object]:
    """What statistics are made of."""
    late = Q(answered_at__gt=F("due_at"))
    return [
        sorted(Case.objects.values_list("state", "category__code", "desk__code", "place", "kind", "source", "round")),
        sorted(Case.objects.values_list("longitude", "latitude", "closings", "closed_at", "filed_at")),
        Task.objects.aggregate(tasks=Count("pk"), late=Count("pk", filter=late), contacted=Count("contacted_at")),
        sorted(Rating.objects.values_list("closing", "contacted", "solved", "satisfaction")),
        sorted(Step.objects.exclude(verb="redact").values_list("case", "verb", "seq", "at")),
        lists.counts(stage.viewer("community")),
        compound_counts(stage.city.compound),
    ]


def test_first_the_contact_then_the_words_and_no_figure_changes(stage: Stage, media: Path) -> None:
    case, fresh, still_open = closed(stage, days=366), closed(stage, days=10), stage.file(what=WORDS)
    Case.objects.filter(pk=still_open.pk).update(filed_at=now() - timedelta(days=5000))
    before = figures(stage)
    found = redacting.redact_due()
    assert (found["contact"], found["text"]) == (1, 0)
    text = everything(case)
    assert "13800000001" not in text
    assert "张三丰" not in text
    assert CaseText.objects.get(case=case).description == MASKED
    contact = CaseContact.objects.get(case=case)
    assert (contact.name, contact.phone, contact.phone_hash) == ("", "", "")
    assert "张三丰" in everything(fresh)
    assert CaseText.objects.get(case=still_open).description == WORDS
    assert figures(stage) == before
    assert lists.queue(stage.viewer("community"), lists.Sieve(words="下水道")).rows

    Case.objects.filter(pk=case.pk).update(
        closed_at=now() - timedelta(days=1096), filed_at=now() - timedelta(days=1100)
    )
    before = figures(stage)
    found = redacting.redact_due()
    assert (found["contact"], found["text"]) == (0, 1)
    assert set(StepText.objects.filter(step__case=case).values_list("words", flat=True)) == {""}
    assert not Photo.objects.filter(case=case).exists()
    assert not NoteFile.objects.filter(note__case=case).exists()
    assert CaseText.objects.get(case=case).description == ""
    assert figures(stage) == before
    case.refresh_from_db()
    assert case.resident is None
    assert (case.contact_gone_at, case.text_gone_at) != (None, None)
    steps = Step.objects.filter(case=case, verb="redact")
    assert [step.data["part"] for step in steps] == ["contact", "text"]
    assert case.steps_count == Step.objects.filter(case=case).count()


@pytest.mark.django_db(transaction=True)
def test_files_go_with_their_rows(stage: Stage, media: Path) -> None:
    case = closed(stage, days=1100)
    assert len([one for one in media.rglob("*") if one.is_file()]) == 2
    assert redacting.redact_due()["text"] == 1
    assert not [one for one in media.rglob("*") if one.is_file()]
    assert not NoteFile.objects.filter(note__case=case).exists()


def test_twice_is_once(stage: Stage) -> None:
    closed(stage, days=1100)
    assert redacting.redact_due() == {"contact": 1, "text": 1, "patrols": 0, "bulk_answers": 0}
    steps = Step.objects.count()
    assert redacting.redact_due() == {"contact": 0, "text": 0, "patrols": 0, "bulk_answers": 0}
    assert Step.objects.count() == steps


def test_a_class_may_have_a_period_of_its_own(stage: Stage) -> None:
    case, other = closed(stage, days=40), closed(stage, days=40)
    code = case.category.code if case.category else ""
    admin = stage.viewer("admin")
    retaining.set_retention(viewer=admin, category=code, contact_days=30, text_days=60)
    retaining.set_retention(viewer=admin, category=code, contact_days=30, text_days=90)
    Case.objects.filter(pk=other.pk).update(category=None)
    assert redacting.redact_due()["contact"] == 1
    other.refresh_from_db()
    assert other.contact_gone_at is None
    retaining.drop_retention(viewer=admin, category=code)
    assert not Retention.objects.filter(category_code=code, until=None).exists()


def test_periods_are_set_by_the_city_administrator_and_make_sense(stage: Stage) -> None:
    admin = stage.viewer("admin")
    for who in ("city", "community", "stranger", "resident"):
        with pytest.raises(NotAllowed):
            retaining.set_retention(viewer=stage.viewer(who), category="", contact_days=1, text_days=2)
    for days in ((0, 5), (9, 5), (5, 99999)):
        with pytest.raises(Invalid):
            retaining.set_retention(viewer=admin, category="", contact_days=days[0], text_days=days[1])
    with pytest.raises(Invalid):
        retaining.set_retention(viewer=admin, category="nope", contact_days=1, text_days=2)
    with pytest.raises(Conflict):
        retaining.drop_retention(viewer=admin, category="")
    retaining.set_retention(viewer=admin, category="", contact_days=30, text_days=60)
    assert Retention.objects.filter(category_code="").count() == 2


def test_periods_are_read_and_set_on_their_page(stage: Stage) -> None:
    admin = Desk(stage, "admin")
    assert "1095" in admin.get("desk_retention").content.decode()
    code = "0101"
    assert admin.post("desk_retention", category=code, contact_days="9", text_days="5").status_code == 422
    assert admin.post("desk_retention", category=code, contact_days="30", text_days="60").status_code == 302
    assert Retention.objects.get(category_code=code).text_days == 60
    assert admin.post("desk_retention_drop", category=code).status_code == 302
    assert not Retention.objects.filter(category_code=code, until=None).exists()
    assert Desk(stage, "community").get("desk_retention").status_code == 200
    assert Desk(stage, "city").post("desk_retention", category="", contact_days="1", text_days="2").status_code == 403
    assert Desk(stage, "resident").get("desk_retention").status_code == 403


def test_old_patrol_notes_are_emptied_and_the_patrol_stays(stage: Stage) -> None:
    patrol = Patrol.objects.create(
        grid=stage.city.grid, worker=stage.city.person("worker"), note="遇到张三", findings=2
    )
    assert redacting.redact_due()["patrols"] == 0
    Patrol.objects.update(at=now() - timedelta(days=1100))
    assert redacting.redact_due()["patrols"] == 1
    patrol.refresh_from_db()
    assert (patrol.note, patrol.findings) == ("", 2)


def test_a_batch_takes_the_same_statements_however_many_cases(stage: Stage) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            redacting.redact_due()
        return len(caught)

    closed(stage, days=1100)
    few = statements()
    for _each in range(4):
        closed(stage, days=1100)
    assert statements() == few
    assert few <= 60


def test_the_resident_and_the_desk_read_what_was_removed_and_pages_still_open(stage: Stage) -> None:
    case = closed(stage, days=1100)
    Case.objects.filter(pk=case.pk).update(danger="")
    redacting.redact_due()
    desk = Desk(stage, "community")
    page = desk.get("desk_case", case.number)
    assert page.status_code == 200
    assert "张三丰" not in page.content.decode()
    assert desk.get("desk_queue", filter="closed").status_code == 200
    assert desk.client.get(links.path(Case.objects.get(pk=case.pk))).status_code == 200
    answer = desk.post("case_open_contact", case.id)
    assert "13800000001" not in answer.content.decode()


def test_an_erased_case_is_indexed_by_its_number_alone(stage: Stage) -> None:
    case = closed(stage, days=1100)
    redacting.redact_due()
    row = CaseSearch.objects.get(case=case)
    assert row.words.strip() == ""
    searching.index(CaseText.objects.filter(case=case).select_related("case"))
    assert lists.queue(stage.viewer("community"), lists.Sieve(words=case.number)).rows


# Texts that hang on a case and hold no person: officials' rules and codes, or kept elsewhere for a short time.
IMPERSONAL = {
    ("Case", "number"), ("Case", "external_system"), ("Case", "external_id"), ("Step", "reason"), ("Step", "verb"),
    ("Step", "actor_as"), ("Step", "state_before"), ("Step", "state_after"), ("BulkMember", "refusal"),
    ("DeletionRequest", "reason"), ("Task", "calendar_version"), ("CaseContact", "phone_hash"), ("CaseContact", "name"),
    ("CaseContact", "phone"), ("CaseSearch", "words"), ("Photo", "draft_key"), ("BulkAnswer", "words"),
    ("Case", "exclusion_reason"), ("Exclusion", "reason"), ("Task", "rule_version"), ("MassEvent", "title"),
    ("MassEvent", "notice"),
}  # fmt: skip


def test_every_free_text_that_hangs_on_a_case_is_erased_or_known_to_be_impersonal() -> None:
    """A new table with words of people must be added to `cases.erasable`, or be named above with a reason."""
    covered = {(one.model.__name__, name) for one in TEXTS for name in one.fields}
    forgotten = []
    for model in apps.get_app_config("cases").get_models():
        if not _hangs_on_a_case(model):
            continue
        for field in model._meta.concrete_fields:
            free = isinstance(field, TextField) or (isinstance(field, CharField) and not field.choices)
            short = isinstance(field, CharField) and (field.max_length or 0) <= 24
            known = {(model.__name__, field.name)} & (covered | IMPERSONAL)
            if free and not short and not known and not field.is_relation:
                forgotten.append(f"{model.__name__}.{field.name}")
    assert forgotten == []


def _hangs_on_a_case(model: Any, depth: int = 0) -> bool:
    if model is Case:
        return True
    near = [field.related_model for field in model._meta.concrete_fields if field.is_relation]
    mine = [one for one in near if one is not model and one._meta.app_label == "cases" and one.__name__ != "Category"]
    return depth < 4 and any(_hangs_on_a_case(one, depth + 1) for one in mine)
