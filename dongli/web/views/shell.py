"""Preferences, health, and the small files that browsers and crawlers ask for."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from dongli.web import preferences


@require_POST
def set_preferences(request: HttpRequest) -> HttpResponse:
    """Keep the choices posted (language, elder, theme) and go back to the page they were made on."""
    response = HttpResponseRedirect(_safe_next(request))
    preferences.write(
        response,
        language=request.POST.get("language", ""),
        elder=request.POST.get("elder", ""),
        theme=request.POST.get("theme", ""),
    )
    return response


def _safe_next(request: HttpRequest) -> str:
    url = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if allowed and "\x00" not in url else "/"


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the process answers and the database does; 503 when the database does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ok": False, "database": False}, status=503)
    return JsonResponse({"ok": True, "database": True})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Crawlers may read the front page only: appeals live behind secret links."""
    return HttpResponse("User-agent: *\nAllow: /$\nDisallow: /\n", content_type="text/plain; charset=utf-8")


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest: a worker installs the phone room."""
    body = {
        "name": _("Dongli"),
        "short_name": _("Dongli"),
        "lang": preferences.read(request).language,
        "start_url": "/work/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "icons": [
            {"src": static("img/mark.svg"), "sizes": "any", "type": "image/svg+xml"},
            {"src": static("img/mark-192.png"), "sizes": "192x192", "type": "image/png", "purpose": "any maskable"},
            {"src": static("img/mark-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "any maskable"},
        ],
    }
    return JsonResponse(body, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})
