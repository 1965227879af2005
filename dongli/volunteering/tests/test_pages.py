"""The pages: by whom they open, what they show and hide, their statements, forms that keep what was typed."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dongli.common.clock import today
from dongli.common.ids import new_id
from dongli.people.models import AccessRecord, Grant, Post, Role, Tenure, User
from dongli.volunteering.models import Claim, Offer, ReportIn, ReportInState, Service, ServiceState, Wish
from dongli.volunteering.tests.conftest import Ground
from tests.cast import log_in


@pytest.fixture
def visit(ground: Ground) -> Callable[[str], Client]:
    """A client logged in as a persona; "" is a visitor."""

    def of(name: str) -> Client:
        client = Client()
        if name:
            log_in(client, ground.officer if name == "officer" else ground.city.person(name))
        return client

    return of


Visit = Callable[[str], Client]


def post(client: Client, page: str, /, *args: UUID, **data: Any) -> Any:
    return client.post(reverse(page, args=args), {"idempotency_key": str(new_id()), **data})


def scene(ground: Ground) -> dict[str, UUID]:
    """A report-in that waits, a wish claimed by the resident, service logged for it."""
    ground.member()
    row = ground.report(ground.city.viewer("resident-2"))
    wish = ground.wish(for_resident=True, contact_phone="13811112222", contact_name="王秀英", helpers=2)
    ground.claim(wish)
    return {"report_in": row.pk, "wish": wish.pk, "service": ground.log(wish=wish.pk).pk}


STAFF_GET = [
    ("desk_members", ""),
    ("desk_member_figures", ""),
    ("desk_wishes", ""),
    ("desk_wish_new", ""),
    ("desk_services", ""),
    ("desk_member_sheet", "report_in"),
    ("desk_wish", "wish"),
    ("desk_service", "service"),
    ("desk_unit_members", ""),
]
STAFF_POST = [
    ("member_confirm", "report_in"),
    ("member_decline", "report_in"),
    ("desk_member_contact", "report_in"),
    ("wish_finish", "wish"),
    ("wish_cancel", "wish"),
    ("service_confirm", "service"),
    ("service_decline", "service"),
]
OWN = {"desk_member_figures"}


@pytest.mark.parametrize("name", ["", "resident-2", "stranger-worker", "stranger", "city"])
def test_strangers_open_no_page_of_the_desk_and_take_no_step(ground: Ground, visit: Visit, name: str) -> None:
    found, client = scene(ground), visit(name)
    with_figures = OWN if name in ("stranger", "city") else set()
    for page, kind in STAFF_GET:
        answer = client.get(reverse(page, args=[found[kind]] if kind else []))
        if page in with_figures:
            assert ground.city.compound.name in answer.text if name == "city" else True
            continue
        assert answer.status_code in ((302,) if not name else (403, 404)), page
    for page, kind in STAFF_POST:
        answer = post(client, page, found[kind], reason="不", minutes="30")
        assert answer.status_code in ((302,) if not name else (403, 404)), page
    assert ReportIn.objects.get(pk=found["report_in"]).state == ReportInState.ASKED
    assert Service.objects.get(pk=found["service"]).state == ServiceState.DRAFT
    assert Wish.objects.get(pk=found["wish"]).is_live
    assert not AccessRecord.objects.exists()


@pytest.mark.parametrize("name", ["", "resident-2", "stranger", "secretary"])
def test_strangers_take_no_step_of_a_member(ground: Ground, visit: Visit, name: str) -> None:
    found, client = scene(ground), visit(name)
    for page, kind in (
        ("member_wish", "wish"),
        ("member_service", "service"),
    ):
        answer = client.get(reverse(page, args=[found[kind]]))
        assert answer.status_code in ((302,) if not name else (404,)), page
    for page, kind in (
        ("member_claim", "wish"),
        ("member_give_back", "wish"),
        ("member_contact", "wish"),
        ("member_service", "service"),
    ):
        answer = post(client, page, found[kind], words="不对")
        assert answer.status_code in ((302,) if not name else (404,)), page
    for page in ("member_log", "member_edit"):
        answer = client.get(reverse(page))
        own = name == "resident-2" and page == "member_edit"
        assert answer.status_code == (302 if not name else 200 if own else 404), page
    assert Claim.objects.filter(given_back_at=None).count() == 1
    assert not AccessRecord.objects.exists()


def test_a_resident_reports_in_over_three_pages_without_scripts(ground: Ground, visit: Visit) -> None:
    client, city = visit("resident"), ground.city
    address = reverse("member_report_in")
    chooser = client.get(address, {"q": city.compounds[1].name}).text
    assert f"compound={city.compounds[1].code}" in chooser
    units = client.get(address, {"compound": city.compounds[1].code, "name": "htqdyxx"}).text
    link = re.search(r'href="(\?[^"]*unit=[0-9a-f-]+)"', units)
    assert link is not None
    form = client.get(address + link[1].replace("&amp;", "&"))
    assert ground.unit.name in form.text
    data: dict[str, Any] = {"compound": city.compounds[1].code, "unit": str(ground.unit.pk), "offers": ["legal"]}
    refused = post(client, "member_report_in", **data, times=["weekends"])
    assert refused.status_code == 422
    assert re.search(r'value="legal"[^>]*checked', refused.text), "nothing typed is lost"
    done = post(client, "member_report_in", **data, times=["weekends"], keep="on")
    assert done.status_code == 302
    row = ReportIn.objects.get()
    assert (row.compound, row.unit, row.told_unit) == (city.compounds[1], ground.unit, None)
    assert city.compounds[1].name in client.get(reverse("member_home")).text


def test_who_lives_in_the_compound_begins_with_it_and_may_write_the_unit(ground: Ground, visit: Visit) -> None:
    client = visit("resident")
    assert 'name="name"' in client.get(reverse("member_report_in")).text, "the compound is known: now the unit"
    data = {"compound": ground.city.compound.code, "unit": "", "unit_words": "一家小厂"}
    done = post(client, "member_report_in", **data, offers=["repairs"], times=["evenings"], keep="on")
    assert done.status_code == 302
    assert ReportIn.objects.get().text.unit_words == "一家小厂"


def test_a_member_claims_calls_and_logs(ground: Ground, visit: Visit) -> None:
    ground.member()
    wish = ground.wish(for_resident=True, contact_phone="13811112222")
    client = visit("resident")
    page = reverse("member_wish", args=[wish.pk])
    assert "13811112222" not in client.get(page).text
    assert wish.title in client.get(reverse("member_home")).text
    post(client, "member_claim", wish.pk)
    assert "13811112222" not in client.get(page).text, "not before it is asked for"
    assert "13811112222" in post(client, "member_contact", wish.pk).text
    assert AccessRecord.objects.count() == 1
    data = {"wish": str(wish.pk), "on": today().isoformat(), "minutes": "45", "words": "修好了"}
    assert post(client, "member_log", **(data | {"minutes": "x"})).status_code == 422
    assert post(client, "member_log", **data).status_code == 302
    assert "修好了" in client.get(reverse("member_service", args=[Service.objects.get().pk])).text


def test_the_desk_confirms_corrects_and_declines(ground: Ground, visit: Visit) -> None:
    found, client = scene(ground), visit("community")
    listed = client.get(reverse("desk_members")).text
    assert "张*" in listed
    assert "张伟" not in listed
    assert "13800000002" not in listed
    opened = post(client, "desk_member_contact", found["report_in"]).text
    assert "13800000002" in opened
    assert post(client, "member_decline", found["report_in"], reason="").status_code == 422
    assert post(client, "member_confirm", found["report_in"]).status_code == 302
    page = post(client, "service_confirm", found["service"], minutes="30", reason="")
    assert page.status_code == 422
    assert post(client, "service_confirm", found["service"], minutes="30", reason="半小时").status_code == 302
    assert Service.objects.get().confirmed_minutes == 30
    wish = client.get(reverse("desk_wish", args=[found["wish"]])).text
    assert "刘*" in wish
    assert "13811112222" not in wish, "the contact is for helpers alone"
    assert post(client, "wish_finish", found["wish"]).status_code == 302


def test_a_wish_is_raised_at_the_desk_and_what_names_somebody_is_refused(ground: Ground, visit: Visit) -> None:
    client = visit("captain")
    data = {
        "place": str(ground.city.building.pk), "kind": "repairs", "title": "修门禁", "audience": "compound",
        "helpers": "2", "minutes": "60", "since": today().isoformat(), "until": today().isoformat(),
    }  # fmt: skip
    refused = post(client, "desk_wish_new", **data, details="电话13812345678")
    assert refused.status_code == 422
    assert "修门禁" in refused.text
    assert post(client, "desk_wish_new", **data).status_code == 302
    assert Wish.objects.get().place == ground.city.building
    assert post(client, "desk_wish_new", **(data | {"place": str(ground.city.compound.pk)})).status_code == 422
    assert client.get(reverse("desk_members")).status_code == 403


def test_a_secretary_without_any_role_keeps_the_compound_but_opens_no_contact(ground: Ground, visit: Visit) -> None:
    found, secretary = scene(ground), User.objects.create(name="老书记")
    Tenure.objects.create(person=secretary, post=Post.COMPOUND_SECRETARY, area=ground.city.compound, since=today())
    client = visit("")
    client.force_login(secretary)
    assert client.get(reverse("desk_members")).status_code == 200
    assert post(client, "desk_member_contact", found["report_in"]).status_code == 403
    assert post(client, "member_confirm", found["report_in"]).status_code == 302
    assert client.get(reverse("desk_wishes")).status_code == 200
    Grant.objects.create(user=secretary, role=Role.CAPTAIN, area=ground.city.building)
    assert client.get(reverse("desk_members")).status_code == 302, "staff pass the second factor first"


def test_the_units_page_holds_numbers_and_nothing_else(ground: Ground, visit: Visit) -> None:
    for number in (1, 2, 3):
        viewer, _row = ground.member(number)
        wish = ground.wish(title=f"修灯之{number}")
        ground.claim(wish, viewer)
        ground.accept(ground.log(viewer, wish=wish.pk, words="换灯泡"))
    page = visit("officer").get(reverse("desk_unit_members")).text
    assert "4.5" in page
    for secret in ("龚", ground.city.compound.name, ground.city.community.name, "修灯", "换灯泡", "家电"):
        assert secret not in page, secret
    other = visit("housing").get(reverse("desk_unit_members"), {"unit": str(ground.unit.pk)}).text
    assert ground.unit.name not in other
    assert "4.5" not in other


def test_the_catalogue_is_edited_by_the_city_and_keeps_what_was_said(ground: Ground, visit: Visit) -> None:
    legal = Offer.objects.get(code="legal")
    for name in ("community", "district", "stranger"):
        client = visit(name)
        assert client.get(reverse("desk_offers")).status_code == 200
        for page, args in (("desk_offers", ()), ("offer_rename", (legal.pk,)), ("offer_end", (legal.pk,))):
            assert post(client, page, *args, name="修车", position="5").status_code == 403
    city = visit("city")
    assert post(city, "desk_offers", name="修车", position="5").status_code == 302
    assert post(city, "offer_rename", legal.pk, name="法律援助").status_code == 302
    assert post(city, "offer_end", Offer.objects.get(code="patrol").pk).status_code == 302
    assert list(Offer.objects.filter(code="legal").order_by("since").values_list("name", "until")) == [
        ("法律咨询", today()), ("法律援助", None),
    ]  # fmt: skip
    assert Offer.objects.get(code="patrol").until == today()
    row = ground.report(offers=["legal"])
    assert "法律援助" in visit("community").get(reverse("desk_member_sheet", args=[row.pk])).text


def statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


@pytest.mark.parametrize(
    ("name", "page", "most"),
    [
        ("resident", "member_home", 14),
        ("resident", "member_services", 10),
        ("community", "desk_members", 14),
        ("community", "desk_wishes", 14),
        ("community", "desk_services", 12),
        ("community", "desk_member_figures", 13),
        ("officer", "desk_unit_members", 10),
    ],
)
def test_more_rows_take_no_more_statements(ground: Ground, visit: Visit, name: str, page: str, most: int) -> None:
    client, address = visit(name), reverse(page)
    ground.member()
    few = statements(client, address)
    for number in range(1, 5):
        viewer, _row = ground.member(number)
        ground.claim(ground.wish(), viewer)
        ground.wish()
        ground.log(viewer)
        ground.log(words=f"第{number}次")
    assert statements(client, address) <= max(few, most) <= most


def test_pages_go_on_by_key(ground: Ground, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    from dongli.volunteering.queries import members

    monkeypatch.setattr(members, "PAGE", 2)
    rows = [ground.report(ground.city.viewer(name)) for name in ("resident", "resident-2", "hotline")]
    client, seen = visit("community"), []
    address: str | None = reverse("desk_members")
    while address:
        text = client.get(address).text
        seen += re.findall(r'data-id="([0-9a-f-]+)"', text)
        more = re.search(r'href="(\?[^"]*after=[^"]+)"', text)
        address = reverse("desk_members") + more[1].replace("&amp;", "&") if more else None
    assert seen == [str(row.pk) for row in reversed(rows)]
