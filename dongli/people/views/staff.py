"""At the desk: who is on duty, absences, turns; and for administrators, accounts and roles."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dongli.areas.models import Area, Grid, Level
from dongli.areas.queries import area_by_code, children
from dongli.common.clock import now
from dongli.common.errors import NotFound, Refusal
from dongli.people import actions, queries
from dongli.people.actions.roster import KEEPERS, SEEING_ROSTER, check_keeps_roster
from dongli.people.forms import AbsenceForm, DeskTurnForm, StaffForm, TurnForm
from dongli.people.guards import administrator_required, desk_required, viewer_from
from dongli.people.models import User
from dongli.people.viewer import Viewer


@require_safe
@desk_required
def duty(request: HttpRequest) -> HttpResponse:
    """People on duty, gaps and absences of an area (the viewer's own unless `?area=` names another)."""
    viewer = viewer_from(request)
    area = _duty_area(viewer, request.GET.get("area", ""))
    return render(request, "people/duty.html", _duty_context(viewer, area))


def _duty_area(viewer: Viewer, code: str) -> Area:
    """The area asked for, or the viewer's own; raises `NotAllowed` beyond the viewer's reach."""
    if code:
        area = area_by_code(code)
        check_keeps_roster(viewer, area)
        return area
    own = viewer.paths(*SEEING_ROSTER)
    found = Area.objects.filter(path=min(own, key=len)).first() if own else None
    if found is None:
        raise NotFound("no_area", _("Your role has no area whose roster you could see."))
    return found


def _duty_context(viewer: Viewer, area: Area, **forms_given: forms.Form) -> dict[str, Any]:
    """The page of one area: above subdistricts it lists their gaps, from there on every grid and turn."""
    may_keep = viewer.covers(KEEPERS, area)
    wide = area.depth < Level.SUBDISTRICT.depth
    rows = [] if wide else queries.people_on_duty(area)
    people = [] if wide else queries.staff_of(area)
    grids = [row.grid for row in rows]
    return {
        "area": area,
        "may_keep": may_keep,
        "parts": queries.gap_counts(area) if wide else [],
        "rows": rows,
        "gaps": sum(row.duty is None for row in rows),
        "desk": queries.desk_duty(area, now()),
        "desk_turns": queries.desk_turns(area, now()),
        "desk_form": forms_given.get("desk_form") or (DeskTurnForm(people=_desk_staff(area)) if may_keep else None),
        "absences": [] if wide else queries.absences_of(people),
        "absence_form": forms_given.get("absence_form") or AbsenceForm(people=people),
        "turn_form": forms_given.get("turn_form") or TurnForm(people=people, grids=grids),
        "children": children(area) if not wide and area.depth < Level.COMMUNITY.depth else [],
    }


@require_POST
@desk_required
def add_absence(request: HttpRequest, code: str) -> HttpResponseBase:
    """Record that somebody is away."""
    viewer = viewer_from(request)
    area = _duty_area(viewer, code)
    form = AbsenceForm(request.POST, people=queries.staff_of(area))
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.record_absence(
                viewer=viewer,
                user=get_object_or_404(User, pk=data["person"]),
                since=data["since"],
                until=data["until"],
                deputy=get_object_or_404(User, pk=data["deputy"]) if data["deputy"] else None,
            )
            return _back_to_duty(area)
        except Refusal as refusal:
            _explain(form, refusal)
    return render(request, "people/duty.html", _duty_context(viewer, area, absence_form=form), status=422)


@require_POST
@desk_required
def add_turn(request: HttpRequest, code: str) -> HttpResponseBase:
    """Put somebody on a grid's roster."""
    viewer = viewer_from(request)
    area = _duty_area(viewer, code)
    grids = list(Grid.objects.active().within(area).select_related("community"))
    form = TurnForm(request.POST, people=queries.staff_of(area), grids=grids)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.put_on_roster(
                viewer=viewer,
                user=get_object_or_404(User, pk=data["person"]),
                grid=get_object_or_404(Grid.objects.select_related("community"), pk=data["grid"]),
                rank=data["rank"],
            )
            return _back_to_duty(area)
        except Refusal as refusal:
            _explain(form, refusal)
    return render(request, "people/duty.html", _duty_context(viewer, area, turn_form=form), status=422)


def _desk_staff(area: Area) -> list[User]:
    """Who can take a turn at the desk of `area`: the holders of its level's desk roles."""
    roles = queries.DESK_ROLES_BY_LEVEL.get(area.level, ())
    return queries.holders(roles, area) if roles else []


@require_POST
@desk_required
def add_desk_turn(request: HttpRequest, code: str) -> HttpResponseBase:
    """Put somebody on the roster of the area's desk."""
    viewer = viewer_from(request)
    area = _duty_area(viewer, code)
    form = DeskTurnForm(request.POST, people=_desk_staff(area))
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.put_on_roster(
                viewer=viewer,
                user=get_object_or_404(User, pk=data["person"]),
                area=area,
                rank=data["rank"],
                since=data["since"],
                until=data["until"],
            )
            return _back_to_duty(area)
        except Refusal as refusal:
            _explain(form, refusal)
    return render(request, "people/duty.html", _duty_context(viewer, area, desk_form=form), status=422)


@require_POST
@desk_required
def end_turn(request: HttpRequest, entry_id: UUID) -> HttpResponseBase:
    """Take somebody off a roster."""
    actions.end_turn(viewer=viewer_from(request), entry_id=entry_id)
    return HttpResponseRedirect(_safe_back(request, reverse("people:on_duty")))


@require_POST
@desk_required
def end_absence(request: HttpRequest, absence_id: UUID) -> HttpResponseBase:
    """The person is back."""
    actions.end_absence(viewer=viewer_from(request), absence_id=absence_id)
    return HttpResponseRedirect(_safe_back(request, reverse("people:on_duty")))


def _back_to_duty(area: Area) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('people:on_duty')}?area={area.code}")


def _safe_back(request: HttpRequest, otherwise: str) -> str:
    """The duty page of the area that the form was shown for."""
    code = request.POST.get("area", "")
    return f"{otherwise}?area={code}" if code.isalnum() else otherwise


def _explain(form: forms.Form, refusal: Refusal) -> None:
    """A refusal as an error of the form, at its field when it names one that is there."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


@require_safe
@administrator_required
def people(request: HttpRequest) -> HttpResponse:
    """Staff accounts and their roles."""
    return render(request, "people/people.html", _people_context(request, StaffForm()))


def _people_context(request: HttpRequest, form: StaffForm) -> dict[str, Any]:
    viewer = viewer_from(request)
    text, after = request.GET.get("q", ""), request.GET.get("after", "")
    found = queries.accounts(viewer, text=text, after=after)
    following = found[-1].username if len(found) == queries.PAGE else None
    return {"accounts": found, "form": form, "text": text, "next_cursor": following}


@require_POST
@administrator_required
def add_person(request: HttpRequest) -> HttpResponse:
    """Make a staff account; its first password is shown once, on the answer to this request."""
    form = StaffForm(request.POST)
    if form.is_valid():
        try:
            user, password = actions.create_staff(viewer=viewer_from(request), **form.cleaned_data)
            return render(request, "people/first_password.html", {"person": user, "password": password})
        except Refusal as refusal:
            _explain(form, refusal)
    return render(request, "people/people.html", _people_context(request, form), status=422)


@require_POST
@administrator_required
def let_leave(request: HttpRequest, user_id: UUID) -> HttpResponseBase:
    """Shut somebody out at once."""
    viewer = viewer_from(request)
    user = actions.let_leave(viewer=viewer, user=queries.account(viewer, user_id))
    messages.success(request, _("%(name)s has been shut out; open work was handed over.") % {"name": user})
    return HttpResponseRedirect(reverse("people:person", args=[user_id]))


@require_POST
@administrator_required
def reset_access(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """A new first password, shown once."""
    viewer = viewer_from(request)
    user = queries.account(viewer, user_id)
    password = actions.reset_access(viewer=viewer, user=user)
    return render(request, "people/first_password.html", {"person": user, "password": password})
