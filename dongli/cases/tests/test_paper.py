"""A case on paper: all that staff may read, the contact masked unless that is recorded, notes only when asked for."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dongli.cases.actions import closing, noting
from dongli.cases.models import Case
from dongli.cases.tests.conftest import Stage
from dongli.cases.tests.test_desk_views import Desk
from dongli.common.ids import new_id
from dongli.people.models import AccessRecord

NOTE = "业主情绪激动，上门前先联系楼栋长"


@pytest.fixture
def case(stage: Stage) -> Case:
    """Rated, with a contact and a note."""
    case = stage.dispatch(stage.register(stage.file(phone="13800000001", name="张三丰")))
    noting.write_note(viewer=stage.viewer("community"), case_id=case.id, key=new_id(), words=NOTE)
    return case


def test_everything_stands_on_it_and_the_contact_is_masked(stage: Stage, case: Case) -> None:
    page = Desk(stage, "community").get("case_paper", case.id).content.decode()
    for part in (case.number, "下水道堵了", "138****0001", stage.city.person("worker").name, "甲社区"):
        assert part in page
    assert "13800000001" not in page
    assert NOTE not in page
    assert not AccessRecord.objects.exists()


def test_notes_only_when_asked_for_and_the_contact_only_on_record(stage: Stage, case: Case) -> None:
    desk = Desk(stage, "community")
    assert NOTE in desk.get("case_paper", case.id, notes="1").content.decode()
    answer = desk.post("case_paper", case.id)
    page = answer.content.decode()
    assert "13800000001" in page
    assert "张三丰" in page
    assert NOTE not in page
    assert "no-store" in answer.headers["Cache-Control"]
    record = AccessRecord.objects.get()
    assert (record.subject_id, record.viewer, record.person) == (
        case.id,
        stage.city.person("community"),
        stage.city.person("resident"),
    )
    assert Desk(stage, "viewer").post("case_paper", case.id).status_code == 403


@pytest.mark.parametrize("who", ["stranger", "housing", "hotline", "captain", "admin"])
def test_strangers_and_residents_have_no_file(stage: Stage, case: Case, who: str) -> None:
    assert Desk(stage, who).get("case_paper", case.id).status_code == 404
    assert Desk(stage, "resident").get("case_paper", case.id).status_code == 403
    assert Client().get(reverse("case_paper", args=[case.id])).status_code == 302


def test_whoever_was_rated_reads_only_solved_or_not(stage: Stage) -> None:
    case = stage.closed()
    closing.rate(
        viewer=stage.viewer("resident"), case_id=case.id, key=new_id(), contacted=True, solved=False,
        satisfaction="dissatisfied", words="态度很差",
    )  # fmt: skip
    assert "态度很差" in Desk(stage, "subdistrict").get("case_paper", case.id).content.decode()
    assert "态度很差" not in Desk(stage, "community").get("case_paper", case.id).content.decode()


def test_it_takes_the_same_statements_however_long_the_course(stage: Stage, case: Case) -> None:
    desk = Desk(stage, "community")

    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert desk.get("case_paper", case.id, notes="1").status_code == 200
        return len(caught)

    few = statements()
    for _more in range(4):
        noting.write_note(viewer=stage.viewer("community"), case_id=case.id, key=new_id(), words=NOTE)
    assert statements() <= few
