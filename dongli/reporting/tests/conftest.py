"""The tiny city with the list of reasons, and what its compounds have."""

from datetime import date, timedelta

import pytest

from dongli.areas.models import Area
from dongli.common.clock import today
from dongli.common.ids import new_id
from dongli.organisations.models import Ground, Organisation, OrganisationKind
from dongli.people.models import Post, Role, Tenure, User
from dongli.reporting.actions.listing import load_gap_reasons
from tests.cast import City, make_city

LONG_AGO = timedelta(days=400)


@pytest.fixture
def city(db: None) -> City:
    load_gap_reasons()
    return make_city()


def unit(area: Area, kind: OrganisationKind, **other: object) -> Organisation:
    """An organisation of the kind at the area."""
    fields: dict[str, object] = {"founded_on": today() - LONG_AGO, "code": str(new_id()), "name": f"{area.name}{kind}"}
    return Organisation.objects.create(area=area, kind=kind, **(fields | other))


def ground(unit: Organisation, area: Area, since: date | None = None, until: date | None = None) -> Ground:
    """The organisation serves the area beside its own."""
    begun = since or today() - LONG_AGO
    return Ground.objects.create(organisation=unit, kind=unit.kind, area=area, since=begun, until=until)


def hold(person: User, post: Post, area: Area, **other: object) -> Tenure:
    """The person holds the post."""
    fields: dict[str, object] = {"since": today() - LONG_AGO}
    return Tenure.objects.create(post=post, person=person, area=area, **(fields | other))


def grant(user: User, role: Role, area: Area) -> None:
    """The user holds the role over the area."""
    user.grants.create(role=role, area=area)
