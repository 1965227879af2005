"""What counts as a photo, what is left of it, and who may see it."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from dongli.cases import links
from dongli.cases.actions.photos import drop_draft, keep_drafts, purge_drafts, save_drafts
from dongli.cases.models import Photo
from dongli.cases.photos import LONGEST_SIDE, MAX_BYTES, prepare
from dongli.cases.tests.conftest import Stage
from dongli.cases.tests.pictures import bomb, picture, upload
from dongli.common.clock import now
from dongli.common.errors import Invalid
from dongli.common.ids import new_id
from tests.cast import City, log_in


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1"), ("WEBP", "RGBA"),
     ("HEIF", "RGB")],
)  # fmt: skip
def test_photos_of_every_kind_become_plain_jpegs(kind: str, mode: str) -> None:
    prepared = prepare(upload(picture(kind, mode=mode)))
    image = Image.open(BytesIO(prepared.data))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (64, 48))
    assert (prepared.width, prepared.height) == image.size


def test_large_photos_are_made_smaller_and_keep_their_shape() -> None:
    prepared = prepare(upload(picture(size=(4000, 1000))))
    assert (prepared.width, prepared.height) == (LONGEST_SIDE, 400)


def test_orientation_is_applied_and_all_metadata_dropped() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SecretPhone"
    exif.get_ifd(0x8825)[2] = (27.0, 49.0, 30.0)
    prepared = prepare(upload(picture(exif=exif.tobytes(), comment=b"home address")))
    image = Image.open(BytesIO(prepared.data))
    assert image.size == (48, 64)
    assert not image.getexif()
    assert "comment" not in image.info
    assert "icc_profile" not in image.info
    assert b"SecretPhone" not in prepared.data
    assert b"home address" not in prepared.data


def test_transparent_parts_become_white() -> None:
    data = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(data, "PNG")
    image = Image.open(BytesIO(prepare(upload(data.getvalue())).data))
    assert min(image.getpixel((5, 5))) > 250  # type: ignore[arg-type]


NOT_PHOTOS = {
    "empty.jpg": b"",
    "zip.jpg": b"PK\x03\x04" + b"\0" * 200,
    "page.jpg": b"<html><script>alert(1)</script></html>",
    "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "cut.jpg": picture(size=(400, 400))[:600],
    "cut.png": picture("PNG", size=(400, 400))[:60],
    "head.webp": b"RIFF\x10\0\0\0WEBPVP8 ",
    "head.heic": b"\0\0\0\x18ftypheic\0\0\0\0heicmif1",
    "moving.gif": picture("GIF"),
    "print.tif": picture("TIFF"),
    "icon.bmp": picture("BMP"),
    "noise.jpg": bytes(range(256)) * 40,
}


@pytest.mark.parametrize("name", NOT_PHOTOS)
def test_what_is_not_a_photo_is_named(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        prepare(upload(NOT_PHOTOS[name], name))
    assert caught.value.field == "photos"
    assert name in str(caught.value.message)


def test_a_picture_that_would_fill_the_memory_is_refused_unread() -> None:
    for data in (bomb(), bomb(8000, 8000)):
        with pytest.raises(Invalid) as caught:
            prepare(upload(data, "bomb.png"))
        assert caught.value.code == "photo_too_many_pixels"


def test_a_file_over_the_limit_is_refused() -> None:
    big = SimpleUploadedFile("big.jpg", b"")
    big.size = MAX_BYTES + 1
    with pytest.raises(Invalid) as caught:
        prepare(big)
    assert caught.value.code == "photo_too_large"


def test_strange_file_names_are_repeated_harmlessly() -> None:
    with pytest.raises(Invalid) as caught:
        prepare(upload(b"x", "a\x00" + "很长" * 200 + "<b>.jpg"))
    assert "\x00" not in str(caught.value.message)
    assert len(str(caught.value.message)) < 250


@pytest.mark.django_db
def test_good_photos_are_kept_when_another_is_bad() -> None:
    saved = keep_drafts(draft_key="k", uploads=[upload(), upload(b"x", "bad.jpg"), upload()])
    assert len(saved.photos) == 2
    assert len(saved.refusals) == 1
    assert all(photo.file.storage.exists(str(photo.file)) for photo in saved.photos)


@pytest.mark.django_db
def test_nine_photos_at_most() -> None:
    saved = keep_drafts(draft_key="k", uploads=[upload() for _ in range(12)], kept=7)
    assert len(saved.photos) == 2
    assert saved.refusals[0].code == "too_many_photos"


@pytest.mark.django_db
def test_save_drafts_keeps_all_or_none() -> None:
    assert len(save_drafts(draft_key="k", uploads=[upload()])) == 1
    with pytest.raises(Invalid):
        save_drafts(draft_key="k", uploads=[upload(), upload(b"x")])
    assert Photo.objects.count() == 1


def stored() -> int:
    return sum(path.is_file() for path in Path(settings.MEDIA_ROOT).rglob("*"))


@pytest.mark.django_db(transaction=True)
def test_drafts_are_dropped_by_their_holder_only_and_purged_after_a_day() -> None:
    first, second, old = save_drafts(draft_key="mine", uploads=[upload(), upload(), upload()])
    drop_draft(draft_key="theirs", photo_id=first.id)
    drop_draft(draft_key="", photo_id=first.id)
    assert Photo.objects.count() == stored() == 3
    drop_draft(draft_key="mine", photo_id=first.id)
    assert Photo.objects.count() == stored() == 2
    Photo.objects.filter(pk=old.id).update(created_at=now() - timedelta(hours=25))
    assert purge_drafts() == 1
    assert list(Photo.objects.values_list("pk", flat=True)) == [second.id]
    assert stored() == 1


def test_photos_of_a_case_are_shown_to_those_who_may_see_it(client: Client, stage: Stage) -> None:
    (photo,) = save_drafts(draft_key="k", uploads=[upload()])
    case = stage.file(photos=(photo.id,), draft_key="k")
    page = f"/photo/{photo.id}/"
    by_link = f"{links.path(case)}photo/{photo.id}/"
    assert client.get(page).status_code == 404
    response = client.get(by_link)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"
    assert "inline" in response["Content-Disposition"]
    assert "private" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
    for name, status in {"resident": 200, "community": 200, "stranger": 404, "resident-2": 404}.items():
        log_in(client, stage.city.person(name))
        assert client.get(page).status_code == status, name


def test_a_link_opens_the_photos_of_its_own_case_only(client: Client, stage: Stage) -> None:
    (photo,) = save_drafts(draft_key="k", uploads=[upload()])
    stage.file(photos=(photo.id,), draft_key="k")
    other = stage.file()
    assert client.get(f"{links.path(other)}photo/{photo.id}/").status_code == 404
    assert client.get(f"{links.path(other)}photo/{new_id()}/").status_code == 404


def test_drafts_are_shown_to_the_browser_that_sent_them(client: Client, city: City) -> None:
    client.post("/report/", {"what": "", "photos": [upload()]})
    photo = Photo.objects.get()
    assert client.get(f"/photo/{photo.id}/").status_code == 200
    assert Client().get(f"/photo/{photo.id}/").status_code == 404
    with time_machine.travel(now() + timedelta(hours=25)):
        assert client.get(f"/photo/{photo.id}/").status_code == 404


def test_a_lost_file_is_a_page_not_a_fault(client: Client, city: City) -> None:
    client.post("/report/", {"what": "", "photos": [upload()]})
    photo = Photo.objects.get()
    photo.file.storage.delete(str(photo.file))
    assert client.get(f"/photo/{photo.id}/").status_code == 404
