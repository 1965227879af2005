"""Pages for what went wrong: each says what happened and what can be done."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from dongli.common.errors import Refusal
from dongli.common.http import wants_json


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal as problem+json (RFC 9457), as a toast for htmx, or as a page."""
    if wants_json(request):
        return problem(refusal.status, refusal.code, str(refusal.message), refusal.field)
    if request.headers.get("HX-Request") == "true":
        return toast_refusal(request, str(refusal.message), refusal.status)
    context = {"message": refusal.message, "code": refusal.code, "title": heading(refusal.status)}
    return render(request, "web/refusal.html", context, status=refusal.status)


def problem(status: int, code: str, message: str, field: str | None = None) -> HttpResponse:
    """A problem+json body; `field` names the input to mend."""
    body = {"type": "about:blank", "status": status, "code": code, "title": message}
    if field:
        body["field"] = field
    return JsonResponse(
        body, status=status, content_type="application/problem+json", json_dumps_params={"ensure_ascii": False}
    )


def toast_refusal(request: HttpRequest, message: str, status: int) -> HttpResponse:
    """A fragment that htmx adds to the toasts instead of the place it aimed at."""
    html = render_to_string("web/components/toast.html", {"message": message, "tone": "bad"}, request)
    return HttpResponse(html, status=status, headers={"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"})


def heading(status: int) -> str:
    """What a refusal of this kind is called on its page."""
    headings = {
        403: _("You may not do this here"),
        404: _("There is no such page"),
        422: _("Something needs mending"),
        429: _("Too many tries"),
    }
    return headings.get(status, _("This was not possible"))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what was sent cannot be read; 413 when it was too much."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return too_large(request)
    return _page(
        request,
        400,
        _("This address or form could not be read"),
        _("Go back and try again. If a link brought you here, it may have been cut short."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: not for this visitor."""
    return _page(
        request,
        403,
        _("You may not see this page"),
        _("If it belongs to your work, sign in with your work account, or ask your administrator for the role."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's token is missing or old."""
    return _page(
        request,
        403,
        _("The page had been open too long"),
        _("Go back, reload and send again. What you typed is usually still there. Cookies must be allowed."),
        code="csrf",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing here, or nothing this visitor may know of."""
    return _page(
        request,
        404,
        _("There is no such page"),
        _("Check the address. “My appeals” shows yours once you sign in with the phone they were filed with."),
    )


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more was sent than is taken."""
    return _page(request, 413, _("That was too much at once"), _("Send fewer or smaller photos, and shorten the text."))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault."""
    return _page(
        request,
        500,
        _("Something broke on our side"),
        _("It has been logged. Try again in a few minutes; what was sent is kept. In danger, call 110, 119 or 120."),
    )


def _page(request: HttpRequest, status: int, title: str, message: str, *, code: str = "error") -> HttpResponse:
    if wants_json(request):
        return problem(status, code, title)
    if request.headers.get("HX-Request") == "true":
        return toast_refusal(request, f"{title}。{message}" if status != 404 else title, status)
    return render(request, "web/refusal.html", {"title": title, "message": message}, status=status)
