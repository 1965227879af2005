"""Every read of the rules of a place: explained field by field, what differs from the city's, what a level has set."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from dongli.areas.models import Area, Level
from dongli.cases import kept, policy, wording
from dongli.cases.actions.ruling import RULING_LEVELS, RULING_ROLES
from dongli.cases.models import Case, Category, FilingCondition, Override, Phrase
from dongli.cases.models.policy import SOLVER_CHOICES
from dongli.cases.policy import PlaceRule
from dongli.cases.rules import FIELDS
from dongli.cases.workflow import CaseState
from dongli.common.clock import today
from dongli.common.ids import parse_id
from dongli.people.viewer import Viewer

PAGE = 50


@dataclass(frozen=True)
class Explained:
    """One field of a rule in words: the value in force and the level that set it (None: the city's catalogue)."""

    field: str
    label: str
    value: str
    source: Override | None


@dataclass(frozen=True)
class Account:
    """A condition of a class at a place on a day, with where each part comes from, and every level's own words."""

    category: Category
    condition: FilingCondition
    rule: PlaceRule
    rows: list[Explained]
    said: list[tuple[Override, list[str]]]


def labels() -> dict[str, str]:
    """The fields in the reader's words."""
    return {
        "limit": _("Limit"),
        "urgent": _("Urgent"),
        "contact_hours": _("First contact"),
        "solver": _("Who solves it first"),
        "lead": _("Lead department"),
        "offered": _("On offer to residents"),
        "auto_register": _("Starts by itself"),
    }


def account(area: Area, category: Category, condition: FilingCondition, on: date) -> Account | None:
    """Why what holds at `area` holds. Two statements at most: the people who set it, and names of departments."""
    rule = policy.rule_for(category, condition, area, on)
    if rule is None:
        return None
    said = [one for level in policy.said_at(area, category.code, on) for one in level]
    named = _with_setters(one for one in said if one.number in (0, condition.number))
    names = department_names()
    rows = [
        Explained(name, label, said_of(rule, name, names), named.get(source.id) if source else None)
        for name, label in labels().items()
        for source in [rule.sources.get(name)]
    ]
    return Account(category, condition, rule, rows, [(one, in_words(one, names)) for one in named.values()])


def _with_setters(rows: Iterable[Override]) -> dict[object, Override]:
    ids = [row.id for row in rows]
    found = {one.id: one for one in Override.objects.filter(pk__in=ids).select_related("area", "set_by")}
    return {key: found[key] for key in ids if key in found}


def department_names() -> dict[str, str]:
    """Function → the name of the department as shipped with the catalogue."""
    return {row["function"]: row["district_name"] or row["city_name"] for row in policy.shipped("departments.csv")}


def said_of(rule: PlaceRule, name: str, names: dict[str, str]) -> str:
    """One field of a rule in words."""
    if name == "limit":
        return wording.limit_words(rule.limit_amount, rule.limit_unit)
    return _value(name, getattr(rule, name), names)


def _value(name: str, value: object, names: dict[str, str]) -> str:
    if name == "contact_hours":
        return _("within %(hours)s working hours") % {"hours": value}
    if name == "solver":
        return str(dict(SOLVER_CHOICES).get(str(value), value))
    if name == "lead":
        return names.get(str(value), str(value)) or "–"
    return _("yes") if value else _("no")


def in_words(one: Override, names: dict[str, str]) -> list[str]:
    """What an override says, field by field."""
    told = labels()
    found = []
    if one.limit_amount is not None:
        found.append(f"{told['limit']}: {wording.limit_words(one.limit_amount, one.limit_unit)}")
    if one.binding:
        found.append(_("binding: levels below may make it shorter, not longer"))
    values = {name: getattr(one, name) for name in FIELDS[1:]}
    found += [
        f"{told[name]}: {_value(name, value, names)}" for name, value in values.items() if value not in (None, "")
    ]
    return found


def differing(area: Area, on: date) -> list[tuple[Category, FilingCondition, list[Explained]]]:
    """The conditions at `area` that differ from the city's catalogue, with the fields that do. No statement per row."""
    levels = set(area.path.rstrip("/").split("/"))
    codes = {code for level, code in kept.policy().overrides if level in levels}
    names, told = department_names(), labels()
    found = []
    for category in policy.catalogue(on):
        for condition in policy.conditions(category.code, on) if category.code in codes else ():
            rule = policy.rule_for(category, condition, area, on)
            if rule is not None and rule.sources:
                rows = [
                    Explained(name, told[name], said_of(rule, name, names), source)
                    for name, source in rule.sources.items()
                ]
                found.append((category, condition, rows))
    return found


@dataclass(frozen=True)
class Page:
    """Overrides of a level, newest first; `next` is the key of the following page."""

    rows: list[tuple[Override, Category | None, list[str]]]
    next: str = ""


def overrides(viewer: Viewer, area: Area, *, ended: bool, after: str = "") -> Page:
    """What exactly this level has set: in force and planned, or ended. One statement and the names of classes."""
    over = Q(until__lte=today())
    rows = Override.objects.filter(over if ended else ~over | Q(until=None), area=area)
    rows = rows.select_related("area", "set_by", "ended_by").order_by("-id")
    if (key := parse_id(after)) is not None:
        rows = rows.filter(pk__lt=key)
    found, names = list(rows[: PAGE + 1]), department_names()
    classes = {one.code: one for one in policy.catalogue(today())}
    shown = [(one, classes.get(one.category), in_words(one, names)) for one in found[:PAGE]]
    return Page(shown, str(found[PAGE - 1].id) if len(found) > PAGE else "")


def phrases_of(area: Area) -> list[Phrase]:
    """The phrases that hold at `area`, those of the levels above too."""
    levels = area.path.rstrip("/").split("/")
    return [
        one
        for one in kept.policy().phrases
        if policy.holds(one, today()) and (one.area is None or one.area.code in levels)
    ]


def own_areas(viewer: Viewer) -> list[Area]:
    """The areas whose level the viewer may set rules for by a grant of their own. One statement."""
    paths = viewer.paths(*RULING_ROLES)
    return list(Area.objects.active().filter(path__in=paths, level__in=RULING_LEVELS).order_by("path")) if paths else []


@dataclass(frozen=True)
class Effect:
    """What setting a rule would touch: communities below, and open cases that keep what they were promised."""

    communities: int
    open_cases: int


def effect(area: Area, category: str) -> Effect:
    """Two statements."""
    communities = Area.objects.active().within(area).filter(level=Level.COMMUNITY).count()
    cases = Case.objects.filter(
        category__code=category,
        state__in=[CaseState.DISPATCHED, CaseState.WORKING, CaseState.WHISTLED, CaseState.HELD],
        community__path__gte=area.path,
        community__path__lt=area.path_end,
    ).count()
    return Effect(communities, cases)
