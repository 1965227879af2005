"""Fifteen hundred workers: a simulation and a run take few statements."""

from datetime import date
from typing import Any

import pytest

from dongli.common.clock import now, today
from dongli.operations.seeding.careers import make_careers
from dongli.people.actions.career_schemes import shipped
from dongli.people.careers.rules import Scheme
from dongli.people.models import CareerFile, CareerResult, PayFact
from dongli.people.queries import career_runs
from tests.cast import make_city

pytestmark = pytest.mark.slow
WORKERS = 1500


def test_a_simulation_of_1500_workers(db: None, django_assert_max_num_queries: Any) -> None:
    city = make_city()
    make_careers(count=WORKERS)
    assert (CareerFile.objects.count(), PayFact.objects.count() > 3 * WORKERS) == (WORKERS, True)
    rule = dict(shipped(date(2015, 1, 1))["three_posts_eighteen_grades"].rule) | {"step_years": 2}
    with django_assert_max_num_queries(6):
        found = career_runs.simulate(city.city, Scheme.read(rule), today())
    assert found.whole.people == sum(part.people for part in found.parts) == WORKERS
    assert found.whole.more > found.whole.less == 0
    with django_assert_max_num_queries(6):
        assert len(career_runs.find(city.city, date(today().year, 1, 1), now())) == WORKERS
    assert not CareerResult.objects.exists()
