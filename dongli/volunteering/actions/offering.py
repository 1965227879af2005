"""The catalogue of offers: shipped once, then edited by the city; dated, so that nothing said before changes."""

import csv
from datetime import date
from pathlib import Path
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import short_code
from dongli.common.text import clean
from dongli.people.viewer import Viewer
from dongli.volunteering import access
from dongli.volunteering.models import Offer

SHIPPED = Path(__file__).resolve().parents[1] / "data/offers.csv"
FROM_THE_BEGINNING = date(2020, 1, 1)


def load_offers() -> int:
    """Load the shipped catalogue (a sample to edit) where there is none; how many kinds were loaded."""
    if Offer.objects.exists():
        return 0
    with SHIPPED.open(encoding="utf-8") as file:
        rows = [Offer(**row, since=FROM_THE_BEGINNING) for row in csv.DictReader(file)]
    return len(Offer.objects.bulk_create(rows))


@transaction.atomic
def add_offer(*, viewer: Viewer, key: UUID, name: str, position: int = 500) -> Offer:
    """Put a kind of help on offer from today on. Raises `NotAllowed`, `Invalid` (name, position), `Conflict`."""
    _check(viewer)
    words = clean(name, field="name", max_length=40, required=True)
    if not 0 <= position <= 9999:
        raise Invalid("bad_position", _("Please give a number from 0 to 9999."), field="position")
    if (earlier := Offer.objects.filter(pk=key).first()) is not None:
        return earlier
    if Offer.objects.filter(name=words, until=None).exists():
        raise Invalid("offer_exists", _("This kind of help is on offer already."), field="name")
    code = f"own-{short_code(8).lower()}"
    return Offer.objects.create(id=key, code=code, name=words, position=position, since=today())


@transaction.atomic
def rename_offer(*, viewer: Viewer, key: UUID, offer_id: UUID, name: str) -> Offer:
    """Call a kind of help by another name from today on: a new version, the old one stays with its dates."""
    _check(viewer)
    words = clean(name, field="name", max_length=40, required=True)
    if (earlier := Offer.objects.filter(pk=key).first()) is not None:
        return earlier
    row = _lock(offer_id)
    if row.name == words:
        return row
    if row.since >= today():
        row.name = words
        row.save(update_fields=["name"])
        return row
    row.until = today()
    row.save(update_fields=["until"])
    try:
        with transaction.atomic():
            return Offer.objects.create(id=key, code=row.code, name=words, position=row.position, since=today())
    except IntegrityError as error:
        raise Conflict("offer_changed", _("Somebody else has just changed it. Please look again.")) from error


@transaction.atomic
def end_offer(*, viewer: Viewer, offer_id: UUID) -> Offer:
    """Offer a kind of help no longer; who offered it keeps having said so. One of today's is simply taken out."""
    _check(viewer)
    row = _lock(offer_id)
    if row.since >= today():
        Offer.objects.filter(pk=row.pk).delete()
        return row
    row.until = today()
    row.save(update_fields=["until"])
    return row


def _check(viewer: Viewer) -> None:
    if not access.edits_offers(viewer):
        raise NotAllowed("city_only", _("The catalogue of offers is edited by the city's desk."))


def _lock(offer_id: UUID) -> Offer:
    row = Offer.objects.select_for_update().filter(pk=offer_id, until=None).first()
    if row is None:
        raise NotFound("no_offer", _("There is no such kind of help on offer."))
    return row
