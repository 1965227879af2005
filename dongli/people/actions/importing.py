"""Taking a spreadsheet over: uploaded, checked at once (or by a job when it is long), loaded when its owner says so."""

import logging
import secrets
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.sheets import FileProblem
from dongli.common.text import clean
from dongli.people.importing import engine, kinds
from dongli.people.importing.kinds import TableKind
from dongli.people.importing.reading import count_rows, open_sheet
from dongli.people.models import ImportState, TableImport, User
from dongli.people.viewer import Viewer

MOST_BYTES = 20_000_000
AT_ONCE = 200
"""Up to so many rows are checked and loaded while the page waits; more by a job."""
LIFE = timedelta(days=7)
FOLDER = "imports"
BUSY = (ImportState.QUEUED, ImportState.CHECKING, ImportState.ORDERED, ImportState.LOADING)
STALE = timedelta(hours=2)
"""A job that has been at it for so long has died."""
_log = logging.getLogger(__name__)


def check_imports(viewer: Viewer, kind: TableKind, area: Area | None) -> None:
    """Raises `NotAllowed` unless the viewer takes this table over for `area`."""
    if not kind.may(viewer, area):
        raise NotAllowed("not_your_tables", _("Tables are taken over by the organisation desk of the area."))


def upload(
    *, viewer: Viewer, kind: str, area: Area, key: UUID, name: str, content: IO[bytes], size: int
) -> TableImport:
    """Keep a file and check it: at once when it is short, else by a job. Safe to repeat with the same `key`.

    Raises `NotAllowed`, `Invalid` (field `file`) for what is too big or no table, `Conflict` while another file of the
    viewer's is being worked on.
    """
    wanted = kinds.get(kind)
    check_imports(viewer, wanted, area)
    if (earlier := TableImport.objects.filter(pk=key).first()) is not None:
        return _same(earlier, viewer)
    suffix = _check_file(name, content, size)
    with _on_disk(content, suffix) as path:
        with open_sheet(wanted, path) as sheet:
            rows = count_rows(sheet, AT_ONCE + 1)
        made = _keep(viewer, wanted, area, key, clean(Path(name).name, field="file", max_length=200), path)
    _go_on(made.pk, check, small=rows <= AT_ONCE)
    made.refresh_from_db()
    return made


def _check_file(name: str, content: IO[bytes], size: int) -> str:
    """The suffix, when name and content agree; raises `Invalid` (field `file`)."""
    suffix = Path(name).suffix.lower()
    if suffix not in (".xlsx", ".csv"):
        raise Invalid("bad_type", _("Please choose a file that ends in .xlsx or .csv."), field="file")
    if size > MOST_BYTES:
        message = _("The file is larger than %(limit)d MB. Split it.") % {"limit": MOST_BYTES // 1_000_000}
        raise Invalid("too_big", message, field="file")
    content.seek(0)
    is_archive = content.read(2) == b"PK"
    content.seek(0)
    if is_archive != (suffix == ".xlsx"):
        raise Invalid(
            "other_type", _("The file is not what its name says. Save it again as .xlsx or .csv."), field="file"
        )
    if is_archive and not _is_workbook(content):
        raise Invalid("no_workbook", _("This is no workbook. Save it again as .xlsx."), field="file")
    return suffix


def _is_workbook(content: IO[bytes]) -> bool:
    try:
        with zipfile.ZipFile(content) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    finally:
        content.seek(0)
    return "[Content_Types].xml" in names and not any(name.endswith("vbaProject.bin") for name in names)


@contextmanager
def _on_disk(content: IO[bytes], suffix: str) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"table{suffix}"
        with path.open("wb") as file:
            while piece := content.read(1 << 20):
                file.write(piece)
        yield path


@transaction.atomic
def _keep(viewer: Viewer, kind: TableKind, area: Area, key: UUID, name: str, path: Path) -> TableImport:
    owner = User.objects.select_for_update(no_key=True).get(pk=viewer.known.pk)
    if TableImport.objects.filter(user=owner, state__in=BUSY, created_at__gt=now() - STALE).exists():
        raise Conflict(
            "import_under_way", _("A table of yours is still being worked on. Please wait until it is done.")
        )
    with path.open("rb") as file:
        stored = default_storage.save(f"{FOLDER}/{secrets.token_urlsafe(24)}{path.suffix}", File(file))
    return TableImport.objects.create(
        id=key, kind=kind.name, area=area, user=owner, name=name, file=stored,
        language=translation.get_language() or "zh-hans",
    )  # fmt: skip


def _same(earlier: TableImport, viewer: Viewer) -> TableImport:
    if earlier.user_id != viewer.known.pk:
        raise Conflict("key_in_use", _("This form was already used for something else. Please open the page again."))
    return earlier


def _go_on(import_id: UUID, step: Callable[[UUID], None], *, small: bool) -> None:
    from dongli.people.tasks import check_table, load_table

    if small:
        step(import_id)
    else:
        (check_table if step is check else load_table).defer(import_id=str(import_id))


def check(import_id: UUID) -> None:
    """Say what loading would do; a job that died halfway is simply done again."""
    _work(import_id, (ImportState.QUEUED, ImportState.CHECKING), ImportState.CHECKING, dry_run=True)


def load(import_id: UUID) -> None:
    """Load what was ordered."""
    _work(import_id, (ImportState.ORDERED, ImportState.LOADING), ImportState.LOADING, dry_run=False)


@transaction.atomic
def order_load(*, viewer: Viewer, import_id: UUID, skip_bad: bool = False) -> TableImport:
    """Have a checked table loaded; with `skip_bad` its good rows only. Ordering it again changes nothing.

    Raises `NotFound`, `NotAllowed` (the role is gone), `Conflict` while it is worked on or when rows are bad.
    """
    found = TableImport.objects.select_for_update(of=("self",)).select_related("area").filter(pk=import_id).first()
    if found is None or found.user_id != viewer.known.pk:
        raise NotFound("no_import", _("There is no such table."))
    check_imports(viewer, kinds.get(found.kind), found.area)
    if found.state in (ImportState.ORDERED, ImportState.LOADING, ImportState.LOADED):
        return found
    if found.state != ImportState.CHECKED or not found.file:
        raise Conflict("not_checked", _("Please upload the table again."))
    if found.report.get("bad") and not skip_bad:
        raise Conflict("bad_rows", _("Some rows are bad. Mend them and upload the table again, or leave them out."))
    found.state, found.skip_bad, found.done = ImportState.ORDERED, skip_bad, 0
    found.save(update_fields=["state", "skip_bad", "done"])
    small = found.total <= AT_ONCE
    transaction.on_commit(lambda: _go_on(found.pk, load, small=small))
    return found


def _work(import_id: UUID, before: tuple[ImportState, ...], state: ImportState, *, dry_run: bool) -> None:
    found = TableImport.objects.select_related("user", "area").filter(pk=import_id, state__in=before).first()
    if found is None:
        return
    TableImport.objects.filter(pk=found.pk).update(state=state, done=0)
    with translation.override(found.language):
        try:
            report = _take_in(found, dry_run=dry_run)
        except FileProblem as problem:
            _finish(found, ImportState.REFUSED, {"refused": str(problem)})
        except Exception:  # whatever it was, the page must say that it failed, and the log why
            _log.exception("import %s failed", found.pk)
            _finish(found, ImportState.FAILED, {})
        else:
            done = ImportState.LOADED if report.loaded else ImportState.CHECKED
            _finish(found, done, report.stored(), total=report.total)


def _take_in(found: TableImport, *, dry_run: bool) -> engine.Report:
    """With the owner's roles as they are now: who has lost them meanwhile loads nothing."""
    kind, viewer = kinds.get(found.kind), Viewer.of(found.user)
    check_imports(viewer, kind, found.area)
    with default_storage.open(found.file) as content, _on_disk(content, Path(found.file).suffix) as path:
        with open_sheet(kind, path) as sheet:
            rows = count_rows(sheet, engine.MOST_COUNTED)
        TableImport.objects.filter(pk=found.pk).update(total=rows)
        with _progress(found.pk, long=rows > AT_ONCE) as progress:
            return engine.take_in(
                kind, viewer, found.area, path, dry_run=dry_run, skip_bad=found.skip_bad, progress=progress
            )


@contextmanager
def _progress(import_id: UUID, *, long: bool) -> Iterator[Callable[[int], None] | None]:
    """How far it is, written through a connection of its own: the rows' own transaction is seen by nobody yet."""
    if not long or connection.in_atomic_block:
        yield None
        return
    beside = connection.copy()

    def note(done: int) -> None:
        with beside.cursor() as cursor:
            cursor.execute("UPDATE people_tableimport SET done = %s WHERE id = %s", [done, import_id])

    try:
        yield note
    finally:
        beside.close()


def _finish(found: TableImport, state: ImportState, report: dict[str, object], *, total: int = 0) -> None:
    """Note how it went; the file of what is loaded, and personal with it, is not kept."""
    file = "" if state == ImportState.LOADED else found.file
    TableImport.objects.filter(pk=found.pk).update(
        state=state, report=report, file=file, total=total, done=total, finished_at=now()
    )
    if not file:
        default_storage.delete(found.file)


def purge_imports() -> int:
    """Forget tables older than a week with their files; how many."""
    old = list(TableImport.objects.filter(created_at__lt=now() - LIFE)[:1000])
    for one in old:
        if one.file:
            default_storage.delete(one.file)
        one.delete()
    return len(old)
