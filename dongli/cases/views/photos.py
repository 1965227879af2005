"""Photos, shown to those who may see their case; drafts to the browser that sent them."""

from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dongli.cases import access
from dongli.cases.models import Case, Photo
from dongli.cases.views.doors import enter
from dongli.cases.views.drafts import key_of
from dongli.common.errors import NotFound
from dongli.people.guards import viewer_from
from dongli.people.viewer import Viewer

ONE_DAY = 24 * 3600


@require_safe
def case_photo(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """A photo of a case that the viewer may see, or a draft that this browser holds the key of."""
    return _send(viewer_from(request), photo_id, draft_key=key_of(request))


@require_safe
def link_photo(request: HttpRequest, number: str, token: str, photo_id: UUID) -> HttpResponse:
    """A photo of the case whose secret link this is."""
    door = enter(request, number, token)
    return _send(door.viewer, photo_id, of=door.case)


def _send(viewer: Viewer, photo_id: UUID, *, draft_key: str = "", of: Case | None = None) -> HttpResponse:
    seen = Q(case__in=Case.objects.filter(access.visible(viewer)))
    if draft_key:
        seen |= Q(case=None, draft_key=draft_key)
    if of is not None:
        seen &= Q(case=of)
    photo = Photo.objects.filter(seen, pk=photo_id).first()
    if photo is None:
        raise NotFound("no_such_photo", _("There is no such photo."))
    try:
        with photo.file.open("rb") as file:
            response = HttpResponse(file.read(), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise NotFound("photo_lost", _("This photo can no longer be found.")) from error
    response.headers["Content-Disposition"] = f'inline; filename="{photo.id}.jpg"'
    response.headers["Cache-Control"] = f"private, max-age={ONE_DAY}, immutable"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
