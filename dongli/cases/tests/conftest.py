"""A tiny city with policy loaded, and short ways to put a case into a state through the actions."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import time_machine

from dongli.cases import suggesting
from dongli.cases.actions import closing, dispatching, filing, handling, whistling
from dongli.cases.actions.dispatching import Assignee
from dongli.cases.actions.filing import Filing
from dongli.cases.actions.policy import load_policy
from dongli.cases.actions.whistling import Call
from dongli.cases.models import Case, Task
from dongli.cases.queries.detail import live_lead
from dongli.cases.routing import Where
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.viewer import Viewer
from tests.cast import City, make_city

MONDAY_MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in the city, an ordinary working week ahead


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the trained model of this machine: keywords alone suggest, unless a test trains."""
    folder = tmp_path / "models"
    monkeypatch.setattr(suggesting, "model_folder", lambda: folder)
    return folder


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands still from a Monday morning on, until a test moves it.

    Ask for it by `usefixtures`, so that it comes before the city is made: who is appointed today holds nothing earlier.
    """
    with time_machine.travel(MONDAY_MORNING, tick=False) as moment:
        yield moment


@pytest.fixture
def city(db: None) -> City:
    load_policy()
    return make_city()


class Stage:
    """The loop played by the cast; every method is one action by the persona who would take it."""

    def __init__(self, city: City) -> None:
        self.city = city

    def viewer(self, name: str) -> Viewer:
        return self.city.viewer(name)

    def file(
        self, *, what: str = "三栋楼下下水道堵了，污水流了一地", viewer: Viewer | None = None, **fields: object
    ) -> Case:
        fields.setdefault("where", Where(*self.city.point_in(self.city.grid)))
        viewer = viewer or self.viewer("resident")
        return filing.submit(viewer=viewer, key=new_id(), filing=Filing(what=what, **fields))  # type: ignore[arg-type]

    def register(self, case: Case, category: str = "0101") -> Case:
        return dispatching.register(viewer=self.viewer("community"), case_id=case.id, key=new_id(), category=category)

    def dispatch(self, case: Case, *cohandlers: UUID, to: UUID | None = None) -> Case:
        lead = Assignee(organisation=to) if to else Assignee(worker=self.city.person("worker").id)
        return dispatching.dispatch(
            viewer=self.viewer("community"), case_id=case.id, key=new_id(), lead=lead, cohandlers=cohandlers
        )

    def accepted(self) -> Case:
        """A case that the worker has accepted."""
        case = self.dispatch(self.register(self.file()))
        return handling.accept(viewer=self.viewer("worker"), task_id=self.lead(case).id, key=new_id())

    def answered(self) -> Case:
        case = self.accepted()
        return handling.answer(
            viewer=self.viewer("worker"), task_id=self.lead(case).id, key=new_id(), words="已疏通，请您看看"
        )

    def closed(self) -> Case:
        case = self.answered()
        viewer = self.viewer("community")
        closing.check(viewer=viewer, case_id=case.id, key=new_id(), words="现场看过")
        return closing.close(viewer=viewer, case_id=case.id, key=new_id(), words="下水道已疏通")

    def whistled(self, *functions: str, kind: str = "daily") -> Case:
        case = self.accepted()
        call = Call(
            kind=kind,
            departments=tuple(self.city.department(function).id for function in functions or ("housing",)),
            place="三栋楼下",
            wanted_at=now() + timedelta(hours=2),
            why="管网归属不清，社区没有设备",
        )
        return whistling.blow(viewer=self.viewer("worker"), case_id=case.id, key=new_id(), call=call)

    @staticmethod
    def lead(case: Case) -> Task:
        found = live_lead(Case.objects.get(pk=case.pk), Task.objects.filter(case=case))
        assert found is not None
        return found


@pytest.fixture
def stage(city: City) -> Stage:
    return Stage(city)
