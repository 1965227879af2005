"""The workflow's table is sound, and a case's state follows from its moments and tasks; no database."""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from types import ModuleType
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from dongli.cases.actions import (
    appealing_lateness,
    arbitrating,
    assigning,
    clocks,
    closing,
    dispatching,
    excluding,
    extending,
    filing,
    handling,
    holding,
    importing,
    merging,
    overseeing,
    ownership,
    ringing,
    transferring,
    verifying,
    whistle_ratings,
    whistling,
)
from dongli.cases.workflow import (
    CASE_TABLE,
    ENDED_CASE_STATES,
    LIVE_TASK_STATES,
    OPEN_CASE_STATES,
    OPEN_TASK_STATES,
    TASK_TABLE,
    WHISTLE_TABLE,
    Actor,
    CaseState,
    ExtensionState,
    TaskState,
    Transition,
    WhistleState,
    case_state,
    transition,
    whistle_is_done,
)

STORIES: tuple[ModuleType, ...] = (
    filing, dispatching, handling, whistling, closing, clocks, importing, arbitrating, extending, holding,
    transferring, overseeing, merging, ownership, verifying, appealing_lateness, excluding, assigning,
    ringing, whistle_ratings,
)  # fmt: skip
ROWS = (*CASE_TABLE, *TASK_TABLE, *WHISTLE_TABLE)
# Verbs whose function is called otherwise, and those that are only ever part of another action.
NAMED_OTHERWISE = {"add": "add_words", "return": "return_task", "call": "call_department", "import": "import_rows"}
PART_OF_ANOTHER = {"route", "cancel", "finish", "redact", "conclude", "follow_again"}


@dataclass
class Facts:
    """What `case_state` reads of a case."""

    spam_at: object = None
    withdrawn_at: object = None
    refused_at: object = None
    disputed_at: object = None
    registered_at: object = None
    checked_at: object = None
    closed_at: object = None
    merged_at: object = None
    rated_at: object = None
    round: int = 1


@dataclass
class Work:
    """What `case_state` reads of a task."""

    kind: str
    state: str
    round: int = 1


def state(*tasks: Work, whistle: bool = False, **facts: Any) -> CaseState:
    return case_state(Facts(**facts), tasks, open_whistle=whistle)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.verb)
def test_every_verb_has_an_action(row: Transition) -> None:
    name = NAMED_OTHERWISE.get(row.verb, row.verb)
    assert row.verb in PART_OF_ANOTHER or any(callable(getattr(story, name, None)) for story in STORIES)


def test_every_action_with_a_viewer_and_a_key_is_a_verb() -> None:
    names = {NAMED_OTHERWISE.get(row.verb, row.verb) for row in ROWS}
    for story in STORIES:
        for name, found in inspect.getmembers(story, inspect.isfunction):
            taken = inspect.signature(found).parameters.values()
            asked = {one.name for one in taken if one.kind == one.KEYWORD_ONLY}
            if found.__module__ == story.__name__ and {"viewer", "key"} <= asked:
                assert name in names, f"{name} is in no table"


def test_verbs_are_unique_and_labelled() -> None:
    verbs = [row.verb for row in ROWS]
    assert len(verbs) == len(set(verbs))
    assert all(transition(verb).verb == verb for verb in verbs)
    with pytest.raises(KeyError):
        transition("explode")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_everything_an_official_reads_is_worded_in_both_languages(language: str) -> None:
    with translation.override("en"):
        english = {id(text): str(text) for text in _texts()}
    with translation.override(language):
        for text in _texts():
            assert str(text).strip()
            if language == "zh-hans":
                assert str(text) != english[id(text)], f"{text} is not translated"


def _texts() -> Iterable[object]:
    for row in ROWS:
        yield from (row.label, row.done, *row.needs)
    for choices in (CaseState, TaskState, WhistleState, ExtensionState, Actor):
        yield from (choice.label for choice in choices)


def test_every_state_of_a_case_can_be_reached_from_the_start() -> None:
    reached = {CaseState.FILED}
    while True:
        more = {CaseState(target) for row in CASE_TABLE if reached & set(row.sources) for target in row.targets} | (
            {CaseState.WORKING} if CaseState.DISPATCHED in reached else set()
        )  # by accepting the lead's task
        more |= {CaseState.ARBITRATION} if CaseState.DISPATCHED in reached else set()  # by returning it twice
        more |= {CaseState.HELD} if CaseState.WORKING in reached else set()  # by putting it on hold
        more |= {CaseState.ANSWERED} if CaseState.WORKING in reached else set()  # by answering it
        if more <= reached:
            break
        reached |= more
    assert reached == set(CaseState)


@pytest.mark.parametrize(("table", "states", "start"), [
    (TASK_TABLE, TaskState, TaskState.DISPATCHED), (WHISTLE_TABLE, WhistleState, WhistleState.BLOWN),
])  # fmt: skip
def test_every_state_of_a_task_and_a_whistle_can_be_reached(
    table: tuple[Transition, ...], states: type[TaskState] | type[WhistleState], start: str
) -> None:
    reached = {start} | {target for row in table for target in row.targets}
    with_the_case = {"cancelled", "parked"} & {str(one) for one in states}
    assert reached | with_the_case == {str(one) for one in states}
    assert all(set(row.sources) <= {str(one) for one in states} for row in table)


def test_an_ended_case_goes_on_only_by_the_residents_word_or_undone_spam() -> None:
    leaving = {row.verb for row in CASE_TABLE if set(row.sources) & ENDED_CASE_STATES and row.targets}
    assert leaving == {"rate", "reopen", "unmark_spam", "follow_again"}
    assert set(CaseState) == OPEN_CASE_STATES | ENDED_CASE_STATES
    assert not OPEN_CASE_STATES & ENDED_CASE_STATES


def test_the_command_side_never_checks_and_the_supervision_side_is_not_the_holder() -> None:
    assert {row.verb for row in ROWS if Actor.SUPERVISOR in row.actors} == {"check", "fail_check", "close"}
    assert all(row.actors == (Actor.SUPERVISOR,) for row in ROWS if Actor.SUPERVISOR in row.actors)
    assert {row.verb for row in ROWS if Actor.SIGNER in row.actors} == {"assign_by_leader", "sign", "decline", "call"}


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        ({}, "filed"),
        ({"registered_at": 1}, "registered"),
        ({"refused_at": 1}, "refused"),
        ({"registered_at": 1, "refused_at": 1}, "refused"),
        ({"registered_at": 1, "checked_at": 1}, "checked"),
        ({"registered_at": 1, "checked_at": 1, "closed_at": 1}, "closed"),
        ({"registered_at": 1, "checked_at": 1, "closed_at": 1, "rated_at": 1}, "rated"),
        ({"registered_at": 1, "withdrawn_at": 1}, "withdrawn"),
        ({"spam_at": 1}, "spam"),
        ({"registered_at": 1, "merged_at": 1}, "merged"),
        ({"registered_at": 1, "merged_at": 1, "closed_at": 1}, "closed"),
    ],
)
def test_a_decided_moment_speaks_before_any_task(moments: dict[str, Any], expected: str) -> None:
    assert state(**moments) == expected
    if expected not in {"filed", "registered"}:
        assert state(Work("lead", "accepted"), whistle=True, **moments) == expected


@pytest.mark.parametrize(
    ("task_state", "expected"),
    [
        ("dispatched", "dispatched"),
        ("accepted", "working"),
        ("held", "held"),
        ("answered", "answered"),
        ("returned", "registered"),
        ("released", "registered"),
        ("cancelled", "registered"),
    ],
)
def test_the_lead_decides_where_the_work_stands(task_state: str, expected: str) -> None:
    assert state(Work("lead", task_state), registered_at=1) == expected
    others = [Work("cohandler", "accepted"), Work("whistle", "reported_in"), Work("lead", "answered", round=0)]
    assert state(*others, Work("lead", task_state), registered_at=1) == expected
    assert state(Work("lead", task_state), registered_at=1, round=2) == "registered"


def test_what_is_disputed_and_has_no_lead_is_in_arbitration() -> None:
    returned = Work("lead", "returned")
    assert state(returned, registered_at=1, disputed_at=1) == "arbitration"
    assert state(returned, Work("lead", "dispatched"), registered_at=1, disputed_at=1) == "dispatched"
    assert state(registered_at=1, disputed_at=1, round=2) == "arbitration"
    assert state(returned, returned, registered_at=1) == "registered"


def test_an_open_whistle_shows_while_there_is_a_lead() -> None:
    assert state(Work("lead", "accepted"), whistle=True, registered_at=1) == "whistled"
    assert state(Work("lead", "returned"), whistle=True, registered_at=1) == "registered"


TASKS = st.builds(
    Work, st.sampled_from(["lead", "cohandler", "whistle"]), st.sampled_from(list(TaskState)), st.integers(1, 3)
)


@given(st.lists(TASKS), st.booleans(), st.integers(1, 3))
def test_the_order_of_tasks_does_not_matter_and_helpers_never_do(tasks: list[Work], whistle: bool, turn: int) -> None:
    leads = [task for task in tasks if task.kind == "lead" and task.state in LIVE_TASK_STATES and task.round == turn]
    tasks = [task for task in tasks if task not in leads] + leads[:1]
    facts: dict[str, Any] = {"registered_at": 1, "round": turn, "whistle": whistle}
    found = state(*tasks, **facts)
    assert found == state(*reversed(tasks), **facts)
    returned = [task for task in tasks if task.kind == "lead" and task.state == "returned" and task.round == turn]
    assert found == state(*returned, *leads[:1], **facts)
    assert found in OPEN_CASE_STATES


@pytest.mark.parametrize("states", list(product(TaskState, repeat=2)))
def test_a_whistle_is_done_when_every_department_has_answered_or_been_released(states: tuple[str, str]) -> None:
    assert whistle_is_done(states) == all(one in {"answered", "released"} for one in states)
    assert not whistle_is_done([])


def test_open_states_are_live() -> None:
    assert OPEN_TASK_STATES < LIVE_TASK_STATES
