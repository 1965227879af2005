"""Reasons for gaps: given by whoever leads the community or keeps its organisations, until a day; taken back."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.clock import now, today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.text import clean
from dongli.people.viewer import Viewer
from dongli.reporting import access
from dongli.reporting.coverage import ITEMS
from dongli.reporting.models import GapReason, GivenReason
from dongli.reporting.queries.sheet import compound_of, is_missing

MAX_WORDS = 300


@dataclass(frozen=True)
class Given:
    """A reason as it was filled in: from the list, in words, the last day on which it holds."""

    reason_id: UUID
    words: str
    last_day: date


@transaction.atomic
def give_reason(*, viewer: Viewer, code: str, item: str, key: UUID, given: Given) -> GivenReason:
    """Say why the compound `code` lacks `item`; an earlier reason makes room. The same key again changes nothing.

    Raises `NotFound` (compound, item), `NotAllowed`, `Conflict` (no gap there), `Invalid` (reason, words, last_day).
    """
    compound = _begin(viewer, code, item)
    repeated = GivenReason.objects.filter(pk=key).first()
    if repeated is not None:
        if (repeated.compound_id, repeated.item, repeated.given_by_id) == (compound.id, item, viewer.known.id):
            return repeated
        raise Conflict("key_in_use", _("This form was already used for something else. Please open the page again."))
    reason = _reason(given.reason_id, item)
    words = clean(given.words, field="words", max_length=MAX_WORDS)
    last = _last_day(given.last_day, reason)
    if not is_missing(compound, item):
        raise Conflict("no_gap", _("There is no gap here any more. Please look at the latest state."))
    _make_room(viewer, compound, item)
    return GivenReason.objects.create(
        id=key,
        compound=compound,
        item=item,
        reason=reason,
        words=words,
        since=today(),
        until=last + timedelta(days=1),
        given_by=viewer.known,
    )


@transaction.atomic
def withdraw_reason(*, viewer: Viewer, reason_id: UUID) -> GivenReason:
    """Take a reason back; doing so again changes nothing. Raises `NotFound`, `NotAllowed`."""
    rows = GivenReason.objects.select_for_update(of=("self",)).select_related("compound")
    found = rows.filter(pk=reason_id).first()
    if found is None or not access.reads(viewer, found.compound):
        raise NotFound("no_such_reason", _("There is no such reason."))
    _check(viewer, found.compound)
    if found.withdrawn_at is None:
        found.withdrawn_at, found.withdrawn_by = now(), viewer.known
        found.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return found


def reasons_for(item: str, day: date) -> list[GapReason]:
    """The reasons on the list for an item on a day. One query."""
    rows = GapReason.objects.filter(Q(until=None) | Q(until__gt=day), Q(items=[]) | Q(items__contains=[item]))
    return list(rows.filter(since__lte=day))


def lock(compound: Area) -> None:
    """Let those who act on gaps of a compound follow one another."""
    Area.objects.select_for_update(no_key=True).filter(pk=compound.pk).first()


def _begin(viewer: Viewer, code: str, item: str) -> Area:
    compound = compound_of(viewer, code)
    if item not in ITEMS:
        raise NotFound("no_such_item", _("There is no such item of coverage."))
    _check(viewer, compound)
    lock(compound)
    return compound


def _check(viewer: Viewer, compound: Area) -> None:
    if not access.explains(viewer, compound):
        message = _("Reasons are given by the community's secretary and by the organisation desk.")
        raise NotAllowed("not_yours_to_explain", message)


def _reason(reason_id: UUID, item: str) -> GapReason:
    found = next((one for one in reasons_for(item, today()) if one.id == reason_id), None)
    if found is None:
        raise Invalid("no_such_reason", _("Please choose a reason from the list."), field="reason")
    return found


def _last_day(last: date, reason: GapReason) -> date:
    latest = today() + timedelta(days=reason.longest_days)
    if not today() <= last <= latest:
        message = _("Please choose a day from today to %(day)s: then somebody has to look again.")
        raise Invalid("bad_date", message % {"day": latest.isoformat()}, field="last_day")
    return last


def _make_room(viewer: Viewer, compound: Area, item: str) -> None:
    """The reason that holds is superseded; its row keeps saying what was said, and until when it stood."""
    holding = GivenReason.objects.filter(compound=compound, item=item, withdrawn_at=None, until__gt=today())
    for earlier in holding:
        earlier.withdrawn_at, earlier.withdrawn_by = now(), viewer.known
        earlier.save(update_fields=["withdrawn_at", "withdrawn_by"])
