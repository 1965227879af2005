"""Finding names of places in a text: what is written where, and how surely it is meant as a place.

A name is looked up by its first two characters, the longest first; then what stands behind it (“街道”, “村”, “路”)
and before it tells what it is. No word list is needed, and a text of 300 characters takes about a tenth of a
millisecond.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

LEVELS = ("city", "district", "subdistrict", "community", "compound", "building")
ELSEWHERE = "-"


class AreaName(NamedTuple):
    """An area as far as names go; `level` is one of `LEVELS`."""

    code: str
    level: str
    name: str
    parent_code: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in a text.

    `areas` are all it may mean; `full` is False for a bare stem (“群丰” for 群丰镇), which needs support; `anchored`
    says that no other word runs into it from the left; `former` that it names a township now merged; `listed` that the
    alias file says so of a community, which needs no support.
    """

    start: int
    end: int
    text: str
    areas: tuple[AreaName, ...]
    full: bool
    anchored: bool
    elsewhere: bool = False
    former: bool = False
    stem_length: int = 0
    listed: bool = False


_OWN_SUFFIX = {
    "city": re.compile(r"市$"),
    "district": re.compile(r"[区县市]$"),
    "subdistrict": re.compile(r"(?:街道办事处|街道|(?:[一-龥]{1,2}族)?乡|镇)$"),
    "community": re.compile(
        r"(?:管理处社区|社区居民委员会|社区居委会|社区村委会|居民委员会|村民委员会|居委会|村委会|虚拟生活区|社区|村)$"
    ),
}
_TAIL = re.compile(
    r"(?P<subdistrict>街道办事处|街道办|街道|办事处|[一-龥]{2}族乡|镇(?!静|定|压|流)|乡(?!村|镇|亲|下|里|间))"
    r"|(?P<community>社区居委会|社区|居民委员会|居委会|居委|村民委员会|村委会|村(?!民))"
    r"|(?P<region>[区县市])"
)
_VILLAGE = re.compile(r"村(?:民委员会|委会)?$")
_PLACE_CODE = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z][0-9]{1,2}[市县区州]|[A-Z][市省])(?!场(?!地))")
_ORIGIN = re.compile(r"人(?!民|大|社|才)")
"""“A8县人”: where somebody comes from, not where something is."""

_BLOCK = re.compile(r"[A-Z][0-9]{0,2}区[0-9０-９一二三四五六七八九十]+[栋号座幢单#]")
_BLOCK_BEFORE = re.compile(r"(?:小区|花园|社区|公馆|家园|华府|[苑园府湾城郡庭]|[一二三四五六七八九十\d]期)$")
_OTHER_THING = re.compile(
    r"[东南西北中上下]?[一二三四五六七八九十\d]{0,2}(?:路|街(?!道)|巷|大道|桥|道路|高速|国道|省道|立交|隧道)"
    r"|[一-龥]{0,4}?(?:公园|广场|中学|小学|学校|大学|学院|医院|幼儿园|酒店|宾馆|大厦|花园|小区|市场|超市|公司|集团|山庄"
    r"|水库|驾校|景区|酒家|饭店|银行|宾舍|公馆|家园|嘉园|名城|新城|香堤|月色)"
    r"|[一二三四五六七八九十]中|[山河江湖寺洞岩站厂苑府湾郡庭]|城(?!中村|区|市|管|镇|乡|改)"
)
_NEVER_BARE = re.compile(r"(?:[路街桥园城厂站巷场里区]|广场)$")
COMMON_WORDS = frozenset({"建设", "春联", "明月", "水口", "新市", "中村", "下村", "左权", "国瓷"})
"""Stems of subdistricts that are everyday words or names: never a place without “街道”, “镇” or “乡”."""

_MAY_PRECEDE = frozenset("在是住到于去来和与及的由从为叫之我等位按往向至对给请求望盼让经本将把省市区县镇乡道村处会组")
_MIN_STEM = 2
_MIN_BARE_COMMUNITY = 3
_MIN_COMPOUND = 3


def stem_of(area: AreaName) -> str:
    """The name without what its level calls it: 桂花街道 → 桂花, 谭家塅村委会 → 谭家塅."""
    pattern = _OWN_SUFFIX.get(area.level)
    stem = pattern.sub("", area.name) if pattern else area.name
    return stem if len(stem) >= _MIN_STEM else area.name


def is_village(name: str) -> bool:
    """Whether a community's name is that of a village rather than of an urban community."""
    return bool(_VILLAGE.search(name))


def plain_text(text: str) -> str:
    """Width variants folded, and spaces between Chinese characters or around codes dropped."""
    return re.sub(r"(?<=[^\x00-\x7f])[ \t\u3000]+(?=\S)|(?<=[A-Z0-9])[ \t\u3000]+(?=[市县区])", "", _fold(text))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


@dataclass(slots=True)
class Gazetteer:
    """All names by their first two characters."""

    stems: dict[str, list[AreaName]] = field(default_factory=lambda: defaultdict(list))
    aliases: dict[str, AreaName | None] = field(default_factory=dict)
    _heads: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def build(cls, areas: Iterable[AreaName], aliases: dict[str, AreaName | None]) -> "Gazetteer":
        """`aliases`: name → area, or None for a place elsewhere."""
        made = cls(aliases=aliases)
        for area in areas:
            stem = stem_of(area)
            if area.level != "building" and (area.level != "compound" or len(stem) >= _MIN_COMPOUND):
                made.stems[stem].append(area)
        heads: dict[str, set[str]] = defaultdict(set)
        for key in (*made.stems, *aliases):
            heads[key[:2]].add(key)
        made._heads = {head: sorted(keys, key=len, reverse=True) for head, keys in heads.items()}
        return made

    def scan(self, text: str) -> list[Mention]:
        """The names in `text` (see `plain_text`), from left to right, none overlapping another."""
        found: list[Mention] = []
        codes = (
            {match.start(): match for match in _PLACE_CODE.finditer(text)} if any(map(_is_code, self.aliases)) else {}
        )
        heads, place, last_end = self._heads, 0, -1
        while place < len(text) - 1:
            keys = heads.get(text[place : place + 2])
            mention = self._code(text, codes[place]) if place in codes else None
            if mention is None and keys and place not in codes:
                mention = self._at(text, place, keys, last_end)
            if mention is None:
                place += 1
                continue
            found.append(mention)
            place = last_end = mention.end
        return found

    def _code(self, text: str, match: re.Match[str]) -> Mention | None:
        """A coded name such as B1区; a code that is no alias is elsewhere, a block of a compound is no place."""
        start, end = match.span()
        if _BLOCK.match(text, start) or (
            match[0].endswith("区") and _BLOCK_BEFORE.search(text[max(start - 4, 0) : start])
        ):
            return None
        area, full = self.aliases.get(match[0]), not _ORIGIN.match(text, end)
        return Mention(start, end, match[0], (area,) if area else (), full=full, anchored=True, elsewhere=area is None)

    def _at(self, text: str, place: int, keys: list[str], last_end: int) -> Mention | None:
        """The surest reading at `place`: the longest full name, else the longest bare one."""
        anchored = place == 0 or place == last_end or not _is_han(text[place - 1]) or text[place - 1] in _MAY_PRECEDE
        bare: Mention | None = None
        for key in keys:
            if not text.startswith(key, place):
                continue
            for mention in self._readings(text, place, key, anchored):
                if mention.full:
                    return mention
                bare = bare or mention
        return bare

    def _readings(self, text: str, place: int, key: str, anchored: bool) -> Iterator[Mention]:
        end = place + len(key)
        if key in self.aliases and not _is_code(key):
            yield from self._alias(text, place, key, anchored)
        if key in self.stems:
            areas = self.stems[key]
            tail = _TAIL.match(text, end)
            if tail:
                yield from _with_tail(place, key, tail, areas, anchored)
            whole = tuple(area for area in areas if area.name == key or key.endswith("村"))
            if whole:
                yield Mention(place, end, key, whole, full=True, anchored=anchored, stem_length=len(key))
            yield from _bare(text, place, key, areas, anchored)

    def _alias(self, text: str, place: int, key: str, anchored: bool) -> Iterator[Mention]:
        area, end = self.aliases[key], place + len(key)
        tail = _TAIL.match(text, end)
        region = tail["region"] if tail else None
        if area is None:
            end += len(region or "")
            full = bool(region) and not _ORIGIN.match(text, end)
            yield Mention(place, end, text[place:end], (), full=full, anchored=anchored, elsewhere=True)
        elif not _OTHER_THING.match(text, end) or key[-1] in "区县市镇乡":
            ground = area.level == "community"  # whoever listed a colloquial name of a community meant that one
            full = ground or key[-1] in "区县市镇乡"
            yield Mention(place, end, key, (area,), full=full, anchored=anchored, stem_length=len(key), listed=ground)


def _with_tail(place: int, key: str, tail: re.Match[str], areas: list[AreaName], anchored: bool) -> Iterator[Mention]:
    """A stem with the word for its level behind it."""
    kind, text = str(tail.lastgroup), key + tail[0]
    if kind == "region":
        fitting = tuple(area for area in areas if area.name == text)
    else:
        fitting = tuple(area for area in areas if area.level == kind)
    former = kind == "subdistrict" and not fitting and tail[0] in ("乡", "镇")
    if former:
        fitting = tuple(area for area in areas if area.level == "community")
    if kind == "community" and len(fitting) > 1:
        fitting = tuple(area for area in fitting if is_village(area.name) == (tail[0][0] == "村")) or fitting
    if fitting:
        yield Mention(
            place, tail.end(), text, fitting, full=True, anchored=anchored, former=former, stem_length=len(key)
        )  # fmt: skip


def _bare(text: str, place: int, key: str, areas: list[AreaName], anchored: bool) -> Iterator[Mention]:
    """A stem alone, unless it is part of a road's, school's or company's name, or an everyday word."""
    end = place + len(key)
    if key in COMMON_WORDS or _NEVER_BARE.search(key) or _OTHER_THING.match(text, end):
        return
    fitting = tuple(area for area in areas if area.level != "community" or len(key) >= _MIN_BARE_COMMUNITY)
    if fitting:
        yield Mention(place, end, key, fitting, full=False, anchored=anchored, stem_length=len(key))


def _is_code(alias: str) -> bool:
    return bool(_PLACE_CODE.fullmatch(alias))


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"
