"""The policies of a place, explained; and what a level sets for its own area."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dongli.areas import queries as areas
from dongli.areas.models import Area, Level
from dongli.common.clock import today
from dongli.common.errors import Invalid, NotAllowed
from dongli.common.ids import new_id
from dongli.common.text import strip_controls
from dongli.people import policies as named
from dongli.people.actions import policies as actions
from dongli.people.guards import desk_required, viewer_from
from dongli.people.policies import Policy
from dongli.people.policies.forms import PolicyForm
from dongli.people.queries import policies as queries

MONTHS_AHEAD = 12


@require_safe
@desk_required
def policies(request: HttpRequest) -> HttpResponse:
    """For a place: what holds, which level set it, by whom, since when; with a policy chosen: all it has been."""
    viewer, on = viewer_from(request), _day(request)
    own = queries.own_areas(viewer)
    place = _place(request, own)
    words = strip_controls(request.GET.get("q", "")).strip()[: areas.LONGEST_SEARCH]
    context: dict[str, Any] = {
        "place": place,
        "on": on,
        "today": today(),
        "own": own,
        "words": words,
        "places": areas.search(words, levels=list(Level)[:5], limit=12) if words else [],
        "rows": queries.account(viewer, place, on) if place else [],
        "crumbs": areas.breadcrumb(place) if place else [],
        "pages": _elsewhere(place) if place else [],
    }
    if place is not None and (key := request.GET.get("policy", "")):
        context["chosen"] = chosen = named.get(key)
        context["history"] = queries.history(place, chosen, request.GET.get("after", ""))
    return render(request, "people/policies.html", context)


def _place(request: HttpRequest, own: list[Area]) -> Area | None:
    """The place asked for, else the viewer's own, else the city."""
    code = strip_controls(request.GET.get("area", ""))[:20]
    if code:
        return areas.area_by_code(code)
    return own[0] if own else Area.objects.active().filter(level=Level.CITY).first()


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today()


def _elsewhere(place: Area) -> list[tuple[named.Elsewhere, str]]:
    """The pages of other apps on which more policies of the place are shown, with their addresses."""
    found = []
    for page in named.elsewhere():
        try:
            found.append((page, f"{reverse(page.url_name)}?{urlencode({page.query: place.code})}"))
        except NoReverseMatch:
            continue
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@desk_required
def set_policy(request: HttpRequest, key: str) -> HttpResponse:
    """Set a policy for a level; a button shows first which places below would change."""
    viewer, policy = viewer_from(request), named.get(key)
    area = areas.area_by_code(request.GET.get("area", ""))
    if not actions.may_set(viewer, policy, area):
        raise NotAllowed(
            "not_your_level", _("Only whoever runs the desk of this level, or of one above, may set this.")
        )
    start = _start(request, policy)
    own = queries.own_row(area, policy, *actions.period(policy, start))
    form = PolicyForm(request.POST or None, policy=policy, level=area.level, key=new_id(), start=start, own=own)
    effect = None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "preview":
            effect = _preview(form, area)
        elif (done := _set(request, form, area)) is not None:
            return done
    context = {
        "area": area,
        "policy": policy,
        "form": form,
        "own": own,
        "start": start,
        "months": _months() if policy.monthly else [],
        "effect": effect,
        "row": next((one for one in queries.account(viewer, area, start) if one.policy is policy), None),
        "back": _address(area, policy),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "people/set_policy.html", context, status=status)


def _start(request: HttpRequest, policy: Policy) -> date:
    """Today; of a monthly policy the first day of the month asked for, as far as it is not over."""
    if not policy.monthly:
        return today()
    asked = request.GET.get("month", "")
    return next((max(first, today()) for first in _months() if f"{first:%Y-%m}" == asked), today())


def _months() -> list[date]:
    """The first days of this month and of the year ahead."""
    found = [today().replace(day=1)]
    while len(found) <= MONTHS_AHEAD:
        found.append((found[-1] + timedelta(days=32)).replace(day=1))
    return found


def _preview(form: PolicyForm, area: Area) -> queries.Effect | None:
    policy, value = form.policy, form.cleaned_data["value"]
    try:
        start, _end = actions.period(policy, form.first_day)
        actions.check_value(policy, area, value, start)
    except Invalid as refusal:
        _explain(form, refusal)
        return None
    return queries.effect(area, policy, value, start, binding=form.binds)


def _set(request: HttpRequest, form: PolicyForm, area: Area) -> HttpResponse | None:
    data = form.cleaned_data
    try:
        actions.set_policy(
            viewer=viewer_from(request), area=area, key=data["idempotency_key"], policy=form.policy.key,
            value=data["value"], since=form.first_day, binding=form.binds, reason=data["reason"], seen=data["seen"],
        )  # fmt: skip
    except Invalid as refusal:
        _explain(form, refusal)
        return None
    messages.success(request, _("Set. It holds from that day on, here and below."))
    return HttpResponseRedirect(_address(area, form.policy))


def _explain(form: PolicyForm, refusal: Invalid) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


@require_POST
@desk_required
def withdraw_policy(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """End what a level has said: the level above holds again."""
    row = actions.withdraw_policy(viewer=viewer_from(request), row_id=row_id)
    messages.success(request, _("Ended. The level above holds again from today on."))
    return HttpResponseRedirect(_address(row.area, named.get(row.key)))


def _address(area: Area, policy: Policy) -> str:
    query = urlencode({"area": area.code, "policy": policy.key})
    return f"{reverse('people:policies')}?{query}#history"
