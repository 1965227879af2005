"""Saved views: keep what is seen under a name, see one's own, remove one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dongli.cases.actions import viewing
from dongli.cases.models import SavedView
from dongli.cases.views.sieve import kept
from dongli.common.errors import Invalid
from dongli.people.guards import desk_required, viewer_from


@desk_required
@require_safe
def views(request: HttpRequest) -> HttpResponse:
    """One's own views, to open or remove."""
    return render(request, "cases/desk/views.html", _context(request))


def _context(request: HttpRequest) -> dict[str, object]:
    return {"views": SavedView.objects.filter(user=viewer_from(request).known), "most": viewing.MAX_VIEWS}


@desk_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the queue as it was asked for (`query`) under `name`, and show it."""
    asked = QueryDict(request.POST.get("query", "")[:2000])
    name = request.POST.get("name", "")
    try:
        saved = viewing.save_view(viewer=viewer_from(request), name=name, parts=kept(asked))
    except Invalid as refusal:
        context = {"refusal": refusal.message, "name": name, "query": asked.urlencode()}
        return render(request, "cases/desk/views.html", _context(request) | context, status=422)
    messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
    return HttpResponseRedirect(f"{reverse('desk_queue')}?{saved.query}")


@desk_required
@require_POST
def drop(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Remove one."""
    dropped = viewing.drop_view(viewer=viewer_from(request), view_id=view_id)
    messages.success(request, _("“%(name)s” is removed.") % {"name": dropped.name})
    return HttpResponseRedirect(reverse("desk_views"))
