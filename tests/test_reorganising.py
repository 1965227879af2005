"""An organisation is merged, split or dissolved: its tasks, duties and staff pass on, and nothing is left behind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connections, models
from django.db.models import Q
from django.test import Client

from dongli.cases.actions import closing, dispatching, handling, whistling
from dongli.cases.actions.dispatching import Assignee
from dongli.cases.actions.whistling import Call
from dongli.cases.models import Case, Step, Task, Whistle
from dongli.cases.tests.conftest import Stage
from dongli.cases.workflow import TaskState
from dongli.common.clock import now, today
from dongli.common.errors import Conflict, Invalid, Refusal
from dongli.common.ids import new_id
from dongli.duties.actions import Assignment, assign_duty
from dongli.duties.models import Duty
from dongli.notices.models import Notification
from dongli.organisations import queries as organisations
from dongli.organisations.models import Ground, Link, Mechanism, Membership, Organisation, OrganisationKind
from dongli.people import succession
from dongli.people.actions import organising, reorganising
from dongli.people.actions.organising import Basis, Founding
from dongli.people.actions.reorganising import Parting
from dongli.people.models import ActKind, Grant, OrganisationAct, PartyMembership, Post, Role, Tenure
from tests.cast import City, log_in

Kind = OrganisationKind
LONG_AGO = date(2020, 1, 1)


def basis(on: date | None = None, key: UUID | None = None) -> Basis:
    return Basis(key or new_id(), on or today(), "荷编发〔2026〕7号")


@dataclass
class Merger:
    """Housing is merged into urban management, in a city where housing has work."""

    stage: Stage

    @property
    def city(self) -> City:
        return self.stage.city

    @property
    def housing(self) -> Organisation:
        return Organisation.objects.get(pk=self.city.department("housing").pk)

    @property
    def urban(self) -> Organisation:
        return Organisation.objects.get(pk=self.city.department("urban_management").pk)

    def led_by_housing(self) -> Case:
        case = self.stage.register(self.stage.file())
        dispatching.dispatch(
            viewer=self.stage.viewer("community"),
            case_id=case.id,
            key=new_id(),
            lead=Assignee(organisation=self.housing.pk),
        )
        case.refresh_from_db()
        return case

    def duty(self) -> Duty:
        assignment = Assignment(
            title="加装电梯", source_kind="test", source_id=new_id(), area=self.city.community,
            owner_id=self.city.person("housing").pk, organisation_id=self.housing.pk, measures="每周一会",
            due_on=today() + timedelta(days=30),
        )  # fmt: skip
        return assign_duty(viewer=self.city.viewer("secretary"), key=new_id(), assignment=assignment)

    def merge(self, **facts: Any) -> Organisation:
        usual: dict[str, Any] = {"organisation_id": self.housing.pk, "into_id": self.urban.pk, "basis": basis()}
        return reorganising.merge(viewer=self.city.viewer("organiser"), **(usual | facts))


@pytest.fixture
def merger(stage: Stage) -> Merger:
    return Merger(stage)


def left_behind(one: Organisation) -> dict[str, int]:
    return {part.name: count for part in succession.parts() if (count := part.count(one))}


def test_a_merged_department_leaves_nothing_behind(merger: Merger) -> None:
    city, housing, urban = merger.city, merger.housing, merger.urban
    case, duty = merger.led_by_housing(), merger.duty()
    due = merger.stage.lead(case).due_at
    unit = organising.found(
        viewer=city.viewer("organiser"), area=city.community,
        founding=Founding(Kind.LINKED_UNIT, "某厂", unit_kind="state_owned"), basis=basis(LONG_AGO),
    )  # fmt: skip
    child = organising.found(
        viewer=city.viewer("organiser"), area=city.subdistrict,
        founding=Founding(Kind.DEPARTMENT, "房管所", housing.pk, function="housing_station", line="urban_management"),
        basis=basis(LONG_AGO),
    )  # fmt: skip
    link = Link.objects.create(axis=housing, unit=unit, mechanism=Mechanism.PAIRING, since=LONG_AGO)
    post = Tenure.objects.create(
        post=Post.ENVOY, person=city.person("worker"), area=city.community, organisation=housing, since=LONG_AGO
    )
    PartyMembership.objects.create(person=city.person("housing"), organisation=housing)
    assert set(left_behind(housing)) == {"tasks", "duties", "staff", "links", "children", "posts", "members"}
    merger.merge(new_name="荷塘区住建和城管局")
    assert left_behind(housing) == {}
    housing, urban = merger.housing, merger.urban
    assert (housing.dissolved_on, housing.successor, urban.name) == (today(), urban, "荷塘区住建和城管局")
    case.refresh_from_db()
    task = merger.stage.lead(case)
    assert (task.organisation, task.due_at, task.state) == (urban, due, TaskState.DISPATCHED)
    step = Step.objects.get(case=case, seq=case.steps_count)
    assert (step.verb, step.data["why"][0]["why"], step.actor) == ("route", "succession", None)
    duty.refresh_from_db()
    assert (duty.organisation, duty.steps.last().verb) == (urban, "succeed")  # type: ignore[union-attr]
    assert city.viewer("housing").organisations(Role.DEPARTMENT_OFFICER) == {urban.pk}
    handling.accept(viewer=city.viewer("housing"), task_id=task.id, key=new_id())
    child.refresh_from_db()
    assert child.parent == urban
    assert OrganisationAct.objects.filter(organisation=child, kind=ActKind.MOVED, other=urban).exists()
    link.refresh_from_db()
    assert link.until == today()
    assert Link.objects.get(axis=urban, unit=unit).since == today()
    post.refresh_from_db()
    assert (post.until, post.organisation) == (today(), housing)
    assert Tenure.objects.get(organisation=urban).person == post.person
    act = OrganisationAct.objects.get(organisation=housing, kind=ActKind.MERGED)
    told = Notification.objects.filter(kind="people.reorganise", user=city.person("housing"))
    assert [note.params["to"] for note in told] == ["荷塘区住建和城管局"]
    assert act.data == {"tasks": 1, "duties": 1, "staff": 1, "links": 1, "children": 1, "posts": 1, "members": 1}


def test_routing_by_function_goes_on(merger: Merger) -> None:
    city, housing, urban = merger.city, merger.housing, merger.urban
    merger.merge()
    assert organisations.department("housing", city.community) == urban
    found = organisations.departments(["housing", "urban_management", "bus"], city.compound)
    assert found == {"housing": urban, "urban_management": urban, "bus": city.department("bus", "city")}
    heir = city.department("emergency")
    reorganising.merge(viewer=city.viewer("organiser"), organisation_id=urban.pk, into_id=heir.pk, basis=basis())
    assert organisations.department("housing", city.community) == heir
    heir.refresh_from_db()
    assert heir.is_fallback
    assert organisations.fallback(city.community) == heir
    founding = Founding(Kind.DEPARTMENT, "新住建局", function="housing", line="urban_management")
    anew = organising.found(viewer=city.viewer("organiser"), area=city.district, founding=founding, basis=basis())
    assert organisations.department("housing", city.community) == anew
    assert housing.code != anew.code


def test_the_reopened_and_the_late_form_find_the_heir(merger: Merger) -> None:
    """A case answered before and reopened after; a form opened before that names the one that is gone."""
    stage, city, housing = merger.stage, merger.city, merger.housing
    case = merger.led_by_housing()
    task = stage.lead(case)
    officer = city.viewer("housing")
    handling.accept(viewer=officer, task_id=task.id, key=new_id())
    handling.contact(viewer=officer, task_id=task.id, key=new_id(), how="phone")
    handling.answer(viewer=officer, task_id=task.id, key=new_id(), words="已修好")
    late = stage.register(stage.file())
    merger.merge()
    assert stage.lead(case).organisation == merger.urban, "an answer waiting to be checked passes too"
    closing.fail_check(viewer=city.viewer("secretary"), case_id=case.id, key=new_id(), words="还在漏")
    assert stage.lead(case).organisation == merger.urban
    dispatching.dispatch(
        viewer=city.viewer("community"), case_id=late.id, key=new_id(), lead=Assignee(organisation=housing.pk)
    )
    assert stage.lead(late).organisation == merger.urban


def test_both_at_work_on_one_case(merger: Merger) -> None:
    stage, city = merger.stage, merger.city
    case = merger.led_by_housing()
    dispatching.add_cohandler(
        viewer=city.viewer("community"), case_id=case.id, key=new_id(), organisation=merger.urban.pk
    )
    other = stage.register(stage.file())
    dispatching.dispatch(
        viewer=city.viewer("community"), case_id=other.id, key=new_id(),
        lead=Assignee(organisation=merger.urban.pk), cohandlers=[merger.housing.pk],
    )  # fmt: skip
    merger.merge()
    for one in (case, other):
        states = sorted(Task.objects.filter(case=one).values_list("kind", "state", "organisation__function"))
        assert ("lead", "dispatched", "urban_management") in states
        assert [state for kind, state, _who in states if kind == "cohandler"] == [TaskState.RELEASED]
        one.refresh_from_db()
        assert one.state == "dispatched"


def test_a_whistle_that_waits_wants_the_heir(merger: Merger) -> None:
    stage, city = merger.stage, merger.city
    case = stage.dispatch(stage.register(stage.file()))
    task = stage.lead(case)
    handling.accept(viewer=city.viewer("worker"), task_id=task.id, key=new_id())
    call = Call(
        kind="daily",
        departments=(merger.housing.pk,),
        why="要房管来",
        place="甲苑门口",
        wanted_at=now() + timedelta(hours=3),
    )
    whistling.blow(viewer=city.viewer("worker"), case_id=case.id, key=new_id(), call=call)
    merger.merge()
    whistle = Whistle.objects.get(case=case)
    assert list(whistle.wanted.all()) == [merger.urban]
    whistling.sign(viewer=city.viewer("leader"), whistle_id=whistle.id, key=new_id())
    assert Task.objects.get(case=case, kind="whistle").organisation == merger.urban


def test_a_merger_twice_is_one_and_unlike_ones_do_not_merge(merger: Merger) -> None:
    again = basis()
    assert merger.merge(basis=again) == merger.merge(basis=again)
    assert OrganisationAct.objects.filter(kind=ActKind.MERGED).count() == 1
    with pytest.raises(Conflict):
        merger.merge()
    office = organisations.office(merger.city.district)
    assert office is not None
    for one, into in ((merger.urban, office), (office, merger.urban), (merger.urban, merger.urban)):
        with pytest.raises(Invalid, check=lambda refused: refused.field == "other"):
            merger.merge(organisation_id=one.pk, into_id=into.pk)


def test_a_merged_branch_keeps_the_compound(merger: Merger) -> None:
    """A compound's branch merged into its neighbour's: a joint branch, whose ground the compound is."""
    city, viewer = merger.city, merger.city.viewer("organiser")
    first, second = city.compounds[:2]
    one, other = (
        organising.found(viewer=viewer, area=area, founding=Founding(Kind.BRANCH, area.name), basis=basis(LONG_AGO))
        for area in (first, second)
    )
    committee = organising.found(
        viewer=viewer, area=city.community, founding=Founding(Kind.JOINT_COMMITTEE, "联合党委"), basis=basis(LONG_AGO)
    )
    for member in (one, other):
        organising.join(viewer=viewer, committee_id=committee.pk, member_id=member.pk, basis=basis(LONG_AGO))
    merger.merge(organisation_id=one.pk, into_id=other.pk, basis=basis(date(2026, 3, 1)))
    assert Ground.objects.get(organisation=other).area == first
    holding = Membership.objects.filter(Q(until=None), committee=committee)
    assert [row.member for row in holding] == [other]


def test_a_split_passes_what_was_chosen(merger: Merger) -> None:
    city, housing = merger.city, merger.housing
    stays, passes = merger.led_by_housing(), merger.led_by_housing()
    duty = merger.duty()
    founding = Founding(Kind.DEPARTMENT, "房屋安全局", function="house_safety", line="urban_management")
    chosen = {"tasks": frozenset({merger.stage.lead(passes).pk})}
    key = basis()
    parting = Parting(founding, passes=frozenset({"duties"}), chosen=chosen)
    for _time in range(2):
        part = reorganising.split(
            viewer=city.viewer("organiser"), organisation_id=housing.pk, parting=parting, basis=key
        )
    assert merger.stage.lead(passes).organisation == part
    assert merger.stage.lead(stays).organisation == housing
    duty.refresh_from_db()
    assert duty.organisation == part
    assert merger.housing.dissolved_on is None
    assert Grant.objects.filter(organisation=housing, until=None).count() == 1
    assert organisations.department("house_safety", city.community) == part
    acts = OrganisationAct.objects.filter(organisation=housing).values_list("kind", "other")
    assert list(acts) == [(ActKind.SPLIT, part.pk)]
    with pytest.raises(Invalid, check=lambda refused: refused.field == "other"):
        reorganising.split(
            viewer=city.viewer("organiser"), organisation_id=housing.pk, parting=Parting(), basis=basis()
        )


def test_what_arrives_beside_the_locks_is_passed_on_soon(merger: Merger) -> None:
    merger.merge()
    worker = merger.city.person("worker")
    late = Tenure.objects.create(
        post=Post.ENVOY, person=worker, area=merger.city.community, organisation=merger.housing, since=today()
    )
    since = now() - timedelta(hours=1)
    assert reorganising.settle_stragglers(since=since) == 1
    assert reorganising.settle_stragglers(since=since) == 0
    late.refresh_from_db()
    assert late.organisation == merger.urban


def test_only_what_is_empty_is_dissolved(merger: Merger) -> None:
    city = merger.city
    with pytest.raises(Conflict, check=lambda refused: refused.code == "still_there"):
        reorganising.dissolve(viewer=city.viewer("organiser"), organisation_id=merger.housing.pk, basis=basis())
    empty = city.department("health")
    reorganising.dissolve(viewer=city.viewer("organiser"), organisation_id=empty.pk, basis=basis())
    assert organisations.department("health", city.community) == city.department("health", "city")


def test_previewed_then_confirmed_by_form(merger: Merger, client: Client) -> None:
    case = merger.led_by_housing()
    log_in(client, merger.city.person("organiser"))
    path = f"/desk/organisations/{merger.housing.pk}/merge/"
    assert case.number in client.get(path).text
    form = {
        "idempotency_key": str(new_id()), "on": today().isoformat(), "document": "7号", "other": str(merger.urban.pk),
        "new_name": "",
    }  # fmt: skip
    preview = client.post(path, form | {"do": "preview"})
    assert preview.status_code == 200
    assert 'value="confirm"' in preview.text
    assert merger.housing.dissolved_on is None, "a preview changes nothing"
    refused = client.post(path, form | {"do": "preview", "other": str(organisations.office(merger.city.city).pk)})  # type: ignore[union-attr]
    assert refused.status_code in (403, 422)
    assert client.post(path, form | {"do": "confirm"}).status_code == 302
    assert merger.housing.successor == merger.urban
    assert client.post(path, form | {"do": "confirm"}).status_code == 302, "sent twice, done once"
    split = f"/desk/organisations/{merger.urban.pk}/split/"
    task = str(merger.stage.lead(case).pk)
    parted = form | {
        "idempotency_key": str(new_id()), "other": "", "name": "房管局", "function": "rooms",
        "line": "urban_management",
        "row-tasks": [task], "do": "preview",
    }  # fmt: skip
    shown = client.post(split, parted)
    assert shown.status_code == 200
    assert f'value="{task}" checked' in shown.text
    assert client.post(split, parted | {"do": "confirm"}).status_code == 302
    assert merger.stage.lead(case).organisation == Organisation.objects.get(function="rooms")
    page = client.get(f"/desk/organisations/{merger.urban.pk}/").text
    assert "房管局" in page


# What of an organisation stays with it for ever, since it is a record of what was.
RECORDS = {
    "cases.Step.organisation", "people.Tenure.seconded_from", "people.OrganisationAct.organisation",
    "people.OrganisationAct.other", "people.OrganisationAct.former",
    "partnerships.Attendance.organisation", "partnerships.Decision.follower",
}  # fmt: skip
# What passes on, by the part of the registry that sees to it.
PASSED = {
    "cases.Task.organisation": "tasks", "cases.Whistle.wanted": "whistles", "duties.Duty.organisation": "duties",
    "people.Grant.organisation": "staff", "people.Tenure.organisation": "posts",
    "people.PartyMembership.organisation": "members", "organisations.Organisation.parent": "children",
    "organisations.Organisation.successor": "functions", "organisations.Ground.organisation": "grounds",
    "organisations.Membership.member": "memberships", "organisations.Membership.committee": "memberships",
    "partnerships.Meeting.convenor": "meetings", "partnerships.Invitation.organisation": "invitations",
    "volunteering.ReportIn.unit": "reported",
    "organisations.Link.axis": "links", "organisations.Link.unit": "links",
}  # fmt: skip


def test_whatever_points_to_an_organisation_passes_on_or_is_a_record() -> None:
    """A new table that names organisations has to say which: nothing is orphaned because somebody forgot it."""
    pointing = {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models()
        if not model.__name__.endswith("Event") and not model._meta.auto_created
        for field in [*model._meta.fields, *model._meta.many_to_many]
        if isinstance(field, models.ForeignKey | models.ManyToManyField) and field.related_model is Organisation
    }
    assert pointing <= RECORDS | set(PASSED)
    assert set(PASSED.values()) <= {part.name for part in succession.parts()}


def together(*acts: Callable[[], object]) -> list[object]:
    """Run the acts at one moment, each in a thread with its own connection; answers results or refusals."""
    barrier, results = Barrier(len(acts)), list[object]([None] * len(acts))

    def run(index: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results[index] = act()
        except Refusal as refusal:
            results[index] = refusal
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.django_db(transaction=True)
def test_work_that_arrives_during_a_merger_is_not_orphaned(merger: Merger) -> None:
    """Four desks dispatch to the department while it is merged: every task ends up where somebody works on it."""
    city = merger.city
    viewer, officer = city.viewer("community"), city.viewer("organiser")
    cases = [merger.stage.register(merger.stage.file()) for _number in range(4)]
    merger.led_by_housing()
    housing, urban = merger.housing.pk, merger.urban.pk

    def dispatch(case: Case) -> Callable[[], object]:
        lead = Assignee(organisation=housing)
        return lambda: dispatching.dispatch(viewer=viewer, case_id=case.id, key=new_id(), lead=lead)

    results = together(
        lambda: reorganising.merge(viewer=officer, organisation_id=housing, into_id=urban, basis=basis()),
        *(dispatch(case) for case in cases),
        lambda: organising.rename(viewer=officer, organisation_id=urban, name="城管局", basis=basis()),
    )
    assert not [one for one in results if isinstance(one, Refusal)], results
    assert left_behind(merger.housing) == {}
    assert Task.objects.filter(organisation=urban, state=TaskState.DISPATCHED).count() == 5
