"""After a whistle both sides rate each other (双考核): each once, finally, and within the days that policy gives."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.cases import access
from dongli.cases.actions.whistling import begin_whistle
from dongli.cases.models import Case, Task, Whistle, WhistleRating, WhistleRatingText
from dongli.cases.models.whistle_rating import Helpful, InTime, Side
from dongli.cases.whistle_parts import is_rateable, rating_until
from dongli.cases.work import Work
from dongli.common.errors import Conflict, Invalid
from dongli.common.text import clean
from dongli.people.viewer import Viewer

MAX_WORDS = 500


@transaction.atomic
def rate_response(
    *, viewer: Viewer, whistle_id: UUID, key: UUID, task_id: UUID, in_time: str, helpful: str, words: str = ""
) -> Case:
    """Whoever blew the whistle says how one called department responded: once, and final."""
    text = clean(words, field="words", max_length=MAX_WORDS)
    if in_time not in InTime.values:
        raise Invalid("unknown_answer", _("Please choose one of the answers."), field="in_time")
    if helpful not in Helpful.values:
        raise Invalid("unknown_answer", _("Please choose one of the answers."), field="helpful")
    work, whistle = begin_whistle("rate_response", viewer, whistle_id, key)
    if work.repeated:
        return work.case
    part = _part(work, whistle, task_id)
    _give(work, whistle, WhistleRating(task=part, side=Side.WHISTLER, in_time=in_time, helpful=helpful), text)
    work.step("rate_response", whistle=whistle, data={"department": str(part.organisation)})
    return work.finish()


@transaction.atomic
def judge_whistle(
    *, viewer: Viewer, whistle_id: UUID, key: UUID, task_id: UUID, founded: bool, words: str = ""
) -> Case:
    """A department that did its part says whether it was rightly called: once for the department, and final."""
    text = clean(words, field="words", max_length=MAX_WORDS)
    work, whistle = begin_whistle("judge_whistle", viewer, whistle_id, key)
    if work.repeated:
        return work.case
    part = _part(work, whistle, task_id)
    if part not in access.parts_of(viewer, whistle, work.tasks):
        raise Invalid("not_yours", _("Only the department that was called can say this."), field="task")
    _give(work, whistle, WhistleRating(task=part, side=Side.DEPARTMENT, founded=founded), text)
    work.step("judge_whistle", whistle=whistle, task=part, data={"department": str(part.organisation)})
    return work.finish()


def _part(work: Work, whistle: Whistle, task_id: UUID) -> Task:
    part = next((task for task in work.tasks if task.id == task_id and is_rateable(task, whistle)), None)
    if part is None:
        raise Invalid("unknown_part", _("Please choose a department that was called to this whistle."), field="task")
    return part


def _give(work: Work, whistle: Whistle, rating: WhistleRating, text: str) -> None:
    """Keep the rating; the case is locked, so nobody rates at the same moment, and the constraint is the last word."""
    if work.moment > rating_until(whistle, work.calendar):
        raise Conflict("too_late", _("The time to rate this whistle is over."))
    if WhistleRating.objects.filter(task=rating.task, side=rating.side).exists():
        raise Conflict("rated_already", _("This has already been rated; a rating is final."))
    rating.rated_by, rating.at = work.viewer.known, work.moment
    rating.save(force_insert=True)
    if text:
        WhistleRatingText.objects.create(rating=rating, words=text)
