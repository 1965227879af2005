"""The network of an organisation, its drawing, units linked to nobody, idle links, committees."""

from datetime import timedelta
from itertools import pairwise

import pytest

from dongli.common.clock import now, today
from dongli.common.errors import NotFound
from dongli.common.ids import new_id
from dongli.duties.actions import close_duty
from dongli.organisations.models import Link, Organisation
from dongli.partnerships import actions, drawing
from dongli.partnerships.models import LinkStep
from dongli.partnerships.queries import links
from dongli.partnerships.queries import network as queries
from dongli.partnerships.queries.network import Tie
from dongli.partnerships.tests.conftest import Town


def ties(town: Town, name: str, centre: Organisation) -> dict[str, tuple[int, int, int, int]]:
    found = queries.network(town.viewer(name), centre.id).ties
    return {tie.other.name: (tie.met, tie.came, tie.decided, tie.fulfilled) for tie in found}


def test_a_network_counts_what_happened_between_the_two_in_a_year(town: Town) -> None:
    decision = town.decision()
    town.meeting()
    long_ago = town.meeting(starts_at=now() - timedelta(days=360))
    actions.hold_meeting(viewer=town.viewer("secretary"), meeting_id=long_ago.id, key=new_id(), came={town.shop.id: []})
    assert ties(town, "secretary", town.axis) == {"百货商店": (2, 1, 0, 0), town.school.name: (2, 1, 1, 0)}
    close_duty(viewer=town.viewer("unit"), duty_id=decision.duty_id, key=new_id(), evidence="已开放三十个车位")
    long_ago.starts_at = now() - timedelta(days=370)
    long_ago.save(update_fields=["starts_at"])
    assert ties(town, "secretary", town.axis) == {"百货商店": (1, 0, 0, 0), town.school.name: (1, 1, 1, 1)}
    assert ties(town, "unit", town.school) == {town.axis.name: (1, 1, 1, 1)}, "the same seen from the other end"


def test_a_network_holds_members_of_committees_too(town: Town) -> None:
    assert ties(town, "organiser", town.committee) == {"百货商店": (0, 0, 0, 0)}
    assert set(ties(town, "organiser", town.shop)) == {town.axis.name, "餐饮行业党委"}


def test_a_network_shows_only_what_the_viewer_may_see(town: Town) -> None:
    assert set(ties(town, "unit", town.axis)) == {town.school.name}, "its own link, not those of others"
    for name in ("stranger", "housing", "worker", "resident", "auditor"):
        for centre in (town.axis, town.school, town.committee):
            with pytest.raises(NotFound):
                queries.network(town.viewer(name), centre.id)
    with pytest.raises(NotFound):
        queries.network(town.viewer("unit"), town.committee.id)


def test_a_network_is_read_page_by_page(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "DRAWN", 1)
    first = queries.network(town.viewer("secretary"), town.axis.id)
    second = queries.network(town.viewer("secretary"), town.axis.id, first.next)
    assert [tie.other for tie in (*first.ties, *second.ties)] == [town.shop, town.school]
    assert not second.next


def test_a_drawing_keeps_its_boxes_apart_and_thickens_with_what_happened() -> None:
    names = ["短", "很长的名字" * 8, "三", "四", "五"]
    made = [Tie(Organisation(name=name), came=number * 4, met=9) for number, name in enumerate(names)]
    drawn = drawing.draw("市网格化服务中心一个很长很长的名字", made, ["" for _ in made])
    boxes = [(node.x, node.y) for node in drawn.nodes]
    for x, y in boxes:
        assert 0 <= x <= drawn.width - drawn.box
        assert 0 <= y <= drawn.height - drawn.high
    for column in {x for x, _y in boxes}:
        rows = sorted(y for x, y in boxes if x == column)
        assert all(below - above >= drawn.high for above, below in pairwise(rows))
    widths = [node.width for node in drawn.nodes]
    assert widths == sorted(widths)
    assert widths[0] == 0
    assert drawn.nodes[1].name.endswith("…")
    assert drawn.nodes[1].full == names[1]
    assert drawing.draw("无", [], []).nodes == []


def test_units_that_nobody_is_linked_with_are_listed_by_area(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = town.viewer("secretary")
    assert queries.unlinked(viewer).rows == [town.loose]
    assert queries.unlinked(viewer, area=town.city.second_community).rows == []
    assert queries.unlinked(viewer, kind="park").rows == []
    assert queries.unlinked(town.viewer("stranger")).rows == []
    Link.objects.filter(unit=town.school).update(until=today())
    monkeypatch.setattr(queries, "PAGE", 1)
    first = queries.unlinked(viewer)
    second = queries.unlinked(viewer, after=first.next)
    assert [*first.rows, *second.rows] == [town.school, town.loose], "an ended link links no longer"
    assert not second.next


def test_links_in_which_nothing_happened_for_a_year_are_listed(town: Town) -> None:
    viewer = town.viewer("secretary")
    assert links.idle(viewer).rows == []
    old = Link.objects.create(axis=town.axis, unit=town.loose, mechanism="pairing", since=today() - timedelta(days=400))
    assert links.idle(viewer).rows == [old]
    assert links.idle(viewer, area=town.city.second_community).rows == []
    assert links.idle(town.viewer("stranger")).rows == []
    LinkStep.objects.create(link=old, verb="change", at=now() - timedelta(days=10))
    assert links.idle(viewer).rows == []


def test_a_meeting_of_the_two_wakes_a_link(town: Town) -> None:
    old = Link.objects.create(axis=town.axis, unit=town.loose, mechanism="pairing", since=today() - timedelta(days=400))
    meeting = town.meeting(starts_at=now() - timedelta(days=1), invited=frozenset({town.loose.id}))
    assert links.idle(town.viewer("secretary")).rows == [old], "to be planned is not to happen"
    actions.hold_meeting(viewer=town.viewer("secretary"), meeting_id=meeting.id, key=new_id(), came={town.loose.id: []})
    assert links.idle(town.viewer("secretary")).rows == []


def test_committees_show_their_members_and_how_often_they_came(town: Town) -> None:
    organiser = town.viewer("organiser")
    assert [(one, one.size) for one in queries.committees(organiser)] == [(town.committee, 1)]  # type: ignore[attr-defined]
    plan = town.plan(
        mechanism="joint_committee", invited=frozenset({town.shop.id}), starts_at=now() - timedelta(days=2)
    )
    meeting = actions.plan_meeting(viewer=organiser, key=new_id(), convenor_id=town.committee.id, plan=plan)[0]
    actions.hold_meeting(viewer=organiser, meeting_id=meeting.id, key=new_id(), came={town.shop.id: ["甲", "乙"]})
    members, _next = queries.members(town.committee)
    assert [one.member for one in members] == [town.shop]
    assert queries.came_from(town.committee, members) == {town.shop.id: 1}, "two people are one meeting"
    for name in ("stranger", "secretary", "unit"):
        assert queries.committees(town.viewer(name)) == []
        with pytest.raises(NotFound):
            queries.committee(town.viewer(name), town.committee.id)
