"""What may be attached to a note, decided by content alone: pictures, PDF, Word and Excel without macros.

Nothing is unpacked onto disk. Office files are ZIP archives: their structure is read, and every part is inflated once
within bounds, so that an archive that would fill a colleague's disk is refused here.
"""

import zlib
from dataclasses import dataclass
from zipfile import BadZipFile, LargeZipFile, ZipFile

from django.conf import settings
from django.utils.translation import gettext as _

from dongli.cases import photos
from dongli.cases.models.notes import FileKind
from dongli.cases.photos import Upload, shown_name
from dongli.common.errors import Invalid

MAX_FILES = 5
MAX_PARTS = 2000
MAX_INFLATED = 100 * 1024 * 1024
MAX_RATIO = 150
_TAIL = 2048
_CHUNK = 1024 * 1024
_MAIN_PARTS = {"word/document.xml": FileKind.DOCX, "xl/workbook.xml": FileKind.XLSX}
_MACROS = ("vbaproject.bin", "macrosheets/", "activex/")
_ENCRYPTED = 0x1


@dataclass(frozen=True)
class Attachment:
    """A file that was found good: what it is, what its sender called it, and its bytes as they are to be stored."""

    kind: FileKind
    name: str
    data: bytes


def prepare(upload: Upload) -> Attachment:
    """The upload, checked; pictures are made anew as photos are. Raises `Invalid` naming the file and the field."""
    name, size = shown_name(upload.name), upload.size or 0
    limit = settings.ATTACHMENT_MB
    if size == 0:
        raise _refusal("empty_file", _("“%(name)s” is empty. Please choose the file again."), name)
    if size > limit * 1024 * 1024:
        message = _("“%(name)s” is larger than %(limit)d MB. Please send a smaller file.")
        raise _refusal("file_too_large", message, name, limit=limit)
    kind = _kind(upload)
    if kind is None:
        message = _("“%(name)s” cannot be attached. Pictures, PDF, Word and Excel without macros can.")
        raise _refusal("unknown_file", message, name)
    return Attachment(kind, name.rpartition(".")[0] or name, _data(upload, kind))


def _refusal(code: str, message: str, name: str, **values: int) -> Invalid:
    return Invalid(code, message % {"name": name, **values}, field="attachments")


def _data(upload: Upload, kind: FileKind) -> bytes:
    if kind == FileKind.IMAGE:
        try:
            return photos.prepare(upload).data
        except Invalid as refusal:
            raise Invalid(refusal.code, refusal.message, field="attachments") from refusal
    upload.seek(0)
    return bytes(upload.read())


def _kind(upload: Upload) -> FileKind | None:
    """What the bytes are; None for anything else, whatever its name says."""
    upload.seek(0)
    head = bytes(upload.read(16))
    if head.startswith(b"%PDF-"):
        return FileKind.PDF if _is_whole_pdf(upload) else None
    if head.startswith(b"PK\x03\x04"):
        return _office_kind(upload)
    return FileKind.IMAGE if _looks_like_a_picture(head) else None


def _looks_like_a_picture(head: bytes) -> bool:
    """Whether decoding is worth trying: JPEG, PNG, WebP or HEIF by their first bytes."""
    riff = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    return head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or riff or head[4:8] == b"ftyp"


def _is_whole_pdf(upload: Upload) -> bool:
    upload.seek(max((upload.size or 0) - _TAIL, 0))
    return b"%%EOF" in upload.read(_TAIL)


def _office_kind(upload: Upload) -> FileKind | None:
    """Word or Excel by the parts of the archive; None when it is another archive, broken, locked or a bomb."""
    try:
        upload.seek(0)
        with ZipFile(upload.file or upload) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            kind = next((kind for main, kind in _MAIN_PARTS.items() if main in names), None)
            if kind is None or "[Content_Types].xml" not in names or len(names) != len(parts):
                return None
            is_fit = _is_modest(archive, upload.size or 0) and not any(map(_is_suspect, names))
            return kind if is_fit and _inflates(archive) else None
    except (BadZipFile, LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error):
        return None


def _is_modest(archive: ZipFile, size: int) -> bool:
    """Whether the archive says of itself that it stays within bounds, and is not locked."""
    parts = archive.infolist()
    inflated = sum(part.file_size for part in parts)
    within = inflated <= MAX_INFLATED and inflated <= max(size, 1024) * MAX_RATIO
    return within and len(parts) <= MAX_PARTS and not any(part.flag_bits & _ENCRYPTED for part in parts)


def _is_suspect(name: str) -> bool:
    """A part that leads out of the archive, or that runs."""
    lower = name.lower()
    return name.startswith(("/", "\\")) or ".." in name.split("/") or any(one in lower for one in _MACROS)


def _inflates(archive: ZipFile) -> bool:
    """Whether every part is what the archive says: read once, no further than announced, its checksum right."""
    for part in archive.infolist():
        with archive.open(part) as stream:
            while stream.read(_CHUNK):
                pass
    return True
