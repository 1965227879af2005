"""Units: finding one's own by name or pinyin; and what a unit may know of its members, which is counts and no more."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length

from dongli.common.clock import today
from dongli.common.text import strip_controls
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.people.viewer import Viewer
from dongli.volunteering import access
from dongli.volunteering.models import ReportIn, ReportInState

FEWEST = 3
"""Fewer people than this are not told as a number: whoever knows the unit would know who they are."""
QUARTERS = 4
FOUND = 12
LONGEST_SEARCH = 50
UNIT_KINDS = (OrganisationKind.LINKED_UNIT, OrganisationKind.DEPARTMENT)


def _standing() -> QuerySet[Organisation]:
    return Organisation.objects.filter(kind__in=UNIT_KINDS, dissolved_on=None)


def find_units(text: str) -> list[Organisation]:
    """Linked units and departments whose name holds `text`, or whose pinyin or initials begin with it; one query."""
    wanted = strip_controls(text).strip()
    if not wanted or len(wanted) > LONGEST_SEARCH:
        return []
    keys = "".join(wanted.lower().split())
    matches = Q(name__contains=wanted) | Q(pinyin__startswith=keys) | Q(initials__startswith=keys)
    rank = Case(
        When(name=wanted, then=Value(0)),
        When(name__startswith=wanted, then=Value(1)),
        When(name__contains=wanted, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    found = _standing().filter(matches).annotate(rank=rank).order_by("rank", Length("name"), "pinyin", "id")
    return list(found.select_related("area")[:FOUND])


def standing_unit(unit_id: UUID) -> Organisation | None:
    """The linked unit or department with this id, while it has not been dissolved."""
    return _standing().filter(pk=unit_id).first()


@dataclass(frozen=True)
class Quarter:
    """A quarter of a unit's members together. None: fewer than three people stand behind the number."""

    year: int
    number: int
    claimed: int | None
    hours: float | None


@dataclass(frozen=True)
class UnitFigures:
    """What a unit may know. `members`: reported in now and willing to be counted; None when fewer than three."""

    members: int | None
    quarters: list[Quarter]


def my_units(viewer: Viewer) -> list[Organisation]:
    """The units whose counts the viewer reads, by name. One query."""
    return list(Organisation.objects.filter(pk__in=access.units(viewer)).order_by("pinyin", "id"))


def unit_figures(unit: Organisation) -> UnitFigures:
    """Counts of a unit's members who agreed to be counted. Two queries, which read neither people nor places."""
    counted = ReportIn.objects.filter(unit=unit, told_unit__isnull=False, state=ReportInState.CONFIRMED)
    members = counted.aggregate(number=Count("pk"))["number"]
    rows = _by_quarter(unit.pk, _first_day(today()))
    return UnitFigures(_told(members, members), [_quarter(one, rows) for one in _last_quarters(today())])


_BY_QUARTER = """
    SELECT date_trunc('quarter', day)::date, count(*) FILTER (WHERE is_claim), sum(minutes),
        count(DISTINCT member) FILTER (WHERE is_claim), count(DISTINCT member) FILTER (WHERE NOT is_claim)
    FROM (
        SELECT (claim.claimed_at AT TIME ZONE 'Asia/Shanghai')::date AS day, true AS is_claim, 0 AS minutes,
            coalesce(one.person_id, one.id) AS member
        FROM volunteering_claim claim JOIN volunteering_reportin one ON one.id = claim.report_in_id
        WHERE one.unit_id = %(unit)s AND one.told_unit IS NOT NULL AND claim.given_back_at IS NULL
        UNION ALL
        SELECT service."on", false, service.confirmed_minutes, coalesce(one.person_id, one.id)
        FROM volunteering_service service JOIN volunteering_reportin one ON one.id = service.report_in_id
        WHERE one.unit_id = %(unit)s AND one.told_unit IS NOT NULL AND service.state = 'confirmed'
    ) done WHERE day >= %(since)s GROUP BY 1
"""


def _by_quarter(unit: UUID, since: date) -> dict[date, tuple[int, int, int, int]]:
    """First day of a quarter → wishes claimed, minutes confirmed, and how many people stand behind each."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_QUARTER, {"unit": unit, "since": since})
        return {day: (claims, minutes, claimers, servers) for day, claims, minutes, claimers, servers in cursor}


def _quarter(first: date, rows: dict[date, tuple[int, int, int, int]]) -> Quarter:
    claims, minutes, claimers, servers = rows.get(first, (0, 0, 0, 0))
    hours = None if servers < FEWEST else round(minutes / 60, 1)
    return Quarter(first.year, (first.month + 2) // 3, _told(claims, claimers), hours)


def _told(number: int, people: int) -> int | None:
    return number if people >= FEWEST else None


def _last_quarters(on: date) -> list[date]:
    """First days of this quarter and the three before it, the newest first."""
    found, first = [], date(on.year, (on.month - 1) // 3 * 3 + 1, 1)
    for _number in range(QUARTERS):
        found.append(first)
        first = date(first.year - (first.month == 1), first.month - 3 if first.month > 3 else 10, 1)
    return found


def _first_day(on: date) -> date:
    return _last_quarters(on)[-1]
