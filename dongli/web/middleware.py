"""Round every request: clean input, the visitor's language, and refusals rendered once."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from django.utils.cache import patch_vary_headers

from dongli.common.errors import Refusal
from dongli.web import preferences
from dongli.web.views.errors import bad_request, refused

PERMISSIONS = "geolocation=(self), camera=(self), microphone=(), payment=()"
Next = Callable[[HttpRequest], HttpResponse]


class CleanInputMiddleware:
    """Answers 400 to addresses that no page of ours can mean: NUL bytes and text that is not UTF-8.

    Form values are cleaned by `common.text.clean`; their encoding errors become U+FFFD in Django.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_malformed(request):
            return bad_request(request)
        return self.get_response(request)


def is_malformed(request: HttpRequest) -> bool:
    """Whether the path or the query string holds a NUL byte or is not UTF-8."""
    if "\x00" in request.path or "\ufffd" in request.path_info:
        return True
    query = request.META.get("QUERY_STRING", "")
    if "%00" in query or "\x00" in query:
        return True
    return any("\ufffd" in value or "\ufffd" in name for name, values in request.GET.lists() for value in values)


class LanguageMiddleware:
    """Chinese unless the visitor chose English; the browser's own list is not asked."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = preferences.read(request).language
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Cookie",))
        return response


class RefusalMiddleware:
    """Renders a `Refusal` that a view let through: a page, a toast for htmx, or problem+json."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The answer to a refusal; anything else goes on to Django."""
        if isinstance(exception, Refusal):
            return refused(request, exception)
        if isinstance(exception, MultiPartParserError | BadRequest):
            return bad_request(request)
        return None
