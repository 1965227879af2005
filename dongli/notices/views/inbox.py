"""My notifications, in whichever room one is, and the count at the bell."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from dongli.notices import actions, kinds, queries
from dongli.people.guards import login_required, viewer_from


@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """What I was told, newest first."""
    viewer = viewer_from(request)
    rows, cursor = queries.inbox(viewer, after=request.GET.get("after", ""))
    context = {
        "base": "web/desk.html" if viewer.is_desk else "web/worker.html" if viewer.is_worker else "web/resident.html",
        "rows": [(row, kinds.word(row.kind, row.params)) for row in rows],
        "next_cursor": cursor,
        "unread": queries.unread_count(viewer),
    }
    return render(request, "notices/inbox.html", context)


@require_POST
@login_required
def read(request: HttpRequest, notification_id: UUID) -> HttpResponseBase:
    """Note it as read and go to what it is about."""
    found = actions.mark_read(viewer=viewer_from(request), notification_id=notification_id)
    if found.url.startswith("/") and url_has_allowed_host_and_scheme(found.url, allowed_hosts=None):
        return HttpResponseRedirect(found.url)
    return HttpResponseRedirect(reverse("notices:inbox"))


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponseBase:
    """Note everything as read."""
    actions.mark_all_read(viewer=viewer_from(request))
    return HttpResponseRedirect(reverse("notices:inbox"))


@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """The count beside the bell, for polling (with `X-Background: 1`): empty for nobody and for zero."""
    viewer = viewer_from(request)
    number = queries.unread_count(viewer)
    etag = f'"{number}-{get_language()}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    response = render(request, "notices/bell.html", {"number": number})
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response
