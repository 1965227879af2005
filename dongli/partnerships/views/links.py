"""Links: the list, one link with what may be done with it, and making new ones."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from dongli.common.ids import parse_id
from dongli.organisations.models import Link, Mechanism, Organisation
from dongli.partnerships import access, actions, wording
from dongli.partnerships.forms import ChangeLinkForm, EndLinkForm, LinkForm
from dongli.partnerships.models import LinkStep
from dongli.partnerships.queries import links as queries
from dongli.partnerships.queries import units
from dongli.people.guards import desk_required, viewer_from

EVERY_PARTNER = (*access.UNIT_KINDS, *access.PROPERTY_KINDS)


def explain(form: forms.Form, refusal: Refusal) -> None:
    """A refusal as an error of the form, at its field when it names one that is there."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))


@desk_required
@require_safe
def partnerships(request: HttpRequest) -> HttpResponse:
    """The links of my organisations and of my area."""
    viewer = viewer_from(request)
    text, mechanism = request.GET.get("q", ""), request.GET.get("how", "")
    ended = request.GET.get("ended") == "1"
    context = {
        "page": queries.links(viewer, text=text, mechanism=mechanism, ended=ended, after=request.GET.get("after", "")),
        "text": text[:50],
        "mechanism": mechanism,
        "mechanisms": Mechanism.choices,
        "ended": ended,
        "may_link": bool(viewer.paths(*access.WIDE_ROLES))
        or any(viewer.has(*roles) for roles in access.DESKS.values()),
    }
    return render(request, "partnerships/links.html", context)


@desk_required
@require_safe
def choose_axis(request: HttpRequest) -> HttpResponse:
    """For which organisation of mine a unit is to be linked; with only one, the form at once."""
    return choose(request, "partnership_new_for", _("New link"), access.CONVENING_KINDS)


def choose(request: HttpRequest, url_name: str, heading: str, kinds: tuple[str, ...]) -> HttpResponse:
    text = request.GET.get("q", "")
    found = units.kept(viewer_from(request), text, kinds)
    if not found and not text:
        raise NotAllowed(
            "nothing_kept", _("You run no organisation's desk: ask the organisation desk of your district.")
        )
    if len(found) == 1 and not text:
        unit = parse_id(request.GET.get("unit", ""))
        return HttpResponseRedirect(reverse(url_name, args=[found[0].id]) + (f"?unit={unit}" if unit else ""))
    context = {"found": found, "text": text[:50], "url_name": url_name, "heading": heading, "most": units.FOUND}
    return render(request, "partnerships/choose.html", context)


def axis_of(request: HttpRequest, axis_id: UUID) -> Organisation:
    """An organisation the viewer keeps; raises `NotFound` for any other."""
    rows = Organisation.objects.filter(access.kept(viewer_from(request)), pk=axis_id)
    axis = rows.select_related("area__parent").first()
    if axis is None:
        raise NotFound("no_such_organisation", _("There is no such organisation."))
    return axis


@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_link(request: HttpRequest, axis_id: UUID) -> HttpResponse:
    """Link one unit or several."""
    axis = axis_of(request, axis_id)
    wanted = request.POST.getlist("units") if request.method == "POST" else request.GET.getlist("unit")
    offered = units.by_ids([one for text in wanted if (one := parse_id(text)) is not None], EVERY_PARTNER)
    if request.method != "POST":
        form = LinkForm(offered=offered, initial={"units": [str(one.id) for one in offered]})
        return _link_page(request, axis, form)
    form = LinkForm(request.POST, offered=offered)
    if form.is_valid():
        try:
            linked = actions.link_units(
                viewer=viewer_from(request), key=form.key, axis_id=axis.id, unit_ids=form.unit_ids, terms=form.terms
            )
        except (Invalid, Conflict) as refusal:
            explain(form, refusal)
        else:
            return _linked(request, linked)
    return _link_page(request, axis, form, status=422)


def _linked(request: HttpRequest, linked: actions.Linked) -> HttpResponse:
    messages.success(request, _("Links made: %(count)d") % {"count": len(linked.made)})
    if linked.already:
        names = _(", ").join(unit.name for unit in linked.already)
        messages.info(request, _("Linked already, left as they are: %(names)s") % {"names": names})
    if len(linked.made) == 1:
        return HttpResponseRedirect(reverse("partnership", args=[linked.made[0].id]))
    return HttpResponseRedirect(reverse("partnerships"))


def _link_page(
    request: HttpRequest, axis: Organisation, form: LinkForm, *, text: str = "", status: int = 200
) -> HttpResponse:
    context = {"axis": axis, "form": form, "text": text, "most": units.FOUND}
    return render(request, "partnerships/new_link.html", context, status=status)


@desk_required
@require_POST
def search(request: HttpRequest, axis_id: UUID) -> HttpResponse:
    """Look for units by name, pinyin or initials; what was ticked and typed stays."""
    axis = axis_of(request, axis_id)
    ticked = [one for text in request.POST.getlist("units") if (one := parse_id(text)) is not None]
    text = request.POST.get("q", "")[:50]
    chosen = units.by_ids(ticked, EVERY_PARTNER)
    found = [one for one in units.named(text, EVERY_PARTNER) if one not in chosen]
    typed: dict[str, Any] = {name: request.POST.get(name, "") for name in ("mechanism", "since", "doing", "contact")}
    typed |= {"units": [str(one.id) for one in chosen], "idempotency_key": request.POST.get("idempotency_key", "")}
    form = LinkForm(offered=[*chosen, *found], initial={name: value for name, value in typed.items() if value})
    context = {"axis": axis, "form": form, "text": text, "most": units.FOUND, "searched": True, "found": len(found)}
    return render(request, "partnerships/new_link.html", context)


@dataclass(frozen=True)
class Line:
    """One line of a timeline, as its component shows it."""

    title: str
    at: object
    icon: str
    tone: str
    who: str
    text: str


@desk_required
@require_safe
def partnership(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """One link: facts, meetings of the two, what happened, what may be done."""
    return _page(request, queries.link(viewer_from(request), link_id), {})


def _page(request: HttpRequest, link: Link, bound: dict[str, forms.Form]) -> HttpResponse:
    viewer = viewer_from(request)
    steps = queries.steps(link)
    keeps = access.keeps(viewer, link.axis)
    context = {
        "link": link,
        "contact": queries.contact(viewer, link),
        "steps": [_line(step) for step in reversed(steps)],
        "meetings": queries.meetings_of(link),
        "looks": wording.STATE_LOOKS,
        "forms": (_forms(link, steps) if keeps and link.until is None else {}) | bound,
        "bound": next(iter(bound.values()), None),
        "keeps": keeps,
        "today": today(),
    }
    return render(request, "partnerships/link.html", context, status=422 if bound else 200)


def _line(step: LinkStep) -> Line:
    title, icon, tone = wording.LINK_STEPS[step.verb]
    return Line(str(title), step.at, icon, tone, str(step.actor or _("By the system")), wording.link_detail(step))


def _forms(link: Link, steps: list[LinkStep]) -> dict[str, forms.Form]:
    seen = steps[-1].id if steps else link.id
    said = {"seen": seen, "doing": link.doing, "contact": link.contact}
    return {
        "change": ChangeLinkForm(initial=said, auto_id="change-%s"),
        "end": EndLinkForm(initial={"on": today()}, auto_id="end-%s"),
    }


@desk_required
@require_POST
def change(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Say anew what is done and who to ask."""
    form = ChangeLinkForm(request.POST, auto_id="change-%s")
    viewer = viewer_from(request)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.change_link(
                viewer=viewer,
                link_id=link_id,
                key=form.key,
                contact=data["contact"],
                doing=data["doing"],
                seen=data["seen"],
            )
        except Invalid as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("Kept."))
            return HttpResponseRedirect(reverse("partnership", args=[link_id]))
    return _page(request, queries.link(viewer, link_id), {"change": form})


@desk_required
@require_POST
def end(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """End the link."""
    form = EndLinkForm(request.POST, auto_id="end-%s")
    viewer = viewer_from(request)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.end_link(viewer=viewer, link_id=link_id, key=form.key, on=data["on"], reason=data["reason"])
        except Invalid as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("The link ends. Its record stays."))
            return HttpResponseRedirect(reverse("partnership", args=[link_id]))
    return _page(request, queries.link(viewer, link_id), {"end": form})
