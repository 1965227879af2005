"""Places as people write them in a table: a code, or names from above to below, within the area of the import."""

import re
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from dongli.areas.models import Area, Level
from dongli.common.errors import Invalid

_CODE = re.compile(r"\d{12}(C\d{3}(B\d{3})?)?")
_PARTS = re.compile(r"\s*[/›>\\]\s*")


class Places:
    """Finds areas by what a cell says; what was looked up once is kept for the run."""

    def __init__(self, area: Area) -> None:
        self._area = area
        self._by_code: dict[str, Area | None] = {}
        self._by_name: dict[str, list[Area]] = {}
        self._names: dict[str, str] = {}

    def learn(self, texts: Iterable[str]) -> None:
        """Look up many at once: two statements, whatever their number."""
        wanted = {text for text in texts if text}
        codes = {text for text in wanted if _CODE.fullmatch(text)} - set(self._by_code)
        lasts = {_PARTS.split(text)[-1] for text in wanted if not _CODE.fullmatch(text)} - set(self._by_name)
        areas = Area.objects.active().select_related("parent")
        self._by_code |= dict.fromkeys(codes)
        self._by_code |= {one.code: one for one in areas.filter(code__in=codes)} if codes else {}
        self._by_name |= {name: [] for name in lasts}
        for one in areas.within(self._area).filter(name__in=lasts).order_by("path") if lasts else ():
            self._by_name[one.name].append(one)

    def forget(self) -> None:
        """Look places up again: some have been made or renamed."""
        self._by_code.clear()
        self._by_name.clear()

    def find(self, text: str, levels: Sequence[Level], field: str) -> Area:
        """The one area that `text` means; raises `Invalid` (`field`) when it is none, several, or out of reach."""
        self.learn([text])
        if _CODE.fullmatch(text):
            found = [one for one in [self._by_code[text]] if one is not None]
        else:
            *above, last = _PARTS.split(text)
            found = [one for one in self._by_name[last] if self._lies_in(one, above)]
        fitting = [one for one in found if one.level in levels]
        if len(fitting) == 1 and self._area.contains(fitting[0]):
            return fitting[0]
        raise Invalid("no_place", self._why(text, found, fitting, levels), field=field)

    def _why(self, text: str, found: list[Area], fitting: list[Area], levels: Sequence[Level]) -> str:
        told = {"value": text[:60], "area": self._area.name, "levels": "、".join(str(level.label) for level in levels)}
        if len(fitting) > 1:
            return (
                _("Several places are called “%(value)s”. Write the one above before it, with / between, or its code.")
                % told
            )
        if fitting:
            return _("“%(value)s” does not lie in %(area)s.") % told
        if found:
            return _("“%(value)s” is of another level; wanted: %(levels)s.") % told
        return _("There is no “%(value)s” in %(area)s. Write its name as on the map, or its code.") % told

    def _lies_in(self, area: Area, above: list[str]) -> bool:
        """Whether the names above it are among those of the areas around it."""
        if not above:
            return True
        codes = area.path.rstrip("/").split("/")[:-1]
        missing = [code for code in codes if code not in self._names]
        if missing:
            self._names |= dict(Area.objects.filter(code__in=missing).values_list("code", "name"))
        around = {self._names.get(code, "") for code in codes}
        return all(name in around for name in above)
