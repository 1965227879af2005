"""Pay schemes: set for a city or a district from a day on; the earlier one ends the day before."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dongli.areas.models import Area, Level
from dongli.common.errors import Conflict, Invalid, NotFound
from dongli.common.text import clean
from dongli.people.actions.careers import check_keeps_careers
from dongli.people.careers.rules import Scheme
from dongli.people.models import CareerScheme
from dongli.people.viewer import Viewer

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "careers"
SCHEME_LEVELS = (Level.CITY, Level.DISTRICT)


@dataclass(frozen=True)
class NewScheme:
    """A scheme to be set: `rule` as `Scheme.read` takes it, in force from the day `since`."""

    name: str
    version: str
    rule: Mapping[str, Any]
    since: date
    source: str = ""
    example: bool = False


def shipped(since: date) -> dict[str, NewScheme]:
    """The schemes that the product brings as examples, by the name of their file."""
    found = {}
    for path in sorted(SHIPPED.glob("*.json")):
        found[path.stem] = NewScheme(**json.loads(path.read_text(encoding="utf-8")), since=since)
    return found


@transaction.atomic
def set_scheme(*, viewer: Viewer, key: UUID, area: Area, scheme: NewScheme) -> CareerScheme:
    """Let a scheme hold in `area` from a day on; the one before it ends there. Repeating the `key` changes nothing.

    Raises `NotAllowed`, `Invalid` (area, name, version, any part of the rule), `Conflict` when another one begins
    later or holds for good in that time.
    """
    check_keeps_careers(viewer, area)
    if area.level not in SCHEME_LEVELS:
        raise Invalid("bad_level", _("A scheme is set for the city or a district."), field="area")
    Area.objects.select_for_update(no_key=True).get(pk=area.pk)
    if (earlier := CareerScheme.objects.filter(pk=key).first()) is not None:
        if (earlier.area_id, earlier.set_by_id) != (area.id, viewer.known.id):
            raise Conflict("key_in_use", _("This form was already used for something else. Please open it again."))
        return earlier
    Scheme.read(scheme.rule)
    _end_before(area, scheme.since)
    try:
        with transaction.atomic():
            return CareerScheme.objects.create(
                id=key,
                area=area,
                name=clean(scheme.name, field="name", max_length=60, required=True),
                version=clean(scheme.version, field="version", max_length=40, required=True),
                example=scheme.example,
                rule=dict(scheme.rule),
                source=clean(scheme.source, field="source", max_length=300),
                since=scheme.since,
                set_by=viewer.known,
            )
    except IntegrityError as error:
        raise Conflict(
            "scheme_overlaps", _("Another scheme of this area begins on that day or later. Choose a later day."),
            field="since",
        ) from error  # fmt: skip


def _end_before(area: Area, since: date) -> None:
    last = CareerScheme.objects.select_for_update().filter(area=area, until=None).first()
    if last is not None and last.since < since:
        last.until = since
        last.save(update_fields=["until"])


@transaction.atomic
def end_scheme(*, viewer: Viewer, scheme_id: UUID, until: date) -> CareerScheme:
    """Let a scheme end before the day `until`; the area around holds again. Raises `NotFound`, `Invalid` (until)."""
    row = CareerScheme.objects.select_for_update(of=("self",)).select_related("area").filter(pk=scheme_id).first()
    if row is None:
        raise NotFound("no_scheme", _("There is no such scheme in your area."))
    check_keeps_careers(viewer, row.area)
    if row.until is not None and row.until <= until:
        return row
    if until <= row.since:
        raise Invalid("bad_end", _("The end must be after the beginning."), field="until")
    row.until = until
    row.save(update_fields=["until"])
    return row
