"""The one way in which what identifies a person leaves a case: on schedule, or because the resident asked for it.

First the contact goes, and numbers and announced names in the words with it; later the words, photos and notes. What
remains is what happened: class, place, moments, steps and the figures of ratings. Each removal is a step of the case.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from dongli.cases.actions import bulk_answering, searching
from dongli.cases.actions.retaining import periods
from dongli.cases.erasable import TEXTS, Erasable
from dongli.cases.models import Case, CaseContact, NoteFile, Patrol, Photo, Retention, Step
from dongli.cases.workflow import ENDED_CASE_STATES, Actor, transition
from dongli.common.clock import city_date, now
from dongli.common.identifiers import without_identifiers
from dongli.common.ids import new_id

CONTACT, TEXT = "contact", "text"
SCHEDULE, REQUEST = "schedule", "request"
BATCH = 100
_GONE = {CONTACT: "contact_gone_at", TEXT: "text_gone_at"}
_DAYS = {CONTACT: "contact_days", TEXT: "text_days"}


def redact_due() -> dict[str, int]:
    """Remove whatever has been kept long enough; how many cases lost which part, and how many patrol notes went.

    Batches of 100 cases, a transaction each: safe to run twice, at once, and after it died halfway.
    """
    moment = now()
    return {
        CONTACT: sum(redact(batch, part=CONTACT, cause=SCHEDULE) for batch in due(CONTACT, moment)),
        TEXT: sum(redact(batch, part=TEXT, cause=SCHEDULE) for batch in due(TEXT, moment)),
        "patrols": _forget_patrol_notes(moment),
        "bulk_answers": bulk_answering.forget_old(),
    }


def due(part: str, moment: datetime) -> Iterator[list[UUID]]:
    """Ids of the cases whose `part` ("contact" or "text") has been kept long enough at `moment`, a batch at a time."""
    rows = periods(city_date(moment))
    if not rows:
        return
    over = Case.objects.annotate(ended=Coalesce("closed_at", "refused_at", "withdrawn_at", "spam_at", "updated_at"))
    over = over.filter(_kept_long_enough(rows, part, moment), _is_ended(part))
    last = UUID(int=0)
    while batch := list(over.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield batch
        last = batch[-1]


def _is_ended(part: str) -> Q:
    return Q(state__in=sorted(ENDED_CASE_STATES), **{f"{_GONE[part]}__isnull": True})


def _kept_long_enough(rows: list[Retention], part: str, moment: datetime) -> Q:
    """Each class by its own period, all others by the one without a class. Filing before is implied, and indexed."""
    own = [row for row in rows if row.category_code]
    common = next((row for row in rows if not row.category_code), None)
    shortest = min(getattr(row, _DAYS[part]) for row in rows)
    condition = Q(pk__in=[])
    for row in own:
        condition |= Q(category__code=row.category_code, ended__lt=_before(row, part, moment))
    if common is not None:
        others = Q(category=None) | ~Q(category__code__in=[row.category_code for row in own])
        condition |= others & Q(ended__lt=_before(common, part, moment))
    return Q(filed_at__lt=moment - timedelta(days=shortest)) & condition


def _before(row: Retention, part: str, moment: datetime) -> datetime:
    days: int = getattr(row, _DAYS[part])
    return moment - timedelta(days=days)


@transaction.atomic
def redact(case_ids: list[UUID], *, part: str, cause: str) -> int:
    """Remove `part` from those of these cases that have ended and still have it; each gets its step. How many.

    A bounded number of statements, however many cases (100 at most). A case that somebody works on at this moment is
    left for the next time when the schedule asks, waited for when a resident does.
    """
    locked = Case.objects.filter(_is_ended(part), pk__in=case_ids).order_by("pk")
    cases = list(locked.select_for_update(of=("self",), skip_locked=cause == SCHEDULE))
    ids = [case.pk for case in cases]
    if not ids:
        return 0
    CaseContact.objects.filter(case__in=ids).update(name="", phone="", phone_hash="")
    for erasable in TEXTS:
        (_empty if part == TEXT or erasable.early else _mask)(erasable, ids)
    if part == TEXT:
        _drop_files(ids)
    searching.refresh(ids)
    _record(cases, part, cause)
    return len(cases)


def _empty(erasable: Erasable, ids: list[UUID]) -> None:
    keys = list(erasable.rows(ids).values_list("pk", flat=True))
    if keys:
        erasable.model._default_manager.filter(pk__in=keys).update(**dict.fromkeys(erasable.fields, ""))


def _mask(erasable: Erasable, ids: list[UUID]) -> None:
    changed = [row for row in erasable.rows(ids) if _mask_row(row, erasable.fields)]
    if changed:
        erasable.model._default_manager.bulk_update(changed, erasable.fields)


def _mask_row(row: Any, fields: tuple[str, ...]) -> bool:
    """Take the identifiers out of the row's words, not saved yet; whether there were any. Never longer than it was."""
    found = False
    for name in fields:
        before = getattr(row, name)
        after = without_identifiers(before)
        if after != before:
            longest = row._meta.get_field(name).max_length
            setattr(row, name, after[:longest])
            found = True
    return found


def _drop_files(ids: list[UUID]) -> None:
    """Photos and attachments go with their files, once that is committed; that there was a note stays."""
    photos = list(Photo.objects.filter(case__in=ids))
    attached = list(NoteFile.objects.filter(note__case__in=ids))
    for file in [*(one.file for one in photos), *(one.file for one in attached)]:
        transaction.on_commit(partial(file.storage.delete, str(file)), robust=True)
    Photo.objects.filter(pk__in=[row.pk for row in photos]).delete()
    NoteFile.objects.filter(pk__in=[row.pk for row in attached]).delete()


def _record(cases: list[Case], part: str, cause: str) -> None:
    """A step on each case, and on the case since when it is without what; the account is let go with the text."""
    moment = now()
    for case in cases:
        case.steps_count += 1
        case.contact_gone_at = case.contact_gone_at or moment
        if part == TEXT:
            case.text_gone_at, case.resident = moment, None
    Case.objects.bulk_update(cases, ["steps_count", "contact_gone_at", "text_gone_at", "resident"])
    row = transition("redact")
    Step.objects.bulk_create(
        Step(
            id=new_id(),
            case=case,
            seq=case.steps_count,
            verb=row.verb,
            at=moment,
            actor_as=Actor.SYSTEM,
            data={"part": part, "cause": cause},
            state_before=case.state,
            state_after=case.state,
            public=row.public,
        )
        for case in cases
    )


def _forget_patrol_notes(moment: datetime) -> int:
    """Empty the notes of patrols as old as texts may be; what was found and when stays."""
    common = next((row for row in periods(city_date(moment)) if not row.category_code), None)
    if common is None:
        return 0
    old = Patrol.objects.filter(at__lt=_before(common, TEXT, moment)).exclude(note="").order_by("pk")
    gone = 0
    while keys := list(old.values_list("pk", flat=True)[:1000]):
        gone += Patrol.objects.filter(pk__in=keys).update(note="")
    return gone
