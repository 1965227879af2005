"""Places in texts: what is certain is found, what is not stays out. All texts are made up."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dongli.cases.importing.aliases import SHIPPED, Alias, BadAlias, pairs, read_aliases
from dongli.cases.importing.gazetteer import AreaName
from dongli.cases.importing.places import REASONS, PlaceIndex

CITY = "430200000000"
DIVISIONS = Path(__file__).resolve().parents[2] / "areas" / "data" / "zhuzhou_divisions.csv"
LEVELS = {"county": "district", "township": "subdistrict"}


def real_areas() -> list[AreaName]:
    with DIVISIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [AreaName(row["code"], LEVELS.get(row["level"], row["level"]), row["name"], row["parent"]) for row in rows]


AREAS = real_areas()
NAMES = {area.code: area.name for area in AREAS}
INDEX = PlaceIndex.build(AREAS, pairs())


def place(text: str, unit: str = "", **more: str) -> str:
    match = INDEX.find(text, unit, **more)
    return NAMES[match.code] if match else ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("荷塘区桂花街道某社区楼道灯不亮", "桂花街道"),
        ("天元区泰山路街道天台社区的树挡住了光", "天台管理处社区"),
        ("B1区的下水道堵了", "荷塘区"),
        ("B5县的水库", "渌口区"),
        ("株洲县的水库", "渌口区"),
        ("B 9市 白兔潭镇停电", "白兔潭镇"),
        ("B9市白兔潭的村民", "白兔潭镇"),  # without 镇, right behind its district
        ("攸县皇图岭的农民", "皇图岭镇"),
        ("来龙门办事处门口积水", "来龙门街道"),
        ("请问株洲市何时供暖", "株洲市"),
        ("炎陵县中村瑶族乡平乐村修路", "平乐村"),
        ("石峰区田心村社区楼道", "田心村社区居委会"),
        ("醴陵富里镇的桥", "李畋镇"),  # merged: the community at its seat still bears its name
        ("B7县严塘镇停水", "严塘镇"),
    ],
)
def test_names_are_found(text: str, expected: str) -> None:
    assert place(text) == expected
    assert place("", subject=text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("东山村的路灯坏了", "株洲市"),  # three of that name: only the city is certain
        ("荷塘区东山村的路灯坏了", "东山村委会"),
        ("白关东山村没有水", "东山村"),
        ("芦淞区龙泉街道龙泉村", "龙泉村委会"),  # the village, not 龙泉社区 beside it
        ("B4区到B1区的公交", "株洲市"),
        ("天元区群丰镇和三门镇之间的路", "天元区"),
    ],
)
def test_what_is_ambiguous_falls_to_what_is_certain(text: str, expected: str) -> None:
    assert place(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "小区电梯坏了",
        "株洲大道堵车",
        "炎陵路的路灯不亮",
        "建设路停车乱",
        "石峰公园太吵",
        "荷塘月色小区",
        "一起打造幸福社区",
        "明月几时有",
        "A市A3区某小区B1区5栋电梯坏了",
        "A3区东山村的路",
        "K8县龙门镇的路",
        "L6县的网岭镇",
        "M市场的摊位",
        "碧园小区B区3栋漏水",
        "B12区的公园",
        "长沙市学院社区",
    ],
)
def test_what_names_no_place_here_is_left_alone(text: str) -> None:
    assert place(text) == ""


@pytest.mark.parametrize(
    ("text", "district"),
    [
        ("芦淞区建设局不理", "芦淞区"),
        ("B7县云阳中学补课", "茶陵县"),
        ("天元区栗雨小学门口", "天元区"),
        ("B2区龙泉路积水", "芦淞区"),
        ("我是A8县人，在B4区住", "天元区"),
    ],
)
def test_names_of_other_things_point_no_deeper(text: str, district: str) -> None:
    assert place(text) == district


def test_the_subject_goes_before_the_text() -> None:
    assert place("希望多学学B4区和B3区", subject="B2区的路该修了") == "芦淞区"
    assert place("B市也是这样", subject="A市的停车费") == ""


def test_address_and_unit_are_evidence() -> None:
    assert place("路灯坏了", address="荷塘区月塘街道") == "月塘街道"
    assert place("路灯坏了", "荷塘区城管局") == "荷塘区"
    assert place("东山村路灯坏了", "芦淞区住建局") == "东山村"
    assert place("小区停水", "株洲市水务局") == "株洲市"


def test_a_reply_only_narrows() -> None:
    assert place("B市某街很乱", reply="B2区建宁街道办事处已去清理") == "建宁街道"
    assert place("路很乱", reply="B2区建宁街道办事处已去清理") == ""
    assert place("希望B6县全县排查古树", reply="黄丰桥镇政府已去查看") == "攸县"
    assert place("B9市浦口和白兔潭都缺水", reply="浦口镇政府已去查看") == "醴陵市"


def test_the_match_says_what_named_it() -> None:
    match = INDEX.find("荷塘区东山村的路灯")
    assert match is not None
    assert (match.level, match.matched_text, match.reason) == ("community", "东山村", "in_context")
    assert match.reason in REASONS


def test_compounds_are_found_by_their_whole_name() -> None:
    compound = AreaName("430202004001C001", "compound", "桂雨家园", "430202004001")
    building = AreaName("430202004001C001B001", "building", "1栋", compound.code)
    index = PlaceIndex.build([*AREAS, compound, building], pairs())
    match = index.find("桂雨家园1栋漏水")
    assert match is not None
    assert match.code == compound.code


@given(
    st.sampled_from([area for area in AREAS if area.level == "subdistrict"]), st.text("某的路灯坏了，。", max_size=8)
)
def test_every_subdistrict_is_found_by_district_and_name(area: AreaName, rest: str) -> None:
    match = INDEX.find(f"{NAMES[area.parent_code]}{area.name}{rest}")
    assert match is not None
    assert match.code == area.code


@given(st.text(max_size=200))
def test_any_text_is_survived(text: str) -> None:
    INDEX.find(text, text, subject=text, address=text, reply=text)


def test_nearly_every_community_is_found_by_its_full_path() -> None:
    missed = []
    for area in AREAS:
        if area.level == "community":
            above = next(other for other in AREAS if other.code == area.parent_code)
            match = INDEX.find(f"{NAMES[above.parent_code]}{above.name}{area.name}的路灯坏了")
            if match is None or match.code != area.code:
                missed.append(area.name)
    assert len(missed) <= len(AREAS) * 0.01, missed


# The alias file


def test_the_shipped_aliases_are_sound() -> None:
    rows = list(read_aliases())
    assert [row for row in rows if isinstance(row, BadAlias)] == []
    assert INDEX.unknown_aliases == ()
    assert NAMES[dict(pairs())["B1区"]] == "荷塘区"
    assert NAMES[dict(pairs())["B9市"]] == "醴陵市"
    assert SHIPPED.exists()


def test_bad_aliases_are_named_by_line(tmp_path: Path) -> None:
    path = tmp_path / "aliases.csv"
    text = (
        "alias,code,note\n# remark\n老城,430203000000,\n,430203000000\n老城,430202000000\n新城,4302\n甲,-\n外地市,-\n"
    )
    path.write_text(text, encoding="gb18030")
    rows = list(read_aliases(path))
    assert [row.alias for row in rows if isinstance(row, Alias)] == ["老城", "外地市"]
    bad = [row for row in rows if isinstance(row, BadAlias)]
    assert [(row.line, row.problem.code) for row in bad] == [
        (4, "alias_columns"),
        (5, "alias_twice"),
        (6, "alias_code"),
        (7, "alias_short"),
    ]
    assert "老城" in bad[1].problem.message


def test_aliases_to_no_area_are_listed() -> None:
    index = PlaceIndex.build(AREAS, [("老城厢", "430999000000"), ("全省", "430000000000"), ("邻市", "-")])
    assert index.unknown_aliases == ("老城厢",)


def test_a_listed_name_of_a_community_needs_no_district_beside_it() -> None:
    community = next(area for area in AREAS if area.level == "community" and "天台" in area.name)
    index = PlaceIndex.build(AREAS, [*pairs(), ("老氮肥厂", community.code)])
    found = index.find("老氮肥厂那里的路灯坏了")
    assert found is not None
    assert found.code == community.code
