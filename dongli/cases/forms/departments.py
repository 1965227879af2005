"""Choosing departments: the suggested first, then by nearness, folded by place, found by name or pinyin."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.cases.forms.fields import offer
from dongli.organisations.models import Organisation

Groups = list[tuple[str, list[tuple[str, str]]]]
FAR = 2


@dataclass(frozen=True)
class Row:
    """A department to tick: `keys` is what it is found by besides its name (pinyin, initials)."""

    key: str
    name: str
    chosen: bool
    keys: str


@dataclass(frozen=True)
class Group:
    """Departments of one place, for a form that folds the far ones away."""

    name: str
    rows: list[Row]
    open: bool

    @property
    def chosen(self) -> int:
        """How many are ticked."""
        return sum(row.chosen for row in self.rows)


class DepartmentsMixin(forms.Form):
    """A form with a choice of departments, one or several, in the field that `departments_field` names.

    `sought`: words that narrow what is shown (a page without scripts asks the server, where `may_seek`); what is
    ticked stays in sight.
    """

    departments_field = "departments"
    sought = ""
    may_seek = False
    shown_open = 1
    _keys: dict[str, str]

    def offer_departments(
        self, departments: Iterable[Organisation], desk: Area, *, suggested: Iterable[Organisation] = ()
    ) -> None:
        """Offer these departments to a case of `desk`."""
        found, first = list(departments), list(suggested)
        self.shown_open = 2 if first else 1
        self._keys = {str(one.id): f"{one.pinyin} {one.initials}" for one in found}
        offer(self, self.departments_field, department_groups(found, desk, first))

    @property
    def department_groups(self) -> list[Group]:
        """The choices by place; the nearest place, any with a tick, and whatever was sought stand open."""
        ticked = self._ticked()
        field = self.fields[self.departments_field]
        offered: Groups = field.choices  # type: ignore[attr-defined]  # a field of choices
        found = []
        for at, (name, pairs) in enumerate(offered):
            keys = getattr(self, "_keys", {})
            rows = [Row(key, label, key in ticked, keys.get(key, "")) for key, label in pairs]
            shown = [row for row in rows if row.chosen or is_named(row, self.sought)]
            near = at < self.shown_open and field.required
            is_open = bool(self.sought) or near or any(row.chosen for row in shown)
            if shown:
                found.append(Group(name, shown, open=is_open))
        return found

    def _ticked(self) -> set[str]:
        value = self[self.departments_field].value()
        values = value if isinstance(value, list | tuple) else [value] if value else []
        return {str(one) for one in values}


def is_named(row: Row, words: str) -> bool:
    """Whether all of the words occur in the department's name, pinyin or initials."""
    text = f"{row.name} {row.keys}".lower()
    return all(word in text for word in unicodedata.normalize("NFKC", words).lower().split())


def department_groups(
    departments: Iterable[Organisation], desk: Area, suggested: Iterable[Organisation] = ()
) -> Groups:
    """The suggested ones, then those of the own district, of the city, and of each other district."""
    first = [(str(one.id), one.name) for one in suggested]
    known = {key for key, _name in first}
    own = desk.path.rstrip("/").split("/")
    groups: dict[tuple[int, str], tuple[str, list[tuple[str, str]]]] = {}
    for one in departments:
        if str(one.id) not in known:
            place = (_nearness(one.area, own), one.area.code)
            groups.setdefault(place, (one.area.name, []))[1].append((str(one.id), one.name))
    return [*([(_("Suggested"), first)] if first else []), *(groups[place] for place in sorted(groups))]


def _nearness(area: Area, own: list[str]) -> int:
    """0 within the desk's own district, 1 for the city, `FAR` elsewhere."""
    if area.code not in own:
        return FAR
    return 0 if area.depth else 1
