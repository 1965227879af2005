"""An administrator and one account: its roles, granting one step by step, ending one."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dongli.areas import queries as areas
from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.errors import NotFound, Refusal
from dongli.common.text import strip_controls
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.people import actions, queries
from dongli.people.actions.roles import ADMINISTERING, IN_ORGANISATIONS, ROLE_LEVELS
from dongli.people.grant_forms import EndForm, GrantForm
from dongli.people.guards import administrator_required, viewer_from
from dongli.people.models import Role, User
from dongli.people.queries import permissions
from dongli.people.role_words import GIVES
from dongli.people.viewer import Viewer

LONGEST = 50
MOST = 200
KINDS = {
    Role.DEPARTMENT_OFFICER: (OrganisationKind.DEPARTMENT,),
    Role.UNIT_OFFICER: (OrganisationKind.LINKED_UNIT, OrganisationKind.PROPERTY_FIRM),
}
"""Which organisations are offered for a role that is held in one."""


@require_safe
@administrator_required
def person(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """One account: roles held and past, and what an administrator may do."""
    return render(request, "people/person.html", person_context(viewer_from(request), user_id))


def person_context(viewer: Viewer, user_id: UUID, **more: Any) -> dict[str, Any]:
    user = queries.account(viewer, user_id)
    grants = queries.grants_of(user)
    return {"person": user, "grants": grants, "now": now(), "end_form": EndForm(auto_id=False), **more}


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def grant(request: HttpRequest, user_id: UUID) -> HttpResponseBase:
    """Choose a role, then where it is held, then from when, until when and why; posted, it is granted."""
    viewer = viewer_from(request)
    user = queries.account(viewer, user_id)
    if request.method != "POST":
        return render(request, "people/grant.html", _grant_context(request, viewer, user, None))
    form = GrantForm(request.POST)
    if form.is_valid() and _is_granted(viewer, user, form):
        return HttpResponseRedirect(reverse("people:person", args=[user.pk]))
    return render(request, "people/grant.html", _grant_context(request, viewer, user, form), status=422)


def _is_granted(viewer: Viewer, user: User, form: GrantForm) -> bool:
    data = form.cleaned_data
    role = Role(data["role"])
    try:
        actions.grant_role(
            viewer=viewer,
            user=user,
            role=role,
            since=form.began,
            until=form.ends,
            reason=data["reason"],
            **_place(role, data["place"]),
        )
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


def _place(role: Role, code: str) -> dict[str, Any]:
    """The area or organisation that was chosen."""
    if role not in IN_ORGANISATIONS:
        return {"area": areas.area_by_code(code)}
    found = Organisation.objects.filter(code=strip_controls(code), dissolved_on=None).select_related("area").first()
    if found is None:
        raise NotFound("no_organisation", _("There is no such organisation. Please choose it from the list."))
    return {"organisation": found}


def _grant_context(request: HttpRequest, viewer: Viewer, user: User, form: GrantForm | None) -> dict[str, Any]:
    """The step that is next: the role, the place, or the days; what was chosen before stays in the address."""
    data = request.POST if form is not None else request.GET
    role = Role(data.get("role", "")) if data.get("role", "") in Role.values else None
    chosen = _chosen(role, strip_controls(data.get("place", ""))[:60])
    start = {"role": role, "place": chosen.code if chosen is not None else ""}
    return {
        "person": user,
        "roles": [(one, GIVES[one]) for one in Role],
        "role": role,
        "gives": GIVES[role] if role is not None else "",
        "chosen": chosen,
        "form": form or GrantForm(initial={**start, "since": request.GET.get("since", "")}),
        "step": 1 if role is None else 2 if chosen is None else 3,
        **(_offered(request, viewer, role) if role is not None and chosen is None else {}),
    }


def _chosen(role: Role | None, code: str) -> Area | Organisation | None:
    if role is None or not code:
        return None
    if role in IN_ORGANISATIONS:
        return Organisation.objects.filter(code=code, dissolved_on=None, kind__in=KINDS[role]).first()
    return Area.objects.active().filter(code=code, level__in=ROLE_LEVELS[role]).first()


def _offered(request: HttpRequest, viewer: Viewer, role: Role) -> dict[str, Any]:
    """Where the role can be held: what a name finds, or what lies at the place one has come down to."""
    paths = viewer.paths(*ADMINISTERING)
    words = strip_controls(request.GET.get("q", "")).strip()[:LONGEST]
    inside = _inside(viewer, paths, strip_controls(request.GET.get("in", ""))[:20])
    context: dict[str, Any] = {"words": words, "inside": inside, "crumbs": areas.breadcrumb(inside) if inside else []}
    if role in IN_ORGANISATIONS:
        return context | _organisations(paths, words, inside, role)
    levels = ROLE_LEVELS[role]
    if words:
        roots = Area.objects.filter(path__in=paths)
        found = {one.pk: one for root in roots for one in areas.search(words, within=root, levels=levels)}
        return context | {"places": list(found.values()), "parts": []}
    here = [inside, *areas.children(inside)] if inside is not None else list(Area.objects.filter(path__in=paths))
    deepest = max(level.depth for level in levels)
    return context | {
        "places": [one for one in here if one.level in levels],
        "parts": [one for one in here if one != inside and one.depth < deepest],
    }


def _inside(viewer: Viewer, paths: list[str], code: str) -> Area | None:
    """The place one has come down to, or where the only area one administers begins."""
    if code:
        found = Area.objects.active().filter(code=code).first()
        return found if viewer.covers(ADMINISTERING, found) else None
    return Area.objects.filter(path=paths[0]).first() if len(paths) == 1 else None


def _organisations(paths: list[str], words: str, inside: Area | None, role: Role) -> dict[str, Any]:
    if words:
        return {"units": permissions.organisations(paths, words, KINDS[role], limit=MOST), "parts": []}
    if inside is None:
        return {"units": [], "parts": list(Area.objects.filter(path__in=paths))}
    here = Organisation.objects.filter(area=inside, kind__in=KINDS[role], dissolved_on=None).select_related("area")
    return {"units": list(here.order_by("pinyin", "code")[:MOST]), "parts": list(areas.children(inside))}


@require_POST
@administrator_required
def end_grant(request: HttpRequest, grant_id: UUID) -> HttpResponseBase:
    """End a role at once, or put a date on its end."""
    viewer = viewer_from(request)
    form = EndForm(request.POST, auto_id=False)
    found = permissions.grant_to_end(viewer, grant_id)
    if form.is_valid():
        try:
            actions.end_grant(viewer=viewer, grant_id=grant_id, at=form.ends, reason=form.cleaned_data["reason"])
            return HttpResponseRedirect(reverse("people:person", args=[found.user_id]))
        except Refusal as refusal:
            form.add_error("last" if refusal.field == "at" else None, str(refusal))
    context = person_context(viewer, found.user_id, ending=found, end_form=form)
    return render(request, "people/person.html", context, status=422)


@require_safe
@administrator_required
def ending(request: HttpRequest) -> HttpResponse:
    """Roles of the viewer's area that have an end date, the soonest first."""
    page = permissions.ending(viewer_from(request), after=request.GET.get("after", ""))
    return render(request, "people/ending.html", {"page": page})
