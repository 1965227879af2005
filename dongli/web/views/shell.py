"""Preferences, health, and the small files that browsers and crawlers ask for."""

import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from dongli.web import preferences

# What the phone's room is drawn with, kept by its service worker: every script but the map's and the desk's.
_SCRIPTS = Path(__file__).parent.parent / "static" / "js"
_ELSEWHERE = {"service.js", "map.js", "desk-keys.js"}
SHELL = (
    "css/tokens.css", "css/resident.css", "css/components.css", "css/print.css", "cases/worker.css",
    "cases/casefile.css", "cases/desk.js", "img/icons.svg", "img/mark.svg", "img/mark-192.png", "npm/htmx/htmx.min.js",
    *(f"js/{path.name}" for path in sorted(_SCRIPTS.glob("*.js")) if path.name not in _ELSEWHERE),
)  # fmt: skip


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


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker of `/work/`: a few lines that change whenever a file of the phone's room does."""
    shell = [static(name) for name in SHELL]
    options = {
        "version": hashlib.sha256(" ".join(shell).encode()).hexdigest()[:12],
        "shell": shell,
        "hashed": shell != [f"{settings.STATIC_URL}{name}" for name in SHELL],
        "hours": settings.OFFLINE_HOURS,
        "noSignal": "/work/no-signal/",
    }
    script = f'import {{ start }} from "{static("js/service.js")}";\nstart({json.dumps(options)});\n'
    return HttpResponse(script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest: a worker installs the phone room."""
    body = {
        "id": "/work/",
        "name": _("Dongli"),
        "short_name": _("Dongli"),
        "lang": preferences.read(request).language,
        "start_url": "/work/",
        "scope": "/",  # a whistle or a resident's number lies outside /work/ and stays in the same window
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "icons": [
            {"src": static("img/mark.svg"), "sizes": "any", "type": "image/svg+xml"},
            *(_icon(size, purpose) for size in (192, 512) for purpose in ("any", "maskable")),
        ],
    }
    return JsonResponse(body, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


def _icon(size: int, purpose: str) -> dict[str, str]:
    src = static(f"img/mark-{size}.png")
    return {"src": src, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
