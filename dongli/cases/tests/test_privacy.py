"""What residents may know and ask of their data: looks, a copy, deletion; what strangers get (nothing)."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dongli.cases import links, policy
from dongli.cases.actions import closing, copying, deletion, filing
from dongli.cases.models import Case, CaseContact, CaseText, DataCopy, DeletionRequest, Step
from dongli.cases.models.retention import DeletionState
from dongli.cases.tests.conftest import Stage
from dongli.cases.tests.test_desk_views import Desk
from dongli.cases.workflow import CaseState
from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.notices.models import Notification
from dongli.people.models import User

WORDS = "三栋楼下下水道堵了，打13800000001"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def resident(stage: Stage) -> Desk:
    return Desk(stage, "resident")


def filed(stage: Stage) -> Case:
    return stage.file(what=WORDS, phone="13800000001", name="张三丰")


def withdrawn(stage: Stage) -> Case:
    return filing.withdraw(viewer=stage.viewer("resident"), case_id=filed(stage).id, key=new_id())


def ask(stage: Stage, case: Case | None = None, who: str = "resident") -> DeletionRequest:
    return deletion.ask_deletion(viewer=stage.viewer(who), key=new_id(), case_id=case.id if case else None)


# Looks


def test_every_look_is_read_on_the_timeline_and_on_ones_own_page(stage: Stage, resident: Desk) -> None:
    case = stage.dispatch(stage.register(filed(stage)))
    Desk(stage, "community").post("case_open_contact", case.id)
    Desk(stage, "worker").post("case_open_contact", case.id)
    pages = (resident.get("my_case", case.number), resident.get("my_data", case.number), resident.get("me_privacy"))
    for page in (*pages, Client().get(links.path(case)), Client().get(reverse("link_data", args=_link(case)))):
        text = page.content.decode()
        for who in ("community", "worker"):
            assert stage.city.person(who).name in text
        assert "甲社区" in text
        assert "13800000001" not in text.replace(WORDS, "")
    other = Desk(stage, "resident-2")
    assert stage.city.person("worker").name not in other.get("me_privacy").content.decode()
    assert other.get("my_data", case.number).status_code == 404


def _link(case: Case) -> list[str]:
    return [case.number, links.token(case)]


def test_looks_take_the_same_statements_however_many(stage: Stage, resident: Desk) -> None:
    case = stage.dispatch(stage.register(filed(stage)))

    def statements(name: str, *args: object) -> int:
        policy.forget()
        with CaptureQueriesContext(connection) as caught:
            assert resident.get(name, *args).status_code == 200
        return len(caught)

    Desk(stage, "community").post("case_open_contact", case.id)
    few = [statements("me_privacy"), statements("my_case", case.number)]
    for who in ("community", "worker", "subdistrict", "leader"):
        Desk(stage, who).post("case_open_contact", case.id)
    assert [statements("me_privacy"), statements("my_case", case.number)] == few


# A copy


def opened(resident: Desk, copy: DataCopy) -> ZipFile:
    answer: Any = resident.get("me_copy_file", copy.id)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer.headers["Cache-Control"]
    return ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_a_copy_holds_what_is_theirs_and_nobody_elses(stage: Stage, resident: Desk) -> None:
    mine = filed(stage)
    other = stage.file(viewer=stage.viewer("resident-2"), what="别人的诉求")
    for _twice in range(2):
        assert resident.post("me_copy_ask").status_code == 303
    copy = DataCopy.objects.get()
    assert "data-live" in resident.get("me_privacy").content.decode()
    copying.write(copy.id)
    copying.write(copy.id)
    copy.refresh_from_db()
    assert (copy.state, copy.total, copy.done) == ("done", 1, 1)
    archive = opened(resident, copy)
    told = json.loads(archive.read("data.json"))
    assert told["account"]["phone"] == stage.city.person("resident").phone
    (appeal,) = told["appeals"]
    assert (appeal["number"], appeal["description"]) == (mine.number, WORDS)
    assert appeal["contact"] == {"name": "张三丰", "phone": "13800000001"}
    page = archive.read("index.html").decode()
    assert mine.number in page
    assert other.number not in page + json.dumps(told)
    assert "别人" not in page
    live = resident.client.get(reverse("me_copy_live", args=[copy.id]))
    assert "me/privacy/copy" in live.content.decode()


def test_words_of_the_appeal_are_no_markup_in_the_copy(stage: Stage, resident: Desk) -> None:
    stage.file(what="<script>alert(1)</script>坏人")
    resident.post("me_copy_ask")
    copying.write(DataCopy.objects.get().id)
    assert "<script>" not in opened(resident, DataCopy.objects.get()).read("index.html").decode()


def test_a_copy_is_for_its_owner_only_and_gone_after_some_days(stage: Stage, resident: Desk, media: Path) -> None:
    copy = copying.ask_copy(viewer=stage.viewer("resident"))
    assert resident.get("me_copy_file", copy.id).status_code == 404
    copying.write(copy.id)
    copy.refresh_from_db()
    assert len(Path(copy.file).stem) >= 32
    for who in ("resident-2", "admin", "city"):
        for name in ("me_copy_file", "me_copy_live"):
            assert Desk(stage, who).get(name, copy.id).status_code == 404
    assert Client().get(reverse("me_copy_file", args=[copy.id])).status_code == 302
    assert copying.purge_copies() == 0
    DataCopy.objects.update(created_at=now() - timedelta(days=8))
    assert resident.get("me_copy_file", copy.id).status_code == 404
    assert copying.purge_copies() == 1
    assert not (media / copy.file).exists()


def test_a_copy_that_fails_says_so(stage: Stage, resident: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = copying.ask_copy(viewer=stage.viewer("resident"))

    def fails(*_args: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(copying, "_write", fails)
    copying.write(copy.id)
    assert 'role="alert"' in resident.get("me_privacy").content.decode()
    assert resident.post("me_copy_ask").status_code == 303
    assert DataCopy.objects.count() == 2


# Deletion


def test_one_appeal_is_asked_granted_and_emptied(stage: Stage, resident: Desk) -> None:
    case = withdrawn(stage)
    key = str(new_id())
    for _twice in range(2):
        assert resident.post("my_data", case.number, idempotency_key=key).status_code == 303
    request = DeletionRequest.objects.get()
    assert (request.state, request.limit_amount, request.limit_unit) == ("asked", 15, "working_day")
    told = Notification.objects.filter(kind="cases.deletion_asked").values_list("user__username", flat=True)
    assert {"demo-subdistrict", "demo-city"} <= set(told)
    desk = Desk(stage, "subdistrict")
    assert case.number in desk.get("desk_privacy").content.decode()
    for _twice in range(2):
        assert desk.post("desk_privacy_grant", request.id).status_code == 302
    request.refresh_from_db()
    assert request.state == DeletionState.DONE
    text = CaseText.objects.get(case=case)
    assert (text.description, text.address) == ("", "")
    assert CaseContact.objects.get(case=case).phone == ""
    step = Step.objects.get(case=case, verb="redact")
    assert step.data == {"part": "text", "cause": "request"}
    assert case.number in resident.get("me_privacy").content.decode()
    assert Notification.objects.filter(kind="cases.deletion_granted").count() == 1


def test_an_open_appeal_is_emptied_when_it_ends(stage: Stage) -> None:
    case = stage.answered()
    request = ask(stage, case)
    deletion.decide(viewer=stage.viewer("subdistrict"), request_id=request.id, grant=True)
    assert deletion.carry_out_granted() == 0
    assert CaseText.objects.get(case=case).description
    closing.check(viewer=stage.viewer("community"), case_id=case.id, key=new_id(), words="看过")
    closing.close(viewer=stage.viewer("community"), case_id=case.id, key=new_id(), words="已疏通")
    assert deletion.carry_out_granted() == 1
    assert deletion.carry_out_granted() == 0
    assert CaseText.objects.get(case=case).description == ""


def test_a_refusal_names_its_reason_and_the_resident_reads_it(stage: Stage, resident: Desk) -> None:
    case = withdrawn(stage)
    request = ask(stage, case)
    desk = Desk(stage, "subdistrict")
    bare = desk.post("desk_privacy_refuse", request.id, request=str(request.id), reason=" ")
    assert bare.status_code == 422
    with pytest.raises(Invalid):
        deletion.decide(viewer=stage.viewer("subdistrict"), request_id=request.id, grant=False)
    reason = "信访卷宗依法保存至明年三月"
    assert desk.post("desk_privacy_refuse", request.id, request=str(request.id), reason=reason).status_code == 302
    for name, args in (("me_privacy", ()), ("my_data", (case.number,))):
        assert reason in resident.get(name, *args).content.decode()
    assert CaseText.objects.get(case=case).description == WORDS
    with pytest.raises(Conflict):
        deletion.decide(viewer=stage.viewer("subdistrict"), request_id=request.id, grant=True)


def test_the_account_goes_with_all_its_appeals(stage: Stage, resident: Desk) -> None:
    ended, still_open = withdrawn(stage), filed(stage)
    person = stage.city.person("resident")
    copying.write(copying.ask_copy(viewer=stage.viewer("resident")).id)
    assert resident.get("me_delete").status_code == 200
    assert resident.post("me_delete").status_code == 303
    request = DeletionRequest.objects.get()
    desk = Desk(stage, "city")
    assert person.phone not in desk.get("desk_privacy").content.decode()
    assert Desk(stage, "subdistrict").post("desk_privacy_grant", request.id).status_code == 404
    desk.post("desk_privacy_grant", request.id)
    assert CaseText.objects.get(case=ended).description == ""
    assert CaseText.objects.get(case=still_open).description == WORDS
    person.refresh_from_db()
    assert person.is_active
    filing.withdraw(viewer=stage.viewer("resident"), case_id=still_open.id, key=new_id())
    assert deletion.carry_out_granted() == 1
    person.refresh_from_db()
    assert (person.name, person.phone, person.phone_hash, person.is_active) == ("", "", "", False)
    assert not Case.objects.filter(resident=person).exists()
    assert not DataCopy.objects.exists()
    assert not Notification.objects.filter(user=person).exists()
    assert resident.get("me_privacy").status_code == 302
    assert User.objects.filter(pk=person.pk).exists()


def test_the_holder_of_a_link_asks_too(stage: Stage) -> None:
    case = stage.file(viewer=stage.viewer("captain"), what=WORDS, source="captain", phone="13800000001")
    visitor = Client()
    address = reverse("link_data", args=_link(case))
    assert visitor.post(address, {"idempotency_key": str(new_id())}).status_code == 303
    assert DeletionRequest.objects.get().user is None
    assert visitor.post(address, {"take_back": "1"}).status_code == 303
    assert DeletionRequest.objects.get().state == DeletionState.WITHDRAWN
    assert visitor.get(address).status_code == 200


def test_taken_back_in_time_and_not_afterwards(stage: Stage, resident: Desk) -> None:
    request = ask(stage, withdrawn(stage))
    for _twice in range(2):
        assert resident.post("me_take_back", request.id).status_code == 303
    with pytest.raises(Conflict):
        deletion.decide(viewer=stage.viewer("subdistrict"), request_id=request.id, grant=True)
    again = ask(stage, Case.objects.get(deletion_requests=request))
    deletion.decide(viewer=stage.viewer("city"), request_id=again.id, grant=True)
    assert resident.post("me_take_back", again.id).status_code == 409


def test_strangers_neither_ask_nor_take_back_nor_decide(stage: Stage) -> None:
    case = withdrawn(stage)
    with pytest.raises(NotFound):
        ask(stage, case, who="resident-2")
    request = ask(stage, case)
    with pytest.raises(NotFound):
        deletion.take_back(viewer=stage.viewer("resident-2"), request_id=request.id)
    for who in ("stranger", "community", "worker", "resident-2", "housing", "viewer", "admin"):
        with pytest.raises(NotFound):
            deletion.decide(viewer=stage.viewer(who), request_id=request.id, grant=True)
    assert case.number not in Desk(stage, "stranger").get("desk_privacy").content.decode()
    for who in ("community", "resident", "viewer"):
        assert Desk(stage, who).get("desk_privacy").status_code == 403
    assert Client().get(reverse("me_privacy")).status_code == 302


def test_whoever_the_appeal_complains_of_does_not_decide_its_deletion(stage: Stage) -> None:
    case = stage.file(about="subdistrict")
    request = ask(stage, case)
    with pytest.raises(NotFound):
        deletion.decide(viewer=stage.viewer("subdistrict"), request_id=request.id, grant=True)
    assert deletion.decide(viewer=stage.viewer("district"), request_id=request.id, grant=True).state == "granted"


def test_staff_cannot_delete_their_account_and_nobody_decides_for_themselves(stage: Stage) -> None:
    with pytest.raises(Conflict):
        ask(stage, who="worker")
    own = stage.file(viewer=stage.viewer("city"))
    request = ask(stage, own, who="city")
    with pytest.raises(NotAllowed):
        deletion.decide(viewer=stage.viewer("city"), request_id=request.id, grant=True)


def test_an_emptied_appeal_has_nothing_left_to_ask_for(stage: Stage, resident: Desk) -> None:
    case = withdrawn(stage)
    deletion.decide(viewer=stage.viewer("city"), request_id=ask(stage, case).id, grant=True)
    assert Case.objects.get(pk=case.pk).state == CaseState.WITHDRAWN
    assert deletion.forget_askers() == 0
    DeletionRequest.objects.update(done_at=now() - timedelta(days=31))
    assert deletion.forget_askers() == 1
    page = Client().get(reverse("link_data", args=_link(case)))
    assert page.status_code == 200
    assert 'class="btn btn-danger"' not in page.content.decode()
    answer = Client().post(reverse("link_data", args=_link(case)), {"idempotency_key": str(new_id())})
    assert answer.status_code == 409
