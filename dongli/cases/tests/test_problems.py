"""The problem list: what is proposed and what is not, taking on and leaving alone, the public board of a compound."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext, override

from dongli.areas.models import Area, Grid
from dongli.cases.actions import problems as actions
from dongli.cases.actions.problems import Acceptance
from dongli.cases.models import Case, CaseText, Category, Problem, ProblemCase
from dongli.cases.models.problem import ProblemState
from dongli.cases.queries import problems as queries
from dongli.cases.workflow import CaseState
from dongli.common.clock import now, today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.duties import actions as duties
from dongli.duties.models import Duty
from dongli.notices.models import Notification
from tests.cast import City, log_in

_numbers: Iterator[int] = count(1)


def make_case(city: City, *, days_ago: float = 5, code: str = "0101", place: Area | None = None, **fields: Any) -> Case:
    """A case of a class, by default in the home compound and grid without a point."""
    community = fields.pop("community", city.community)
    row = {
        "number": f"P-{next(_numbers):06d}",
        "kind": "appeal",
        "source": "web",
        "state": CaseState.CLOSED,
        "category": Category.objects.get(code=code),
        "desk": community,
        "community": community,
        "place": place,
        "filed_at": now() - timedelta(days=days_ago),
    }
    case = Case.objects.create(**(row | fields))
    CaseText.objects.create(case=case, description="下水道又堵了，住三栋的王阿姨电话13800000001")
    return case


def in_compound(city: City, times: int = 3, **fields: Any) -> list[Case]:
    fields.setdefault("place", city.compound)
    return [make_case(city, **fields) for _ in range(times)]


def acceptance(city: City, **other: Any) -> Acceptance:
    fields: dict[str, Any] = {
        "owner_id": city.person("housing").id,
        "organisation_id": city.department("housing").id,
        "measures": "更换老化管网",
        "due_on": today() + timedelta(days=30),
    }
    return Acceptance(**(fields | other))


def accept(city: City, problem: Problem, name: str = "secretary", **other: Any) -> Problem:
    return actions.accept_problem(
        viewer=city.viewer(name), problem_id=problem.id, key=new_id(), acceptance=acceptance(city, **other)
    )


@pytest.fixture
def problem(city: City) -> Problem:
    in_compound(city)
    return actions.propose_problems()[0]


# Proposing


def test_three_cases_of_one_class_in_one_compound_are_a_problem(city: City) -> None:
    in_compound(city, 2, place=city.compound)
    assert actions.propose_problems() == []
    make_case(city, place=city.building)
    (found,) = actions.propose_problems()
    assert (found.place_kind, found.place_key, found.area) == ("compound", city.compound.code, city.compound)
    assert ProblemCase.objects.filter(problem=found).count() == 3
    secretary = city.person("secretary")
    assert Notification.objects.filter(user=secretary, kind="cases.problems").count() == 1


def test_the_same_night_twice_changes_nothing_and_new_cases_join(city: City, problem: Problem) -> None:
    assert actions.propose_problems() == []
    make_case(city, place=city.compound, days_ago=0.5)
    assert actions.propose_problems() == []
    assert ProblemCase.objects.filter(problem=problem).count() == 4
    assert Problem.objects.get(pk=problem.pk).until > problem.until


@pytest.mark.parametrize(
    "fields",
    [
        {"danger": "life"},
        {"about": "worker"},
        {"state": CaseState.SPAM},
        {"state": CaseState.REFUSED},
        {"state": CaseState.WITHDRAWN},
        {"state": CaseState.FILED},
        {"days_ago": 91},
        {"code": "0104"},
        {"hidden_from": [UUID(int=1)]},
    ],
    ids=str,
)
def test_what_does_not_count(city: City, fields: dict[str, Any]) -> None:
    in_compound(city, 2)
    make_case(city, place=city.compound, **fields)
    assert actions.propose_problems() == []


def test_a_grid_holds_together_what_no_compound_does(city: City) -> None:
    for place in (city.compounds[0], city.compounds[1], None):
        make_case(city, place=place, grid=city.grid)
    (found,) = actions.propose_problems()
    assert (found.place_kind, found.place_key, found.area) == ("grid", city.grid.code, city.community)
    assert str(found).endswith(f"{city.community.name} · {city.grid.name}")


def test_points_close_together_are_a_cluster_even_across_a_border(city: City) -> None:
    for community in (city.community, city.second_community, city.community):
        make_case(city, community=community, longitude=113.1150, latitude=27.8300)
    make_case(city, longitude=113.1250, latitude=27.8300)
    (found,) = actions.propose_problems()
    assert (found.place_kind, found.area) == ("cell", city.subdistrict), "the smallest area that holds all"
    assert found.longitude == pytest.approx(113.1150)
    assert ProblemCase.objects.filter(problem=found).count() == 3


def test_a_case_counts_once_and_the_narrowest_place_has_it(city: City) -> None:
    for _ in range(3):
        make_case(city, place=city.compound, grid=city.grid, longitude=113.115, latitude=27.815)
    make_case(city, grid=city.grid, longitude=113.115, latitude=27.815)
    (found,) = actions.propose_problems()
    assert found.place_kind == "compound"
    assert ProblemCase.objects.count() == 3


def test_period_and_threshold_can_be_set(city: City) -> None:
    in_compound(city, 2, days_ago=120)
    assert actions.propose_problems(period_days=150) == []
    assert len(actions.propose_problems(period_days=150, threshold=2)) == 1


def test_statements_do_not_grow_with_the_cases(city: City) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            actions.propose_problems()
        return len(captured)

    in_compound(city, 3, code="0101")
    first = statements()
    in_compound(city, 30, code="0104")
    assert statements() <= first


# Deciding


def test_taking_it_on_makes_a_duty_in_one_go(city: City, problem: Problem) -> None:
    accepted = accept(city, problem)
    duty = Duty.objects.get(source_kind="problem", source_id=problem.id)
    assert (accepted.state, accepted.duty, accepted.decided_by) == ("accepted", duty, city.person("secretary"))
    assert (duty.title, duty.owner, duty.published) == (str(problem), city.person("housing"), True)
    assert queries.stage_of(accepted) == "accepted"
    with pytest.raises(Conflict):
        accept(city, problem, "leader")


def test_the_same_form_sent_twice_is_one_duty(city: City, problem: Problem) -> None:
    key = new_id()
    for _ in range(2):
        actions.accept_problem(
            viewer=city.viewer("secretary"), problem_id=problem.id, key=key, acceptance=acceptance(city)
        )
    assert Duty.objects.count() == 1


def test_a_wrong_owner_leaves_the_problem_as_it_was(city: City, problem: Problem) -> None:
    with pytest.raises(Invalid):
        accept(city, problem, owner_id=city.person("stranger").id)
    assert Problem.objects.get(pk=problem.pk).state == ProblemState.PROPOSED
    assert not Duty.objects.exists()


def test_left_alone_with_a_reason_its_cases_make_no_problem_again(city: City, problem: Problem) -> None:
    with pytest.raises(Invalid):
        actions.reject_problem(viewer=city.viewer("secretary"), problem_id=problem.id, reason=" ")
    actions.reject_problem(viewer=city.viewer("secretary"), problem_id=problem.id, reason="已列入改造")
    make_case(city, place=city.compound)
    assert actions.propose_problems() == []
    in_compound(city, 2)
    assert len(actions.propose_problems()) == 1, "three new ones are a new problem"


def test_new_cases_join_while_the_duty_is_open_and_start_anew_once_it_is_fulfilled(
    city: City, problem: Problem
) -> None:
    accept(city, problem)
    make_case(city, place=city.compound)
    actions.propose_problems()
    assert ProblemCase.objects.filter(problem=problem).count() == 4
    duty = Duty.objects.get()
    duties.close_duty(viewer=city.viewer("housing"), duty_id=duty.id, key=new_id(), evidence="已换管")
    in_compound(city)
    assert len(actions.propose_problems()) == 1
    assert ProblemCase.objects.filter(problem=problem).count() == 4


@pytest.mark.parametrize("name", ["stranger", "resident", "worker", "housing"])
def test_others_do_not_know_of_a_proposal(city: City, problem: Problem, name: str) -> None:
    with pytest.raises(NotFound):
        accept(city, problem, name)


@pytest.mark.parametrize("name", ["community", "viewer"])
def test_whoever_only_looks_cannot_decide(city: City, problem: Problem, name: str) -> None:
    with pytest.raises(NotAllowed):
        accept(city, problem, name)
    with pytest.raises(NotAllowed):
        actions.reject_problem(viewer=city.viewer(name), problem_id=problem.id, reason="不办")


# Pages


class Desk:
    """A logged-in member of the cast."""

    def __init__(self, city: City, name: str) -> None:
        self.client = Client()
        log_in(self.client, city.person(name))

    def get(self, name: str, *args: object, **query: str) -> Any:
        return self.client.get(reverse(name, args=args), query)

    def post(self, name: str, *args: object, **fields: object) -> Any:
        return self.client.post(reverse(name, args=args), {"idempotency_key": str(new_id()), **fields})


def test_the_list_shows_each_stage_to_whoever_watches(city: City, problem: Problem) -> None:
    desk = Desk(city, "secretary")
    page = desk.get("desk_problems").content.decode()
    assert problem.category_name in page
    assert city.compound.name in page
    assert problem.category_name not in Desk(city, "stranger").get("desk_problems").content.decode()
    accept(city, problem)
    assert problem.category_name not in desk.get("desk_problems").content.decode()
    assert "罗静" in desk.get("desk_problems", stage="accepted", area=city.compound.code).content.decode()
    assert problem.category_name in Desk(city, "housing").get("desk_problems", stage="accepted").content.decode()
    assert desk.get("desk_problems", stage="<x>", area="junk", after="junk").status_code == 200
    for name in ("resident", "worker"):
        assert Desk(city, name).get("desk_problems").status_code == 403
    assert Client().get(reverse("desk_problems")).status_code == 302


def test_taking_on_and_leaving_alone_through_the_page(city: City, problem: Problem) -> None:
    desk = Desk(city, "secretary")
    page = desk.get("desk_problem", problem.id).content.decode()
    assert page.count("P-") >= 3
    lead = city.department(queries.lead_function(problem)).name
    assert 0 < page.index(f'label="{lead}"') < page.index(f'label="{city.community.name}"'), "the class's lead first"
    bad = desk.post("problem_accept", problem.id, owner="x/y", measures="", due_on="昨天", published="on")
    assert bad.status_code == 422
    past = {"owner": f"{city.person('housing').id}/{city.department('housing').id}", "measures": "换管"}
    late = desk.post("problem_accept", problem.id, **past, due_on="2020-01-01")
    assert late.status_code == 422
    assert "换管" in late.content.decode(), "nothing typed is lost"
    good = desk.post("problem_accept", problem.id, **past, due_on=(today() + timedelta(days=9)).isoformat())
    assert good.status_code == 302
    assert Duty.objects.get().published is False
    assert desk.post("problem_reject", problem.id, reason="不办").status_code == 409


def test_a_stranger_finds_no_problem_page_and_decides_nothing(city: City, problem: Problem) -> None:
    stranger = Desk(city, "stranger")
    assert stranger.get("desk_problem", problem.id).status_code == 404
    assert stranger.post("problem_reject", problem.id, reason="x").status_code == 404
    assert Desk(city, "community").post("problem_reject", problem.id, reason="x").status_code == 403


def test_list_and_page_take_as_many_statements_for_many_as_for_few(city: City, problem: Problem) -> None:
    desk = Desk(city, "secretary")
    desk.get("desk_problems")

    def statements(*address: object) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(*address).status_code == 200  # type: ignore[arg-type]
        return len(captured)

    before = statements("desk_problems"), statements("desk_problem", problem.id)
    in_compound(city, 5)
    for code in ("0102", "0103", "0104"):
        in_compound(city, 4, code=code)
    actions.propose_problems()
    assert Problem.objects.count() == 4
    assert (statements("desk_problems"), statements("desk_problem", problem.id)) == before


# The public board


def board(city: City, area: Area | None = None) -> Any:
    return Client().get(reverse("place_board", args=[(area or city.compound).code]))


def test_the_board_names_units_and_dates_but_nobody(city: City, problem: Problem) -> None:
    page = board(city).content.decode()
    assert problem.category_name not in page, "a proposal is not public"
    accept(city, problem)
    page = board(city).content.decode()
    assert city.department("housing").name in page
    assert (today() + timedelta(days=30)).isoformat() in page
    for hidden in ("罗静", "13800000001", "王阿姨", "P-0"):
        assert hidden not in page


def test_small_counts_are_hidden(city: City) -> None:
    with override("zh-hans"):
        few = f"<dd>{gettext('fewer than 3')}</dd>"
    in_compound(city, 2)
    assert board(city).content.decode().count(few) == 2
    in_compound(city, 1)
    assert board(city).content.decode().count(few) == 1, "three solved are told, the open ones are not"


def test_what_was_not_published_or_was_dropped_is_not_on_the_board(city: City, problem: Problem) -> None:
    accept(city, problem, published=False)
    assert "更换老化管网" not in board(city).content.decode()
    duty = Duty.objects.get()
    Duty.objects.filter(pk=duty.pk).update(published=True)
    assert "更换老化管网" in board(city).content.decode()
    duties.drop_duty(viewer=city.viewer("secretary"), duty_id=duty.id, key=new_id(), reason="并案")
    assert "更换老化管网" not in board(city).content.decode()


def test_progress_and_evidence_are_read_there(city: City, problem: Problem) -> None:
    accept(city, problem)
    duty, viewer = Duty.objects.get(), city.viewer("housing")
    duties.report_progress(viewer=viewer, duty_id=duty.id, key=new_id(), words="已完成一半", published=True)
    duties.report_progress(viewer=viewer, duty_id=duty.id, key=new_id(), words="经费紧张", published=False)
    page = board(city).content.decode()
    assert "已完成一半" in page
    assert "经费紧张" not in page
    duties.close_duty(viewer=viewer, duty_id=duty.id, key=new_id(), evidence="全线换管，压力测试合格")
    assert "全线换管" in board(city).content.decode()


def test_boards_are_of_compounds(city: City) -> None:
    assert board(city, city.building).headers["Location"] == reverse("place_board", args=[city.compound.code])
    for area in (city.community, city.city):
        assert board(city, area).status_code == 404
    assert Client().get("/place/<junk>/").status_code == 404
    assert Client().get("/place/" + "9" * 300 + "/").status_code == 404


def test_home_leads_to_the_board_of_ones_compound(city: City) -> None:
    resident = city.person("resident")
    resident.home = city.building
    resident.save()
    page = Desk(city, "resident").get("web:home").content.decode()
    assert reverse("place_board", args=[city.building.code]) in page


def test_grids_far_away_do_not_show(city: City, problem: Problem) -> None:
    accept(city, problem)
    assert "更换老化管网" not in board(city, city.compounds[4]).content.decode()
    assert Grid.objects.exists()
