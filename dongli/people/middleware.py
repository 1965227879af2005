"""Who is looking: `request.viewer`, worked out when first asked for; and staff sessions that time out when idle."""

from collections.abc import Callable
from time import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from dongli.common.ids import new_id
from dongli.people import second_factor
from dongli.people.models import User
from dongli.people.viewer import Viewer

DEVICE_COOKIE = "device"
DEVICE_SECONDS = 400 * 24 * 3600
SEEN_KEY = "staff_seen"
SEEN_EVERY_SECONDS = 60


class ViewerRequest(HttpRequest):
    """What views may rely on after the middleware; for annotations."""

    viewer: Viewer
    needs_second_factor: bool
    device: str


class LazyViewer(SimpleLazyObject[Viewer]):
    """A viewer that asks the database only when a page asks the viewer; `dataclasses.replace` works on it."""

    __dataclass_fields__ = Viewer.__dataclass_fields__


class ViewerMiddleware:
    """Sets `request.viewer`, `request.needs_second_factor` and `request.device`.

    The anonymous visitor costs no query. Polls that must not keep a session alive send the header `X-Background: 1`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.signer = Signer(salt="dongli.device")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_idle(request):
            logout(request)
            messages.info(request, _("You were logged out after a while without activity."))
            if request.method in {"GET", "HEAD"} and not request.headers.get("HX-Request"):
                return HttpResponseRedirect(request.get_full_path())
        device, known = self._device(request)
        viewer = LazyViewer(lambda: viewer_of(request))
        setattr(request, "viewer", viewer)  # noqa: B010 (HttpRequest does not declare it)
        setattr(request, "needs_second_factor", SimpleLazyObject(lambda: viewer.needs_second_factor))  # noqa: B010
        setattr(request, "device", device)  # noqa: B010
        response = self.get_response(request)
        if not known and request.method == "POST":
            self._remember(response, device)
        return response

    def _device(self, request: HttpRequest) -> tuple[str, bool]:
        """The id in the signed cookie, and whether there was one."""
        try:
            return self.signer.unsign(request.COOKIES.get(DEVICE_COOKIE, "")), True
        except BadSignature:
            return str(new_id()), False

    def _remember(self, response: HttpResponse, device: str) -> None:
        response.set_cookie(
            DEVICE_COOKIE,
            self.signer.sign(device),
            max_age=DEVICE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )


def viewer_of(request: HttpRequest) -> Viewer:
    """The viewer of this request; grants count only once the session has passed the second factor."""
    if not request.user.is_authenticated:
        return Viewer.nobody()
    user = getattr(request.user, "_wrapped", request.user)
    viewer = Viewer.of(user)
    if viewer.held and isinstance(user, User) and not second_factor.passed(request, user):
        return viewer.without_grants()
    return viewer


def _is_idle(request: HttpRequest) -> bool:
    """Whether a staff session was left alone too long; notes activity at most once a minute."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    seen = request.session.get(SEEN_KEY)
    if seen is None:
        return False
    moment = time()
    if moment - seen > settings.STAFF_IDLE_SECONDS:
        return True
    if moment - seen > SEEN_EVERY_SECONDS and request.headers.get("X-Background") != "1":
        request.session[SEEN_KEY] = moment
    return False


def start_idle_clock(request: HttpRequest) -> None:
    """From now on this session ends when idle; called when staff log in."""
    request.session[SEEN_KEY] = time()
