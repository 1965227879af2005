"""Figures of whistles: right, with the volume beside each share; only what the viewer sees; the same records behind."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dongli.cases import policy
from dongli.cases.models import Case, Task, Whistle, WhistleRating
from dongli.cases.queries import whistle_figures
from dongli.cases.queries.whistle_figures import Scope, figures, records, usual_scope
from dongli.cases.tests.conftest import Stage
from dongli.common.clock import now, today
from dongli.common.ids import new_id
from dongli.organisations.models import Organisation
from tests.cast import log_in

pytestmark = pytest.mark.django_db

MANY = """
    WITH moments AS (
        SELECT gen_random_uuid() AS whistle, now() - n * interval '2 minutes' AS at FROM generate_series(1, %(count)s) n
    ), whistles AS (
        INSERT INTO cases_whistle SELECT made.* FROM moments, cases_whistle old CROSS JOIN LATERAL
        jsonb_populate_record(old, jsonb_build_object('id', whistle, 'blown_at', at)) made WHERE old.id = %(whistle)s
    )
    INSERT INTO cases_task SELECT made.* FROM moments, cases_task old CROSS JOIN LATERAL
    jsonb_populate_record(old, jsonb_build_object(
        'id', gen_random_uuid(), 'whistle_id', whistle, 'dispatched_at', at, 'reported_in_at', at + interval '1 hour',
        'answered_at', at + interval '2 hours', 'ended_at', at + interval '2 hours'
    )) made WHERE old.id = %(task)s
"""


def many(like: Task, count: int) -> None:
    """So many whistles that are done, each with one part like this one."""
    with connection.cursor() as cursor:
        cursor.execute(MANY, {"count": count, "whistle": like.whistle_id, "task": like.id})
        cursor.execute("ANALYZE cases_task; ANALYZE cases_whistle")


def part(stage: Stage, case: Case, department: Organisation, **moments: object) -> Task:
    """One part of a whistle that is done: called a day ago, and what `moments` say."""
    at = now() - timedelta(days=1)
    whistle = Whistle.objects.create(
        case=case, kind="daily", state="done", wanted_at=at, blown_by=stage.city.person("worker"), ended_at=now()
    )
    return Task.objects.create(
        **{
            "case": case, "kind": "whistle", "state": "answered", "organisation": department, "whistle": whistle,
            "limit_amount": 1, "limit_unit": "working_day", "calendar_version": "", "dispatched_at": at,
            "report_in_due_at": at + timedelta(hours=1), "due_at": at + timedelta(hours=10), **moments,
        }
    )  # fmt: skip


@pytest.fixture
def told(stage: Stage) -> Case:
    """Housing: in time and 40 minutes; late and 80 minutes; never came and was released late; just called."""
    case, housing = stage.accepted(), stage.city.department("housing")
    at = now() - timedelta(days=1)
    soon, late = at + timedelta(minutes=20), at + timedelta(hours=2)
    left = late + timedelta(minutes=80)
    one = part(stage, case, housing, reported_in_at=soon, answered_at=late, ended_at=soon + timedelta(minutes=40))
    two = part(stage, case, housing, reported_in_at=late, answered_at=at + timedelta(hours=11), ended_at=left)
    part(stage, case, housing, state="released", ended_at=at + timedelta(hours=5))
    fresh = {"report_in_due_at": now() + timedelta(hours=1), "due_at": now() + timedelta(days=1)}
    part(stage, case, housing, state="dispatched", **fresh)
    whistler, officer = stage.city.person("worker"), stage.city.person("housing")
    for task, helpful in ((one, "helpful"), (two, "partly")):
        WhistleRating.objects.create(task=task, side="whistler", in_time="late", helpful=helpful, rated_by=whistler)
    WhistleRating.objects.create(task=one, side="department", founded=False, rated_by=officer)
    return case


def test_each_figure_is_right_and_stands_on_its_records(stage: Stage, told: Case) -> None:
    viewer, moment = stage.viewer("leader"), now()
    lines, total = figures(viewer, usual_scope(today()), moment)
    assert [line.name for line in lines] == ["荷塘区住房和城乡建设局"]
    line = lines[0]
    assert (line.called, line.minutes, line.stays) == (4, 60, 2)
    shares = {share.key: (share.good, share.of, share.percent) for share in line.shares}
    assert shares == {"in_time": (1, 3, 33), "answered": (1, 2, 50), "helpful": (1, 1, 100), "founded": (0, 1, 0)}
    assert (total.called, total.minutes) == (4, 60)
    scope = Scope(today() - timedelta(days=29), today(), department=line.department)
    assert len(records(viewer, scope, "", "", moment).rows) == 4
    assert len(records(viewer, scope, "on_site", "of", moment).rows) == 2
    for share in line.shares:
        behind = [len(records(viewer, scope, share.key, which, moment).rows) for which in ("good", "of", "missed")]
        assert behind == [share.good, share.of, share.of - share.good], share.key


def test_a_rating_counts_once_both_sides_may_read_it(stage: Stage, told: Case) -> None:
    later = now() + timedelta(days=9)
    lines, _total = figures(stage.viewer("leader"), usual_scope(today()), later)
    assert {share.key: (share.good, share.of) for share in lines[0].shares}["helpful"] == (1, 2)


@pytest.mark.parametrize(
    ("name", "called"),
    [("leader", 4), ("district", 4), ("city", 4), ("viewer", 4), ("housing", 4), ("community", 4), ("urban", 0),
     ("stranger", 0), ("hotline", 0)],
)  # fmt: skip
def test_everybody_sees_their_own_area_or_department(
    stage: Stage, told: Case, client: Client, name: str, called: int
) -> None:
    viewer, scope = stage.viewer(name), usual_scope(today())
    assert figures(viewer, scope, now())[1].called == called
    assert len(records(viewer, scope, "", "", now()).rows) == called
    log_in(client, stage.city.person(name))
    page = client.get("/desk/whistles/figures/")
    assert page.status_code == 200
    assert ("荷塘区住房和城乡建设局" in page.content.decode()) is bool(called)
    listed = client.get("/desk/whistles/records/?measure=in_time&which=missed").content.decode()
    assert (told.number in listed) is bool(called)


def test_a_part_whose_case_is_out_of_sight_is_no_link(stage: Stage, told: Case, client: Client) -> None:
    Task.objects.filter(case=told, kind="whistle").update(state="released")
    log_in(client, stage.city.person("housing"))
    page = client.get("/desk/whistles/records/").content.decode()
    assert told.number in page
    assert f"/desk/case/{told.number}/" not in page


def test_cases_about_danger_are_counted_for_few(stage: Stage, told: Case) -> None:
    Case.objects.filter(pk=told.pk).update(danger="life")
    scope = usual_scope(today())
    counts = {
        name: figures(stage.viewer(name), scope, now())[1].called for name in ("community", "secretary", "viewer")
    }
    assert counts == {"community": 0, "secretary": 4, "viewer": 0}


@pytest.mark.parametrize("name", ["", "resident", "worker"])
def test_only_desks_look_at_figures(stage: Stage, client: Client, name: str) -> None:
    if name:
        log_in(client, stage.city.person(name))
    for path in ("/desk/whistles/figures/", "/desk/whistles/records/"):
        assert client.get(path).status_code == (403 if name else 302)


@pytest.mark.parametrize(
    "query", ["since=2026-99-99", "since=x&until=-1", "area=999", "department=x", "measure=x&which=y", "after=x"]
)
def test_nonsense_in_the_address_is_left_aside(stage: Stage, told: Case, client: Client, query: str) -> None:
    log_in(client, stage.city.person("city"))
    for path in ("/desk/whistles/figures/", "/desk/whistles/records/"):
        assert client.get(f"{path}?{query}").status_code == 200


def test_statements_do_not_grow_with_twenty_thousand_parts(stage: Stage, told: Case, client: Client) -> None:
    log_in(client, stage.city.person("district"))
    paths = ("/desk/whistles/figures/", "/desk/whistles/records/?measure=answered")
    few = [_statements(client, path) for path in paths]
    many(Task.objects.filter(case=told, kind="whistle", state="answered")[0], 20_000)
    assert [_statements(client, path) for path in paths] == few
    assert few[0] <= 16
    assert figures(stage.viewer("district"), usual_scope(today()), now())[1].called == 20_004


def _statements(client: Client, path: str) -> int:
    policy.forget()
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


def test_the_median_lies_between_the_two_middle_ones(stage: Stage) -> None:
    case, at = stage.accepted(), now() - timedelta(hours=20)
    for minutes in (10, 20, 40, 400):
        moments = {"reported_in_at": at, "ended_at": at + timedelta(minutes=minutes), "answered_at": at}
        part(stage, case, stage.city.department("market"), **moments)
    assert figures(stage.viewer("leader"), usual_scope(today()), now())[0][0].minutes == 30


def test_records_are_paged_by_keyset(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whistle_figures, "PAGE", 2)
    case, viewer = stage.accepted(), stage.viewer("leader")
    made = {part(stage, case, stage.city.department("market")).id for _turn in range(5)}
    found, after = [], ""
    for _turn in range(3):
        page = records(viewer, usual_scope(today()), "", "", now(), after)
        found += [row.id for row in page.rows]
        after = page.next
    assert (set(found), len(found), after) == (made, 5, "")
    assert records(viewer, usual_scope(today()), "", "", now(), str(new_id())).rows
