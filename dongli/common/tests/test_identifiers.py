"""What names a person is taken out of free text; what only looks like it stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dongli.common.identifiers import without_identifiers


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("请打13800000001", "请打〔电话〕"),
        ("请打 138 0000 0001 谢谢", "请打 〔电话〕 谢谢"),
        ("电话138-0000-0001。", "电话〔电话〕。"),
        ("电话+86 13800000001", "电话〔电话〕"),
        ("电话１３８００００００01", "电话〔电话〕"),
        ("座机0731-22886688", "座机〔电话〕"),
        ("座机(0731)22886688", "座机〔电话〕"),
        ("身份证430202199001011234", "身份证〔证件号〕"),
        ("身份证43020219900101123X，", "身份证〔证件号〕，"),
        ("旧证430202900101123", "旧证〔证件号〕"),
        ("卡号6222021234567890123", "卡号〔证件号〕"),
        ("湘B12345挡住消防通道", "〔车牌〕挡住消防通道"),
        ("湘B·D12345停在门口", "〔车牌〕停在门口"),
        ("湘bf1234学", "〔车牌〕"),
        ("写信到zhang.san@example.com.cn吧", "写信到〔邮箱〕吧"),
        ("写信到li＠qq.com", "写信到〔邮箱〕"),
        ("我叫张三丰，住三栋", "我叫〔姓名〕，住三栋"),
        ("我叫张三住三栋", "我叫〔姓名〕住三栋"),
        ("我姓张，是楼栋长", "我姓〔姓名〕，是楼栋长"),
        ("我姓欧阳", "我姓〔姓名〕"),
        ("姓名：李四", "姓名：〔姓名〕"),
        ("本人叫诸葛亮明", "本人叫〔姓名〕"),
    ],
)
def test_identifiers_give_way(text: str, left: str) -> None:
    assert without_identifiers(text) == left
    assert without_identifiers(left) == left


@pytest.mark.parametrize(
    "text",
    [
        "三栋楼下下水道堵了，污水流了一地",
        "案卷20261122-ABC123，2026-11-22 10:30 报的",
        "欠费1234567.89元，共12户",
        "老百姓都有意见，乡亲们姓氏不同",
        "贵姓？",
        "12345热线打不通，119也打了",
        "路灯编号LD-20230415-007",
        "湘江边B区停车场",
        "楼高138米，2000平方米",
        "他们叫我们等三天",
    ],
)
def test_everything_else_stays(text: str) -> None:
    assert without_identifiers(text) == text


@given(st.text(alphabet="我叫姓张三丰住是在1380湘BD·- @.ax0X（）", max_size=60))
def test_a_second_pass_finds_nothing_more(text: str) -> None:
    once = without_identifiers(text)
    assert without_identifiers(once) == once
