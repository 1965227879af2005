"""From the names in an appeal to the one area it is about, as deep as is certain and no deeper.

Evidence is weighed in this order: the address, the subject, the text, the unit that handled it, and last the reply
(which only ever narrows what the rest says). A name that several areas share counts only with another name that tells
them apart; otherwise the answer is what all of them lie in. A code or name of another city is never a place here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from django.utils.translation import gettext_lazy

from dongli.cases.importing.gazetteer import ELSEWHERE, AreaName, Gazetteer, Mention, plain_text

REASONS = {
    "named": gettext_lazy("named in full"),
    "in_context": gettext_lazy("named, and told from others of that name by what stands with it"),
    "former": gettext_lazy("the name of a township that is now part of it"),
    "ambiguous": gettext_lazy("several places have this name; all of them lie here"),
    "several": gettext_lazy("several places are named; all of them lie here"),
    "unit": gettext_lazy("from the unit that handled it"),
    "reply": gettext_lazy("from the reply"),
}

_LONGEST_READ = 20_000
_WHOLE_AREA = re.compile(r"全(?:市|县|区|镇|省|国)")
"""An appeal about all of a district is not about the one street that a reply happens to mention."""

_SURE_STEM = 3
_CITY, _DISTRICT, _SUBDISTRICT = "city", "district", "subdistrict"


@dataclass(frozen=True, slots=True)
class Match:
    """The area found: `matched_text` is what named it, `reason` a key of `REASONS`."""

    code: str
    level: str
    matched_text: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Point:
    area: AreaName
    text: str
    reason: str


class PlaceIndex:
    """Names of one city's areas, ready to be looked for. Immutable; build once, share between threads."""

    def __init__(self, areas: dict[str, AreaName], gazetteer: Gazetteer, unknown: list[str]) -> None:
        self._areas = areas
        self._gazetteer = gazetteer
        self.unknown_aliases = tuple(unknown)

    @classmethod
    def build(cls, areas: Iterable[AreaName], aliases: Iterable[tuple[str, str]] = ()) -> "PlaceIndex":
        """`aliases` are (name, code); code “-” is a place elsewhere, a code above the city says nothing.

        Aliases whose code is no area are left out and listed in `unknown_aliases`.
        """
        known = {area.code: area for area in areas}
        roots = [area.code for area in known.values() if area.parent_code not in known]
        meant: dict[str, AreaName | None] = {}
        unknown: list[str] = []
        for alias, code in aliases:
            if code == ELSEWHERE or code in known:
                meant[alias] = known.get(code)
            elif not any(root.startswith(code.rstrip("0")) for root in roots):
                unknown.append(alias)
        return cls(known, Gazetteer.build(known.values(), meant), unknown)

    def find(self, text: str, unit: str = "", *, subject: str = "", address: str = "", reply: str = "") -> Match | None:
        """The most specific area that is certain, or None when no place of this city is named."""
        main = [self._scan(source) for source in (address, subject, text)]
        if _is_elsewhere(main):
            return None
        by_unit, by_reply = self._scan(unit), self._scan(reply)
        point, settled = self._district(main)
        if point is None or point.area.level == _CITY:
            point = self._by_office(point, by_unit, by_reply) if not settled else point
        point = self._narrow(point, main) if not settled else point
        if point is None or point.area.level in (_CITY, _DISTRICT):
            offices = (by_unit, [] if _WHOLE_AREA.search(subject + text) or self._names_several(main) else by_reply)
            point = self._narrow_by_office(point, *offices) if not settled else point
        return Match(point.area.code, point.area.level, point.text, point.reason) if point else None

    def _scan(self, text: str) -> list[Mention]:
        return self._gazetteer.scan(plain_text(text[:_LONGEST_READ])) if text else []

    # The district

    def _district(self, sources: Sequence[list[Mention]]) -> tuple[_Point | None, bool]:
        """(the district, or else the city, that is named; whether several are, so that no deeper answer is certain)."""
        for sure in (True, False):
            for mentions in sources:
                votes = self._votes(mentions, sure)
                if votes:
                    return self._elect(votes)
        for mentions in sources:
            for mention in mentions:
                if any(area.level == _CITY for area in mention.areas):
                    return _Point(mention.areas[0], mention.text, "named"), False
        return None, False

    def _by_office(self, point: _Point | None, by_unit: list[Mention], by_reply: list[Mention]) -> _Point | None:
        """The one district that the unit, or else the reply, names; a reply alone places nothing in the city."""
        for reason, mentions in (("unit", by_unit), ("reply", [mention for mention in by_reply if mention.full])):
            other, settled = self._district([mentions])
            if other and not settled and (other.area.level == _DISTRICT if point else reason == "unit"):
                return _Point(other.area, other.text, reason)
        return point

    def _votes(self, mentions: list[Mention], sure: bool) -> list[tuple[AreaName, str]]:
        """Districts named: directly, or through a subdistrict whose full name only one district has."""
        votes = []
        for mention in mentions:
            direct = [area for area in mention.areas if area.level == _DISTRICT]
            if sure and mention.listed and (district := self._above(mention.areas[0], _DISTRICT)):
                votes.append((district, mention.text))
                continue
            if direct and mention.full == sure:
                votes.append((direct[0], mention.text))
            elif (
                sure and mention.full and not mention.former and (mention.anchored or mention.stem_length >= _SURE_STEM)
            ):
                over = {self._above(area, _DISTRICT) for area in mention.areas if area.level == _SUBDISTRICT}
                if len(over) == 1 and (district := over.pop()):
                    votes.append((district, mention.text))
        return votes

    def _elect(self, votes: list[tuple[AreaName, str]]) -> tuple[_Point, bool]:
        counts = Counter(area for area, _text in votes).most_common(2)
        if len(counts) == 1 or counts[0][1] >= 2 * counts[1][1]:
            winner = counts[0][0]
            return _Point(winner, next(text for area, text in votes if area == winner), "named"), False
        common = self._common([area for area, _text in votes])
        return _Point(common or votes[0][0], votes[0][1], "several"), True

    # Below the district

    def _narrow(self, point: _Point | None, sources: Sequence[list[Mention]]) -> _Point | None:
        """`point`, or what the sources name within it; each source may only go deeper than the one before."""
        named = self._subdistricts(point, sources)
        elsewhere = any(mention.elsewhere for mentions in sources for mention in mentions)
        for rank, mentions in enumerate(sources):
            supported = self._supported(point, mentions, named, in_heading=rank < len(sources) - 1, elsewhere=elsewhere)
            deeper = [found for found in supported if point is None or self._within(found.area, point.area)]
            leaves = [
                found
                for found in deeper
                if not any(other.area != found.area and self._within(other.area, found.area) for other in deeper)
            ]
            if len({found.area for found in leaves}) > 1:
                common = self._common([found.area for found in leaves])
                if common and (point is None or common != point.area):
                    point = _Point(common, leaves[0].text, "several")
                return point
            if leaves and (point is None or leaves[0].area != point.area):
                point = leaves[0]
        return point

    def _subdistricts(self, point: _Point | None, sources: Sequence[list[Mention]]) -> set[str]:
        """Codes of the subdistricts named within `point`: in full, or right before a community of theirs."""
        codes: set[str] = set()
        for mentions in sources:
            for mention, after in zip_longest(mentions, mentions[1:]):
                fitting = [area for area in self._fitting(point, mention) if area.level == _SUBDISTRICT]
                if mention.full or _leads_to(fitting, mention, after):
                    codes.update(area.code for area in fitting if len(fitting) == 1)
        return codes

    def _supported(
        self, point: _Point | None, mentions: list[Mention], named: set[str], *, in_heading: bool, elsewhere: bool
    ) -> list[_Point]:
        """What the mentions of one source point at, those without enough support left out."""
        points: list[_Point] = []
        before, joined = None, 0  # behind one that counts, “和” or “、” may stand between
        for mention in mentions:
            fitting = self._fitting(point, mention)
            close = [area for area in fitting if self._above_code(area, _SUBDISTRICT) in named]
            candidates = close or fitting
            adjacent = before is not None and mention.start - before.end <= joined
            if candidates and self._is_meant(point, mention, candidates, bool(close), adjacent, in_heading, elsewhere):
                points.append(self._pointed(mention, candidates, len(mention.areas)))
                joined = 1
            else:
                joined = 0
            before = mention
        return points

    def _is_meant(
        self,
        point: _Point | None,
        mention: Mention,
        candidates: list[AreaName],
        close: bool,
        adjacent: bool,
        in_heading: bool,
        elsewhere: bool,
    ) -> bool:
        """Whether a name has the support it needs: the shorter and barer, the more."""
        in_district = point is not None and point.area.level != _CITY
        if not mention.full:
            if not in_district:
                return False
            at_subdistrict = all(area.level == _SUBDISTRICT for area in candidates)
            return adjacent or (in_heading and at_subdistrict and mention.anchored) or (close and mention.anchored)
        if mention.former:
            return in_district or (mention.anchored and len(candidates) == 1 and not elsewhere)
        if mention.anchored or mention.stem_length >= _SURE_STEM:
            return in_district or not elsewhere
        return close or (in_district and candidates[0].level == _SUBDISTRICT)

    def _pointed(self, mention: Mention, candidates: list[AreaName], meanings: int) -> _Point:
        if mention.former:
            candidates = [self._areas[area.parent_code] for area in candidates]
        area = self._common(candidates) or candidates[0]
        if area not in candidates:
            return _Point(area, mention.text, "ambiguous")
        reason = "former" if mention.former else "in_context" if meanings > 1 or not mention.full else "named"
        return _Point(area, mention.text, reason)

    def _narrow_by_office(self, point: _Point | None, by_unit: list[Mention], by_reply: list[Mention]) -> _Point | None:
        """`point`, or the one subdistrict in it whose full name the unit, or else the reply, gives."""
        for reason, mentions in (("unit", by_unit), ("reply", by_reply)):
            codes = self._subdistricts(point, [[mention for mention in mentions if mention.anchored]])
            if len(codes) == 1 and (point is not None or reason == "unit"):
                area = self._areas[codes.pop()]
                text = next(mention.text for mention in mentions if area in mention.areas)
                return _Point(area, text, reason)
        return point

    def _names_several(self, sources: Sequence[list[Mention]]) -> bool:
        """Whether more than one subdistrict is named, be it without “街道” or “镇”."""
        named = {area for mentions in sources for mention in mentions for area in mention.areas}
        return sum(area.level == _SUBDISTRICT for area in named) > 1

    # The tree

    def _fitting(self, point: _Point | None, mention: Mention) -> list[AreaName]:
        """What the mention may mean below the district, within `point`."""
        below = [area for area in mention.areas if area.level not in (_CITY, _DISTRICT)]
        return [area for area in below if point is None or self._within(area, point.area)]

    def _chain(self, area: AreaName) -> list[AreaName]:
        """The area and all above it, the area first."""
        chain = [area]
        while chain[-1].parent_code in self._areas:
            chain.append(self._areas[chain[-1].parent_code])
        return chain

    def _within(self, area: AreaName, other: AreaName) -> bool:
        return other in self._chain(area)

    def _above(self, area: AreaName, level: str) -> AreaName | None:
        return next((above for above in self._chain(area) if above.level == level), None)

    def _above_code(self, area: AreaName, level: str) -> str:
        above = self._above(area, level)
        return above.code if above else ""

    def _common(self, areas: Sequence[AreaName]) -> AreaName | None:
        """The lowest area that all of `areas` lie in."""
        return next(
            (above for above in self._chain(areas[0]) if all(self._within(area, above) for area in areas)), None
        )


def _is_elsewhere(sources: Sequence[list[Mention]]) -> bool:
    """Whether the appeal is about another city: the first source that names a city or district for sure decides."""
    for rank, mentions in enumerate(sources):
        sure = [mention for mention in mentions if mention.full and (mention.elsewhere or _is_region(mention))]
        away = sum(mention.elsewhere for mention in sure)
        if not away:
            if any(map(_is_region, mentions)):
                return False
            continue
        in_text = rank == len(sources) - 1
        return away * 2 > len(sure) if in_text else sure[0].elsewhere
    return False


def _leads_to(subdistricts: list[AreaName], mention: Mention, after: Mention | None) -> bool:
    """Whether a bare name stands right before a community that lies in it: 白关东山村."""
    codes = {area.code for area in subdistricts}
    return (
        after is not None
        and after.full
        and after.start == mention.end
        and any(area.parent_code in codes for area in after.areas)
    )


def _is_region(mention: Mention) -> bool:
    return any(area.level in (_CITY, _DISTRICT) for area in mention.areas)
