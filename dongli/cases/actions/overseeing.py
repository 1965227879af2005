"""The desk looks after what others do: supervision of what is late (督办), call-backs on what is closed (回访)."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.cases import alerts, lateness
from dongli.cases.models import Case
from dongli.cases.work import begin
from dongli.common.clock import city_date
from dongli.common.errors import Conflict, Invalid
from dongli.common.text import clean
from dongli.people.viewer import Viewer

MAX_WORDS = 1000
FURTHEST = timedelta(days=90)
OUTCOMES = ("solved", "not_solved", "not_reached")


@transaction.atomic
def supervise(*, viewer: Viewer, case_id: UUID, key: UUID, demanded_by: date, words: str) -> Case:
    """Demand that a late case be done by a day; its limit stays what it was. Raises `Conflict` when it is not late."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("supervise", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    if not lateness.is_late(work.case, work.moment):
        raise Conflict("not_late", _("This case is not overdue."))
    today = city_date(work.moment)
    if not today <= demanded_by <= today + FURTHEST:
        raise Invalid("bad_date", _("Please choose a day from today to 90 days ahead."), field="demanded_by")
    work.case.demanded_by = demanded_by
    work.step(
        "supervise", words=text, data={"by": demanded_by.isoformat(), "level": lateness.level_of(viewer, work.case)}
    )
    return alerts.finish(work, "supervise")


@transaction.atomic
def call_back(*, viewer: Viewer, case_id: UUID, key: UUID, outcome: str, words: str = "") -> Case:
    """Record what the resident said when the desk called about a closed case: no rating, and it changes none."""
    text = clean(words, field="words", max_length=MAX_WORDS)
    if outcome not in OUTCOMES:
        raise Invalid("unknown_outcome", _("Please choose one of the answers."), field="outcome")
    work = begin("call_back", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    work.step("call_back", words=text, data={"outcome": outcome, "closing": work.case.closings})
    return work.finish()
