"""The demonstration's organisations keep the product's own rules, and as many more can be made as one likes."""

import pytest

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.errors import Invalid
from dongli.operations.seeding.organisations import make_organisations, seed_axis
from dongli.organisations import rules
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.people.models import ActKind, OrganisationAct
from tests.cast import City, make_city


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def test_the_axis_keeps_the_rules(city: City) -> None:
    assert seed_axis(seed=1, as_of=now()) > 20
    assert seed_axis(seed=1, as_of=now()) == 0, "once"
    for one in Organisation.objects.filter(dissolved_on=None).select_related("area", "parent__area"):
        kind = OrganisationKind(one.kind)
        rules.check_level(kind, one.area)
        rules.check_parent(kind, one.area, one.parent)
        rules.check_facts(kind, unit_kind=one.unit_kind, sector=one.sector, function=one.function, line=one.line)
    assert {ActKind.FOUNDED, ActKind.MERGED} <= set(OrganisationAct.objects.values_list("kind", flat=True))


def test_as_many_more_as_one_likes(city: City) -> None:
    assert make_organisations(30) == make_organisations(30, seed=2) == 30
    made = Organisation.objects.filter(code__startswith="bulk-")
    assert made.count() == OrganisationAct.objects.filter(organisation__in=made).count() == 60
    assert made.filter(synthetic=True).count() == 60


def test_nothing_is_made_nowhere(db: None) -> None:
    assert not Area.objects.exists()
    with pytest.raises(Invalid):
        make_organisations(1)
