"""The doors of the three rooms."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from dongli.web import navigation


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The resident's front page."""
    return render(request, "web/home.html", {"report_url": navigation.address("cases:report")})


@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """The worker's door: today's list when cases offer it."""
    url = navigation.address("cases:today")
    return redirect(url) if url else render(request, "web/work.html")


@require_safe
def work_more(request: HttpRequest) -> HttpResponse:
    """What a worker needs seldom: display, account, the desk."""
    return render(request, "web/work_more.html")


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The desk's door: the queue when cases offer it."""
    url = navigation.address("cases:queue")
    return redirect(url) if url else render(request, "web/desk_home.html")
