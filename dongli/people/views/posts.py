"""At the desk: the roster of posts by compound; appointing, ending, handing over."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from dongli.areas import queries as areas
from dongli.areas.models import Area, Level
from dongli.common.clock import today
from dongli.common.errors import NotAllowed, NotFound, Refusal
from dongli.common.ids import parse_id
from dongli.common.text import strip_controls
from dongli.people.actions import passing, posts
from dongli.people.actions.roster import KEEPERS
from dongli.people.guards import desk_required, viewer_from
from dongli.people.models import Post, Role, Tenure, User
from dongli.people.post_forms import AppointForm, EndForm, HandOverForm, RosterForm
from dongli.people.posts import FACTS, READERS, Facts, may_appoint, posts_for
from dongli.people.queries import passing as left
from dongli.people.queries import persons as directory
from dongli.people.queries import posts as queries
from dongli.people.viewer import Viewer

LOOKS: dict[str, tuple[str | Promise, str, str]] = {
    "vacant": (gettext_lazy("Vacant"), "circle-dashed", "warn"),
    "both": (gettext_lazy("also in the branch"), "link", "info"),
}
CHOICES = 20
DESKS = tuple(role for role in KEEPERS if role != Role.ADMINISTRATOR)
"""Who may open the cases and duties that are listed."""


@dataclass(frozen=True)
class Cell:
    """One post of one place as the roster shows it: its holders, and the address to appoint at, if one may."""

    facts: Facts
    tenures: list[Tenure]
    appoint_url: str


def _cell(viewer: Viewer, post: str, area: Area, tenures: list[Tenure]) -> Cell:
    url = appoint_url(area, post) if may_appoint(viewer, post, area) else ""
    return Cell(FACTS[post], tenures, url)


def appoint_url(area: Area, post: str = "", **more: object) -> str:
    """Where somebody is appointed at `area`."""
    fields = {"area": area.code, "post": str(post), **more}
    return f"{reverse('people:appoint')}?{urlencode({key: value for key, value in fields.items() if value})}"


def area_of(request: HttpRequest, viewer: Viewer) -> Area:
    """The area asked for, or the widest one whose posts the viewer sees; raises `NotAllowed`, `NotFound`."""
    code = strip_controls(request.GET.get("area", ""))[:20]
    if code:
        area = areas.area_by_code(code)
        queries.check_reads(viewer, area)
        return area.parent if area.level == Level.BUILDING and area.parent is not None else area
    own = viewer.paths(*READERS)
    found = Area.objects.filter(path=min(own, key=len)).first() if own else None
    if found is None:
        raise NotAllowed("no_posts", _("Your role has no area whose posts you could see."))
    return found


@require_safe
@desk_required
def roster(request: HttpRequest) -> HttpResponse:
    """The posts of an area: its own, and those of each compound in it."""
    viewer = viewer_from(request)
    area, (form, day, only) = area_of(request, viewer), asked(request)
    page = queries.roster(viewer, area, on=day, only=only, after=request.GET.get("after", "")[:120])
    own = area.level in {Level.COMMUNITY, Level.COMPOUND, Level.SUBDISTRICT}
    context = {
        "area": area,
        "crumbs": areas.breadcrumb(area),
        "parts": areas.children(area) if area.depth < Level.COMPOUND.depth else [],
        "form": form,
        "day": day,
        "is_today": day == today(),
        "only": only,
        "looks": LOOKS,
        "rows": [(row, _cells(viewer, row)) for row in page.rows] if area.level != Level.COMPOUND else [],
        "persons_url": reverse("people:persons"),
        "next": page.next,
        "own": _own_posts(viewer, area, day) if own else [],
        "buildings": _buildings(viewer, area, day) if area.level == Level.COMPOUND else [],
        "compound": page.rows[0] if area.level == Level.COMPOUND and page.rows else None,
        "waiting": left.waiting(area) if not request.GET.get("after") else [],
        "export": f"{reverse('people:posts_export')}?{urlencode({'area': area.code, 'only': only, 'on': day})}",
        "may_appoint": bool(posts_for(viewer, area)),
    }
    return render(request, "people/posts.html", context)


def asked(request: HttpRequest) -> tuple[RosterForm, date, str]:
    """The form as sent (an odd one counts as empty), the day and the vacancy asked for."""
    form = RosterForm(request.GET)
    if not form.is_valid():
        form = RosterForm({})
        form.is_valid()
    return form, form.cleaned_data["on"] or today(), form.cleaned_data["only"]


def _cells(viewer: Viewer, row: queries.CompoundPosts) -> list[Cell]:
    """The columns, in order; that of captains shows counts."""
    return [_cell(viewer, post, row.compound, row.held.get(post, [])) for post in queries.LOOKED_FOR]


def _own_posts(viewer: Viewer, area: Area, day: date) -> list[Cell]:
    """The posts held at exactly this area."""
    held = queries.held_at(area, day)
    fitting = [facts for facts in FACTS.values() if area.level in facts.levels]
    return [_cell(viewer, facts.post, area, held.get(facts.post, [])) for facts in fitting]


def _buildings(viewer: Viewer, compound: Area, day: date) -> list[tuple[Area, Cell]]:
    captains = queries.captains_of(compound, day)
    return [
        (building, _cell(viewer, Post.CAPTAIN, building, [captains[building.pk]] if building.pk in captains else []))
        for building in areas.children(compound)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_required
def appoint(request: HttpRequest) -> HttpResponse:
    """Appoint somebody: choose the post, find the person or name a new one, say from when and why."""
    viewer = viewer_from(request)
    area = areas.area_by_code(request.GET.get("area", ""))
    offered = posts_for(viewer, area)
    named = request.GET.get("post", "")
    facts = next((one for one in offered if one.post == named), None)
    if not offered or (facts is None and named in FACTS):
        raise NotAllowed("not_your_post", _("Who appoints to this post here is the organisation desk of the area."))
    if facts is None:
        context = {"area": area, "crumbs": areas.breadcrumb(area), "offered": offered}
        return render(request, "people/appoint_post.html", context)
    person = _chosen(request, viewer)
    predecessor = _to_replace(request, viewer, facts, area)
    form = AppointForm(request.POST or None, facts=facts, area=area, person=person)
    if request.method == "POST" and form.is_valid():
        try:
            tenure = posts.appoint(
                viewer=viewer,
                key=form.key,
                appointment=form.appointment,
                person=form.who,
                replaces=predecessor.pk if predecessor is not None else None,
            )
        except Refusal as refusal:
            explain(form, refusal)
        else:
            return _appointed(request, tenure, predecessor)
    context = _appoint_context(request, viewer, form, predecessor)
    return render(request, "people/appoint.html", context, status=422 if form.is_bound else 200)


def _appointed(request: HttpRequest, tenure: Tenure, predecessor: Tenure | None) -> HttpResponse:
    messages.success(request, _("Appointed. The person has been told, if they have an account."))
    if predecessor is not None and tenure.since <= today() and left.is_anything_left(predecessor):
        address = reverse("people:pass_on", args=[predecessor.pk])
        return HttpResponseRedirect(f"{address}?successor={tenure.person_id}")
    return HttpResponseRedirect(reverse("people:person_page", args=[tenure.person_id]))


def _appoint_context(
    request: HttpRequest, viewer: Viewer, form: AppointForm, predecessor: Tenure | None
) -> dict[str, Any]:
    area, facts = form.area, form.facts
    text = request.GET.get("q", "")[:40]
    found = directory.persons(viewer, text=text, size=CHOICES).rows if text.strip() and form.person is None else []
    holders = queries.holders_of(facts.post, area, today())
    return {
        "area": area,
        "crumbs": areas.breadcrumb(area),
        "facts": facts,
        "form": form,
        "person": form.person,
        "text": text,
        "searched": bool(text.strip()),
        "found": found,
        "holders": holders,
        "predecessor": predecessor,
        "units": queries.units_offered(area),
        "here": appoint_url(area, facts.post, replaces=predecessor.pk if predecessor is not None else ""),
    }


def _chosen(request: HttpRequest, viewer: Viewer) -> User | None:
    key = parse_id(request.GET.get("person", ""))
    return directory.reachable(viewer, key) if key is not None else None


def _to_replace(request: HttpRequest, viewer: Viewer, facts: Facts, area: Area) -> Tenure | None:
    key = parse_id(request.GET.get("replaces", ""))
    found = queries.tenure_of(viewer, key) if key is not None else None
    return found if found is not None and (found.post, found.area_id) == (facts.post, area.pk) else None


def explain(form: Form, refusal: Refusal) -> None:
    """A refusal as an error of the form, at its field when it names one that is there."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


def _the_tenure(viewer: Viewer, tenure_id: UUID) -> Tenure:
    """The tenure, for whoever appoints to its post; raises `NotFound`, `NotAllowed`."""
    tenure = queries.tenure_of(viewer, tenure_id)
    if tenure is None:
        raise NotFound("no_tenure", _("There is no such appointment."))
    if not may_appoint(viewer, tenure.post, tenure.area):
        raise NotAllowed("not_your_post", _("Who appoints to this post here is the organisation desk of the area."))
    return tenure


@require_http_methods(["GET", "HEAD", "POST"])
@desk_required
def end(request: HttpRequest, tenure_id: UUID) -> HttpResponse:
    """End an appointment on a day, with a reason; then hand over what is open."""
    viewer = viewer_from(request)
    tenure = _the_tenure(viewer, tenure_id)
    form = EndForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            ended = posts.end_tenure(viewer=viewer, tenure_id=tenure.pk, **form.cleaned_data)
        except Refusal as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("Ended. The role that came with the post ends that day."))
            if ended.until is not None and ended.until <= today() and left.is_anything_left(ended):
                return HttpResponseRedirect(reverse("people:pass_on", args=[ended.pk]))
            return HttpResponseRedirect(reverse("people:person_page", args=[ended.person_id]))
    context = {
        "tenure": tenure,
        "facts": FACTS[tenure.post],
        "crumbs": areas.breadcrumb(tenure.area),
        "form": form,
        "left": left.left_by(tenure.person, tenure.area),
        "links": viewer.covers(DESKS, tenure.area),
        "succeed_url": appoint_url(tenure.area, tenure.post, replaces=tenure.pk),
    }
    return render(request, "people/end_tenure.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_required
def pass_on(request: HttpRequest, tenure_id: UUID) -> HttpResponse:
    """Everything somebody has open where they held a post, and the one step that passes it all on."""
    viewer = viewer_from(request)
    tenure = _the_tenure(viewer, tenure_id)
    chosen = parse_id(request.GET.get("successor", ""))
    people = left.successors(tenure)
    form = HandOverForm(request.POST or None, people=people, chosen=chosen)
    if request.method == "POST" and form.is_valid():
        try:
            done = passing.pass_on(
                viewer=viewer, key=form.key, tenure_id=tenure.pk, successor_id=UUID(form.cleaned_data["successor"])
            )
        except Refusal as refusal:
            explain(form, refusal)
        else:
            params = {"name": done.successor.name, "count": sum(done.passed.values())}
            messages.success(request, _("Handed over to %(name)s: %(count)s open items.") % params)
            return HttpResponseRedirect(reverse("people:person_page", args=[done.successor_id]))
    found = left.left_by(tenure.person, tenure.area)
    context = {
        "tenure": tenure,
        "facts": FACTS[tenure.post],
        "crumbs": areas.breadcrumb(tenure.area),
        "form": form,
        "left": found,
        "links": viewer.covers(DESKS, tenure.area),
        "count": sum(one.count for one in found),
        "people": people,
        "hand_overs": left.hand_overs_of(tenure),
    }
    return render(request, "people/hand_over.html", context, status=422 if form.is_bound else 200)
