"""What a request asks for, whatever page it asks."""

from django.http import HttpRequest


def wants_json(request: HttpRequest) -> bool:
    """Whether a machine asked: an API address, or an Accept header that names JSON and not HTML."""
    accept = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or ("json" in accept and "html" not in accept)


def is_background(request: HttpRequest) -> bool:
    """Whether the browser asked by itself (a poll, a page kept for later), not a person: `X-Background: 1`."""
    return request.headers.get("X-Background") == "1"
