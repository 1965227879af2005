"""The doors of the three rooms."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from dongli.cases import wording
from dongli.cases.queries import lists
from dongli.cases.queries.nearby import events_of
from dongli.cases.queries.resident import compound_counts
from dongli.people.guards import viewer_from, worker_required
from dongli.web import navigation

RECENT = 3


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The resident's front page; with one's own compound and latest appeals after signing in."""
    viewer = viewer_from(request)
    context: dict[str, object] = {"looks": wording.CASE_LOOKS}
    if viewer.user is not None:
        context["counts"] = compound_counts(viewer.user.home) if viewer.user.home is not None else None
        context["events"] = events_of(viewer.user.home) if viewer.user.home is not None else []
        context["recent"] = lists.my_cases(viewer).rows[:RECENT]
    return render(request, "web/home.html", context)


@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """The worker's door."""
    return redirect("work_today")


@require_safe
@worker_required
def work_more(request: HttpRequest) -> HttpResponse:
    """What a worker needs seldom: notifications, account, the desk, display."""
    return render(request, "web/work_more.html")


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The desk's door."""
    return redirect(navigation.landing(viewer_from(request)))
