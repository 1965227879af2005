"""What counts as covered, item by item; rates with their volumes; figures and the records behind them."""

from datetime import datetime, timedelta

import pytest

from dongli.areas.models import Area, Level
from dongli.areas.work import kinds
from dongli.cases.models import Case
from dongli.common.clock import now, today
from dongli.common.ids import new_id
from dongli.organisations.models import OrganisationKind as Kind
from dongli.people import queries as people
from dongli.people.models import Absence, Post, RosterEntry
from dongli.reporting.coverage import ITEMS
from dongli.reporting.facts import facts
from dongli.reporting.indicators import INDICATORS
from dongli.reporting.queries.figures import figures, records
from dongli.reporting.queries.gaps import Sieve, every
from dongli.reporting.queries.rates import coverage
from dongli.reporting.queries.sheet import grid_of, sheet, work_done
from dongli.reporting.tests.conftest import ground, hold, unit
from tests.cast import City

DAY = timedelta(days=1)


def missing(city: City, compound: Area) -> set[str]:
    """The items that the compound lacks, as the list, the sheet and the facts all say."""
    found = {gap.item.key for gap in every(city.viewer("city"), Sieve(compound))}
    assert found == {line.item.key for line in sheet(compound).lines if line.is_gap}
    return found


def closed_case(city: City, at: datetime) -> Case:
    """A case of the home building that was closed at a moment."""
    return Case.objects.create(
        number=str(new_id())[:16], desk=city.community, community=city.community, place=city.building, closed_at=at,
        filed_at=at, updated_at=at,
    )  # fmt: skip


def test_a_bare_compound_lacks_everything_but_its_grid_worker(city: City) -> None:
    assert missing(city, city.compounds[0]) == set(ITEMS) - {"grid_worker"}
    assert missing(city, city.compounds[1]) == set(ITEMS), "nobody is on duty on the eastern grid"


def test_a_branch_is_own_joint_or_missing(city: City) -> None:
    own, joint, without = city.compounds[0], city.compounds[2], city.compounds[4]
    unit(own, Kind.BRANCH)
    shared = unit(city.second_community, Kind.GENERAL_BRANCH, name="联合支部")
    ground(shared, joint)
    unit(without, Kind.BRANCH, dissolved_on=today())
    ended = unit(city.other_community, Kind.BRANCH)
    ground(ended, without, until=today())
    unit(without, Kind.BRANCH, founded_on=today() + DAY)
    manners = {row[0]: row[1] for row in facts(city.city).rows("SELECT code, branch FROM facts")}
    assert (manners[own.code], manners[joint.code], manners[without.code]) == ("own", "joint", None)
    assert any("联合支部" in words for words in sheet(joint).line("branch").what)


def test_the_secretary_of_a_joint_branch_counts_for_each_of_its_compounds(city: City) -> None:
    first, second, third = city.compounds[0], city.compounds[1], city.compounds[2]
    shared = unit(city.community, Kind.BRANCH)
    ground(shared, first)
    ground(shared, second)
    hold(city.person("resident"), Post.COMPOUND_SECRETARY, first, organisation=shared)
    hold(city.person("resident-2"), Post.FIRST_SECRETARY, second, until=today())
    hold(city.person("captain"), Post.COMPOUND_SECRETARY, third, since=today() + DAY)
    assert {"secretary"} & missing(city, first) == set()
    assert {"secretary", "first_secretary"} & missing(city, second) == {"first_secretary"}
    assert "secretary" in missing(city, third)


def test_captains_cover_when_every_building_has_one_and_do_not_apply_without_buildings(city: City) -> None:
    compound = city.compound
    hold(city.person("captain"), Post.CAPTAIN, city.buildings[0])
    assert "captains" in missing(city, compound)
    assert any("1" in words and "2" in words for words in sheet(compound).line("captains").what)
    hold(city.person("resident"), Post.CAPTAIN, city.buildings[1])
    assert "captains" not in missing(city, compound)
    Area.objects.filter(level=Level.BUILDING, parent=city.compounds[1]).update(retired_on=today())
    assert "captains" not in missing(city, city.compounds[1])
    assert coverage(city.viewer("city"), city.community).whole.rates["captains"].of == 1


def test_committees_and_firms(city: City) -> None:
    unit(city.compounds[0], Kind.OWNERS_COMMITTEE)
    unit(city.compounds[1], Kind.MANAGEMENT_COMMITTEE)
    ground(unit(city.city, Kind.PROPERTY_FIRM), city.compounds[0])
    ground(unit(city.district, Kind.PROPERTY_FIRM), city.compounds[1], since=today() + DAY)
    assert {"owners_committee", "property_firm"} & missing(city, city.compounds[0]) == set()
    assert {"owners_committee", "property_firm"} & missing(city, city.compounds[1]) == {"property_firm"}


def test_somebody_is_on_duty_exactly_when_the_roster_says_so(city: City) -> None:
    moment, roster = now(), RosterEntry.objects.filter(grid=city.grid).order_by("rank")
    first, second = (entry.user for entry in roster)
    deputy = city.person("community")

    def agree() -> bool:
        said = {row[0]: row[1] for row in facts(city.city).rows("SELECT id, grid_worker FROM facts")}
        for compound in city.compounds:
            grid = grid_of(compound)
            assert said[compound.id] == (grid is not None and people.on_duty(grid, now()) is not None)
        return bool(said[city.compound.id])

    assert agree()
    Absence.objects.create(user=first, since=moment - DAY, until=moment + DAY)
    assert agree(), "the next rank"
    Absence.objects.create(user=second, deputy=deputy, since=moment - DAY, until=moment + DAY)
    assert agree(), "the deputy"
    Absence.objects.create(user=deputy, since=moment - DAY, until=moment + DAY)
    assert not agree(), "the deputy is away too"
    Absence.objects.filter(user=deputy).delete()
    deputy.left_at = moment - DAY
    deputy.save(update_fields=["left_at"])
    assert not agree(), "the deputy has left"


def test_work_counts_within_the_period_only(city: City) -> None:
    case = closed_case(city, now() - 89 * DAY)
    assert "work" not in missing(city, city.compound)
    assert [done.count for done in sheet(city.compound).work if done.kind.key == "cases"] == [1]
    for kind in kinds():
        assert [what for what, _at in work_done(city.compound, kind)] == ([case.number] if kind.key == "cases" else [])
    Case.objects.filter(pk=case.pk).update(closed_at=now() - 91 * DAY)
    assert "work" in missing(city, city.compound)


def test_rates_come_with_their_volumes_and_add_up(city: City) -> None:
    unit(city.compounds[0], Kind.BRANCH)
    unit(city.compounds[4], Kind.BRANCH)
    closed_case(city, now())
    found = coverage(city.viewer("city"), city.city)
    assert [part.area for part in found.parts] == [city.district, city.other_district]
    assert (found.whole.rates["branch"].have, found.whole.rates["branch"].of) == (2, 6)
    assert [part.rates["branch"].share for part in found.parts] == [25.0, 50.0]
    assert (found.whole.double.have, found.parts[1].double.have) == (1, 0)
    assert found.whole.gaps == sum(part.gaps for part in found.parts)
    assert found.whole.gaps == len(list(every(city.viewer("city"), Sieve(city.city))))
    compounds = coverage(city.viewer("secretary"), city.community).parts
    assert [part.area for part in compounds] == city.compounds[:2]


def test_figures_are_the_rows_behind_them_on_any_day(city: City) -> None:
    shared = unit(city.community, Kind.BRANCH, founded_on=today() - 10 * DAY)
    ground(shared, city.compounds[0], since=today() - 10 * DAY)
    ground(shared, city.compounds[1], since=today() - 10 * DAY)
    hold(city.person("resident"), Post.COMPOUND_SECRETARY, city.compound, since=today() - 5 * DAY, until=today())
    hold(city.person("resident-2"), Post.CAPTAIN, city.building)
    hold(city.person("worker"), Post.GRID_WORKER, city.community)
    hold(city.person("worker"), Post.COMMUNITY_STAFF, city.community)
    viewer = city.viewer("secretary")
    counted = figures(viewer, city.community, today())
    assert counted == {
        "compound_branches": 1, "compound_secretaries": 0, "first_secretaries": 0, "captains": 1,
        "community_workers": 1, "reporting_members": 0,
    }  # fmt: skip
    assert figures(viewer, city.community, today() - DAY)["compound_secretaries"] == 1
    assert figures(viewer, city.community, today() - 20 * DAY)["compound_branches"] == 0
    for key, one in INDICATORS.items():
        assert len(records(viewer, one, city.community, today()).rows) == counted[key]
    (row,) = records(viewer, INDICATORS["captains"], city.community, today()).rows
    assert (row.place, row.parent, row.what) == (city.compound.code, city.compound.name, city.person("resident-2").name)


@pytest.mark.parametrize("item", ITEMS)
def test_every_item_has_its_words(item: str) -> None:
    assert ITEMS[item].label
    assert ITEMS[item].definition
