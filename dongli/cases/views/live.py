"""Answers to the poll of a live region (live.js): the fragment and its tag, or 304."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render


def live_answer(
    request: HttpRequest, template: str, *, tag: str, context: Callable[[], dict[str, object]]
) -> HttpResponse:
    """304 when the browser holds `tag` already; the fragment otherwise. `context` is worked out only then."""
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    response = render(request, template, context())
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "no-store"
    return response
