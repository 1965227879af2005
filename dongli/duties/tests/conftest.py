"""The tiny city, and a duty of the housing department in it."""

from datetime import timedelta

import pytest

from dongli.common.clock import today
from dongli.common.ids import new_id
from dongli.duties import actions
from dongli.duties.actions import Assignment
from dongli.duties.models import Duty
from tests.cast import City, make_city


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def assignment(city: City, **other: object) -> Assignment:
    """A duty for the housing department, thirty days from today."""
    fields: dict[str, object] = {
        "title": "下水道反复堵塞 · 甲苑1期",
        "source_kind": "problem",
        "source_id": new_id(),
        "area": city.compound,
        "owner_id": city.person("housing").id,
        "organisation_id": city.department("housing").id,
        "measures": "更换老化管网，每月巡检",
        "due_on": today() + timedelta(days=30),
        "published": True,
    }
    return Assignment(**(fields | other))  # type: ignore[arg-type]


@pytest.fixture
def duty(city: City) -> Duty:
    return actions.assign_duty(viewer=city.viewer("secretary"), key=new_id(), assignment=assignment(city))
