"""What every page's frame needs."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

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
    def search_url(self) -> str:
        """Where the desk's search goes."""
        return navigation.address("cases:queue")

    @property
    def login_url(self) -> str:
        """Where one signs in."""
        return navigation.address("account_login")

    @property
    def logout_url(self) -> str:
        """Where the sign-out button posts to."""
        return navigation.address("account_logout")

    @property
    def viewer_name(self) -> str:
        """The signed-in person's name."""
        user = getattr(self._request, "user", None)
        return str(getattr(user, "name", "") or user or "")

    @property
    def viewer_role(self) -> str:
        """The role and place they act in, in words; the viewer says it if it can."""
        return str(getattr(getattr(self._request, "viewer", None), "title", ""))

    @property
    def user_links(self) -> list[UserLink]:
        """The lines of the user's menu."""
        rows = [
            ("web:work", _("Work on the phone"), "device-mobile"),
            ("web:desk", _("Desk"), "layout-kanban"),
            ("mfa_index", _("Password and second step"), "lock"),
            ("demo_personas", _("Change persona"), "users"),
        ]
        found = [UserLink(navigation.address(name), label, icon) for name, label, icon in rows]
        return [link for link in found if link.url]


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: `shell`, the page's frame."""
    return {"shell": Shell(request)}
