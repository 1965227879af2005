"""Files as people send them: photos of every kind that is taken, and what only pretends to be one."""

import zlib
from io import BytesIO
from struct import pack

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: object) -> bytes:
    """A picture of one colour, the left half brighter."""
    image = Image.new(mode, size)
    image.paste(Image.new(mode, (size[0] // 2, size[1]), "white" if mode != "P" else 255), (0, 0))
    target = BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def upload(data: bytes | None = None, name: str = "photo.jpg") -> SimpleUploadedFile:
    """The bytes (a small JPEG by default) as an upload."""
    return SimpleUploadedFile(name, picture() if data is None else data, content_type="image/jpeg")


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG that claims to be enormous in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    head = pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
