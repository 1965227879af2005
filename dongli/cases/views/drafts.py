"""Whose photo drafts a browser may see: a random key in a signed cookie of its own, no session needed."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse

from dongli.cases.actions.filing import MAX_PHOTOS
from dongli.cases.actions.photos import KEPT_FOR, Saved, drop_draft, keep_drafts
from dongli.cases.models import Photo
from dongli.cases.photos import Upload
from dongli.common.ids import parse_id
from dongli.people.ratelimits import hit, visitor

COOKIE = "drafts"
_signer = TimestampSigner(salt="dongli.drafts")


@dataclass
class Drafts:
    """The drafts of one form as posted: those kept from before, and what is added now."""

    key: str = ""
    photos: list[Photo] = field(default_factory=list)

    @property
    def ids(self) -> tuple[UUID, ...]:
        return tuple(photo.id for photo in self.photos)

    def add(self, request: HttpRequest, uploads: Sequence[Upload]) -> Saved:
        """Keep uploads as drafts. Raises `TooMany` when this visitor has sent too many photos in a short time."""
        if not uploads:
            return Saved([], [])
        hit(*visitor(request, "photos"))
        self.key = self.key or secrets.token_hex(16)
        saved = keep_drafts(draft_key=self.key, uploads=uploads, kept=len(self.photos))
        self.photos += saved.photos
        return saved

    def drop(self, photo_id: UUID | None) -> None:
        """Throw one of them away."""
        if photo_id is not None:
            drop_draft(draft_key=self.key, photo_id=photo_id)
            self.photos = [photo for photo in self.photos if photo.id != photo_id]

    def remember(self, response: HttpResponse) -> None:
        """Let the browser keep the key for as long as drafts are kept."""
        if self.photos:
            response.set_cookie(
                COOKIE,
                _signer.sign(self.key),
                max_age=int(KEPT_FOR.total_seconds()),
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )


def key_of(request: HttpRequest) -> str:
    """The draft key that this browser holds; empty without a cookie, or with a forged or old one."""
    try:
        return _signer.unsign(request.COOKIES.get(COOKIE, ""), max_age=KEPT_FOR)
    except BadSignature:
        return ""


def posted(request: HttpRequest) -> Drafts:
    """The drafts whose ids the form sent back in `kept`; ids of other people's photos are no rows."""
    key = key_of(request)
    ids = [one for one in map(parse_id, request.POST.getlist("kept")[:20]) if one is not None]
    if not key or not ids:
        return Drafts(key)
    return Drafts(key, list(Photo.objects.filter(pk__in=ids, case=None, draft_key=key)[:MAX_PHOTOS]))
