"""Finding by words: any Chinese substring, numbers, phones where one may see them; only rows one may see."""

import pytest
from django.test import Client
from django.urls import reverse

from dongli.cases import search
from dongli.cases.actions import searching
from dongli.cases.models import Case, CaseSearch, CaseText
from dongli.cases.queries import lists
from dongli.cases.queries.lists import Sieve
from dongli.cases.routing import Where
from dongli.cases.tests.conftest import Stage
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
    searching.index(CaseText.objects.filter(case=cases[0]).select_related("case"))
    assert found(stage, "路灯") == [cases[2].number, cases[1].number]
    CaseSearch.objects.all().delete()
    assert found(stage, "路灯") == []
    assert list(searching.reindex(batch=2)) == [2, 3]
    assert found(stage, "路灯") == [cases[2].number, cases[1].number]
    assert CaseSearch.objects.count() == Case.objects.count()
