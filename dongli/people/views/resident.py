"""My account: what is known of me, my compound, and who has looked."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dongli.areas.queries import area_by_code
from dongli.common.masking import mask_phone
from dongli.people import actions, queries
from dongli.people.forms import HomeForm, MessageLanguageForm
from dongli.people.guards import login_required, viewer_from


@require_safe
@login_required
def me(request: HttpRequest) -> HttpResponse:
    """My account."""
    viewer = viewer_from(request)
    user = viewer.known
    context = {
        "phone": mask_phone(user.phone) if user.phone else "",
        "home": user.home,
        "home_form": HomeForm(initial={"home": user.home.code if user.home else ""}),
        "language_form": MessageLanguageForm(initial={"language": user.language}),
        "looked_at": queries.looked_at(viewer),
    }
    return render(request, "people/me.html", context)


@require_POST
@login_required
def set_home(request: HttpRequest) -> HttpResponseBase:
    """Remember or forget “my compound”."""
    form = HomeForm(request.POST)
    code = form.cleaned_data["home"].strip() if form.is_valid() else ""
    actions.set_home(viewer=viewer_from(request), area=area_by_code(code) if code else None)
    return HttpResponseRedirect(reverse("people:me"))


@require_POST
@login_required
def set_language(request: HttpRequest) -> HttpResponseBase:
    """In which language messages are sent to me."""
    actions.set_language(viewer=viewer_from(request), language=request.POST.get("language", ""))
    return HttpResponseRedirect(reverse("people:me"))
