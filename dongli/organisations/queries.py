"""Every read of organisations. Names of departments and offices are public: nothing here depends on the viewer."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length

from dongli.areas.models import Area, Level
from dongli.organisations.models import Organisation, OrganisationKind


def department(function: str, area: Area) -> Organisation | None:
    """The department that does `function` for `area`: its district's, else the city's; None when neither has one.

    Where that department was merged, whoever took it over (why: adr/0015).
    """
    return departments([function], area).get(function)


def departments(functions: Iterable[str], area: Area) -> dict[str, Organisation]:
    """`department` for several functions in one query: function → department; functions without one are left out."""
    found: dict[str, Organisation] = {}
    wanted = [function for function in functions if function]
    if not wanted:
        return found
    doing = Q(dissolved_on=None) | Q(successor__dissolved_on=None, successor__isnull=False)
    rows = _enclosing(area).filter(doing, function__in=wanted, kind=OrganisationKind.DEPARTMENT)
    standing_first = Case(When(dissolved_on=None, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = rows.select_related("area", "successor__area")
    for one in rows.order_by(Length("area__path").desc(), standing_first, "-dissolved_on", "code"):
        found.setdefault(one.function, one if one.dissolved_on is None else _heir(one))
    return found


def _heir(one: Organisation) -> Organisation:
    return one if one.successor is None else one.successor


def standing_heir(organisation: Organisation | None) -> Organisation | None:
    """The organisation itself while it stands, else whoever took it over; None when there is neither."""
    if organisation is None or organisation.dissolved_on is None:
        return organisation
    heir = organisation.successor
    return heir if heir is not None and heir.dissolved_on is None else None


def fallback(area: Area) -> Organisation | None:
    """The department that takes what others refuse (兜底部门) in `area`'s district, else the city's."""
    return _around(area).filter(is_fallback=True, kind=OrganisationKind.DEPARTMENT).first()


def office(area: Area) -> Organisation | None:
    """The office that runs the desk of exactly this area."""
    return Organisation.objects.filter(area=area, kind=OrganisationKind.OFFICE, dissolved_on=None).first()


def in_reach(area: Area) -> list[Organisation]:
    """Departments that a whistle from `area` may name: its district's first, then the city's, then other districts'.

    Whistles cross district borders, so nothing of the city is left out.
    """
    return list(_in_reach(area).select_related("area"))


def names_in_reach(area: Area) -> list[tuple[UUID, str]]:
    """Id and name of what `in_reach` finds, in the same order: for a list to choose from."""
    return list(_in_reach(area).values_list("pk", "name"))


def _in_reach(area: Area) -> QuerySet[Organisation]:
    city, district = area.code_at(Level.CITY), area.code_at(Level.DISTRICT)
    nearness = Case(
        When(area__code=district or "", then=Value(0)),
        When(area__code=city or "", then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    standing = Organisation.objects.filter(
        kind=OrganisationKind.DEPARTMENT, dissolved_on=None, area__path__startswith=f"{city}/"
    )
    return standing.annotate(nearness=nearness).order_by("nearness", "area__code", "code")


def standing(ids: Iterable[UUID]) -> list[Organisation]:
    """The departments among `ids` that have not been dissolved; a forged id is simply not there."""
    rows = Organisation.objects.filter(pk__in=list(ids), kind=OrganisationKind.DEPARTMENT, dissolved_on=None)
    return list(rows.select_related("area"))


def _around(area: Area) -> QuerySet[Organisation]:
    """Standing organisations of the areas that enclose `area` (itself included), the nearest level first."""
    rows = _enclosing(area).filter(dissolved_on=None)
    return rows.select_related("area").order_by(Length("area__path").desc(), "code")


def _enclosing(area: Area) -> QuerySet[Organisation]:
    """Organisations, past ones too, of the areas that enclose `area` (itself included)."""
    return Organisation.objects.filter(area__code__in=area.path.rstrip("/").split("/"))
