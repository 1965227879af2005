"""The area that words name, over the city as it now is; the names are read again when the map changes."""

from collections.abc import Iterable
from dataclasses import dataclass

from dongli.areas.index import current_token
from dongli.areas.models import Area, Level
from dongli.cases.importing import aliases
from dongli.cases.importing.gazetteer import AreaName
from dongli.cases.importing.places import Match, PlaceIndex

NAMED_LEVELS = (Level.CITY, Level.DISTRICT, Level.SUBDISTRICT, Level.COMMUNITY)


@dataclass
class _Names:
    token: object = None
    index: PlaceIndex | None = None


_names = _Names()


def named_area(text: str) -> Match | None:
    """The most specific area that `text` surely names; None when it names none of this city."""
    token = current_token()
    if _names.index is None or _names.token != token:
        _names.index, _names.token = build_index(aliases.pairs()), token
    return _names.index.find("", address=text)


def build_index(pairs: Iterable[tuple[str, str]]) -> PlaceIndex:
    """An index of the names of the active areas down to community, with (alias, code) pairs."""
    rows = Area.objects.active().filter(level__in=NAMED_LEVELS).values_list("code", "level", "name", "parent__code")
    return PlaceIndex.build([AreaName(code, level, name, parent or "") for code, level, name, parent in rows], pairs)
