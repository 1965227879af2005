"""At the desk: persons who serve in the viewer's area, and one page for each, masked."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dongli.areas import queries as areas
from dongli.areas.models import Area
from dongli.common.clock import today
from dongli.common.errors import NotAllowed, Refusal
from dongli.common.text import strip_controls
from dongli.people.actions import persons as actions
from dongli.people.actions.staffing import give_account
from dongli.people.guards import desk_required, staff_required, viewer_from
from dongli.people.models import Role
from dongli.people.post_forms import AccountForm, MembershipForm
from dongli.people.posts import FACTS, READERS
from dongli.people.queries import persons as queries
from dongli.people.queries.posts import check_reads
from dongli.people.viewer import Viewer
from dongli.people.views.posts import explain


@require_safe
@desk_required
def search(request: HttpRequest) -> HttpResponse:
    """Who serves in the viewer's area: by name or number, post and place."""
    viewer = viewer_from(request)
    if not viewer.paths(*READERS):
        raise NotAllowed("no_posts", _("Your role has no area whose posts you could see."))
    text, post = request.GET.get("q", "")[:40], request.GET.get("post", "")
    area = _area(viewer, strip_controls(request.GET.get("area", ""))[:20])
    page = queries.persons(
        viewer, text=text, area=area, post=post if post in FACTS else "", after=request.GET.get("after", "")
    )
    context = {"page": page, "text": text, "post": post, "area": area, "facts": FACTS.values(), "today": today()}
    return render(request, "people/persons.html", context)


def _area(viewer: Viewer, code: str) -> Area | None:
    if not code:
        return None
    area = areas.area_by_code(code)
    check_reads(viewer, area)
    return area


@require_safe
@staff_required
def page(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One person: posts held and past, cross-posts, roles, absences. Staff see their own page too."""
    return _page(request, person_id)


def _page(request: HttpRequest, person_id: UUID, *, status: int = 200, **shown: Any) -> HttpResponse:
    viewer = viewer_from(request)
    found = queries.person_page(viewer, person_id)
    is_own = viewer.known.pk == found.person.pk
    may_keep = found.knows_membership and not is_own and bool(found.held)
    context = {
        "page": found,
        "person": found.person,
        "today": today(),
        "is_own": is_own,
        "may_search": bool(viewer.paths(*READERS)),
        "membership_form": _membership_form(found) if may_keep else None,
        "account_form": AccountForm(label_suffix="") if _may_give_account(viewer, found) else None,
        "is_administrator": viewer.has(Role.ADMINISTRATOR) and bool(found.person.username),
        **shown,
    }
    return render(request, "people/person_page.html", context, status=status)


def _membership_form(found: queries.PersonPage) -> MembershipForm:
    record = found.membership
    initial = {"member": record is not None, "branch": str(record.organisation_id or "") if record is not None else ""}
    return MembershipForm(branches=list(queries.branches_of(found.person)), initial=initial)


def _may_give_account(viewer: Viewer, found: queries.PersonPage) -> bool:
    """Whether to offer it: the action checks every place."""
    carries = any(FACTS[one.post].role is not None for one in found.held)
    return carries and not found.person.username and viewer.has(Role.ADMINISTRATOR)


@require_POST
@never_cache
@desk_required
def open_number(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Unmask the number; who looked is recorded."""
    number = actions.open_number(viewer=viewer_from(request), person_id=person_id)
    return _page(request, person_id, number=number)


@require_POST
@desk_required
def set_membership(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Record that somebody is a party member, or take that record out."""
    viewer = viewer_from(request)
    person = queries.reachable(viewer, person_id)
    form = MembershipForm(request.POST, branches=list(queries.branches_of(person)))
    if not form.is_valid():
        return _page(request, person_id, status=422, membership_form=form)
    branch = form.branches.get(form.cleaned_data["branch"])
    actions.record_membership(
        viewer=viewer, person_id=person_id, member=form.cleaned_data["member"], organisation=branch
    )
    messages.success(request, _("Recorded."))
    return HttpResponseRedirect(reverse("people:person_page", args=[person_id]))


@require_POST
@never_cache
@desk_required
def add_account(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Let a post-holder log in as staff; the first password is shown once, on the answer to this request."""
    form = AccountForm(request.POST, label_suffix="")
    if form.is_valid():
        try:
            user, password = give_account(
                viewer=viewer_from(request), person_id=person_id, username=form.cleaned_data["username"]
            )
            return render(request, "people/first_password.html", {"person": user, "password": password})
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            explain(form, refusal)
    return _page(request, person_id, status=422, account_form=form)
