"""Figures of whistles per department, and the records behind each: both from one table of measures, so they agree.

A part is one department's task on one whistle. What a viewer sees is counted: the parts of the places they watch, and
those of their own departments. Ratings count once they are open to both sides, so that no figure tells one early.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Aggregate, Count, DurationField, F, FilteredRelation, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.cases import access, policy
from dongli.cases.models import Case, Task, TaskKind
from dongli.cases.models.whistle_rating import Helpful, Side
from dongli.common.clock import CITY_ZONE, city_date
from dongli.common.ids import parse_id
from dongli.people.models import Role
from dongli.people.viewer import Viewer

PAGE = 50
USUAL_DAYS = 30
MOST_DAYS = 366


@dataclass(frozen=True)
class Measure:
    """One share: how many of `of` are `good` (conditions over Task), said in words beside the figure."""

    label: str | Promise
    definition: str | Promise
    of: Q
    good: Q


@dataclass(frozen=True)
class Scope:
    """What is looked at: the days of calling (both inclusive), and perhaps an area's subtree or one department."""

    since: date
    until: date
    area: Area | None = None
    department: UUID | None = None


class Median(Aggregate):
    """The middle value, between the two middle ones of an even number."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def usual_scope(today: date) -> Scope:
    """The last thirty days."""
    return Scope(today - timedelta(days=USUAL_DAYS - 1), today)


def measures(moment: datetime) -> dict[str, Measure]:
    """The shares as they stand at `moment`, in the order of the table's columns."""
    came, left = Q(reported_in_at__isnull=False), Q(ended_at__isnull=False)
    both = Q(response__isnull=False, judgement__isnull=False)
    is_open = both | Q(whistle__ended_at__lt=_rating_is_over(moment))
    return {
        "in_time": Measure(
            _("Reported in in time"),
            _("Reported in before the report-in limit passed / reported in, or the limit passed while it was called"),
            came
            | Q(reported_in_at__isnull=True, ended_at__isnull=True, report_in_due_at__lt=moment)
            | Q(reported_in_at__isnull=True, ended_at__gt=F("report_in_due_at")),
            Q(reported_in_at__lte=F("report_in_due_at")),
        ),
        "on_site": Measure(
            _("Minutes on site (median)"),
            _("From reporting in until it answered or was released; of those that have come and left"),
            came & left,
            came & left,
        ),
        "answered": Measure(
            _("Answered in time"),
            _("Answered before the limit passed / answered, or the limit passed while it was called"),
            Q(answered_at__isnull=False)
            | Q(ended_at__isnull=True, due_at__lt=moment)
            | Q(answered_at__isnull=True, ended_at__gt=F("due_at")),
            Q(answered_at__lte=F("due_at")),
        ),
        "helpful": Measure(
            _("Rated helpful"),
            _("Rated helpful by whoever blew the whistle / rated by them; counted once both sides may read it"),
            Q(response__isnull=False) & is_open,
            Q(response__helpful=Helpful.HELPFUL) & is_open,
        ),
        "founded": Measure(
            _("Found founded"),
            _("Said to be founded by the department / judged by it; counted once both sides may read it"),
            Q(judgement__isnull=False) & is_open,
            Q(judgement__founded=True) & is_open,
        ),
    }


def _rating_is_over(moment: datetime) -> datetime:
    """A whistle that ended before this is surely past its time to be rated, in whatever unit that is counted."""
    limit = policy.limit("whistle_rating", city_date(moment))
    days = limit.amount + 1 if limit.unit == "calendar_day" else 2 * limit.amount + 14
    return moment - timedelta(days=days)


def seen(viewer: Viewer) -> Q:
    """Filter over Task: the parts of the places the viewer watches, and those of their own departments."""
    few = access.under("case__desk", viewer.paths(*access.FEW_ROLES))
    watched = few | (Q(case__danger="") & access.under("case__desk", viewer.paths(*access.WATCHING_ROLES)))
    own = Q(organisation__in=viewer.organisations(Role.DEPARTMENT_OFFICER))
    return (watched | own) & ~Q(case__hidden_from__contains=[viewer.known.id])


def _parts(viewer: Viewer, scope: Scope) -> QuerySet[Task]:
    """The parts within `scope`, each with its `response` and `judgement` joined."""
    begin = datetime.combine(scope.since, time(), CITY_ZONE)
    end = datetime.combine(scope.until, time(), CITY_ZONE) + timedelta(days=1)
    tasks = Task.objects.filter(seen(viewer), kind=TaskKind.WHISTLE, dispatched_at__gte=begin, dispatched_at__lt=end)
    if scope.area is not None:
        tasks = tasks.filter(case__desk__path__gte=scope.area.path, case__desk__path__lt=scope.area.path_end)
    if scope.department is not None:
        tasks = tasks.filter(organisation=scope.department)
    return tasks.annotate(
        response=FilteredRelation("whistle_ratings", condition=Q(whistle_ratings__side=Side.WHISTLER)),
        judgement=FilteredRelation("whistle_ratings", condition=Q(whistle_ratings__side=Side.DEPARTMENT)),
    )


@dataclass(frozen=True)
class Share:
    """`good` of `of`, and how that is in percent (None of nothing)."""

    key: str
    good: int
    of: int

    @property
    def percent(self) -> int | None:
        """In whole percent."""
        return round(100 * self.good / self.of) if self.of else None


@dataclass(frozen=True)
class Line:
    """One department's figures; without a department the sum of all. `minutes`: the median on site."""

    department: UUID | None
    name: str
    called: int
    shares: list[Share]
    minutes: int | None
    stays: int

    @property
    def department_text(self) -> str:
        """The department's id as addresses write it."""
        return str(self.department or "")


def figures(viewer: Viewer, scope: Scope, moment: datetime) -> tuple[list[Line], Line]:
    """A line for each department called, the most called first, and the sum. Two statements."""
    counted = _counted(moment)
    parts = _parts(viewer, scope)
    by_department = parts.values("organisation", "organisation__name").annotate(called=Count("id"), **counted)
    rows = by_department.order_by("-called", "organisation")
    lines = [_line(row, row["organisation"], row["organisation__name"]) for row in rows]
    return lines, _line(parts.aggregate(called=Count("id"), **counted), None, "")


def _counted(moment: datetime) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, measure in measures(moment).items():
        found[f"{key}_of"] = Count("id", filter=measure.of)
        found[f"{key}_good"] = Count("id", filter=measure.good)
    found["stay"] = Median(F("ended_at") - F("reported_in_at"), filter=measures(moment)["on_site"].of)
    return found


def _line(row: Mapping[str, Any], department: UUID | None, name: str) -> Line:
    shares = [Share(key, row[f"{key}_good"], row[f"{key}_of"]) for key in _SHARES]
    stay: timedelta | None = row["stay"]
    minutes = round(stay.total_seconds() / 60) if stay is not None else None
    return Line(department, name, row["called"], shares, minutes, row["on_site_of"])


_SHARES = ("in_time", "answered", "helpful", "founded")


@dataclass(frozen=True)
class Records:
    """A page of parts behind a figure; `open` are the cases the viewer may open; `next` asks for the following page."""

    rows: list[Task]
    open: set[UUID]
    next: str = ""


def records(viewer: Viewer, scope: Scope, measure: str, which: str, moment: datetime, after: str = "") -> Records:
    """The parts behind a figure, newest first, by keyset: all called, or those a measure counts (`of`, `good`, or
    `missed`, counted and not good). Three statements."""
    parts = _parts(viewer, scope)
    found = measures(moment).get(measure)
    if found is not None:
        parts = parts.filter(found.good if which == "good" else found.of)
        if which == "missed":
            parts = parts.exclude(pk__in=_parts(viewer, scope).filter(found.good).values("pk"))
    if (key := parse_id(after)) is not None:
        parts = parts.filter(pk__lt=key)
    cut = list(parts.order_by("-id").values_list("pk", flat=True)[: PAGE + 1])
    rows = list(
        Task.objects.filter(pk__in=cut[:PAGE])
        .select_related("case__text", "case__community", "organisation", "whistle")
        .order_by("-id")
    )
    cases = Case.objects.filter(access.visible(viewer), pk__in=[row.case_id for row in rows])
    return Records(rows, set(cases.values_list("pk", flat=True)), str(cut[PAGE - 1]) if len(cut) > PAGE else "")
