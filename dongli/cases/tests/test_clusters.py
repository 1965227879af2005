"""The map's clusters: gathered by the server for what is seen, of what the viewer may see, never every point."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dongli.cases.models import Case
from dongli.cases.queries import clusters, lists
from dongli.cases.queries.clusters import Box
from dongli.cases.queries.lists import Sieve
from dongli.cases.routing import Where
from dongli.cases.tests.conftest import Stage
from tests.cast import log_in


@pytest.fixture
def spread(stage: Stage) -> list[Case]:
    """Six cases in the home grid (three in one point), two in the other district."""
    west, east = stage.city.point_in(stage.city.grid), stage.city.point_in(stage.city.other_grid)
    points = [west, west, west, *((west[0] + 0.002 * n, west[1]) for n in (1, 2, 3)), east, (east[0] + 0.002, east[1])]
    return [stage.file(where=Where(*point)) for point in points]


def counts(stage: Stage, who: str, box: Box) -> list[int]:
    return [one.count for one in clusters.clusters(stage.viewer(who), Sieve(), box).clusters]


def test_far_away_they_are_one_and_near_by_they_come_apart(stage: Stage, spread: list[Case]) -> None:
    assert counts(stage, "city", Box(zoom=5)) == [8]
    assert sum(counts(stage, "city", Box(zoom=13))) == 8
    assert counts(stage, "city", Box(zoom=19)) == [3, 1, 1, 1, 1, 1]


def test_each_sees_their_own_ground(stage: Stage, spread: list[Case]) -> None:
    assert counts(stage, "community", Box(zoom=5)) == [6]
    assert counts(stage, "stranger", Box(zoom=5)) == [2]
    assert counts(stage, "resident", Box(zoom=19)) == counts(stage, "city", Box(zoom=19))


def test_what_lies_outside_the_box_is_not_counted(stage: Stage, spread: list[Case]) -> None:
    longitude, latitude = stage.city.point_in(stage.city.grid)
    box = Box(longitude - 0.001, latitude - 0.001, longitude + 0.003, latitude + 0.001, zoom=19)
    assert counts(stage, "city", box) == [3, 1]


def test_only_the_newest_are_looked_at(stage: Stage, spread: list[Case], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "CAP", 5)
    found = clusters.clusters(stage.viewer("city"), Sieve(), Box(zoom=5))
    assert ([one.count for one in found.clusters], found.capped) == ([5], True)


@pytest.mark.parametrize("asked", [{}, {"zoom": "19"}, {"west": "nan", "zoom": "much"}, {"west": "999", "north": "-x"}])
def test_the_address_answers_whatever_is_asked(
    stage: Stage, spread: list[Case], client: Client, asked: dict[str, Any]
) -> None:
    log_in(client, stage.city.person("city"))
    answer = client.get(reverse("desk_map_points"), asked).json()
    assert sum(one.get("count", 1) for one in answer["clusters"]) == 8
    assert answer["capped"] is False


def test_a_case_alone_is_a_point_with_its_address(stage: Stage, client: Client) -> None:
    case = stage.file()
    log_in(client, stage.city.person("community"))
    (point,) = client.get(reverse("desk_map_points")).json()["clusters"]
    assert point["url"] == reverse("desk_case", args=[case.number])
    assert case.number in point["label"]


def test_a_department_finds_rare_words_and_its_points_by_every_road(stage: Stage) -> None:
    """Its work, its own filings and a search meet in one statement."""
    department = stage.city.department("housing")
    case = stage.dispatch(stage.register(stage.file(what="獾猪出没在三栋楼下")), to=department.id)
    stage.file(what="獾猪又来了", viewer=stage.viewer("housing"))
    viewer = stage.viewer("housing")
    found = [one.id for one in lists.queue(viewer, Sieve(words="獾猪")).rows]
    assert case.id in found
    assert len(found) == 2
    assert sum(one.count for one in clusters.clusters(viewer, Sieve(words="獾猪"), Box(zoom=5)).clusters) == 2
