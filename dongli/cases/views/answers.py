"""How a step is answered when the phone sends it by itself instead of a person's page: as JSON, no page drawn.

Taken: `{"taken": true, "said": …, "next": …}`. To be mended: problem+json (422) with `fields`. Refusals become
problem+json in the middleware, as everywhere.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from dongli.common.http import is_background, wants_json


def taken(request: HttpRequest, words: str, address: str) -> HttpResponse:
    """The step was taken: on to `address`, where `words` are said, unless it was sent while nobody looked."""
    if not is_background(request):
        messages.success(request, words)
    if wants_json(request):
        return JsonResponse({"taken": True, "said": words, "next": address})
    return redirect(address)


def to_mend(form: forms.Form) -> HttpResponse:
    """What is wrong with each field, in its words: `fields` is a list of `{name, label, errors}`."""
    fields = [
        {"name": name, "label": "" if name == "__all__" else str(form.fields[name].label), "errors": list(errors)}
        for name, errors in form.errors.items()
    ]
    body = {"type": "about:blank", "status": 422, "code": "to_mend", "title": _("Something needs mending")}
    return JsonResponse({**body, "fields": fields}, status=422, content_type="application/problem+json")


def quiet(request: HttpRequest) -> dict[str, Any]:
    """For a page that the phone fetches to keep: what is to be said once is left for the page somebody looks at."""
    return {"messages": []} if is_background(request) else {}
