"""A member reports in where they live, the compound confirms, a wish is claimed, served and confirmed: real pages."""

from datetime import timedelta

import pytest

from dongli.areas.naming import pinyin_keys
from dongli.common.clock import today
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.volunteering.actions.offering import load_offers
from dongli.volunteering.models import ReportIn, ReportInState, Service, ServiceState, Wish, WishState
from tests.browser.crew import Crew, says, says_not, zh
from tests.cast import City

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

UNIT, WISH, WORDS, PHONE = "荷塘区第一小学", "二单元楼道灯不亮", "换了声控灯", "13811112222"


def test_a_member_reports_in_and_fulfils_a_wish(crew: Crew, city: City) -> None:
    load_offers()
    pinyin, initials = pinyin_keys(UNIT)
    Organisation.objects.create(
        code="unit-school", name=UNIT, pinyin=pinyin, initials=initials, kind=OrganisationKind.LINKED_UNIT,
        unit_kind="public_institution", area=city.district,
    )  # fmt: skip
    _report_in(crew, city)
    _confirm(crew)
    _raise_a_wish(crew)
    _claim_and_log(crew)
    _confirm_service(crew)
    page = crew["resident"]
    page.goto("/member/service/")
    says(page, zh("Confirmed"), "0.8")
    assert (Wish.objects.get().state, Service.objects.get().state) == (WishState.DONE, ServiceState.CONFIRMED)


def _report_in(crew: Crew, city: City) -> None:
    page = crew["resident"]
    page.goto("/")
    page.locator("a[href='/member/']").first.click()
    crew.see(page)
    page.locator(".actions .btn-primary").click()
    page.locator("[name=name]").fill("htqdyxx")
    page.locator("form[role=search] button").click()
    crew.see(page)
    page.get_by_text(UNIT).first.click()
    says(page, city.compound.name, UNIT)
    page.locator("[name=offers][value=repairs]").check()
    page.locator("[name=times][value=weekends]").check()
    page.locator(".actions .btn-primary").click()
    says(page, zh("Without this consent nothing can be kept, and nobody can confirm."))
    crew.see(page)
    page.locator("[name=keep]").check()
    page.locator(".actions .btn-primary").click()
    says(page, zh("Waiting for the compound"))
    row = ReportIn.objects.get()
    assert (row.state, row.told_unit) == (ReportInState.ASKED, None)


def _confirm(crew: Crew) -> None:
    page = crew["community"]
    page.goto("/desk/members/")
    says_not(page, "刘芳")
    page.locator("[data-list] a").first.click()
    crew.see(page)
    page.locator("form[action$='/confirm/'] button").click()
    says(page, zh("Confirmed. The member sees the wishes of the compound now."))


def _raise_a_wish(crew: Crew) -> None:
    page = crew["community"]
    page.goto("/desk/wishes/new/")
    page.locator("[name=title]").fill(WISH)
    page.locator("[name=kind]").select_option("repairs")
    page.locator("[name=until]").fill((today() + timedelta(days=7)).isoformat())
    page.locator("[name=for_resident]").check()
    page.locator("[name=contact_phone]").fill(PHONE)
    page.locator("main form .btn-primary").click()
    says(page, WISH)
    crew.see(page)


def _claim_and_log(crew: Crew) -> None:
    page = crew["resident"]
    page.goto("/member/")
    crew.see(page)
    page.get_by_text(WISH).first.click()
    says_not(page, PHONE)
    page.locator("form[action$='/claim/'] button").click()
    page.locator("form[action$='/contact/'] button").click()
    says(page, PHONE)
    crew.see(page)
    page.locator(".actions .btn-primary").click()
    page.locator("[name=words]").fill(WORDS)
    page.locator("[name=minutes]").fill("50")
    page.locator(".actions .btn-primary").click()
    says(page, zh("Waiting to be confirmed"))


def _confirm_service(crew: Crew) -> None:
    page = crew["community"]
    page.goto("/desk/wishes/service/")
    page.locator("[data-list] a").first.click()
    says(page, WORDS)
    crew.see(page)
    page.locator("form[action$='/confirm/'] .btn-primary").click()
    says(page, zh("Confirmed. The member is told."))
