"""A worker's own record, on phone and desk, and contesting it."""

from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dongli.common.errors import Conflict, Invalid, NotFound
from dongli.people import career_records as records
from dongli.people.actions import career_contests
from dongli.people.career_forms import ContestForm
from dongli.people.guards import View, login_required, staff_required, viewer_from
from dongli.people.models import CareerFile
from dongli.people.queries import careers as queries
from dongli.people.views.careers import explain


def in_full(view: View) -> View:
    """For whoever is logged in with all that their account asks for: staff not before the second factor."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        half = viewer_from(request).needs_second_factor
        return (staff_required if half else login_required)(view)(request, *args, **kwargs)

    return guarded


@require_safe
@in_full
def my_career(request: HttpRequest) -> HttpResponse:
    """My grade and pay with the explanation, my facts, what was known when, my contests."""
    file = queries.own_file(viewer_from(request))
    asked = records.asked(request.GET)
    found = records.record(file, asked) if file is not None else None
    return render(request, "people/careers/mine.html", {"record": found, "asked": asked, "file": file})


@require_http_methods(["GET", "HEAD", "POST"])
@in_full
def contest(request: HttpRequest) -> HttpResponseBase:
    """Contest my record, or one fact of it."""
    viewer = viewer_from(request)
    file = queries.own_file(viewer)
    if file is None:
        raise NotFound("no_file", _("There is no pay record of yours here."))
    form = ContestForm(request.POST or None, facts=_facts(file), initial={"fact": request.GET.get("fact", "")})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            career_contests.contest(viewer=viewer, key=form.key, words=data["words"], fact_id=data["fact"])
            messages.success(request, _("Sent. The organisation desk answers here, and you are told."))
            return HttpResponseRedirect(reverse("people:my_career"))
        except (Invalid, Conflict) as refusal:
            explain(form, refusal)
    return render(request, "people/careers/contesting.html", {"form": form}, status=422 if form.errors else 200)


def _facts(file: CareerFile) -> list[tuple[str, str]]:
    shown = records.record(file, records.asked({})).facts
    return [(str(one.fact.pk), f"{one.fact.get_kind_display()}: {one.said} ({one.fact.since})") for one in shown]
