"""The tiny city with units in it: a school whose officer has an account, a shop that has none, committees."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from dongli.areas.naming import pinyin_keys
from dongli.common.clock import now, today
from dongli.common.ids import new_id
from dongli.organisations.models import Link, Membership, Organisation, OrganisationKind, UnitKind
from dongli.partnerships import actions
from dongli.partnerships.actions import Decided, Plan, Terms
from dongli.partnerships.models import Decision, Meeting
from dongli.people.viewer import Viewer
from tests.cast import City, make_city


@dataclass
class Town:
    """The city, with the office of the home community as convenor, and what is linked with it."""

    city: City
    axis: Organisation
    school: Organisation
    shop: Organisation
    firm: Organisation
    committee: Organisation
    loose: Organisation
    links: list[Link] = field(default_factory=list)

    def viewer(self, name: str) -> Viewer:
        return self.city.viewer(name)

    def plan(self, **other: Any) -> Plan:
        fields: dict[str, Any] = {
            "mechanism": "joint_meeting",
            "title": "第四季度联席会议",
            "place": "社区二楼会议室",
            "starts_at": now() + timedelta(days=3),
            "agenda": ("停车难", "老旧管网"),
            "invited": frozenset({self.school.id, self.shop.id}),
        }
        return Plan(**(fields | other))

    def meeting(self, **other: Any) -> Meeting:
        """A meeting that the secretary has planned."""
        return actions.plan_meeting(
            viewer=self.viewer("secretary"), key=new_id(), convenor_id=self.axis.id, plan=self.plan(**other)
        )[0]

    def held(self) -> Meeting:
        """A meeting held yesterday; the school came with 王老师, the shop did not."""
        meeting = self.meeting(starts_at=now() - timedelta(days=1))
        came = {self.axis.id: ["谭志勇"], self.school.id: ["王老师"]}
        return actions.hold_meeting(viewer=self.viewer("secretary"), meeting_id=meeting.id, key=new_id(), came=came)

    def decided(self, follower: Organisation, owner_id: UUID, **other: Any) -> Decided:
        fields: dict[str, Any] = {"words": "腾出操场停车位", "due_on": today() + timedelta(days=30)}
        return Decided(follower_id=follower.id, owner_id=owner_id, **(fields | other))

    def decision(self, meeting: Meeting | None = None) -> Decision:
        """What the school takes on."""
        found = meeting or self.held()
        decided = self.decided(self.school, self.city.person("unit").id)
        return actions.record_decision(
            viewer=self.viewer("secretary"), meeting_id=found.id, key=new_id(), decided=decided
        )


def organisation(city: City, name: str, kind: OrganisationKind, **other: Any) -> Organisation:
    """One more organisation, at the home community unless said otherwise."""
    pinyin, initials = pinyin_keys(name)
    fields = {"code": f"x-{name}", "area": city.community, "pinyin": pinyin, "initials": initials}
    return Organisation.objects.create(name=name, kind=kind, **(fields | other))


@pytest.fixture
def town(db: None) -> Town:
    return make_town()


def make_town() -> Town:
    city = make_city()
    unit = {"unit_kind": UnitKind.TWO_NEW}
    town = Town(
        city=city,
        axis=Organisation.objects.get(area=city.community, kind=OrganisationKind.OFFICE),
        school=city.unit,
        shop=organisation(city, "百货商店", OrganisationKind.LINKED_UNIT, **unit),
        firm=organisation(city, "安心物业", OrganisationKind.PROPERTY_FIRM, area=city.compound),
        committee=organisation(
            city, "餐饮行业党委", OrganisationKind.INDUSTRY_COMMITTEE, area=city.district, sector="餐饮"
        ),
        loose=organisation(city, "面馆", OrganisationKind.LINKED_UNIT, **unit),
    )
    Membership.objects.create(committee=town.committee, member=town.shop, since=today() - timedelta(days=400))
    terms = Terms("pairing", today() - timedelta(days=30), contact="王主任", doing="周末开放操场")
    linked = actions.link_units(
        viewer=city.viewer("secretary"),
        key=new_id(),
        axis_id=town.axis.id,
        unit_ids=[town.school.id, town.shop.id],
        terms=terms,
    )
    town.links = linked.made
    return town
