"""The doors of the three rooms."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from dongli.cases.queries.resident import compound_counts
from dongli.people.guards import viewer_from, worker_required


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The resident's front page; with one's own compound when it is known."""
    user = viewer_from(request).user
    compound = user.home if user is not None else None
    return render(request, "web/home.html", {"counts": compound_counts(compound) if compound is not None else None})


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
    return redirect("desk_queue")
