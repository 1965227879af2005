"""How long personal data are kept: read by everybody at a desk, changed by the city's administrator."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from dongli.cases import access
from dongli.cases.actions import retaining
from dongli.cases.policy import catalogue
from dongli.common.clock import today
from dongli.common.errors import Invalid
from dongli.people.guards import desk_required, viewer_from
from dongli.people.viewer import Viewer


class RetentionForm(forms.Form):
    """A class, or all without a period of their own, and for how many days after its end what is kept."""

    category = forms.ChoiceField(label=gettext_lazy("Class"), required=False)
    contact_days = forms.IntegerField(label=gettext_lazy("Contact and numbers in the words, days"))
    text_days = forms.IntegerField(label=gettext_lazy("Words, photos and notes, days"))

    def __init__(self, data: Any = None, *, classes: dict[str, str]) -> None:
        super().__init__(data, label_suffix="")
        self.fields["category"].choices = [("", _("All classes without their own")), *classes.items()]  # type: ignore[attr-defined]  # ChoiceField


@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def retention(request: HttpRequest) -> HttpResponse:
    """The periods in force; posted, one is set from today."""
    viewer = viewer_from(request)
    names = {one.code: one.name for one in catalogue(today())}
    form = RetentionForm(request.POST or None, classes=names)
    if request.method == "POST" and form.is_valid() and _is_set(viewer, form):
        messages.success(request, _("Set from today."))
        return HttpResponseRedirect(reverse("desk_retention"))
    context = {
        "rows": [(one, names.get(one.category_code, one.category_code)) for one in retaining.periods(today())],
        "form": form,
        "may_change": _may_change(viewer),
    }
    return render(request, "cases/desk/retention.html", context, status=422 if form.is_bound else 200)


def _may_change(viewer: Viewer) -> bool:
    return any(path.count("/") == 1 for path in viewer.paths(*access.POLICY_ROLES))


def _is_set(viewer: Viewer, form: RetentionForm) -> bool:
    try:
        retaining.set_retention(viewer=viewer, **form.cleaned_data)
    except Invalid as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        return False
    return True


@desk_required
@require_POST
def drop(request: HttpRequest) -> HttpResponse:
    """From today the class is kept as all others are."""
    retaining.drop_retention(viewer=viewer_from(request), category=request.POST.get("category", "")[:12])
    messages.success(request, _("Set from today."))
    return HttpResponseRedirect(reverse("desk_retention"))
