"""Exclusion (剔除): an unreasonable or out-of-scope appeal is left out of the statistics; nothing else changes.

Whoever looks after the case or handles it asks, for a coded reason; somebody else at the subdistrict or above decides,
and may count it again when that was wrong.
The resident still sees the case, may rate it and may say it is not solved.
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.cases import alerts, appeals, policy
from dongli.cases.models import Case, Exclusion
from dongli.cases.work import Work, begin
from dongli.cases.workflow import OPEN_REVIEW_STATES, ReviewState
from dongli.common.errors import Conflict, NotAllowed
from dongli.common.text import clean
from dongli.people.viewer import Viewer

MAX_WORDS = 1000


@transaction.atomic
def ask_exclusion(*, viewer: Viewer, case_id: UUID, key: UUID, reason: str, words: str) -> Case:
    """Ask that the case be left out, saying why; once decided against, another reason may be put forward."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("ask_exclusion", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    chosen = policy.reason("exclude", reason, text)
    case = work.case
    if case.excluded_at is not None:
        raise Conflict("excluded", _("This case is left out of the statistics already."))
    if open_request(case) is not None:
        raise Conflict("asked_already", _("It has been asked for already and is not decided yet."))
    Exclusion.objects.create(case=case, reason=chosen.code, asked_by=viewer.known, asked_at=work.moment)
    case.reviewing = True
    work.step("ask_exclusion", reason=chosen.code, words=text)
    return alerts.finish(work, "ask_exclusion")


@transaction.atomic
def grant_exclusion(*, viewer: Viewer, case_id: UUID, key: UUID, words: str) -> Case:
    """The second level agrees: the case is counted apart, and shows why. The resident reads reason and words."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("grant_exclusion", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    asked = _decide(work, ReviewState.GRANTED)
    work.case.excluded_at, work.case.exclusion_reason = work.moment, asked.reason
    work.step("grant_exclusion", reason=asked.reason, words=text)
    return alerts.finish(work, "grant_exclusion")


@transaction.atomic
def refuse_exclusion(*, viewer: Viewer, case_id: UUID, key: UUID, words: str) -> Case:
    """The second level does not agree: the case counts like any other."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("refuse_exclusion", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    _decide(work, ReviewState.REFUSED)
    work.step("refuse_exclusion", words=text)
    return alerts.finish(work, "refuse_exclusion")


@transaction.atomic
def lift_exclusion(*, viewer: Viewer, case_id: UUID, key: UUID, words: str) -> Case:
    """The second level takes it back: the case counts like any other again, and the resident reads why."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("lift_exclusion", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    case = work.case
    if case.excluded_at is None:
        raise Conflict("not_excluded", _("This case is in the statistics."))
    Exclusion.objects.filter(case=case, state=ReviewState.GRANTED).update(state=ReviewState.LIFTED)
    case.excluded_at, case.exclusion_reason = None, ""
    work.step("lift_exclusion", words=text)
    return alerts.finish(work, "lift_exclusion")


def open_request(case: Case) -> Exclusion | None:
    """The request that waits for a decision, if any."""
    return Exclusion.objects.filter(case=case, state__in=sorted(OPEN_REVIEW_STATES)).first()


def _decide(work: Work, state: ReviewState) -> Exclusion:
    asked = open_request(work.case)
    if asked is None:
        raise Conflict("not_asked", _("Nobody asks for this, or it has been decided."))
    if asked.asked_by_id == work.viewer.known.id:
        raise NotAllowed("own_request", _("Whoever asked leaves the decision to others."))
    asked.state, asked.decided_by, asked.decided_at = state, work.viewer.known, work.moment
    asked.save(update_fields=["state", "decided_by", "decided_at"])
    work.case.reviewing = appeals.under_review(work.case)
    return asked
