"""The rules as pages: the workflow from its tables, the catalogue in force, the working calendar."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dongli.cases import access, diagram, wording
from dongli.cases import policy as rules
from dongli.cases.actions.calendar import clear_day as clear
from dongli.cases.actions.calendar import set_day
from dongli.cases.forms.staff import CalendarDayForm
from dongli.cases.models import CalendarDay, Category, FilingCondition, Limit
from dongli.cases.policy import in_force
from dongli.cases.workflow import CASE_TABLE, TASK_TABLE, WHISTLE_TABLE, Transition
from dongli.common.clock import today
from dongli.common.errors import Invalid
from dongli.organisations.models import Line
from dongli.people.guards import desk_required, viewer_from

WEEKS_SHOWN = 8
LIMIT_LABELS: dict[str, str | Promise] = {
    "dispatch_urgent": gettext_lazy("Dispatch, urgent"),
    "dispatch": gettext_lazy("Dispatch"),
    "second_handling": gettext_lazy("Second handling"),
    "handling": gettext_lazy("Handling, where the class says nothing"),
    "report_in_daily": gettext_lazy("Report in to a daily whistle"),
    "report_in_joint": gettext_lazy("Report in to joint enforcement"),
    "report_in_emergency": gettext_lazy("Report in to an emergency"),
    "whistle_daily": gettext_lazy("Work on a daily whistle"),
    "whistle_joint": gettext_lazy("Work on joint enforcement"),
    "whistle_emergency": gettext_lazy("Work on an emergency"),
    "consultation": gettext_lazy("Consultation after a letter of assignment"),
    "leader_assignment": gettext_lazy("Leader's assignment without a limit of its own"),
    "whistle_rating": gettext_lazy("Both sides rating a whistle"),
    "rating_window": gettext_lazy("Rating after closing"),
    "escalation_step": gettext_lazy("Between two steps of escalation"),
    "deletion": gettext_lazy("Deciding on a resident's request for deletion"),
    "verify": gettext_lazy("A look on site before registering"),
    "arbitration": gettext_lazy("Arbitration"),
    "returns_most": gettext_lazy("Returns of the lead's work before arbitration"),
    "extensions_most": gettext_lazy("More time granted on one task, at most"),
    "hold_longest": gettext_lazy("The longest hold"),
}


@dataclass(frozen=True)
class TableRow:
    """A transition in the reader's words."""

    row: Transition
    sources: list[wording.Look]
    targets: list[wording.Look]
    reasons: list[str]


@dataclass(frozen=True)
class Table:
    """One of the three tables."""

    key: str
    title: str | Promise
    rows: list[TableRow]
    diagram: diagram.Diagram


@desk_required
@require_safe
def workflow(request: HttpRequest) -> HttpResponse:
    """The three tables as the code enforces them, each with its drawing."""
    tables = [
        Table("case", _("The case"), _rows(CASE_TABLE, wording.CASE_LOOKS), diagram.of_cases()),
        Table("task", _("A task"), _rows(TASK_TABLE, wording.TASK_LOOKS), diagram.of_tasks()),
        Table("whistle", _("A whistle"), _rows(WHISTLE_TABLE, wording.WHISTLE_LOOKS), diagram.of_whistles()),
    ]
    limits = Limit.objects.filter(in_force(today())).order_by("key")
    named = [(LIMIT_LABELS.get(one.key, one.key), wording.limit_words(one.amount, one.unit)) for one in limits]
    return render(request, "cases/desk/workflow.html", {"tables": tables, "limits": named})


def _rows(table: tuple[Transition, ...], looks: dict[str, wording.Look]) -> list[TableRow]:
    return [
        TableRow(
            row,
            [looks[state] for state in row.sources],
            [looks[state] for state in row.targets],
            [rules.reason_label(one) for one in rules.reasons(row.reason_kind)] if row.reason_kind else [],
        )
        for row in table
    ]


@desk_required
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """The catalogue in force, by major class; narrowed by line and by words."""
    line, words = request.GET.get("line", ""), request.GET.get("q", "").strip()[:50]
    found = [one for one in rules.catalogue(today()) if _fits(one, line, words)]
    majors: dict[tuple[str, str], list[tuple[Category, list[tuple[FilingCondition, str]]]]] = {}
    for one in found:
        entry = (one, [(row, _limit(row)) for row in rules.conditions(one.code, today())])
        majors.setdefault((one.major_code, one.major_name), []).append(entry)
    context = {
        "majors": list(majors.items()),
        "total": len(found),
        "lines": Line.choices,
        "line": line,
        "words": words,
        "leads": _names_of_functions(found),
    }
    return render(request, "cases/desk/catalogue.html", context)


def _limit(row: FilingCondition) -> str:
    return wording.limit_words(row.limit_amount, row.limit_unit)


def _fits(one: Category, line: str, words: str) -> bool:
    said = f"{one.code} {one.name} {one.condition} {''.join(one.keywords)}"
    return (line not in Line.values or one.line == line) and words in said


def _names_of_functions(found: list[Category]) -> dict[str, str]:
    """Function → the names of the departments that do it, district's then city's, as shipped with the catalogue."""
    rows = {row["function"]: row for row in rules.shipped("departments.csv")}
    wanted = {function for one in found for function in (one.lead_district, one.lead_city) if function}
    return {name: rows[name]["district_name"] or rows[name]["city_name"] for name in wanted if name in rows}


@dataclass(frozen=True)
class Day:
    """A date of the calendar as it counts."""

    date: date
    working: bool
    override: CalendarDay | None


@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """The coming weeks as they count, the exceptions, and (for an administrator) the form for one more."""
    viewer = viewer_from(request)
    form = CalendarDayForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            set_day(viewer=viewer, day=data["date"], is_working=data["is_working"], note=data["note"])
        except Invalid as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        else:
            messages.success(request, _("Kept. Limits promised from now on are counted with it."))
            return redirect("calendar")
    context = {
        "form": form,
        "weeks": _weeks(),
        "weekdays": [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")],
        "overrides": list(CalendarDay.objects.order_by("-date")[:100]),
        "may_change": viewer.has(*access.POLICY_ROLES),
        "announced": rules.work_calendar().last_announced_year,
        "today": today(),
    }
    return render(request, "cases/desk/calendar.html", context, status=422 if form.is_bound else 200)


def _weeks() -> list[list[Day]]:
    """Eight weeks from this Monday."""
    monday = today() - timedelta(days=today().weekday())
    days = [monday + timedelta(days=count) for count in range(7 * WEEKS_SHOWN)]
    counted = rules.work_calendar()
    overrides = {row.date: row for row in CalendarDay.objects.filter(date__range=(days[0], days[-1]))}
    cells = [Day(day, counted.is_working_day(day), overrides.get(day)) for day in days]
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]


@desk_required
@require_POST
def clear_day(request: HttpRequest) -> HttpResponse:
    """Take an exception back."""
    try:
        day = date.fromisoformat(request.POST.get("date", ""))
    except ValueError as error:
        raise Invalid("bad_date", _("Please choose a date."), field="date") from error
    clear(viewer=viewer_from(request), day=day)
    messages.success(request, _("Taken back: the published calendar holds again."))
    return redirect("calendar")
