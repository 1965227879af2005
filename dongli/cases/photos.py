"""Photos as the product keeps them: a JPEG of at most 1,600 pixels, upright, without any metadata.

What is a photo is decided by decoding it, never by its name or declared type. Nothing of the original file is stored.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, TypeAlias

import pillow_heif
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from dongli.common.errors import Invalid
from dongli.common.text import strip_controls

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 50_000_000
LONGEST_SIDE = 1600
QUALITY = 80
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
SHOWN_NAME = 40

pillow_heif.register_heif_opener(thumbnails=False)


Upload: TypeAlias = "UploadedFile[Any]"


@dataclass(frozen=True)
class Prepared:
    """A photo ready to be stored: JPEG bytes, width and height in pixels."""

    data: bytes
    width: int
    height: int


def prepare(upload: Upload) -> Prepared:
    """The upload as a clean JPEG. Raises `Invalid` (field `photos`) naming the file when it is none or too large."""
    name = shown_name(upload.name)
    if (upload.size or 0) > MAX_BYTES:
        raise Invalid(
            "photo_too_large",
            _("“%(name)s” is larger than %(limit)d MB. Please choose a smaller photo.")
            % {"name": name, "limit": MAX_BYTES // 1024 // 1024},
            field="photos",
        )
    try:
        picture = _decode(upload.file)
    except _TooManyPixels as error:
        raise Invalid(
            "photo_too_many_pixels",
            _("“%(name)s” has too many pixels. Please send a screenshot of it or a smaller photo.") % {"name": name},
            field="photos",
        ) from error
    except Exception as error:  # decoders raise whatever a broken file makes them stumble over
        raise Invalid(
            "not_a_photo",
            _("“%(name)s” is not a photo that can be read. Please choose a JPEG, PNG, WebP or HEIC picture.")
            % {"name": name},
            field="photos",
        ) from error
    return _encode(picture)


def shown_name(name: str | None) -> str:
    """A file's name as it may be repeated to the sender: no path, no control characters, not endless."""
    plain = strip_controls((name or "").replace("\\", "/").rsplit("/", 1)[-1]).strip() or "?"
    return plain if len(plain) <= SHOWN_NAME else f"{plain[: SHOWN_NAME - 9]}…{plain[-8:]}"


class _TooManyPixels(Exception):
    """The picture would need too much memory to decode."""


def _decode(file: IO[bytes] | None) -> Image.Image:
    """The picture upright, in RGB on white, at most `LONGEST_SIDE` long."""
    if file is None:
        raise ValueError("the upload holds no file")
    try:
        file.seek(0)
        opened = Image.open(file, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise _TooManyPixels from error
    if opened.width * opened.height > MAX_PIXELS:
        raise _TooManyPixels
    with opened:
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        opened.load()
        picture = ImageOps.exif_transpose(opened)
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return _on_white(picture)


def _on_white(picture: Image.Image) -> Image.Image:
    """A new picture that has the pixels and nothing else of the old one: no EXIF, comment, profile or transparency."""
    clean = Image.new("RGB", picture.size, "white")
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        clean.paste(layer, mask=layer.getchannel("A"))
    else:
        clean.paste(picture.convert("RGB"))
    return clean


def _encode(picture: Image.Image) -> Prepared:
    target = BytesIO()
    picture.save(target, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Prepared(target.getvalue(), picture.width, picture.height)
