"""Finding by words: any Chinese substring, numbers, phones where one may see them; only rows one may see."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import urlencode

from dongli.cases import search
from dongli.cases.actions import filing, searching, viewing
from dongli.cases.models import Case, CaseSearch, CaseText, SavedView
from dongli.cases.queries import lists
from dongli.cases.queries.lists import Sieve
from dongli.cases.routing import Where
from dongli.cases.tests.conftest import Stage
from dongli.cases.tests.test_desk_views import Desk
from dongli.common.clock import CITY_ZONE, now
from dongli.common.ids import new_id
from tests.cast import log_in

WHAT = "三栋楼下的路灯不亮，ＷiFi 机柜旁边积水；车牌湘B12345 常年占道"


def found(stage: Stage, words: str, who: str = "community") -> list[str]:
    return [case.number for case in lists.queue(stage.viewer(who), Sieve(words=words)).rows]


def test_text_is_folded_and_cut() -> None:
    assert search.fold(" ＷiFi，坏了\n！") == "wifi 坏了"
    assert search.grams("wifi 坏了") == {"w", "i", "f", "wi", "if", "fi", "wifi", "坏", "了", "坏了"}
    assert search.pairs("灯不亮") == ["不亮", "灯不"]
    asked = search.parse("20261122-ab12 停水 138 13800000001 停水 ！？")
    assert asked == search.Search(("20261122-AB12",), ("13800000001",), ("停水", "138"))
    assert search.parse("，。").is_empty


@pytest.mark.parametrize("start", range(len("三栋楼下的路灯不亮")))
def test_every_chinese_substring_is_found(stage: Stage, start: int) -> None:
    case, text = stage.file(what=WHAT), "三栋楼下的路灯不亮"
    stage.file(what="别处积雪")
    for end in range(start + 1, len(text) + 1):
        assert found(stage, text[start:end]) == [case.number]


def test_words_in_latin_and_digits_are_found_whatever_their_width(stage: Stage) -> None:
    case = stage.file(what=WHAT, where=Where(*stage.city.point_in(stage.city.grid), address="庐山路 8 号"))
    for words in ("wifi", "WIFI", "ifi", "12345", "b123", "湘b12345", "庐山路", "路灯 积水", "8", "%", case.number):
        assert found(stage, words) == ([] if words == "%" else [case.number]), words
    assert found(stage, "路灯 停水") == []
    assert found(stage, "亮wifi") == []
    assert found(stage, case.number[:10].lower()) == [case.number]
    assert found(stage, case.number[-6:].lower()) == [case.number]


def test_pairs_alone_do_not_make_a_find(stage: Stage) -> None:
    stage.file(what="停水了，水停了又来")
    assert found(stage, "停水停") == []


def test_a_phone_is_found_at_ones_own_desk_only(stage: Stage) -> None:
    case = stage.file(phone="13800000001", name="张三")
    assert found(stage, "13800000001") == [case.number]
    assert found(stage, "+86138-0000-0001") == [case.number]
    assert found(stage, "1380000000") == []
    for who in ("viewer", "stranger", "urban", "admin"):
        assert found(stage, "13800000001", who) == []
    assert found(stage, "13800000001 下水道") == [case.number]
    worker = stage.dispatch(stage.register(case))
    assert found(stage, "13800000001", "worker") == []
    assert worker.number == case.number


def test_only_rows_one_may_see(stage: Stage) -> None:
    case = stage.file(what=WHAT)
    assert found(stage, "路灯", "city") == [case.number]
    assert found(stage, "路灯", "stranger") == []
    client = Client()
    log_in(client, stage.city.person("stranger"))
    assert case.number not in client.get(reverse("desk_queue"), {"q": "路灯"}).content.decode()


def test_an_erased_text_is_not_found_and_rows_can_be_made_anew(stage: Stage) -> None:
    cases = [stage.file(what=WHAT) for _ in range(3)]
    CaseText.objects.filter(case=cases[0]).update(description="")
    searching.refresh([cases[0].id])
    assert found(stage, "路灯") == [cases[2].number, cases[1].number]
    CaseSearch.objects.all().delete()
    assert found(stage, "路灯") == []
    assert list(searching.reindex(batch=2)) == [2, 3]
    assert found(stage, "路灯") == [cases[2].number, cases[1].number]
    assert CaseSearch.objects.count() == Case.objects.count()


# Filters and saved views


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage, "community")


def save(desk: Desk, name: str, query: str) -> Any:
    return desk.client.post(reverse("desk_view_save"), {"name": name, "query": query})


def numbers(desk: Desk, **query: str) -> set[str]:
    page = desk.get("desk_queue", **query).content.decode()
    return set(re.findall(r'data-id="([^"]+)"', page))


def test_what_the_resident_adds_is_found_too_and_after_making_rows_anew(stage: Stage) -> None:
    case = stage.file(what=WHAT)
    resident, key = stage.viewer("resident"), new_id()
    for _ in range(2):
        filing.add_words(viewer=resident, case_id=case.id, key=key, words="现在变压器冒烟了")
    assert found(stage, "压器") == found(stage, "路灯 冒烟") == [case.number]
    assert list(searching.reindex(batch=10)) == [1]
    assert found(stage, "变压器") == [case.number]


def test_filters_go_with_words(stage: Stage, desk: Desk) -> None:
    first = stage.file(what=WHAT, category="0104")
    second = stage.dispatch(stage.register(stage.file(what="路灯倒了")), to=stage.city.department("housing").id)
    old = stage.file(what="路灯歪了")
    Case.objects.filter(pk=old.pk).update(filed_at=now() - timedelta(days=40), dispatch_due_at=now())
    today = now().astimezone(CITY_ZONE).date()
    department = str(stage.city.department("housing").id)
    asked: list[tuple[dict[str, str], set[str]]] = [
        ({}, {first.number, second.number, old.number}),
        ({"state": "dispatched"}, {second.number}),
        ({"state": "<forged>"}, {first.number, second.number, old.number}),
        ({"department": department}, {second.number}),
        ({"department": str(new_id())}, set()),
        ({"category": "0104"}, {first.number}),
        ({"late": "1"}, {old.number}),
        ({"since": today.isoformat()}, {first.number, second.number}),
        ({"until": (today - timedelta(days=1)).isoformat()}, {old.number}),
        ({"since": "2026-13-45"}, {first.number, second.number, old.number}),
        ({"area": stage.city.community.code}, {first.number, second.number, old.number}),
        ({"area": stage.city.other_community.code}, set()),
    ]
    for query, expected in asked:
        assert numbers(desk, q="路灯", **query) == expected, query


def test_a_place_that_is_named_is_offered(stage: Stage, desk: Desk) -> None:
    page = desk.get("desk_queue", q=stage.city.compound.name).content.decode()
    assert f"?area={stage.city.compound.code}" in page


def test_a_view_is_saved_shown_with_its_count_and_removed(stage: Stage, desk: Desk) -> None:
    case = stage.file(what=WHAT)
    kept = save(desk, "路灯", "q=路灯&filter=new&after=x&since=&evil=1")
    assert kept.url == f"{reverse('desk_queue')}?{urlencode({'filter': 'new', 'q': '路灯'})}"
    page = desk.client.get(kept.url).content.decode()
    assert case.number in page
    assert re.search(r'is-view"><a href="[^"]+" aria-current="page">.*?路灯<span[^>]*>1<', page, re.DOTALL)
    view = SavedView.objects.get()
    stranger = Desk(stage, "stranger")
    assert "路灯" not in stranger.get("desk_views").content.decode()
    assert stranger.post("desk_view_drop", view.id).status_code == 404
    assert "路灯" in desk.get("desk_views").content.decode()
    assert desk.post("desk_view_drop", view.id).status_code == 302
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("name", "query"), [("", "q=路灯"), ("长" * 21, "q=路灯"), ("无", "after=1"), ("电话", "q=13800000001")]
)
def test_a_view_that_cannot_be_kept_is_refused_on_the_page(desk: Desk, name: str, query: str) -> None:
    answer = save(desk, name, query)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not SavedView.objects.exists()


def test_there_are_at_most_thirty_views(stage: Stage, desk: Desk) -> None:
    for number in range(viewing.MAX_VIEWS):
        assert save(desk, f"第{number}个", f"q=路灯{number}").status_code == 302
    assert save(desk, "再来", "q=路灯").status_code == 422
    assert save(desk, "第3个", "q=井盖").status_code == 302
    assert SavedView.objects.count() == viewing.MAX_VIEWS


def many(stage: Stage, count: int) -> None:
    """`count` copies of a filed case, in bulk."""
    pattern = stage.file(what=WHAT)
    total = Case.objects.count()
    rows = [
        Case(
            id=new_id(), number=f"20200101-{total + at:06d}", kind=pattern.kind, source=pattern.source,
            state=pattern.state, desk=pattern.desk, community=pattern.community, place=pattern.place, steps_count=0,
        )
        for at in range(count)
    ]  # fmt: skip
    Case.objects.bulk_create(rows)
    searching.index(CaseText.objects.bulk_create(CaseText(case=row, description=WHAT) for row in rows))


def test_searching_takes_as_many_statements_and_pages_on_at_any_size(stage: Stage, desk: Desk) -> None:
    for number in range(3):
        save(desk, f"第{number}个", f"q=路灯&filter=new&late={number % 2}")
    query = {"q": "路灯 积水", "state": "filed", "late": "", "since": "2020-01-01"}

    def statements() -> int:
        desk.get("desk_queue", **query)
        with CaptureQueriesContext(connection) as captured:
            page = desk.get("desk_queue", **query)
        assert len(re.findall(r'data-id="', page.content.decode())) == lists.PAGE
        return len(captured)

    many(stage, 1000)
    few = statements()
    many(stage, 4000)
    assert statements() == few <= 25
    seen: set[str] = set()
    after = ""
    for _page in range(3):
        found = lists.queue(stage.viewer("community"), Sieve(words="路灯"), after)
        assert not seen & {case.number for case in found.rows}
        seen |= {case.number for case in found.rows}
        after = found.next
    assert len(seen) == 3 * lists.PAGE
