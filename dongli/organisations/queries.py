"""Every read of organisations. Names of departments and offices are public: nothing here depends on the viewer."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.db.models.functions import Length

from dongli.areas.models import Area, Level
from dongli.organisations.models import Organisation, OrganisationKind


def department(function: str, area: Area) -> Organisation | None:
    """The department that does `function` for `area`: its district's, else the city's; None when neither has one."""
    if not function:
        return None
    return _around(area).filter(function=function, kind=OrganisationKind.DEPARTMENT).first()


def departments(functions: Iterable[str], area: Area) -> dict[str, Organisation]:
    """`department` for several functions in one query: function → department; functions without one are left out."""
    found: dict[str, Organisation] = {}
    wanted = [function for function in functions if function]
    for one in _around(area).filter(function__in=wanted, kind=OrganisationKind.DEPARTMENT):
        found.setdefault(one.function, one)
    return found


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
    """Organisations of the areas that enclose `area` (itself included), the nearest level first."""
    codes = area.path.rstrip("/").split("/")
    return (
        Organisation.objects.filter(area__code__in=codes, dissolved_on=None)
        .select_related("area")
        .order_by(Length("area__path").desc(), "code")
    )
