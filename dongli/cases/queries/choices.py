"""What forms offer: classes of the catalogue, departments, workers."""

from collections.abc import Iterable

from dongli.areas.models import Level
from dongli.cases import policy
from dongli.cases.models import Case, Category
from dongli.cases.models.case import About
from dongli.common.clock import today
from dongli.organisations import queries as organisations
from dongli.organisations.models import Organisation
from dongli.people import queries as people
from dongli.people.models import Role, User


def catalogue(*, staff: bool) -> dict[str, list[Category]]:
    """The classes in force by major class; residents are not offered what is for staff only."""
    return _by_major(row for row in policy.catalogue(today()) if staff or not row.staff_only)


def _by_major(rows: Iterable[Category]) -> dict[str, list[Category]]:
    majors: dict[str, list[Category]] = {}
    for row in rows:
        majors.setdefault(row.major_name, []).append(row)
    return majors


def departments(case: Case) -> list[Organisation]:
    """Departments that may be given work on `case`; the suggested lead comes first."""
    found = organisations.in_reach(case.desk)
    if case.about == About.DEPARTMENT:
        found = [one for one in found if one.area.level == Level.CITY]
    lead = suggested_lead(case)
    return sorted(found, key=lambda one: one != lead)


def suggested_lead(case: Case) -> Organisation | None:
    """The department that the rule names for this place: the district's, else the city's."""
    rule = policy.rule_of(case, today())
    if rule is None or rule.solver == "grid":
        return None
    return organisations.department(rule.lead, case.desk)


def suggested(case: Case, departments: Iterable[Organisation]) -> list[Organisation]:
    """Those of `departments` that the case's class names: the district's lead, then the city's."""
    rule, category = policy.rule_of(case, today()), case.category
    if category is None or rule is None:
        return []
    own = case.desk.path.rstrip("/").split("/")
    named = tuple(dict.fromkeys((rule.lead, category.lead_district, category.lead_city)))
    near = [one for one in departments if one.area.code in own and one.function and one.function in named]
    return sorted(near, key=lambda one: (-one.area.depth, named.index(one.function)))


def workers(case: Case) -> list[User]:
    """Workers who serve the case's community and from whom it is not hidden."""
    if case.community is None:
        return []
    found = people.holders((Role.GRID_WORKER, Role.COMMUNITY_SECRETARY), case.community, exact=True)
    return [worker for worker in found if worker.id not in case.hidden_from]
