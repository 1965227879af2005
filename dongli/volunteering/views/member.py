"""The member's own pages: report in, my compound, what I can do, leaving. Staff report in as residents, too."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dongli.areas import queries as areas
from dongli.areas.models import Area, Level
from dongli.common.errors import NotFound
from dongli.common.ids import parse_id
from dongli.organisations.models import Organisation
from dongli.people.guards import login_required, viewer_from
from dongli.people.viewer import Viewer
from dongli.volunteering import wording
from dongli.volunteering.actions import reporting
from dongli.volunteering.forms import ReportInForm, SaidForm, StepForm
from dongli.volunteering.models import ReportIn, Times
from dongli.volunteering.queries import members, offers, service, units, wishes
from dongli.volunteering.views.taking import form_view, status, take

NOT_LISTED = "other"


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where I have reported in, what I claimed, wishes to claim, my hours."""
    viewer = viewer_from(request)
    row = members.mine(viewer)
    context: dict[str, Any] = {"row": row, "looks": wording.REPORT_LOOKS, "hours": service.hours(viewer)}
    if row is not None:
        names = offers.names()
        context |= {
            "look": wording.REPORT_LOOKS[row.state],
            "offers": [names.get(code, code) for code in row.offers],
            "times": [Times(time).label for time in row.times],
            "text": getattr(row, "text", None),
            "names": names,
        }
    if row is not None and row.state == "confirmed":
        context["page"] = wishes.to_claim(row, request.GET.get("after", ""))
        context["claimed"] = wishes.claimed_by(row)
    return render(request, "volunteering/member/home.html", context)


@login_required
@form_view
def report_in(request: HttpRequest) -> HttpResponse:
    """Report in, in three steps that the address remembers: compound, unit, what I can do and what I agree to."""
    viewer = viewer_from(request)
    compound = _compound(request, viewer)
    if compound is None:
        return _choose_compound(request)
    unit, listed = _unit(request, None)
    if unit is None and listed:
        return _choose_unit(request, {"compound": compound.code})
    initial = {"compound": compound.code, "unit": str(unit.pk) if unit is not None else ""}
    form = ReportInForm(request.POST or None, offers=offers.on_offer(), listed=unit is not None, initial=initial)

    def act() -> ReportIn:
        keep = form.cleaned_data["keep"]
        return reporting.report_in(viewer=viewer, key=form.key, compound=compound, said=form.said, keep=keep)

    if take(request, form, act):
        messages.success(request, _("Reported in. The branch of your compound looks at it, and you are told."))
        return HttpResponseRedirect(reverse("member_home"))
    context = {"form": form, "compound": compound, "unit": unit, "current": members.mine(viewer)}
    return render(request, "volunteering/member/report_in.html", context, status=status(form))


def _compound(request: HttpRequest, viewer: Viewer) -> Area | None:
    """The compound chosen; without a choice, the one the member lives in by their account."""
    asked = (request.POST if request.method == "POST" else request.GET).get("compound", "")[:20]
    if asked:
        found = areas.area_by_code(asked)
        return found if found.level == Level.COMPOUND and found.retired_on is None else None
    if "in" in request.GET or "q" in request.GET or "choose" in request.GET:
        return None
    home = viewer.known.home
    if home is not None and home.level == Level.BUILDING:
        home = home.parent
    return home if home is not None and home.level == Level.COMPOUND and home.retired_on is None else None


def _unit(request: HttpRequest, kept: Organisation | None) -> tuple[Organisation | None, bool]:
    """The unit chosen, and whether one is to be chosen from the list at all (not, when it is not listed)."""
    asked = (request.POST if request.method == "POST" else request.GET).get("unit", "")[:40]
    if asked == NOT_LISTED or (request.method == "POST" and not asked):
        return None, False
    key = parse_id(asked)
    found = units.standing_unit(key) if key is not None else None
    return found or kept, True


def _choose_compound(request: HttpRequest) -> HttpResponse:
    sought = request.GET.get("q", "")[:50]
    inside = areas.area_by_code(request.GET["in"][:20]) if request.GET.get("in") else areas.city()
    context = {
        "sought": sought,
        "inside": inside,
        "path": areas.breadcrumb(inside)[:-1],
        "places": areas.search(sought, levels=(Level.COMPOUND,)) if sought else areas.children(inside),
    }
    return render(request, "volunteering/member/compound.html", context)


def _choose_unit(request: HttpRequest, kept: dict[str, str]) -> HttpResponse:
    sought = request.GET.get("name", "")[:50]
    context = {"sought": sought, "units": units.find_units(sought), "kept": kept, "not_listed": NOT_LISTED}
    return render(request, "volunteering/member/unit.html", context)


@login_required
@form_view
def edit(request: HttpRequest) -> HttpResponse:
    """Change what I can do, when, my unit, and whether it may count me."""
    viewer = viewer_from(request)
    row = members.mine(viewer)
    if row is None or not row.is_current:
        raise NotFound("not_reported_in", _("You have not reported in anywhere."))
    if "name" in request.GET or "choose" in request.GET:
        return _choose_unit(request, {})
    unit, _listed = _unit(request, row.unit)
    text = getattr(row, "text", None)
    initial = {
        "unit": str(unit.pk) if unit is not None else "",
        "unit_words": text.unit_words if text is not None else "",
        "offers": row.offers,
        "times": row.times,
        "tell_unit": row.told_unit is not None and unit == row.unit,
    }
    form = SaidForm(request.POST or None, offers=offers.on_offer(), listed=unit is not None, initial=initial)
    if take(request, form, lambda: reporting.change(viewer=viewer, key=form.key, said=form.said)):
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("member_home"))
    context = {"form": form, "unit": unit, "row": row}
    return render(request, "volunteering/member/edit.html", context, status=status(form))


@login_required
@form_view
def leave(request: HttpRequest) -> HttpResponse:
    """Leave, or take the consent back: what each means, and a button for each."""
    viewer = viewer_from(request)
    form = StepForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "withdraw":
            reporting.withdraw_consent(viewer=viewer)
            messages.success(request, _("Withdrawn. What named you as a member has been removed."))
        else:
            reporting.leave(viewer=viewer, key=form.key)
            messages.success(request, _("You have left. Your service stays on your record."))
        return HttpResponseRedirect(reverse("member_home"))
    context = {"form": form, "row": members.mine(viewer)}
    return render(request, "volunteering/member/leave.html", context, status=status(form))
