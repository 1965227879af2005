"""The division file: what loads, what is refused by line, and what a second run does."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from dongli.areas.actions import add_building, add_compound, add_grid, import_divisions
from dongli.areas.divisions import LARGEST_FILE
from dongli.areas.models import Area, Grid, Level, MapStamp, Settlement
from dongli.areas.seed import DATA
from dongli.common import clock

pytestmark = pytest.mark.django_db

HEAD = "code,name,level,parent\n"
CITY = "430200000000,株洲市,city,430000000000\n"
DISTRICT = "430202000000,荷塘区,county,430200000000\n"
STREET = "430202001000,月塘街道,township,430202000000\n"
FIRST = "430202001001,文化路社区居委会,community,430202001000\n"
SECOND = "430202001201,荷塘铺村委会,village,430202001000\n"
SMALL = HEAD + CITY + DISTRICT + STREET + FIRST + SECOND


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def keys() -> dict[str, object]:
    return dict(Area.objects.values_list("code", "id"))


def test_the_real_file_loads_whole() -> None:
    summary = import_divisions(content=(DATA / "zhuzhou_divisions.csv").read_bytes())
    assert (summary.loaded, summary.added, summary.faults) == (True, 1522, [])
    levels = [Area.objects.filter(level=level).count() for level in list(Level)[:4]]
    assert levels == [1, 9, 112, 1400]
    assert Area.objects.filter(settlement=Settlement.URBAN).count() == 379
    assert Area.objects.filter(settlement=Settlement.OTHER).count() == 8


def test_rows_become_areas_with_paths_and_keys_to_sort_by() -> None:
    import_divisions(content=SMALL.encode())
    community = Area.objects.get(code="430202001001")
    assert community.path == "430200000000/430202000000/430202001000/430202001001/"
    assert (community.settlement, community.initials) == ("urban", "whlsqjwh")
    assert Area.objects.get(code="430202001201").settlement == "village"
    district = Area.objects.get(code="430202000000")
    assert (district.pinyin, district.level, district.settlement) == ("hetangqu", "district", "")
    assert district.contains(community)
    assert not community.contains(district)


def test_a_second_run_changes_nothing_and_asks_little() -> None:
    import_divisions(content=SMALL.encode())
    before = keys()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        summary = import_divisions(content=SMALL.encode())
    assert (summary.unchanged, summary.added, summary.renamed, summary.retired) == (5, 0, 0, 0)
    assert keys() == before
    assert len(queries) <= 6


def test_renames_retires_and_revives_without_new_keys() -> None:
    import_divisions(content=SMALL.encode())
    before = keys()
    renamed = SMALL.replace("月塘街道", "新月塘街道").replace(SECOND, "")
    summary = import_divisions(content=renamed.encode())
    assert (summary.renamed, summary.retired, summary.added) == (1, 1, 0)
    assert Area.objects.get(code="430202001000").pinyin == "xinyuetangjiedao"
    assert Area.objects.get(code="430202001201").retired_on == clock.today()
    summary = import_divisions(content=SMALL.encode())
    assert (summary.renamed, summary.revived) == (1, 1)
    assert Area.objects.get(code="430202001201").retired_on is None
    assert keys() == before


def test_what_lies_below_a_retired_community_goes_and_comes_back_with_it() -> None:
    import_divisions(content=SMALL.encode())
    community = Area.objects.get(code="430202001201")
    old = add_compound(community=community, name="旧苑")
    Area.objects.filter(pk=old.pk).update(retired_on=date(2020, 1, 1))
    building = add_building(compound=add_compound(community=community, name="桂苑"), name="1栋")
    grid = add_grid(community=community, name="一网格")
    import_divisions(content=SMALL.replace(SECOND, "").encode())
    assert Area.objects.get(pk=building.pk).retired_on == Grid.objects.get(pk=grid.pk).retired_on == clock.today()
    import_divisions(content=SMALL.encode())
    assert Area.objects.get(pk=building.pk).retired_on is None
    assert Grid.objects.get(pk=grid.pk).retired_on is None
    assert Area.objects.get(pk=old.pk).retired_on == date(2020, 1, 1)


def test_a_file_of_one_district_leaves_the_others_alone() -> None:
    other = "430203000000,芦淞区,county,430200000000\n"
    import_divisions(content=(SMALL + other).encode())
    summary = import_divisions(content=(HEAD + DISTRICT + STREET + FIRST).encode())
    assert summary.retired == 1
    assert Area.objects.get(code="430203000000").retired_on is None


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("43020200100,短,community,430202001000", "12 digits"),
        ("4.30202E+11,科学,community,430202001000", "12 digits"),
        ("４３０２０２００１００３,全角,community,430202001000", "12 digits"),
        ("430202001003,,community,430202001000", "no name"),
        ("430202001003,   ,community,430202001000", "no name"),
        (f"430202001003,{'长' * 101},community,430202001000", "longer"),
        ("430202001003,坏\x00社区,community,430202001000", "control character"),
        ("430202001003,名,hamlet,430202001000", "none of city"),
        ("430202001000,名,community,430202000000", "not that of"),
        ("430202001003,名,township,430202000000", "not that of"),
        ("430202001003,名,community,430202000000", "must lie in"),
        ("430202001003,名,community,", "must lie in"),
        ("430202009003,名,community,430202009000", "unknown"),
        ("430202001001,再来,community,430202001000", "already on line 5"),
        ("430300000000,湘潭市,city,430000000000", "one city"),
        ("430202001003", "no name"),
    ],
)
def test_a_bad_row_is_named_by_line_and_nothing_is_loaded(row: str, word: str) -> None:
    summary = import_divisions(content=(SMALL + row + "\n").encode())
    assert [fault.line for fault in summary.faults] == [7]
    assert word in summary.faults[0].message
    assert not summary.loaded
    assert not Area.objects.exists()
    assert not MapStamp.objects.exists()


def test_every_bad_row_is_named_and_the_good_ones_load_when_asked() -> None:
    bad = "1,x,community,2\n430202001003,,community,430202001000\n"
    summary = import_divisions(content=(HEAD + bad + SMALL.removeprefix(HEAD)).encode(), skip_bad=True)
    assert [fault.line for fault in summary.faults] == [2, 3]
    assert summary.loaded
    assert Area.objects.count() == 5


def test_a_code_that_only_a_bad_row_mentions_is_not_retired() -> None:
    import_divisions(content=SMALL.encode())
    summary = import_divisions(content=SMALL.replace("文化路社区居委会", "").encode(), skip_bad=True)
    assert (summary.retired, len(summary.faults)) == (0, 1)
    assert Area.objects.get(code="430202001001").retired_on is None


def test_children_of_a_bad_row_are_named_too() -> None:
    summary = import_divisions(content=SMALL.replace("月塘街道", "").encode())
    assert [fault.line for fault in summary.faults] == [4, 5, 6]


def test_a_dry_run_counts_and_changes_nothing() -> None:
    summary = import_divisions(content=SMALL.encode(), dry_run=True)
    assert (summary.added, summary.loaded, summary.faults) == (5, False, [])
    assert not Area.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_and_line_ends_that_spreadsheets_write(encoding: str) -> None:
    assert import_divisions(content=SMALL.replace("\n", "\r\n").encode(encoding)).loaded
    assert Area.objects.get(code="430202000000").name == "荷塘区"


def test_columns_in_any_order_with_others_between() -> None:
    content = "parent,note,level,name,code\n,x,city,株洲市,430200000000\n430200000000,,county,荷塘区,430202000000\n"
    assert import_divisions(content=content.encode()).added == 2


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "missing"),
        (b"a,b\n1,2\n", "missing"),
        (b"code,name,level\n", "parent"),
        (SMALL.encode("utf-16"), "neither"),
        (bytes(range(256)) * 40, "neither"),
        (SMALL.encode().replace("月".encode(), b"\xe6\x9c"), "line 4 is damaged"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xff\xff", "neither"),
        (HEAD.encode() + b'"' + b"x" * 200_000, "cannot be read"),
        (b"x" * (LARGEST_FILE + 1), "larger"),
    ],
    ids=["empty", "other", "column", "utf16", "bytes", "damaged", "png", "quote", "huge"],
)
def test_a_file_that_is_no_division_file_is_refused_in_words(content: bytes, word: str) -> None:
    summary = import_divisions(content=content, skip_bad=True)
    assert not summary.loaded
    assert word in str(summary.faults[0])


def test_a_file_of_heads_only_retires_nothing() -> None:
    import_divisions(content=SMALL.encode())
    summary = import_divisions(content=HEAD.encode())
    assert (summary.loaded, summary.retired) == (False, 0)


@pytest.mark.parametrize("name", ["😀社区", "𠮷村", "'; DROP TABLE areas_area; --", "{{ 7*7 }}{% x %}", "<script>"])
def test_odd_names_are_only_names(name: str) -> None:
    import_divisions(content=SMALL.replace("文化路社区居委会", name).encode())
    assert Area.objects.get(code="430202001001").name == name
