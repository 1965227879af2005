"""Posts by the ten thousand: as many as asked for, no single post twice, roles and gaps as the actions leave them."""

import pytest

from dongli.common.clock import now, today
from dongli.operations.seeding.posts import make_posts
from dongli.people.models import Grant, Post, Role, Tenure
from dongli.people.queries.posts import posts_on
from tests.cast import City, make_city


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def test_many_posts_are_made_in_one_go(city: City) -> None:
    made = make_posts(as_of=now(), captains=20, workers=12)
    assert made == Tenure.objects.count()
    held = posts_on(city.city, today())
    captains = [one.area_id for one in held if one.post == Post.CAPTAIN]
    assert len(captains) == len(set(captains)) == 20
    assert sum(one.post == Post.GRID_WORKER for one in held) == 12
    assert make_posts(as_of=now(), captains=20, workers=12, seed=2) >= 0
    singles = [(one.post, one.area_id) for one in posts_on(city.city, today()) if one.post != Post.GRID_WORKER]
    secretaries = [pair for pair in singles if pair[0] == Post.COMPOUND_SECRETARY]
    assert len(secretaries) == len(set(secretaries))
    workers = Tenure.objects.filter(post=Post.GRID_WORKER)
    assert all(one.grant is not None for one in workers)
    assert Grant.objects.filter(role=Role.GRID_WORKER, until=None).count() == 12
