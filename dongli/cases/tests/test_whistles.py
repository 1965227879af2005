"""Whistles in depth: across districts, emergencies that ring and wait for nobody, time on site."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dongli.cases import access
from dongli.cases.actions import handling, ringing, whistling
from dongli.cases.models import Case, Category, Photo, Step, Task, Whistle
from dongli.cases.queries import lists
from dongli.cases.queries.detail import case_file
from dongli.cases.tests.conftest import Stage
from dongli.cases.tests.pictures import upload
from dongli.cases.workflow import TaskState, WhistleState
from dongli.common.clock import now
from dongli.common.errors import Conflict, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.notices.models import Notification
from dongli.people.models import Grant, Role, User
from dongli.people.viewer import Viewer
from tests.cast import log_in

pytestmark = pytest.mark.django_db


def officer(stage: Stage, function: str, level: str = "district", name: str = "officer") -> User:
    """A new officer of a department."""
    user = User.objects.create_user(username=f"{name}-{function}-{level}", name="新来的干部")
    Grant.objects.create(user=user, role=Role.DEPARTMENT_OFFICER, organisation=stage.city.department(function, level))
    return user


def blown(stage: Stage, *departments: UUID, kind: str = "daily") -> Whistle:
    """A whistle that the worker has blown."""
    case = stage.accepted()
    call = whistling.Call(kind, departments, "三栋楼下", now() + timedelta(minutes=30), "社区没有设备")
    whistling.blow(viewer=stage.viewer("worker"), case_id=case.id, key=new_id(), call=call)
    return Whistle.objects.get(case=case)


def signed(stage: Stage, *departments: UUID, kind: str = "daily") -> Whistle:
    """A whistle that the subdistrict's leader has signed."""
    whistle = blown(stage, *departments, kind=kind)
    whistling.sign(viewer=stage.viewer("leader"), whistle_id=whistle.id, key=new_id())
    whistle.refresh_from_db()
    return whistle


def kinds_of(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).values_list("kind", flat=True))


# Across districts


def test_a_department_of_another_district_sees_exactly_the_case_it_is_called_to(stage: Stage) -> None:
    helper = officer(stage, "housing", "other")
    stage.accepted()
    whistle = signed(stage, stage.city.department("housing", "other").id)
    viewer = Viewer.of(helper)
    assert list(Case.objects.filter(access.visible(viewer))) == [whistle.case]
    assert not Case.objects.filter(access.visible(stage.viewer("stranger"))).exists()
    assert "cases.sign" in kinds_of(helper)
    told = Notification.objects.get(user=_desk(stage), kind="cases.called_elsewhere")
    assert told.url == ""
    sign = Step.objects.get(case=whistle.case, verb="sign")
    assert sign.data["elsewhere"] == [stage.city.other_district.name]


def _desk(stage: Stage) -> User:
    """Somebody at the other district's desk."""
    return User.objects.get(username="desk-elsewhere")


@pytest.fixture(autouse=True)
def desk_elsewhere(stage: Stage) -> User:
    user = User.objects.create_user(username="desk-elsewhere", name="外区派遣员")
    Grant.objects.create(user=user, role=Role.DISTRICT_DESK, area=stage.city.other_district)
    return user


def test_the_other_districts_desk_is_told_and_sees_nothing(stage: Stage, desk_elsewhere: User) -> None:
    whistle = signed(stage, stage.city.department("housing").id)
    assert kinds_of(desk_elsewhere) == []
    whistling.call_department(
        viewer=stage.viewer("leader"),
        whistle_id=whistle.id,
        key=new_id(),
        organisation=stage.city.department("market", "other").id,
    )
    assert kinds_of(desk_elsewhere) == ["cases.called_elsewhere"]
    assert not Case.objects.filter(access.visible(Viewer.of(desk_elsewhere))).exists()
    assert lists.board(Viewer.of(desk_elsewhere)) == lists.Board([], [], [], [])


@pytest.mark.parametrize("words", ["芦淞区住房", "lusongquzhufang", "lsqzf"])
def test_departments_are_found_across_districts_by_name_and_pinyin(stage: Stage, client: Client, words: str) -> None:
    case = stage.accepted()
    log_in(client, stage.city.person("worker"))
    url = reverse("case_blow", args=[case.id])
    ticked = str(stage.city.department("public_security").id)
    typed = {"find": "1", "sought": words, "why": "写了一半", "departments": [ticked], "idempotency_key": str(new_id())}
    page = client.post(url, typed)
    form = page.context["form"]
    rows = {row.name: row.chosen for group in form.department_groups for row in group.rows}
    assert rows == {"荷塘区公安局": True, "芦淞区住房和城乡建设局": False}
    assert "写了一半" in page.content.decode()
    assert not Whistle.objects.exists()


def test_the_suggested_department_and_the_places_own_stand_first(stage: Stage, client: Client) -> None:
    case = stage.accepted()
    Case.objects.filter(pk=case.pk).update(category=None)
    log_in(client, stage.city.person("worker"))
    url = reverse("case_blow", args=[case.id])
    plain = [group.name for group in client.get(url).context["form"].department_groups]
    assert plain == ["荷塘区", "株洲市", "芦淞区"]
    category = Category.objects.filter(lead_district="housing").order_by("code")[0]
    Case.objects.filter(pk=case.pk).update(category=category)
    groups = client.get(url).context["form"].department_groups
    assert [row.name for row in groups[0].rows][:1] == ["荷塘区住房和城乡建设局"]
    assert [group.name for group in groups[1:]] == plain
    assert not {row.key for row in groups[0].rows} & {row.key for group in groups[1:] for row in group.rows}


# Emergencies


def test_an_emergency_rings_until_somebody_of_the_department_acknowledges(stage: Stage) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        whistle = signed(stage, stage.city.department("housing").id, kind="emergency")
        task = Task.objects.get(whistle=whistle)
        colleague = officer(stage, "housing")
        assert ringing.sweep() == {"signed": 0, "rung": 0}
        for turn in (1, 2):
            clock.shift(timedelta(minutes=3))
            assert ringing.sweep()["rung"] == 1
            assert ringing.sweep()["rung"] == 0
            assert kinds_of(colleague).count("cases.ring") == turn
            assert Notification.objects.filter(user=colleague, kind="cases.ring", read_at=None).count() == 1
        clock.shift(timedelta(minutes=60))
        assert ringing.sweep()["rung"] == 1
        ringing.acknowledge(viewer=stage.viewer("housing"), task_id=task.id, key=new_id())
        clock.shift(timedelta(minutes=30))
        assert ringing.sweep()["rung"] == 0
        with pytest.raises(Conflict):
            ringing.acknowledge(viewer=Viewer.of(colleague), task_id=task.id, key=new_id())
    task.refresh_from_db()
    assert (task.rings, task.acknowledged_by, task.state) == (3, stage.city.person("housing"), TaskState.DISPATCHED)
    assert Step.objects.filter(verb="acknowledge", public=False, case=whistle.case).count() == 1


def test_reporting_in_or_being_released_ends_the_ringing(stage: Stage) -> None:
    housing, market = (stage.city.department(name).id for name in ("housing", "market"))
    whistle = signed(stage, housing, market, kind="emergency")
    first, second = (Task.objects.get(whistle=whistle, organisation=one) for one in (housing, market))
    whistling.report_in(viewer=stage.viewer("housing"), task_id=first.id, key=new_id())
    handling.release(viewer=stage.viewer("community"), task_id=second.id, key=new_id(), reason="not_needed", words="x")
    assert not Task.objects.filter(ring_at__isnull=False).exists()
    with pytest.raises(Conflict):
        ringing.acknowledge(viewer=stage.viewer("housing"), task_id=first.id, key=new_id())


def test_other_whistles_do_not_ring_and_strangers_acknowledge_nothing(stage: Stage) -> None:
    quiet = Task.objects.get(whistle=signed(stage, stage.city.department("housing").id))
    loud = Task.objects.get(whistle=signed(stage, stage.city.department("housing").id, kind="emergency"))
    with pytest.raises(Conflict):
        ringing.acknowledge(viewer=stage.viewer("housing"), task_id=quiet.id, key=new_id())
    for name in ("urban", "stranger", "resident-2"):
        with pytest.raises(NotFound):
            ringing.acknowledge(viewer=stage.viewer(name), task_id=loud.id, key=new_id())
    with pytest.raises(NotAllowed):
        ringing.acknowledge(viewer=stage.viewer("community"), task_id=loud.id, key=new_id())


def test_the_secretary_signs_an_emergency_and_the_leader_is_told(stage: Stage) -> None:
    daily = blown(stage, stage.city.department("housing").id)
    urgent = blown(stage, stage.city.department("housing").id, kind="emergency")
    secretary, leader = stage.viewer("secretary"), stage.city.person("leader")
    with pytest.raises(NotAllowed):
        whistling.sign(viewer=secretary, whistle_id=daily.id, key=new_id())
    assert case_file(secretary, daily.case).offer("sign") is None
    assert case_file(secretary, urgent.case).offer("sign") is not None
    assert case_file(secretary, urgent.case).offer("decline") is None
    whistling.sign(viewer=secretary, whistle_id=urgent.id, key=new_id())
    assert kinds_of(leader).count("cases.signed_without_leader") == 1
    assert "cases.blow" in kinds_of(stage.city.person("secretary"))


def test_an_emergency_nobody_signs_is_signed_by_itself(stage: Stage) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        daily = blown(stage, stage.city.department("housing").id)
        urgent = blown(stage, stage.city.department("market", "other").id, kind="emergency")
        clock.shift(timedelta(minutes=9))
        assert ringing.sweep()["signed"] == 0
        clock.shift(timedelta(minutes=1))
        assert ringing.sweep()["signed"] == 1
        assert ringing.sweep()["signed"] == 0
    urgent.refresh_from_db()
    daily.refresh_from_db()
    assert (urgent.state, urgent.signed_by, daily.state) == (WhistleState.SIGNED, None, WhistleState.BLOWN)
    assert Task.objects.get(whistle=urgent).ring_at is not None
    assert "cases.signed_without_leader" in kinds_of(stage.city.person("leader"))
    assert "cases.called_elsewhere" in kinds_of(_desk(stage))


def test_the_band_is_on_every_page_of_the_called_department_and_on_no_other(stage: Stage, client: Client) -> None:
    task = Task.objects.get(whistle=signed(stage, stage.city.department("housing").id, kind="emergency"))
    poll = reverse("desk_ringing")
    for name, rings in (("urban", False), ("subdistrict", False), ("housing", True)):
        log_in(client, stage.city.person(name))
        for path in ("/desk/queue/", "/work/today/", "/desk/whistles/", poll):
            assert (f'data-ring="{task.id}"' in client.get(path).content.decode()) is rings, (name, path)
    tag = client.get(poll)["ETag"]
    assert client.get(poll, headers={"if-none-match": tag}).status_code == 304
    answer = client.post(
        reverse("task_acknowledge", args=[task.id]), {"idempotency_key": str(new_id()), "next": "/desk/whistles/"}
    )
    assert answer["Location"] == "/desk/whistles/"
    assert client.get(poll, headers={"if-none-match": tag}).content.strip() == b""
    assert "data-ring=" not in client.get("/desk/queue/").content.decode()


def test_only_officers_pay_for_the_band(stage: Stage, client: Client) -> None:
    signed(stage, stage.city.department("housing").id, kind="emergency")
    assert len(_queries(client, stage, "housing")) == len(_queries(client, stage, "community")) + 1


def _queries(client: Client, stage: Stage, name: str) -> list[object]:
    log_in(client, stage.city.person(name))
    with CaptureQueriesContext(connection) as found:
        client.get(reverse("desk_ringing"))
    return list(found.captured_queries)


# On site


def test_photos_may_be_added_when_reporting_in_and_need_not(stage: Stage, client: Client) -> None:
    whistle = signed(stage, stage.city.department("housing").id, stage.city.department("market").id)
    task = Task.objects.get(whistle=whistle, organisation=stage.city.department("housing"))
    log_in(client, stage.city.person("housing"))
    url = reverse("task_report_in", args=[task.id])
    assert client.get(url).status_code == 200
    answer = client.post(url, {"idempotency_key": str(new_id()), "photos": upload(), "words": "已到场"})
    assert answer.status_code == 302
    photo = Photo.objects.get(case=whistle.case)
    assert (photo.phase, photo.step is not None and photo.step.verb) == ("before", "report_in")


def test_time_on_site_and_arrival_are_shown(stage: Stage, client: Client) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        whistle = signed(stage, stage.city.department("housing").id)
        task = Task.objects.get(whistle=whistle)
        clock.shift(timedelta(minutes=35))
        whistling.report_in(viewer=stage.viewer("housing"), task_id=task.id, key=new_id())
        clock.shift(timedelta(minutes=80))
        log_in(client, stage.city.person("leader"))
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        expected = "arrived 5 min after the time wanted · 1 h 20 min on site"
        for path in ("/desk/whistles/", reverse("desk_case", args=[whistle.case.number])):
            assert expected in client.get(path).content.decode()
        handling.answer(viewer=stage.viewer("housing"), task_id=task.id, key=new_id(), words="已处理")
        clock.shift(timedelta(hours=5))
        assert expected in client.get("/desk/whistles/").content.decode()
