"""A resident's copy of their data: asked for, written by a job as a ZIP, served to them alone, gone after some days."""

import json
import logging
import secrets
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from dongli.cases import wording
from dongli.cases.models import Case, CaseContact, DataCopy, Photo, Rating
from dongli.cases.models.search import ExportState
from dongli.cases.queries import contact_looks as looks
from dongli.cases.queries import deletion
from dongli.cases.queries.detail import timeline
from dongli.common.clock import CITY_ZONE, now
from dongli.people import personal
from dongli.people.models import User
from dongli.people.viewer import Viewer

FOLDER = "copies"
MOST_CASES = 5000
UNDER_WAY = (ExportState.QUEUED, ExportState.RUNNING)
SAME_FOR = timedelta(minutes=10)
_log = logging.getLogger(__name__)


def life() -> timedelta:
    """How long a copy can be fetched."""
    return timedelta(days=settings.COPY_DAYS)


@transaction.atomic
def ask_copy(*, viewer: Viewer) -> DataCopy:
    """Ask for a copy; asked again while one is written, or within ten minutes, it is the same one."""
    from dongli.cases.tasks import write_copy

    user = User.objects.select_for_update(no_key=True).get(pk=viewer.known.pk)
    newest = DataCopy.objects.filter(user=user, created_at__gt=now() - life()).exclude(state=ExportState.FAILED).first()
    if newest is not None and (newest.state in UNDER_WAY or newest.created_at > now() - SAME_FOR):
        return newest
    copy = DataCopy.objects.create(user=user, language=translation.get_language() or settings.LANGUAGE_CODE)
    write_copy.defer(copy_id=str(copy.pk))
    return copy


def write(copy_id: UUID) -> None:
    """Write the ZIP. A job that died halfway simply writes it again."""
    copy = DataCopy.objects.filter(pk=copy_id, state__in=UNDER_WAY).select_related("user").first()
    if copy is None:
        return
    name = f"{FOLDER}/{secrets.token_urlsafe(24)}.zip"
    try:
        total = min(MOST_CASES, Case.objects.filter(resident=copy.user).count())
        DataCopy.objects.filter(pk=copy.pk).update(state=ExportState.RUNNING, total=total, done=0)
        with TemporaryDirectory() as folder, translation.override(copy.language):
            path = Path(folder) / "copy.zip"
            _write(copy, path)
            with path.open("rb") as file:
                name = default_storage.save(name, File(file))
        DataCopy.objects.filter(pk=copy.pk).update(state=ExportState.DONE, file=name)
    except Exception:  # whatever it was, the page must say that it failed, and the log why
        DataCopy.objects.filter(pk=copy.pk).update(state=ExportState.FAILED)
        default_storage.delete(name)
        _log.exception("copy %s failed", copy.pk)


def _write(copy: DataCopy, path: Path) -> None:
    told: dict[str, Any] = {"written_at": _when(now()), "account": _account(copy.user), "appeals": []}
    told["chapters"] = [asdict(one) for one in personal.chapters(copy.user)]
    told["looks"] = [
        {"at": _when(one.at), "who": one.who, "office": one.office, "appeal": one.number}
        for one in looks.at_person(copy.user)
    ]
    told["deletion_requests"] = [
        {"asked_at": _when(one.asked_at), "what": one.get_scope_display(), "state": one.get_state_display()}
        for one in deletion.of_person(copy.user)
    ]
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for done, case in enumerate(_cases(copy.user), start=1):
            told["appeals"].append(_appeal(case, archive))
            DataCopy.objects.filter(pk=copy.pk).update(done=done)
        archive.writestr("data.json", json.dumps(told, ensure_ascii=False, indent=1))
        archive.writestr("index.html", render_to_string("cases/copy.html", {"told": told}))


def _cases(user: User) -> Iterator[Case]:
    own = Case.objects.filter(resident=user).select_related("text", "category", "place", "community", "contact")
    yield from own.order_by("-id")[:MOST_CASES].iterator(chunk_size=100)


def _account(user: User) -> dict[str, str]:
    return {
        "name": user.name,
        "phone": user.phone,
        "email": user.email,
        "home": user.home.name if user.home is not None else "",
        "language": user.language,
        "since": _when(user.created_at),
    }


def _appeal(case: Case, archive: ZipFile) -> dict[str, Any]:
    """One appeal as its own page shows it, with what was left as contact; its photos go into the archive."""
    photos = list(Photo.objects.filter(case=case))
    contact = CaseContact.objects.filter(case=case).first()
    place = case.place or case.community
    return {
        "number": case.number,
        "state": str(case.get_state_display()),
        "filed_at": _when(case.filed_at),
        "kind": case.category.name if case.category is not None else "",
        "place": place.name if place is not None else "",
        "address": case.text.address,
        "description": case.text.description,
        "contact": {"name": contact.name, "phone": contact.phone} if contact is not None else {},
        "course": [_entry(entry) for entry in timeline(case, photos, for_staff=False)],
        "ratings": [_rating(one) for one in Rating.objects.filter(case=case).select_related("text")],
        "photos": [name for at, one in enumerate(photos, 1) if (name := _photo(case, one, at, archive))],
    }


def _entry(entry: Any) -> dict[str, Any]:
    lines = [line.text for line in wording.lines(entry.step, for_staff=False)]
    return {
        "at": _when(entry.at),
        "what": entry.done,
        "who": entry.who,
        "reason": entry.reason,
        "words": entry.words,
        "more": lines,
    }


def _rating(one: Rating) -> dict[str, Any]:
    text = getattr(one, "text", None)
    return {
        "at": _when(one.at),
        "contacted": one.contacted,
        "solved": one.solved,
        "satisfaction": str(one.get_satisfaction_display()),
        "words": text.words if text is not None else "",
    }


def _photo(case: Case, photo: Photo, at: int, archive: ZipFile) -> str:
    """Put the photo into the archive; its name there, empty when its file is lost."""
    name = f"photos/{case.number}-{at}.jpg"
    try:
        with photo.file.open("rb") as file:
            archive.writestr(name, file.read(), compress_type=ZIP_STORED)
    except FileNotFoundError:
        return ""
    return name


def _when(moment: Any) -> str:
    return str(moment.astimezone(CITY_ZONE).isoformat(timespec="minutes"))


def purge_copies() -> int:
    """Delete copies that are old enough with their files; how many."""
    old = list(DataCopy.objects.filter(created_at__lt=now() - life())[:1000])
    for copy in old:
        if copy.file:
            default_storage.delete(copy.file)
        copy.delete()
    return len(old)


def drop_copies(user: User) -> None:
    """Delete a person's copies, their files once that is committed."""
    for copy in DataCopy.objects.filter(user=user):
        if copy.file:
            transaction.on_commit(partial(default_storage.delete, copy.file), robust=True)
        copy.delete()
