"""What every role reaches and what not: the explainer's answers against what pages and actions really do."""

import csv
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from dongli.areas.models import Area
from dongli.cases import workflow
from dongli.cases.actions import (
    calendar,
    dispatching,
    handling,
    patrolling,
    retaining,
    ruling,
    whistling,
)
from dongli.cases.capabilities import ACTOR_RULES, WITHOUT_ROLE, verb_name
from dongli.cases.models import Whistle
from dongli.cases.tests.conftest import Stage, clock
from dongli.common.clock import today
from dongli.common.errors import NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.duties import actions as duties
from dongli.duties.queries import owners
from dongli.people import actions, capabilities, rooms
from dongli.people.capabilities import Reach
from dongli.people.models import Role
from dongli.people.personas import PERSONAS
from dongli.people.queries import permissions
from dongli.people.queries.permissions import Question
from dongli.people.role_words import GIVES
from dongli.people.viewer import Viewer
from dongli.web import navigation
from tests.cast import City, log_in
from tests.test_matrix import PERSONAS as COLUMNS
from tests.test_matrix import TABLE, routes

__all__ = ["clock"]  # a fixture
OPEN = {"ok", "go", "409", "422"}
DOORS = {"web:desk", "web:work", "web:service_worker"}
"""Addresses under the rooms that only send on, or are the same for everybody."""
STAFF = tuple(one.username.removeprefix("demo-") for one in PERSONAS if one.role is not None)


def test_every_page_of_the_rooms_has_a_guard_that_is_registered() -> None:
    guarded = rooms.rooms_of_pages()
    bare = {
        name
        for name, path, _converters in routes()
        if path.startswith(("desk/", "work/")) and name not in guarded and not capabilities.guarding(name)
    }
    assert bare == DOORS
    labelled = {room.name for room in guarded.values() if room.roles}
    assert all(capabilities.named(f"room.{name}") is not None for name in labelled)
    named = {name for name, _path, _converters in routes()}
    assert {page for row in capabilities.every() for page in row.pages} <= named


def test_every_verb_of_the_workflow_is_registered_with_its_actors() -> None:
    for table in (workflow.CASE_TABLE, workflow.TASK_TABLE, workflow.WHISTLE_TABLE):
        for row in table:
            found = capabilities.named(verb_name(row.verb))
            assert found is not None, row.verb
            assert found.rules or set(row.actors) <= set(WITHOUT_ROLE), row.verb
    assert set(ACTOR_RULES) | set(WITHOUT_ROLE) == set(workflow.Actor)


def test_every_role_is_explained() -> None:
    assert set(GIVES) == set(Role.values)
    assert all(set(row.roles) <= set(Role.values) for row in capabilities.every())
    with pytest.raises(ValueError, match="called"):
        capabilities.register(capabilities.Capability("people.keep_roster", capabilities.Group.PEOPLE, "x", ()))


def test_pages_admit_whom_the_explainer_says(city: City) -> None:
    """`matrix.csv` holds what every page really answers; pages about one thing ask for more, and are left out."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        table = {row["name"]: row for row in csv.DictReader(file) if row["method"] == "GET"}
    viewers = {name: city.viewer(name) for name in COLUMNS if name != "anonymous"}
    wrong = [
        (page, name, table[page][name])
        for page, path, converters in routes()
        if page in table and not converters and path.startswith(("desk/", "work/"))
        if any(table[page][name] in OPEN for name in viewers)  # others ask for more in their address
        for name, viewer in viewers.items()
        if table[page][name] != "405" and rooms.opens(page, viewer) != (table[page][name] in OPEN)
    ]
    assert wrong == []


class _UndoError(Exception):
    """Takes a savepoint back."""


def _may(act: Callable[[Viewer], object], viewer: Viewer) -> bool:
    """Whether the action lets this viewer; whatever it did is undone. Only a refusal of the person counts as one."""
    answer = True
    with suppress(_UndoError), transaction.atomic():
        try:
            act(viewer)
        except (NotAllowed, NotFound):
            answer = False
        raise _UndoError
    return answer


def _acts(stage: Stage) -> Iterator[tuple[str, Question, Callable[[Viewer], object]]]:
    """A capability, the place or organisation of what is tried, and the try."""
    city = stage.city
    home, grid = Question(area=city.community), city.grid
    filed, registered, blown = stage.file(), stage.register(stage.file()), stage.whistled("housing")
    sent = stage.dispatch(stage.register(stage.file()), to=city.department("housing").id)
    pressing = Whistle.objects.get(case=stage.whistled("housing", kind="emergency"))
    whistle, task = Whistle.objects.get(case=blown), stage.lead(sent)
    owner = owners(city.community)[0]
    word = {"words": "请尽快核实处理"}
    yield (
        "workflow.register",
        home,
        lambda who: dispatching.register(viewer=who, case_id=filed.id, key=new_id(), category="0101"),
    )
    yield "workflow.mark_spam", home, lambda who: dispatching.mark_spam(viewer=who, case_id=filed.id, key=new_id())
    yield (
        "workflow.dispatch",
        home,
        lambda who: dispatching.dispatch(
            viewer=who, case_id=registered.id, key=new_id(), lead=dispatching.Assignee(worker=city.person("worker").id)
        ),
    )
    yield (
        "workflow.decline",
        home,
        lambda who: whistling.decline(viewer=who, whistle_id=whistle.id, key=new_id(), **word),
    )
    yield (
        "workflow.accept",
        Question(unit=city.department("housing")),
        lambda who: handling.accept(viewer=who, task_id=task.id, key=new_id()),
    )
    yield (
        "workflow.sign",
        home,
        lambda who: whistling.sign(viewer=who, whistle_id=pressing.id, key=new_id()),
    )
    yield "cases.patrol", home, lambda who: patrolling.record_patrol(viewer=who, key=new_id(), grid_id=grid.id)
    yield (
        "rules.set",
        home,
        lambda who: ruling.set_phrase(
            viewer=who, area=city.community, key=new_id(), wording=ruling.Wording("answer", "已办", "已为您处理")
        ),
    )
    yield (
        "rules.retention",
        Question(),
        lambda who: retaining.set_retention(viewer=who, category="", contact_days=100, text_days=200),
    )
    yield "rules.catalogue", Question(), lambda who: calendar.set_day(viewer=who, day=today(), is_working=True)
    yield "duties.give", home, lambda who: duties.assign_duty(
        viewer=who,
        key=new_id(),
        assignment=duties.Assignment(
            title="修路灯", source_kind="x", source_id=new_id(), area=city.community, owner_id=owner.user.id,
            organisation_id=owner.organisation.id, measures="一周内修好", due_on=today() + timedelta(days=7),
        ),
    )  # fmt: skip
    yield (
        "people.keep_roster",
        home,
        lambda who: actions.put_on_roster(viewer=who, user=city.person("worker-2"), grid=city.unmanned_grid),
    )
    yield (
        "permissions.grant",
        home,
        lambda who: actions.grant_role(
            viewer=who, user=city.person("worker"), role=Role.COMMUNITY_DESK, area=city.community
        ),
    )
    yield (
        "people.make_account",
        Question(),
        lambda who: actions.create_staff(viewer=who, username="somebody", name="某人"),
    )


@pytest.mark.usefixtures("clock")
def test_actions_let_whom_the_explainer_names(stage: Stage) -> None:
    """Both ways: whoever is named may, whoever is not named may not. Every act at a place of the home district."""
    cast = {one.username: stage.city.people[one.username] for one in PERSONAS}
    viewers = {name: Viewer.of(user) for name, user in cast.items()}
    ids = {user.pk: name for name, user in cast.items()}
    auditor = stage.viewer("auditor")
    for name, question, act in _acts(stage):
        capability = capabilities.named(name)
        assert capability is not None, name
        rows = permissions.who(auditor, Question(question.area, question.unit, capability)).rows
        named = {ids[row.grant.user_id] for row in rows if row.grant.user_id in ids}
        assert named == {one for one, viewer in viewers.items() if _may(act, viewer)}, name
        assert named, name


# Where each of the cast reaches, and where not: a place inside and the nearest outside, or nothing in areas at all.
INSIDE: dict[str, tuple[str, str]] = {
    "captain": ("building", "second_building"),
    "worker": ("community", "second_community"),
    "worker-2": ("community", "second_community"),
    "community": ("community", "second_community"),
    "secretary": ("community", "second_community"),
    "subdistrict": ("subdistrict", "other_subdistrict"),
    "leader": ("subdistrict", "other_subdistrict"),
    "district": ("district", "other_district"),
    "organiser": ("district", "other_district"),
    "stranger": ("other_subdistrict", "subdistrict"),
    "stranger-worker": ("other_community", "community"),
    "city": ("city", ""),
    "viewer": ("city", ""),
    "hotline": ("city", ""),
    "auditor": ("city", ""),
    "admin": ("city", ""),
    "urban": ("", "district"),
    "housing": ("", "district"),
    "police": ("", "district"),
    "city-urban": ("", "city"),
    "unit": ("", "community"),
}


def _place(city: City, name: str) -> Area:
    return city.buildings[1] if name == "second_building" else getattr(city, name)


def test_every_role_reaches_its_own_ground_and_no_further(city: City) -> None:
    assert set(INSIDE) == set(STAFF)
    for name, (inside, outside) in INSIDE.items():
        viewer, role = city.viewer(name), next(one.role for one in PERSONAS if one.username == f"demo-{name}")
        assert role is not None
        every = [capability for capability in capabilities.every() if role in capability.roles]
        if inside:
            assert viewer.covers([role], _place(city, inside)), name
            assert all(
                row.allows(viewer, _place(city, inside).path)
                for row in every
                if any(rule.reach == Reach.PLACE and role in rule.roles for rule in row.rules)
            ), name
        if outside:
            path = _place(city, outside).path
            assert not viewer.covers([role], _place(city, outside)), name
            reached = {row.name for row in every if row.allows(viewer, path)}
            units = {
                row.name for row in every for rule in row.rules if rule.reach != Reach.PLACE and role in rule.roles
            }
            assert reached <= units, name
        own = viewer.organisations(role)
        assert bool(own) == (role in (Role.DEPARTMENT_OFFICER, Role.UNIT_OFFICER)), name
        assert city.department("health").pk not in own, name


# (address, a place of it inside the home district, who sees the page of that place)
PAGES_OF_PLACES = [
    ("/desk/duty/?area={community}", {"community", "secretary", "subdistrict", "leader", "district", "city", "admin"}),
    ("/desk/rules/level/?area={community}", {"secretary", "leader", "district", "city"}),
    ("/desk/permissions/?place={community}", {"auditor", "admin"}),
    ("/desk/permissions/people/{worker}/", {"auditor", "admin", "worker"}),
    ("/desk/people/{worker}/", {"admin"}),
]


def test_pages_of_a_place_open_for_its_own_and_for_nobody_else(city: City) -> None:
    named = {"community": city.community.code, "worker": str(city.person("worker").pk)}
    for name in STAFF:
        client = Client()
        log_in(client, city.person(name))
        for address, allowed in PAGES_OF_PLACES:
            status = client.get(address.format(**named)).status_code
            assert (status == 200) == (name in allowed), (name, address, status)
            assert status in {200, 302, 403, 404}, (name, address, status)


LANDINGS = {
    "community": "/desk/queue/", "housing": "/desk/queue/", "viewer": "/desk/queue/", "hotline": "/desk/queue/",
    "organiser": "/desk/organisations/", "auditor": "/desk/permissions/", "admin": "/desk/people/",
    "unit": "/desk/my-unit/",
}  # fmt: skip


def test_the_desk_leads_everybody_to_pages_that_open(city: City) -> None:
    """Each desk role: where the door leads, and that no link of the side bar is dead."""
    for name in LANDINGS:
        user = city.person(name)
        client = Client()
        log_in(client, user)
        door = client.get("/desk/")
        assert door.headers["Location"] == LANDINGS[name], name
        if name in ("organiser", "auditor", "unit", "housing", "hotline"):
            _check_links(client, Viewer.of(user), name)


def _check_links(client: Client, viewer: Viewer, name: str) -> None:
    page = client.get("/notices/").content.decode()
    shown = [one for _label, places in navigation.DESK for one in places if navigation.is_open(one, viewer)]
    assert len(shown) > 2, name
    for url in [navigation.address(one.url_name) for one in shown]:
        assert f'href="{url}"' in page, (name, url)
        assert client.get(url, follow=True).status_code == 200, (name, url)
    assert ("/desk/queue/" in page) == (name in {"housing", "hotline"}), name
