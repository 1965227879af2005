"""The picker of places: district → subdistrict → community → compound, one list under the other."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dongli.areas import queries as areas
from dongli.areas.models import Area, Level

PICKED = (Level.DISTRICT, Level.SUBDISTRICT, Level.COMMUNITY, Level.COMPOUND)
_LABELS: dict[str, str | Promise] = {
    Level.DISTRICT: _("District or county"),
    Level.SUBDISTRICT: _("Subdistrict or town"),
    Level.COMMUNITY: _("Community or village"),
    Level.COMPOUND: _("Compound"),
}
# How much of a division code names the place of each level.
_LENGTHS = {Level.DISTRICT: 6, Level.SUBDISTRICT: 9, Level.COMMUNITY: 12, Level.COMPOUND: 16}


@dataclass(frozen=True)
class Choice:
    """One list of the picker; without options it waits for the one above it."""

    name: str
    label: str | Promise
    options: list[Area]
    chosen: str


def picked(data: Mapping[str, str]) -> str:
    """The code of the smallest place chosen; a list that does not belong to the one above it no longer counts."""
    code = prefix = ""
    for level in PICKED:
        chosen = data.get(level, "")
        if chosen.startswith(prefix) and chosen:
            code, prefix = chosen, chosen[: _LENGTHS[level]]
        elif code:
            break
    return code


def picker(data: Mapping[str, str], root: Area) -> list[Choice]:
    """The lists below `root` with what is chosen in each: one query for every list that has options."""
    parent: Area | None = root
    choices: list[Choice] = []
    for level in PICKED[root.depth :]:
        options = list(areas.children(parent)) if parent is not None else []
        parent = next((area for area in options if area.code == data.get(level)), None)
        choices.append(Choice(level, _LABELS[level], options, parent.code if parent else ""))
    return choices
