"""The back office behind our own doors: an administrator who has passed the second factor, and nobody else."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from dongli.people.guards import viewer_from
from dongli.people.models import Role


class BackOffice(AdminSite):
    """Django's admin with our log-in."""

    def has_permission(self, request: HttpRequest) -> bool:
        return viewer_from(request).has(Role.ADMINISTRATOR)

    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponseBase:  # type: ignore[override]
        """To the staff's door, or to the missing second factor, and back."""
        viewer = viewer_from(request)
        door = "second_factor" if viewer.needs_second_factor else "staff_login"
        if viewer.is_authenticated and not viewer.needs_second_factor:
            return HttpResponseRedirect("/desk/")
        return HttpResponseRedirect(f"{reverse(door)}?{urlencode({'next': request.GET.get('next', '/admin/')})}")
