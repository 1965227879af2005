"""The doors of the rooms: who is not logged in goes to the log-in, staff without a second factor to its set-up."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dongli.common.errors import NotAllowed, NotLoggedIn
from dongli.common.http import wants_json
from dongli.people.models import Role
from dongli.people.viewer import DESK_ROLES, WORKER_ROLES, Viewer

View = Callable[..., HttpResponseBase]
Test = Callable[[Viewer], bool]


@dataclass(frozen=True)
class Room:
    """Who may enter: holders of one of `roles`, wherever they hold it; with none, whoever has logged in.

    A guarded view carries its room as `view.room`, so that the page on permissions says what the guard does.
    """

    name: str
    roles: frozenset[str] = frozenset()

    def admits(self, viewer: Viewer) -> bool:
        return not self.roles or bool(viewer.roles & self.roles)


EVERYBODY = Room("everybody")
STAFF = Room("staff", frozenset(str(role) for role in Role))
WORK = Room("work", WORKER_ROLES | DESK_ROLES)
DESK = Room("desk", DESK_ROLES)
MEMBERS = Room("members", WORK.roles)
"""As the worker's room; heads of a compound's branch enter by their post."""
ADMINISTRATION = Room("administration", frozenset({str(Role.ADMINISTRATOR)}))
AUDIT = Room("audit", frozenset({str(Role.AUDITOR)}))
ROOMS = (EVERYBODY, STAFF, WORK, MEMBERS, DESK, ADMINISTRATION, AUDIT)


def viewer_from(request: HttpRequest) -> Viewer:
    """`request.viewer`, typed."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # set by ViewerMiddleware
    return viewer


def login_required(view: View) -> View:
    """Only for those who have logged in; others go to the log-in and come back."""
    return _guard(view, EVERYBODY)


def staff_required(view: View) -> View:
    """Whoever holds any role at all."""
    return _guard(view, STAFF)


def worker_required(view: View) -> View:
    """The worker's room: grid workers, captains, and whoever runs a desk."""
    return _guard(view, WORK)


def desk_required(view: View) -> View:
    """The desk: any role that opens it."""
    return _guard(view, DESK)


def administrator_required(view: View) -> View:
    """Pages of the administrator."""
    return _guard(view, ADMINISTRATION)


def auditor_required(view: View) -> View:
    """Pages of the auditor."""
    return _guard(view, AUDIT)


def _anybody(viewer: Viewer) -> bool:
    return True


def check_room(request: HttpRequest, test: Test) -> HttpResponseBase | None:
    """A redirect to what is still missing, or None when `test` holds; raises `NotAllowed` when it does not.

    For views that cannot use a decorator.
    """
    viewer = viewer_from(request)
    if not viewer.is_authenticated:
        return _send(request, settings.LOGIN_URL if test is _anybody else reverse("staff_login"))
    if viewer.needs_second_factor and not test(viewer):
        return _send(request, reverse("second_factor"))
    if viewer.known.must_change_password and viewer.is_staff_member and test is not _anybody:
        return _send(request, reverse("account_change_password"))
    if not test(viewer):
        raise NotAllowed("no_desk", _("Your account has no role for this page. Ask your administrator if it should."))
    return None


def _guard(view: View, room: Room) -> View:
    test = room.admits if room.roles else _anybody

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return check_room(request, test) or view(request, *args, **kwargs)

    guarded.room = room  # type: ignore[attr-defined]  # read by `people.rooms`
    return guarded


def _send(request: HttpRequest, address: str) -> HttpResponseBase:
    """To `address`, and back to this page afterwards; htmx is told to leave the page as a whole, a machine is told."""
    if wants_json(request):
        raise NotLoggedIn("log_in", _("Please sign in again. What was not sent is kept on this phone."))
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else "/"
    where = f"{address}?{urlencode({'next': back})}"
    if request.headers.get("HX-Request"):
        response = HttpResponseRedirect(where)
        response.status_code = 200
        response.headers["HX-Redirect"] = where
        del response.headers["Location"]
        return response
    return HttpResponseRedirect(where)
