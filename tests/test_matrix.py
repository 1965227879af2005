"""Every address and method, tried as everybody: the answers stand in `matrix.csv`; an address without rows fails.

The world is one whistled case of the home community, filed by demo-resident; ids in addresses are of its rows (or of
nothing, where it has none). POSTs carry a fresh key and nothing else. Words of the table: `ok` a page, `login` sent to
a log-in page, `go` sent on, otherwise the status. `DONGLI_MATRIX=write pytest tests/test_matrix.py -n0` writes what
is answered now into `matrix.csv`, to be read line by line before it is committed.
"""

import csv
import os
from collections.abc import Iterator
from contextlib import suppress
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.urls.converters import IntConverter, UUIDConverter

from dongli.cases import links
from dongli.cases.actions import whistling
from dongli.cases.models import Case, CaseContact, Whistle
from dongli.cases.tests.conftest import Stage
from dongli.common.ids import new_id
from dongli.organisations.models import Organisation
from dongli.people.models import Grant, RosterEntry
from tests.cast import City, log_in

TABLE = Path(__file__).with_name("matrix.csv")
WRITING = os.environ.get("DONGLI_MATRIX") == "write"
METHODS = ("GET", "POST")
PERSONAS = (
    "anonymous", "resident", "resident-2", "captain", "worker", "worker-2", "community", "secretary", "subdistrict",
    "leader", "housing", "city-urban", "district", "city", "viewer", "hotline", "organiser", "auditor", "unit", "admin",
    "stranger", "stranger-worker",
)  # fmt: skip
NOTHING = UUID("00000000-0000-7000-8000-000000000000")
Route = tuple[str, str, dict[str, Any]]


def routes() -> list[Route]:
    """(name, path with named converters, their converters) of every address outside the back office."""
    return sorted(_walk(get_resolver(), "", ""), key=lambda one: one[0])


def _walk(resolver: URLResolver, prefix: str, space: str) -> Iterator[Route]:
    for one in resolver.url_patterns:
        path = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            if not path.startswith("admin/"):
                yield from _walk(one, path, one.namespace or space)
        elif one.name:
            yield f"{space}:{one.name}" if space else one.name, path, one.pattern.converters


@pytest.fixture
def world(stage: Stage) -> dict[str, Any]:
    """What addresses may name: one case in the middle of its work, and rows around it."""
    city: City = stage.city
    case = stage.whistled("housing", "urban_management")
    whistle = Whistle.objects.get(case=case)
    whistling.sign(viewer=stage.viewer("leader"), whistle_id=whistle.id, key=new_id())
    case = Case.objects.get(pk=case.pk)
    CaseContact.objects.create(case=case, name="刘芳", phone="13800000001")
    office = Organisation.objects.get(area=city.community, kind="office")
    return {
        "number": case.number,
        "token": links.token(case),
        "case_id": case.id,
        "task_id": stage.lead(case).id,
        "whistle_id": whistle.id,
        "verb": "contact",
        "code": city.compound.code,
        "level": "community",
        "username": "demo-worker",
        "user_id": city.person("worker").id,
        "person_id": city.person("worker").id,
        "organisation_id": city.department("housing").id,
        "axis_id": office.id,
        "convenor_id": office.id,
        "grant_id": Grant.objects.get(user=city.person("worker")).id,
        "entry_id": RosterEntry.objects.get(user=city.person("worker")).id,
    }


def _path(route: Route, world: dict[str, Any]) -> str:
    _name, path, converters = route
    for parameter, converter in converters.items():
        value = world.get(parameter)
        if value is None:
            value = (
                NOTHING if isinstance(converter, UUIDConverter) else 1 if isinstance(converter, IntConverter) else "x"
            )
        kind = next(kind for kind in ("str", "uuid", "int", "slug", "path") if f"<{kind}:{parameter}>" in path)
        path = path.replace(f"<{kind}:{parameter}>", str(value))
    return "/" + path


def _answer(client: Client, method: str, path: str) -> str:
    """One request whose changes are undone."""
    cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
    word = ""
    undone = transaction.atomic()
    undone._from_testcase = True  # type: ignore[attr-defined]  # durable blocks may lie within, as within Django's own
    with suppress(_UndoError), undone:
        data = {"idempotency_key": str(new_id())} if method == "POST" else None
        response = client.generic("GET", path) if method == "GET" else client.post(path, data)
        word = _word(response.status_code, response.headers.get("Location", ""))
        if response.streaming:
            for _chunk in response:
                pass
        raise _UndoError
    client.cookies = cookies
    return word


class _UndoError(Exception):
    """Takes a savepoint back."""


def _word(status: int, location: str) -> str:
    if status in {301, 302, 303}:
        return "login" if location.startswith("/accounts/") and "next=" in location else "go"
    return "ok" if status == 200 else str(status)


def _table() -> dict[tuple[str, str], dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row["name"], row["method"]): row for row in csv.DictReader(file)}


def test_every_address_has_its_rows() -> None:
    known = {(name, method) for name, _path, _converters in routes() for method in METHODS}
    if not WRITING:
        assert known == set(_table())


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_address_answers_as_the_table_says(persona: str, world: dict[str, Any], city: City) -> None:
    client = Client(raise_request_exception=False)
    if persona != "anonymous":
        log_in(client, city.person(persona))
    answers = {
        (route[0], method): _answer(client, method, _path(route, world)) for route in routes() for method in METHODS
    }
    if WRITING:
        _write(persona, answers)
        return
    table = _table()
    wrong = {
        key: (word, table[key][persona])
        for key, word in answers.items()
        if key in table and table[key][persona] != word
    }
    assert wrong == {}, "(answered, expected) by address"
    assert "500" not in answers.values()


def _write(persona: str, answers: dict[tuple[str, str], str]) -> None:
    rows = _table() if TABLE.exists() else {}
    for key, word in answers.items():
        rows.setdefault(key, {"name": key[0], "method": key[1]})[persona] = word
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["name", "method", *PERSONAS], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[key] for key in sorted(rows) if key in answers)
