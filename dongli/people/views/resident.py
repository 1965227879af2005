"""My account: what is known of me, my compound, and who has looked."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dongli.areas import queries as areas
from dongli.areas.models import Level
from dongli.common.masking import mask_phone
from dongli.people import actions, look_words, queries
from dongli.people.forms import MessageLanguageForm
from dongli.people.guards import login_required, viewer_from
from dongli.people.queries.careers import own_file


@require_safe
@login_required
def me(request: HttpRequest) -> HttpResponse:
    """My account."""
    viewer = viewer_from(request)
    user = viewer.known
    context = {
        "phone": mask_phone(user.phone) if user.phone else "",
        "home": user.home,
        "language_form": MessageLanguageForm(initial={"language": user.language}),
        "looked_at": [
            (one, look_words.opened(one.field), look_words.why(one.reason)) for one in queries.looked_at(viewer)
        ],
        "has_career": viewer.is_staff_member and own_file(viewer) is not None,
    }
    return render(request, "people/me.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def home(request: HttpRequest) -> HttpResponseBase:
    """Choose “my compound”, level by level or by its name; the choice is remembered, an empty one forgotten."""
    viewer = viewer_from(request)
    if request.method == "POST":
        code = request.POST.get("home", "").strip()
        actions.set_home(viewer=viewer, area=areas.area_by_code(code) if code else None)
        return HttpResponseRedirect(reverse("people:me"))
    sought = request.GET.get("q", "")[:60]
    inside = areas.area_by_code(request.GET["in"]) if request.GET.get("in") else areas.city()
    context = {
        "sought": sought,
        "inside": inside,
        "path": areas.breadcrumb(inside)[:-1],
        "places": areas.search(sought, levels=(Level.COMMUNITY, Level.COMPOUND)) if sought else areas.children(inside),
        "home": viewer.known.home,
    }
    return render(request, "people/home.html", context)


@require_POST
@login_required
def set_language(request: HttpRequest) -> HttpResponseBase:
    """In which language messages are sent to me."""
    actions.set_language(viewer=viewer_from(request), language=request.POST.get("language", ""))
    return HttpResponseRedirect(reverse("people:me"))
