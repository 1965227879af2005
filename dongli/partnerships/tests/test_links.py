"""Linking units, one and several; changing what is done; ending; and who may."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.notices.models import Notification
from dongli.organisations.models import Link, Mechanism, Organisation, OrganisationKind
from dongli.partnerships import actions
from dongli.partnerships.actions import Terms
from dongli.partnerships.models import LinkStep
from dongli.partnerships.queries import links as queries
from dongli.partnerships.queries import units
from dongli.partnerships.tests.conftest import Town, organisation


def terms(**other: object) -> Terms:
    return Terms(**({"mechanism": "joint_meeting", "since": today()} | other))  # type: ignore[arg-type]


def link(town: Town, name: str = "secretary", **other: object) -> actions.Linked:
    fields = {"key": new_id(), "axis_id": town.axis.id, "unit_ids": [town.loose.id], "terms": terms()} | other
    return actions.link_units(viewer=town.viewer(name), **fields)  # type: ignore[arg-type]


def newest(found: Link) -> object:
    return queries.steps(found)[-1].id


def test_several_units_are_linked_at_once_and_their_officers_are_told(town: Town) -> None:
    assert [(one.unit, one.mechanism, one.doing) for one in town.links] == [
        (town.shop, "pairing", "周末开放操场"),
        (town.school, "pairing", "周末开放操场"),
    ]
    assert list(Notification.objects.values_list("user", "kind")) == [
        (town.city.person("unit").pk, "partnerships.link")
    ]
    assert LinkStep.objects.filter(verb="link", actor=town.city.person("secretary")).count() == 2
    assert "王主任" not in str(list(LinkStep.objects.values_list("data", flat=True))), "a contact is in no step"


def test_units_linked_already_are_passed_over_and_named(town: Town) -> None:
    wanted = [town.school.id, town.loose.id]
    done = link(town, unit_ids=wanted, terms=terms(mechanism="pairing"))
    assert ([one.unit for one in done.made], done.already) == ([town.loose], [town.school])
    with pytest.raises(Conflict):
        link(town, unit_ids=wanted, terms=terms(mechanism="pairing"))
    assert len(link(town, unit_ids=wanted).made) == 2, "in another way they can be"


def test_the_same_form_sent_twice_links_once(town: Town) -> None:
    key = new_id()
    first = link(town, key=key)
    assert link(town, key=key).made == first.made
    assert Link.objects.filter(unit=town.loose).count() == 1
    with pytest.raises(Conflict):
        link(town, "organiser", key=key)


def test_a_link_needs_a_unit_a_mechanism_and_a_day(town: Town) -> None:
    wrong_ones: list[tuple[str, dict[str, Any]]] = [
        ("units", {"unit_ids": []}),
        ("units", {"unit_ids": [new_id()]}),
        ("mechanism", {"terms": terms(mechanism="friendship")}),
        ("since", {"terms": terms(since=today() + timedelta(days=800))}),
        ("doing", {"terms": terms(doing="很" * 301)}),
    ]
    for field, wrong in wrong_ones:
        with pytest.raises(Invalid) as refusal:
            link(town, **wrong)
        assert refusal.value.field == field


def test_a_property_firm_is_linked_by_a_property_joint_meeting_only(town: Town) -> None:
    with pytest.raises(Invalid):
        link(town, unit_ids=[town.firm.id])
    assert link(town, unit_ids=[town.firm.id], terms=terms(mechanism="property_meeting")).made


def test_the_desk_of_the_level_and_the_organisers_of_the_area_link(town: Town) -> None:
    for name, mechanism in zip(("secretary", "community", "organiser", "admin"), Mechanism.values, strict=True):
        assert link(town, name, terms=terms(mechanism=mechanism)).made


OTHERS = ("stranger", "subdistrict", "leader", "district", "city", "viewer", "unit", "housing", "worker", "auditor")


def test_nobody_else_links_changes_or_ends(town: Town) -> None:
    found = town.links[1]
    for name in OTHERS:
        viewer = town.viewer(name)
        with pytest.raises(NotAllowed):
            link(town, name)
        with pytest.raises((NotAllowed, NotFound)):
            actions.change_link(viewer=viewer, link_id=found.id, key=new_id(), contact="", doing="", seen=found.id)
        with pytest.raises((NotAllowed, NotFound)):
            actions.end_link(viewer=viewer, link_id=found.id, key=new_id(), on=today())
    assert LinkStep.objects.count() == len(town.links)


def test_a_compounds_branch_is_kept_by_its_communitys_desk(town: Town) -> None:
    branch = organisation(town.city, "甲苑支部", OrganisationKind.BRANCH, area=town.city.compound)
    assert branch in units.kept(town.viewer("community"))
    assert link(town, "community", axis_id=branch.id).made
    with pytest.raises(NotAllowed):
        link(town, "subdistrict", axis_id=branch.id)


def test_what_an_organisation_of_the_axis_is_cannot_be_forged(town: Town) -> None:
    with pytest.raises(NotFound):
        link(town, axis_id=town.shop.id)
    Organisation.objects.filter(pk=town.loose.pk).update(dissolved_on=today())
    with pytest.raises(Invalid):
        link(town)


def test_a_change_leaves_a_step_and_does_not_overwrite_what_it_has_not_seen(town: Town) -> None:
    found, viewer = town.links[1], town.viewer("secretary")
    key, seen = new_id(), newest(found)
    for _again in range(2):
        actions.change_link(
            viewer=viewer,
            link_id=found.id,
            key=key,
            contact="校办",
            doing="开放图书馆",
            seen=seen,  # type: ignore[arg-type]
        )
    found.refresh_from_db()
    assert (found.contact, found.doing) == ("校办", "开放图书馆")
    assert [step.verb for step in queries.steps(found)] == ["link", "change"]
    with pytest.raises(Conflict):
        actions.change_link(
            viewer=viewer,
            link_id=found.id,
            key=new_id(),
            contact="",
            doing="",
            seen=seen,  # type: ignore[arg-type]
        )


def test_a_link_that_ended_is_kept_and_can_be_made_anew(town: Town) -> None:
    found, viewer, key = town.links[1], town.viewer("secretary"), new_id()
    with pytest.raises(Invalid):
        actions.end_link(viewer=viewer, link_id=found.id, key=new_id(), on=found.since)
    for _again in range(2):
        actions.end_link(viewer=viewer, link_id=found.id, key=key, on=today(), reason="搬迁")
    with pytest.raises(Conflict):
        actions.end_link(viewer=viewer, link_id=found.id, key=new_id(), on=today())
    assert found not in queries.links(viewer).rows
    assert found in queries.links(viewer, ended=True).rows
    assert link(town, unit_ids=[town.school.id], terms=terms(mechanism="pairing")).made
    with pytest.raises(DatabaseError), transaction.atomic():
        LinkStep.objects.filter(link=found).delete()


def test_the_contact_is_masked_for_those_who_only_watch(town: Town) -> None:
    found = queries.link(town.viewer("unit"), town.links[1].id)
    assert queries.contact(town.viewer("unit"), found) == "王主任"
    assert queries.contact(town.viewer("secretary"), found) == "王主任"
    assert queries.contact(town.viewer("subdistrict"), found) == "王**"


def test_everybody_sees_the_links_of_their_area_or_unit(town: Town) -> None:
    for name, seen in (("subdistrict", 2), ("viewer", 2), ("unit", 1), ("stranger", 0), ("housing", 0)):
        viewer = town.viewer(name)
        assert len(queries.links(viewer).rows) == seen
        if not seen:
            with pytest.raises(NotFound):
                queries.link(viewer, town.links[0].id)


def test_links_are_found_by_name_pinyin_and_initials_and_paged(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = town.viewer("secretary")
    for text in ("百货", "baihuo", "bhsd"):
        assert [one.unit for one in queries.links(viewer, text=text).rows] == [town.shop]
    monkeypatch.setattr(queries, "PAGE", 1)
    first = queries.links(viewer)
    second = queries.links(viewer, after=first.next)
    assert {one.id for one in (*first.rows, *second.rows)} == {one.id for one in town.links}
    assert not second.next
