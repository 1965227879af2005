"""Exporting what somebody sees: asked for, written by a job in constant memory, recorded, forgotten after a day."""

import logging
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dongli.cases import spreadsheet
from dongli.cases.models import Case, Export
from dongli.cases.models.search import ExportState
from dongli.cases.queries import lists
from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid
from dongli.people.actions import open_record
from dongli.people.models import User
from dongli.people.viewer import Viewer

MOST_ROWS = 100_000
LIFE = timedelta(hours=24)
FOLDER = "exports"
UNDER_WAY = (ExportState.QUEUED, ExportState.RUNNING)
_log = logging.getLogger(__name__)


@transaction.atomic
def ask(*, viewer: Viewer, format: str, sieve: lists.Sieve) -> Export:
    """Ask for a file ("csv", "xlsx") of what `sieve` shows this viewer; a job writes it once this commits.

    The same asked twice is one export; raises `Conflict` while another one of theirs is being written.
    """
    from dongli.cases.tasks import write_export

    if format not in spreadsheet.WRITERS:
        raise Invalid("unknown_format", _("Please choose CSV or XLSX."), field="format")
    owner = User.objects.select_for_update(no_key=True).get(pk=viewer.known.pk)
    wanted = lists.stored(sieve)
    fresh = Export.objects.filter(user=owner, state__in=UNDER_WAY, created_at__gt=now() - LIFE).first()
    if fresh is not None:
        if (fresh.format, fresh.sieve) == (format, wanted):
            return fresh
        raise Conflict(
            "export_under_way", _("An export of yours is still being written. Please wait until it is ready.")
        )
    export = Export.objects.create(user=owner, format=format, sieve=wanted, language=translation.get_language() or "en")
    write_export.defer(export_id=str(export.pk))
    return export


def write(export_id: UUID) -> None:
    """Write an export's file: what its owner may see now. A job that died halfway is simply written again."""
    export = Export.objects.filter(pk=export_id, state__in=UNDER_WAY).select_related("user").first()
    if export is None:
        return
    viewer, sieve = Viewer.of(export.user), lists.restored(export.sieve)
    name = f"{FOLDER}/{secrets.token_urlsafe(24)}.{export.format}"
    try:
        total = lists.size(viewer, sieve, MOST_ROWS)
        Export.objects.filter(pk=export.pk).update(state=ExportState.RUNNING, total=total, done=0)
        with TemporaryDirectory() as folder, translation.override(export.language):
            path = Path(folder) / "file"
            spreadsheet.WRITERS[export.format](path, _cases(export, viewer, sieve))
            with path.open("rb") as file:
                name = default_storage.save(name, File(file))
        _finish(export, viewer, name)
    except Exception:  # whatever it was, the page must say that it failed, and the log why
        Export.objects.filter(pk=export.pk).update(state=ExportState.FAILED)
        default_storage.delete(name)
        _log.exception("export %s failed", export.pk)


def _cases(export: Export, viewer: Viewer, sieve: lists.Sieve) -> Iterator[Case]:
    """The cases page by page; how far it is, is noted after each page."""
    done = 0
    for page in lists.every(viewer, sieve, most=MOST_ROWS):
        yield from page
        done += len(page)
        Export.objects.filter(pk=export.pk).update(done=done)


@transaction.atomic
def _finish(export: Export, viewer: Viewer, name: str) -> None:
    """The file can be fetched from the moment at which it is on record who took how much."""
    export.refresh_from_db(fields=["done"])
    open_record(
        viewer=viewer,
        kind="export",
        subject=export.pk,
        field=export.format,
        value="",
        reason=_("%(count)s cases") % {"count": export.done},
    )
    Export.objects.filter(pk=export.pk).update(state=ExportState.DONE, file=name)


def purge_exports() -> int:
    """Delete exports older than a day with their files; how many."""
    old = list(Export.objects.filter(created_at__lt=now() - LIFE)[:1000])
    for export in old:
        if export.file:
            default_storage.delete(export.file)
        export.delete()
    return len(old)
