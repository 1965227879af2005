"""The rules of a place, explained; and what a level sets for its own area."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dongli.areas import queries as areas
from dongli.areas.models import Area, Level
from dongli.cases import policy
from dongli.cases.actions import ruling
from dongli.cases.forms.rules import ClassRuleForm, ConditionRuleForm, PhraseForm, RuleForm
from dongli.cases.models import Category, FilingCondition, Override
from dongli.cases.queries import choices
from dongli.cases.queries import rules as queries
from dongli.common.clock import today
from dongli.common.errors import Invalid, NotFound
from dongli.common.ids import parse_id
from dongli.common.text import strip_controls
from dongli.people.guards import desk_required, viewer_from
from dongli.people.viewer import Viewer


@desk_required
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """For a place and a class: what holds, which level set it, since when, by whom; for a place alone: what differs."""
    place, on, words = _place(request), _day(request), request.GET.get("q", "").strip()
    category = _category(request, on)
    condition = _condition(request, category, on)
    context: dict[str, Any] = {
        "place": place,
        "on": on,
        "words": words[:50],
        "places": areas.search(words, levels=list(Level)[:4], limit=12) if words else [],
        "classes": choices.catalogue(staff=True),
        "category": category,
        "condition": condition,
        "conditions": policy.conditions(category.code, on) if category is not None else [],
        "kept": urlencode({"class": category.code if category else "", "on": on.isoformat()}),
    }
    if place is not None:
        context["crumbs"] = areas.breadcrumb(place)
        if category is not None and condition is not None:
            context["account"] = queries.account(place, category, condition, on)
        elif category is None:
            context["differing"] = queries.differing(place, on)
    return render(request, "cases/desk/rules.html", context)


def _place(request: HttpRequest) -> Area | None:
    code = strip_controls(request.GET.get("place", ""))[:20]
    return Area.objects.active().filter(code=code).first() if code else None


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today()


def _category(request: HttpRequest, on: date) -> Category | None:
    try:
        return policy.category(request.GET.get("class", ""), on)
    except Invalid:
        return None


def _condition(request: HttpRequest, category: Category | None, on: date) -> FilingCondition | None:
    if category is None:
        return None
    asked = request.GET.get("condition", "")
    found = policy.conditions(category.code, on)
    return next((one for one in found if str(one.number) == asked), found[0] if found else None)


def _own_area(request: HttpRequest, viewer: Viewer) -> tuple[Area, list[Area]]:
    """The area whose settings are meant; raises `NotFound` for whoever may set none, or not those."""
    own = queries.own_areas(viewer)
    asked = strip_controls(request.GET.get("area", ""))[:20]
    area = next((one for one in own if one.code == asked), None)
    if area is None and asked:
        found = (
            Area.objects.active().filter(code=asked, level__in=ruling.RULING_LEVELS).select_related("parent").first()
        )
        area = found if viewer.covers(ruling.RULING_ROLES, found) else None
    elif area is None and own:
        area = own[0]
    if area is None:
        raise NotFound("no_level", _("There is no level whose rules you may set."))
    return area, own


@desk_required
@require_safe
def level(request: HttpRequest) -> HttpResponse:
    """Settings of my level: what it has set, the form to set more, its phrases."""
    viewer = viewer_from(request)
    area, own = _own_area(request, viewer)
    ended = request.GET.get("ended") == "1"
    context = {
        "area": area,
        "own": own,
        "ended": ended,
        "page": queries.overrides(viewer, area, ended=ended, after=request.GET.get("after", "")),
        "phrases": queries.phrases_of(area),
        "classes": choices.catalogue(staff=True),
        "today": today(),
    }
    return render(request, "cases/desk/level.html", context)


def _level_url(area: Area) -> str:
    return f"{reverse('rules_level')}?{urlencode({'area': area.code})}"


@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def set_rule(request: HttpRequest) -> HttpResponse:
    """Set what the level says of a class or of one of its conditions; a button shows the effect first."""
    viewer = viewer_from(request)
    area, _own = _own_area(request, viewer)
    category = policy.category(request.GET.get("class", ""), today())
    number = int(asked) if (asked := request.GET.get("condition", "")).isdecimal() and len(asked) < 4 else 0
    condition = policy.condition(category.code, number, today()) if number else None
    own = ruling.own(area, category.code, number, today())
    kind = ConditionRuleForm if number else ClassRuleForm
    form: RuleForm = kind(request.POST or None, own=own)
    seen = parse_id(request.POST.get("seen", "")) if request.method == "POST" else own.id if own is not None else None
    effect = None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "preview":
            effect = queries.effect(area, category.code)
        elif (done := _set(request, form, viewer, area, category, number, seen)) is not None:
            return done
    context = {
        "area": area,
        "category": category,
        "condition": condition,
        "conditions": policy.conditions(category.code, today()),
        "number": number,
        "form": form,
        "own": own,
        "seen": seen,
        "effect": effect,
        "back": _level_url(area),
        "names": queries.department_names(),
        "now": _now_in_words(area, category, condition),
    }
    return render(request, "cases/desk/set_rule.html", context, status=422 if form.is_bound and form.errors else 200)


def _now_in_words(area: Area, category: Category, condition: FilingCondition | None) -> list[queries.Explained]:
    """What holds at the level now, without the departments' people."""
    row = condition or policy.condition(category.code, 0, today())
    found = queries.account(area, category, row, today()) if row is not None else None
    wanted = ("limit", "urgent") if condition is not None else ClassRuleForm.fields_said
    return [one for one in found.rows if one.field in wanted] if found is not None else []


def _set(
    request: HttpRequest,
    form: RuleForm,
    viewer: Viewer,
    area: Area,
    category: Category,
    number: int,
    seen: UUID | None,
) -> HttpResponse | None:
    try:
        ruling.set_rule(
            viewer=viewer,
            area=area,
            key=form.key,
            category=category.code,
            number=number,
            words=form.said,
            since=form.first_day,
            basis=form.cleaned_data["basis"],
            seen=seen,
        )
    except Invalid as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        return None
    messages.success(request, _("Set. What is dispatched from that day on is promised by it."))
    return HttpResponseRedirect(_level_url(area))


@desk_required
@require_POST
def end_rule(request: HttpRequest, override_id: UUID) -> HttpResponse:
    """End a rule: the level above holds again."""
    row: Override = ruling.end_rule(viewer=viewer_from(request), override_id=override_id)
    messages.success(request, _("Ended. The level above holds again from today on."))
    return HttpResponseRedirect(_level_url(row.area))


@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def set_phrase(request: HttpRequest) -> HttpResponse:
    """Keep a canned phrase."""
    viewer = viewer_from(request)
    area, _own = _own_area(request, viewer)
    form = PhraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ruling.set_phrase(viewer=viewer, area=area, key=form.key, wording=form.wording)
        except Invalid as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        else:
            messages.success(request, _("Kept. It is offered from now on."))
            return HttpResponseRedirect(_level_url(area))
    context = {"area": area, "form": form, "back": _level_url(area)}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "cases/desk/set_phrase.html", context, status=status)


@desk_required
@require_POST
def end_phrase(request: HttpRequest, phrase_id: UUID) -> HttpResponse:
    """Offer a phrase no longer."""
    row = ruling.end_phrase(viewer=viewer_from(request), phrase_id=phrase_id)
    messages.success(request, _("Ended. It is offered no longer."))
    return HttpResponseRedirect(_level_url(row.area) if row.area is not None else reverse("rules_level"))
