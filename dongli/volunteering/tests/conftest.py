"""The tiny city with the catalogue of offers, a unit, and a member whom the compound has confirmed."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from dongli.areas.naming import pinyin_keys
from dongli.common.clock import today
from dongli.common.ids import new_id
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.people.models import Grant, Role, User
from dongli.people.viewer import Viewer
from dongli.volunteering.actions import claiming, confirming, reporting, serving, wishing
from dongli.volunteering.actions.offering import load_offers
from dongli.volunteering.actions.reporting import Said
from dongli.volunteering.actions.serving import Done
from dongli.volunteering.actions.wishing import Wanted
from dongli.volunteering.models import Claim, ReportIn, Service, Wish
from tests.cast import City, make_city


@dataclass
class Ground:
    """The city with a unit, and short ways to do what tests do often."""

    city: City
    unit: Organisation
    officer: User

    @property
    def resident(self) -> Viewer:
        return Viewer.of(self.city.person("resident"))

    def said(self, **other: Any) -> Said:
        fields: dict[str, Any] = {
            "offers": ["tutoring", "repairs"],
            "times": ["weekends"],
            "unit": self.unit.pk,
            "tell_unit": True,
        }
        return Said(**(fields | other))

    def report(self, viewer: Viewer | None = None, compound: int = 0, **said: Any) -> ReportIn:
        viewer = viewer or self.resident
        area = self.city.compounds[compound]
        return reporting.report_in(viewer=viewer, key=new_id(), compound=area, said=self.said(**said), keep=True)

    def confirm(self, row: ReportIn, name: str = "secretary") -> ReportIn:
        return confirming.confirm(viewer=self.city.viewer(name), report_in_id=row.pk, key=new_id())

    def member(self, number: int = 0, **said: Any) -> tuple[Viewer, ReportIn]:
        """A member whom the secretary has confirmed: a new account for every number from 1 on."""
        user = User.objects.create(name=f"龚甲{number}") if number else self.city.person("resident")
        viewer = Viewer.of(user)
        return viewer, self.confirm(self.report(viewer, **said))

    def wanted(self, **other: Any) -> Wanted:
        plain = Wanted(
            kind="repairs",
            title="修一修楼道的灯",
            place=self.city.compound,
            since=today(),
            until=today() + timedelta(days=14),
        )
        return replace(plain, **other)

    def wish(self, name: str = "community", **other: Any) -> Wish:
        return wishing.raise_wish(viewer=self.city.viewer(name), key=new_id(), wanted=self.wanted(**other))

    def claim(self, wish: Wish, viewer: Viewer | None = None) -> Claim:
        return claiming.claim(viewer=viewer or self.resident, wish_id=wish.pk, key=new_id())

    def log(self, viewer: Viewer | None = None, **other: Any) -> Service:
        fields: dict[str, Any] = {"on": today(), "minutes": 90, "words": "换了灯", "kind": "repairs"}
        return serving.log_service(viewer=viewer or self.resident, key=new_id(), done=Done(**(fields | other)))

    def accept(self, service: Service, minutes: int = 90, reason: str = "", name: str = "secretary") -> Service:
        viewer = self.city.viewer(name)
        return serving.confirm_service(
            viewer=viewer, service_id=service.pk, key=new_id(), minutes=minutes, reason=reason
        )


def make_ground() -> Ground:
    """The ground of these tests."""
    city = make_city()
    load_offers()
    name = "荷塘区第一小学"
    pinyin, initials = pinyin_keys(name)
    unit = Organisation.objects.create(
        code="unit-school", name=name, pinyin=pinyin, initials=initials, kind=OrganisationKind.LINKED_UNIT,
        unit_kind="public_institution", area=city.district,
    )  # fmt: skip
    officer = User.objects.create(username="school", name="校长办公室")
    Grant.objects.create(user=officer, role=Role.UNIT_OFFICER, organisation=unit)
    return Ground(city, unit, officer)


@pytest.fixture
def ground(db: None) -> Ground:
    return make_ground()
