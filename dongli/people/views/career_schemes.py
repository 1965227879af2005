"""Pay schemes at the desk: what holds where, a scheme's numbers, a new one; and trying numbers out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dongli.areas.models import Area
from dongli.areas.queries import area_by_code
from dongli.common.charts import Chart, Series
from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid, NotFound
from dongli.common.ids import parse_id
from dongli.people.actions import career_schemes as actions
from dongli.people.actions.careers import KEEPERS
from dongli.people.career_scheme_forms import EndForm, NumbersForm, SchemeForm
from dongli.people.careers.rules import Scheme
from dongli.people.guards import desk_required
from dongli.people.models import CareerScheme
from dongli.people.queries import career_runs, careers
from dongli.people.viewer import Viewer
from dongli.people.views.careers import explain, keeper


@dataclass(frozen=True)
class Start:
    """The scheme that a form starts from: one that is set, or one that the product brings (`key` is its file)."""

    key: str
    label: str
    scheme: Scheme
    rule: Mapping[str, Any]
    source: str


@require_safe
@desk_required
def schemes(request: HttpRequest) -> HttpResponse:
    """Which scheme holds where, from when to when; and the examples to start from."""
    viewer = keeper(request)
    shipped = [start for start in _starts(viewer) if parse_id(start.key) is None]
    context = {"schemes": careers.schemes(viewer), "shipped": shipped, "today": today()}
    return render(request, "people/careers/schemes.html", context)


@require_safe
@desk_required
def scheme(request: HttpRequest, scheme_id: UUID) -> HttpResponse:
    """The numbers of one scheme."""
    row = careers.scheme(keeper(request), scheme_id)
    return render(request, "people/careers/scheme.html", _scheme_context(keeper(request), row, EndForm()))


def _scheme_context(viewer: Viewer, row: CareerScheme, form: EndForm) -> dict[str, Any]:
    may_end = row.until is None and viewer.covers(KEEPERS, row.area)
    return {"row": row, "scheme": careers.scheme_of(row), "form": form, "may_end": may_end}


@require_POST
@desk_required
def end_scheme(request: HttpRequest, scheme_id: UUID) -> HttpResponseBase:
    """Let a scheme end without another in its place: what holds around it holds again."""
    viewer = keeper(request)
    row = careers.scheme(viewer, scheme_id)
    form = EndForm(request.POST)
    if form.is_valid():
        try:
            actions.end_scheme(viewer=viewer, scheme_id=scheme_id, until=form.cleaned_data["until"])
            messages.success(request, _("It ends before that day."))
            return HttpResponseRedirect(reverse("people:career_scheme", args=[scheme_id]))
        except (Invalid, Conflict) as refusal:
            explain(form, refusal)
    return render(request, "people/careers/scheme.html", _scheme_context(viewer, row, form), status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_required
def set_scheme(request: HttpRequest) -> HttpResponseBase:
    """A new scheme, started from another (`?from=`): its numbers, its name, where and from when on."""
    viewer = keeper(request)
    start = _start(viewer, request.GET.get("from", ""))
    year = today().year - 1
    begin = {"name": start.scheme.name, "source": start.source, "since": date(today().year + 1, 1, 1)}
    areas = [one for one in careers.areas_to_choose(viewer) if one.level in actions.SCHEME_LEVELS]
    form = SchemeForm(
        request.POST or None, scheme=start.scheme, rule=start.rule, year=year, areas=areas, initial=begin
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            area = area_by_code(form.cleaned_data["area"])
            row = actions.set_scheme(viewer=viewer, key=form.key, area=area, scheme=form.new_scheme)
            messages.success(request, _("Set. It holds from that day on; what was computed before stays as it was."))
            return HttpResponseRedirect(reverse("people:career_scheme", args=[row.pk]))
        except (Invalid, Conflict) as refusal:
            explain(form, refusal)
    context = {"form": form, "start": start}
    return render(request, "people/careers/set_scheme.html", context, status=422 if form.errors else 200)


@require_safe
@desk_required
def simulation(request: HttpRequest) -> HttpResponse:
    """What changed numbers would cost, by district, against what holds today. Nothing is written."""
    viewer = keeper(request)
    areas = careers.areas_to_choose(viewer)
    area = next((one for one in areas if one.code == request.GET.get("area", "")), areas[0] if areas else None)
    if area is None:
        raise NotFound("no_area", _("Your role has no area whose careers you could see."))
    start = _start(viewer, request.GET.get("from", ""), area)
    asked = request.GET.get("do") == "simulate"
    form = NumbersForm(request.GET if asked else None, scheme=start.scheme, rule=start.rule, year=today().year - 1)
    everywhere = request.GET.get("everywhere") == "1" or parse_id(start.key) is None
    replaced = "" if everywhere else start.key
    found = _simulated(area, form, replaced) if asked and form.is_valid() else None
    context = {
        "area": area,
        "areas": areas,
        "start": start,
        "starts": _starts(viewer),
        "form": form,
        "everywhere": everywhere,
        "found": found,
        "chart": _chart(found) if found is not None else None,
    }
    return render(request, "people/careers/simulation.html", context, status=422 if form.errors else 200)


def _simulated(area: Area, form: NumbersForm, replaced: str) -> career_runs.Simulation | None:
    try:
        scheme = Scheme.read(form.changed_rule, name=_("Simulation"))
    except Invalid as refusal:
        explain(form, refusal)
        return None
    return career_runs.simulate(area, scheme, today(), instead_of=replaced)


def _chart(found: career_runs.Simulation) -> Chart:
    return Chart(
        "career-simulation",
        _("Cost of the change by area"),
        _("Area"),
        [one.name for one in found.parts],
        [Series(_("Difference, yuan a month"), [one.difference for one in found.parts])],
        _("Pay under the numbers tried out less pay under the scheme in force, of all for whom both can be computed."),
        found.at,
    )


def _starts(viewer: Viewer) -> list[Start]:
    """Every scheme a form may start from, those in force first."""
    rows = sorted(careers.schemes(viewer), key=lambda one: one.until is not None)
    found = [
        Start(str(row.pk), f"{row.area.name} · {row}", careers.scheme_of(row), row.rule, row.source) for row in rows
    ]
    for key, one in actions.shipped(today()).items():
        scheme = Scheme.read(one.rule, name=one.name, version=one.version, example=True)
        found.append(Start(key, f"{one.name} · {one.version}", scheme, one.rule, one.source))
    return found


def _start(viewer: Viewer, key: str, area: Area | None = None) -> Start:
    """The one asked for; else the one in force in the area; else the first."""
    starts = _starts(viewer)
    wanted = next((one for one in starts if one.key == key), None)
    if wanted is None and area is not None:
        holding = careers.book().at(area.path, today())
        wanted = next((one for one in starts if holding is not None and one.key == holding.key), None)
    return wanted or starts[0]
