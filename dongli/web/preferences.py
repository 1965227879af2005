"""How a visitor wants the pages: language, text size, theme. Kept in plain cookies, read on every request."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

YEAR_SECONDS = 365 * 24 * 60 * 60
THEMES = ("auto", "light", "dark")
LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True)
class Preferences:
    """One visitor's choices; the defaults are Chinese, normal text, the phone's own theme."""

    language: str = "zh-hans"
    elder: bool = False
    theme: str = "auto"


def read(request: HttpRequest) -> Preferences:
    """The choices in this request's cookies; anything unknown counts as not chosen."""
    language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    theme = request.COOKIES.get("theme", "")
    return Preferences(
        language=language if language in LANGUAGES else "zh-hans",
        elder=request.COOKIES.get("elder") == "1",
        theme=theme if theme in THEMES else "auto",
    )


def write(response: HttpResponseBase, *, language: str = "", elder: str = "", theme: str = "") -> None:
    """Set the cookies of the choices given; an empty or unknown value leaves its cookie alone."""
    if language in LANGUAGES:
        _keep(response, settings.LANGUAGE_COOKIE_NAME, language)
    if elder in {"0", "1"}:
        _keep(response, "elder", elder)
    if theme in THEMES:
        _keep(response, "theme", theme)


def _keep(response: HttpResponseBase, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=YEAR_SECONDS, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
    )
