"""Made cases are what the actions would have left: states follow from tasks, steps are in order, words are found."""

import argparse
from collections import Counter

import pytest
from pytest_django import Settings

from dongli.cases.actions.policy import load_policy
from dongli.cases.models import Case, CaseSearch, Rating, Step
from dongli.cases.queries import lists
from dongli.cases.queries.lists import Sieve
from dongli.cases.workflow import OPEN_TASK_STATES, OPEN_WHISTLE_STATES, CaseState, case_state
from dongli.common.clock import now
from dongli.operations.seeding.bulk import make_cases
from dongli.operations.seeding.commands import run_make_cases
from tests.cast import City, make_city

COUNT = 600


@pytest.fixture
def city(db: None) -> City:
    load_policy()
    return make_city()


def test_made_cases_are_consistent(city: City) -> None:
    assert make_cases(count=COUNT, as_of=now()) == COUNT
    states: Counter[str] = Counter()
    for case in Case.objects.prefetch_related("tasks", "steps", "whistles"):
        tasks, steps = list(case.tasks.all()), list(case.steps.all())
        is_open = any(one.state in OPEN_WHISTLE_STATES for one in case.whistles.all())
        assert case_state(case, tasks, open_whistle=is_open) == case.state == steps[-1].state_after
        assert [step.seq for step in steps] == list(range(1, case.steps_count + 1))
        assert case.due_at == min((task.due_at for task in tasks if task.state in OPEN_TASK_STATES), default=None)
        states[case.state] += 1
    assert states[CaseState.CLOSED] > COUNT / 4
    assert Rating.objects.count() == states[CaseState.RATED] > 0


def test_more_can_be_made_beside_them_and_words_are_found(city: City) -> None:
    make_cases(count=50, as_of=now())
    make_cases(count=50, as_of=now())
    assert Case.objects.count() == 100
    case = Case.objects.exclude(state=CaseState.SPAM).select_related("text").order_by("id").last()
    assert case is not None
    found = lists.queue(city.viewer("city"), Sieve(words=case.text.description[:6])).rows
    assert case.id in {one.id for one in found}
    assert CaseSearch.objects.count() == 100


def test_never_in_production(city: City, settings: Settings) -> None:
    settings.DEMO = False
    assert run_make_cases(argparse.Namespace(count=10, seed=1)) == 1
    assert not Step.objects.exists()
