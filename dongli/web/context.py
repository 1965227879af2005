"""What every page's frame needs."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.utils.translation import gettext as _

from dongli.cases.models import Task
from dongli.cases.queries import whistles
from dongli.people import offline
from dongli.people.models import Role
from dongli.people.viewer import Viewer
from dongli.web import navigation, preferences


@dataclass(frozen=True)
class UserLink:
    """A line in the user's menu."""

    url: str
    label: str
    icon: str


class Shell:
    """The frame of one page; what a page does not show is not worked out."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def product(self) -> str:
        """The product's name in the visitor's language."""
        return _("Dongli")

    @property
    def demo(self) -> bool:
        """Whether this is the demonstration."""
        return bool(settings.DEMO)

    @cached_property
    def preferences(self) -> preferences.Preferences:
        """The visitor's choices."""
        return preferences.read(self._request)

    @property
    def owner(self) -> str:
        """Under which name this phone keeps the visitor's pages and waiting steps; "" when nobody is signed in."""
        session = getattr(self._request, "session", None)
        return offline.owner(session.get(SESSION_KEY)) if session is not None else ""

    @property
    def search_url(self) -> str:
        """Where the desk's search goes; nowhere for those who see no cases."""
        return navigation.address("desk_queue") if self.viewer.has(*navigation.CASE_ROLES) else ""

    @property
    def login_url(self) -> str:
        """Where one signs in."""
        return navigation.address("account_login")

    @property
    def logout_url(self) -> str:
        """Where the sign-out button posts to."""
        return navigation.address("account_logout")

    @cached_property
    def viewer(self) -> Viewer:
        """Who is looking; nobody where the middleware has not run (an early error page)."""
        return getattr(self._request, "viewer", None) or Viewer.nobody()

    @property
    def hears_emergencies(self) -> bool:
        """Whether emergency whistles ring on this viewer's pages."""
        return self.viewer.has(Role.DEPARTMENT_OFFICER)

    @cached_property
    def ringing(self) -> list[Task]:
        """The emergencies that wait for the viewer's departments to acknowledge them."""
        return whistles.ringing(self.viewer)

    @property
    def bell_url(self) -> str:
        """Where the count of unread notifications comes from."""
        return navigation.address("notices:bell")

    @property
    def inbox_url(self) -> str:
        """Where the notifications are."""
        return navigation.address("notices:inbox")

    @property
    def user_links(self) -> list[UserLink]:
        """The lines of the user's menu."""
        viewer = self.viewer
        rows = [
            ("people:me", _("My account"), "user-circle", viewer.is_authenticated),
            ("notices:inbox", _("Notifications"), "bell", viewer.is_authenticated),
            ("web:work", _("Work on the phone"), "device-mobile", viewer.is_worker or viewer.is_desk),
            ("web:desk", _("Desk"), "layout-kanban", viewer.is_desk),
            ("mfa_index", _("Password and second step"), "lock", viewer.is_staff_member),
            ("demo_personas", _("Change persona"), "users", self.demo),
        ]
        found = [UserLink(navigation.address(name), label, icon) for name, label, icon, shown in rows if shown]
        return [link for link in found if link.url]


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: `shell`, the page's frame."""
    return {"shell": Shell(request)}
