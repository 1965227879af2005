"""How a resident comes to a case: by the secret link, or by their own log-in. Both open the same pages."""

from dataclasses import dataclass, replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from dongli.cases.models import Case, Photo
from dongli.cases.queries.detail import case_by_link, case_by_number
from dongli.common.errors import NotFound
from dongli.people.guards import viewer_from
from dongli.people.viewer import Viewer


@dataclass(frozen=True)
class Door:
    """A case, who is looking, and the token of the link they came by (empty after a log-in)."""

    case: Case
    viewer: Viewer
    token: str = ""

    @property
    def page(self) -> str:
        """The address of the case's own page."""
        return self.url("page")

    @property
    def add_url(self) -> str:
        return self.url("add")

    @property
    def withdraw_url(self) -> str:
        return self.url("withdraw")

    @property
    def rate_url(self) -> str:
        return self.url("rate")

    @property
    def reopen_url(self) -> str:
        return self.url("reopen")

    @property
    def data_url(self) -> str:
        return self.url("data")

    def url(self, page: str) -> str:
        """The address of one of the case's pages: page, add, withdraw, rate, reopen, data."""
        suffix = "" if page == "page" else f"_{page}"
        if self.token:
            name = "case_link" if not suffix else f"link{suffix}"
            return reverse(name, args=[self.case.number, self.token])
        name = "my_case" if not suffix else f"my{suffix}"
        return reverse(name, args=[self.case.number])

    def photo_links(self, photos: list[Photo]) -> list[dict[str, str]]:
        """Photos as the photos component shows them."""
        urls = [self._photo_url(photo.id) for photo in photos]
        return [{"url": url, "thumb_url": url} for url in urls]

    def _photo_url(self, photo_id: UUID) -> str:
        if self.token:
            return reverse("link_photo", args=[self.case.number, self.token, photo_id])
        return reverse("case_photo", args=[photo_id])


def enter(request: HttpRequest, number: str, token: str = "") -> Door:
    """The door at this address; raises `NotFound` for a wrong or replaced link, or a case that is not the viewer's."""
    viewer = viewer_from(request)
    if not token:
        case = case_by_number(viewer, number)
        if viewer.known.id not in {case.resident_id, case.filed_by_id}:
            raise NotFound("not_your_case", _("This is not among your appeals."))
        return Door(case, viewer)
    case = case_by_link(number, token)
    return Door(case, replace(viewer, links=frozenset({case.id})), token)


def private(response: HttpResponse) -> HttpResponse:
    """Headers of a page whose address is a secret: not stored, not indexed, its address told to no other site.

    The referrer policy stays `same-origin`, which tells other sites nothing; `no-referrer` would send forms with
    `Origin: null`, and these are refused as forged.
    """
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
