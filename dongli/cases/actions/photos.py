"""Photos before they belong to a case: kept as drafts while a form is mended, then attached or forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from dongli.cases.actions.filing import MAX_PHOTOS
from dongli.cases.models import Photo
from dongli.cases.photos import Prepared, Upload, prepare
from dongli.common.clock import now
from dongli.common.errors import Invalid
from dongli.common.ids import new_id

KEPT_FOR = timedelta(hours=24)
PURGE_BATCH = 500


@dataclass(frozen=True)
class Saved:
    """The drafts that were kept, and why others were not (`Invalid` on the field `photos`, naming the file)."""

    photos: list[Photo]
    refusals: list[Invalid]


def save_drafts(*, draft_key: str, uploads: Sequence[Upload], kept: int = 0) -> list[Photo]:
    """Keep uploads as drafts beside `kept` earlier ones: all, or none when one is refused (`Invalid`)."""
    saved = keep_drafts(draft_key=draft_key, uploads=uploads, kept=kept)
    if saved.refusals:
        _delete(saved.photos)
        raise saved.refusals[0]
    return saved.photos


def keep_drafts(*, draft_key: str, uploads: Sequence[Upload], kept: int = 0) -> Saved:
    """Keep uploads as drafts of whoever holds `draft_key`, beside `kept` earlier ones, nine in all.

    A file that is not a photo does not cost the others their place: the good ones are kept, it is named.
    """
    refusals: list[Invalid] = []
    prepared: list[Prepared] = []
    room = max(MAX_PHOTOS - kept, 0)
    for upload in uploads[:room]:
        try:
            prepared.append(prepare(upload))
        except Invalid as refusal:
            refusals.append(refusal)
    if len(uploads) > room:
        message = _("Please choose at most %(count)d photos.") % {"count": MAX_PHOTOS}
        refusals.append(Invalid("too_many_photos", message, field="photos"))
    rows = [_row(draft_key, one) for one in prepared]
    return Saved(Photo.objects.bulk_create(rows) if rows else [], refusals)


def _row(draft_key: str, prepared: Prepared) -> Photo:
    key = new_id()
    return Photo(
        id=key,
        draft_key=draft_key,
        file=ContentFile(prepared.data, name=f"{key}.jpg"),
        width=prepared.width,
        height=prepared.height,
        size=len(prepared.data),
    )


@transaction.atomic
def drop_draft(*, draft_key: str, photo_id: UUID) -> None:
    """Throw one draft away; somebody else's, or one that a case has taken, is left alone."""
    if draft_key:
        _delete(list(Photo.objects.select_for_update().filter(pk=photo_id, case=None, draft_key=draft_key)))


def purge_drafts() -> int:
    """Throw away drafts older than a day, in batches; how many went. A job runs it every hour."""
    gone = 0
    while batch := _purge_some():
        gone += batch
    return gone


@transaction.atomic
def _purge_some() -> int:
    old = Photo.objects.filter(case=None, created_at__lt=now() - KEPT_FOR).order_by("id")
    rows = list(old.select_for_update(skip_locked=True)[:PURGE_BATCH])
    _delete(rows)
    return len(rows)


def _delete(rows: list[Photo]) -> None:
    """Delete locked rows, and their files once that has been committed."""
    Photo.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for row in rows:
        transaction.on_commit(partial(row.file.storage.delete, str(row.file)), robust=True)
