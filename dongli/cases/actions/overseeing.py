"""The desk looks after what others do: supervision of what is late (督办), call-backs on what is closed (回访)."""

from datetime import date, datetime, timedelta
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
    """Demand that a late case be done by a day; its limit stays what it was.

    Subdistrict, district and city each demand in their turn: a level again only when its own day has passed, and not
    below one that has demanded already. Raises `Conflict` when it is not late, or not that level's turn.
    """
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("supervise", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    if not lateness.is_late(work.case, work.moment):
        raise Conflict("not_late", _("This case is not overdue."))
    level = lateness.level_of(viewer, work.case)
    _check_turn(work.case, level, work.moment)
    today = city_date(work.moment)
    if not today <= demanded_by <= today + FURTHEST:
        raise Invalid("bad_date", _("Please choose a day from today to 90 days ahead."), field="demanded_by")
    work.case.demanded_by, work.case.demanded_level = demanded_by, level
    work.step("supervise", words=text, data={"by": demanded_by.isoformat(), "level": level})
    return alerts.finish(work, "supervise")


def _check_turn(case: Case, level: str, moment: datetime) -> None:
    standing = lateness.standing_demand(case, level, moment)
    if standing == lateness.ABOVE:
        raise Conflict("supervised_above", _("A higher level supervises this case already."))
    if standing == lateness.RUNNING:
        message = _("Your level has demanded it by %(date)s: wait for that day.") % {"date": case.demanded_by}
        raise Conflict("demanded_already", message)


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
