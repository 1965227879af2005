"""Danger is noticed, denial and figures of speech are not, and complaints about handlers are hinted at."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dongli.cases.catalogue import SHIPPED_APPEALS, read_table
from dongli.cases.safety import complaint_about_staff, danger_signs


def kinds(text: str) -> list[str]:
    return [sign.kind for sign in danger_signs(text)]


@pytest.mark.parametrize(
    "text",
    [
        "煤气泄漏",
        "家里闻到煤气味，不敢开灯",
        "楼下门面着火了！",
        "电梯里被困半个小时",
        "电线断了掉在水里",
        "围墙要塌，下面是幼儿园",
        "巷口的井盖不见了",
        "有人拿刀在楼下转",
        "他落水了快来人",
        "小孩触电，没有呼吸",
        "烧烤店气罐爆 炸",
    ],
)
def test_danger_to_life(text: str) -> None:
    assert kinds(text) == ["life"]


@pytest.mark.parametrize("text", ["我不想活了", "她说要自杀", "讨不到工资我就从楼上跳下去", "他站在桥上要跳河"])
def test_self_harm(text: str) -> None:
    assert kinds(text) == ["self_harm"]


@pytest.mark.parametrize(
    "text",
    ["邻居天天毒打孩子", "女儿被老师猥亵", "儿子在学校被霸凌", "保姆虐待宝宝", "孩子身上有伤，不敢说"],
)
def test_harm_to_a_child(text: str) -> None:
    assert kinds(text) == ["minor"]


@pytest.mark.parametrize(
    "text",
    [
        "没有煤气泄漏",
        "检查后未发现漏气",
        "并没有着火，是误报",
        "请做好防溺水宣传",
        "小区要搞火灾演练",
        "楼道堆杂物存在火灾隐患",
        "担心着火",
        "跳楼价大甩卖天天放喇叭",
        "气死我了",
        "累死了，热死人",
        "想死你了",
        "我只想死之前住一回不漏雨的屋",
        "堵死了，急死人",
        "生意火爆",
        "生活困难，孩子上学难",
        "被电动车挡住了门",
        "卫生死角没人扫",
        "门口是个死胡同",
        "自行车轮胎漏气",
        "",
    ],
)
def test_false_friends_and_denials(text: str) -> None:
    assert kinds(text) == []


def test_a_denial_holds_only_for_what_follows_it() -> None:
    assert kinds("昨天没有煤气泄漏，今天煤气泄漏了") == ["life"]


def test_several_kinds_and_their_words() -> None:
    signs = danger_signs("老公打孩子，孩子浑身是伤，我不想活了")
    assert [sign.kind for sign in signs] == ["self_harm", "minor"]
    assert signs[0].words == ("不想活了",)


def test_urgent_sample_appeals_are_noticed_and_few_others() -> None:
    """Measured: see the floors. An urgent one that is missed is still seen by the desk; a false alarm costs a look."""
    appeals = read_table(SHIPPED_APPEALS)
    urgent = [bool(kinds(f"{one['subject']}\n{one['text']}")) for one in appeals if one["urgent"] == "1"]
    others = [bool(kinds(f"{one['subject']}\n{one['text']}")) for one in appeals if one["urgent"] == "0"]
    assert sum(urgent) / len(urgent) >= 0.75
    assert sum(others) / len(others) <= 0.08


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("我们这里的网格员态度恶劣", "网格员态度恶劣"),
        ("社区主任优亲厚友", "社区主任优亲厚友"),
        ("窗口工作人员爱理不理", "窗口工作人员爱理不理"),
        ("打了三次，街道办互相推诿", "街道办互相推诿"),
    ],
)
def test_a_complaint_about_handlers_is_hinted(text: str, phrase: str) -> None:
    assert complaint_about_staff(text) == [phrase]


@pytest.mark.parametrize("text", ["感谢社区工作人员", "物业态度恶劣", "工作人员没有推诿", "邻居骂人，请社区调解"])
def test_no_hint_otherwise(text: str) -> None:
    assert complaint_about_staff(text) == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=500))
def test_any_text_is_taken(text: str) -> None:
    danger_signs(text)
    complaint_about_staff(text)
