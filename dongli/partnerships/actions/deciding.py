"""What a meeting decides becomes a duty in the same transaction; the minutes close the meeting."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid
from dongli.common.text import clean
from dongli.duties.actions import Assignment, assign_duty
from dongli.notices import kinds
from dongli.partnerships.meeting_work import begin, check_keeps, check_state, step, tell_invited
from dongli.partnerships.models import Decision, Meeting, MeetingState
from dongli.partnerships.queries.people import Candidate, candidates
from dongli.people.viewer import Viewer

SOURCE = "meeting"
MAX_MINUTES = 10_000
MOST_DECISIONS = 50

kinds.register("partnerships.minutes", gettext_noop("The minutes of a meeting are filed: %(title)s"))


@dataclass(frozen=True)
class Decided:
    """A decision: `follower_id` is the organisation that follows it up, `owner_id` who takes it on for it."""

    words: str
    follower_id: UUID
    owner_id: UUID
    due_on: date
    measures: str = ""


@transaction.atomic
def record_decision(*, viewer: Viewer, meeting_id: UUID, key: UUID, decided: Decided) -> Decision:
    """Record what was decided and give the duty for it. The owner serves in the organisation that follows it up; where
    that has no account, the convenor's office holds the duty and the unit is named in its title.

    Raises `NotFound`, `NotAllowed`, `Invalid` (words, follower, due_on, measures), `Conflict`.
    """
    meeting, again = begin("decide", viewer, meeting_id, key)
    if again:
        return Decision.objects.select_related("duty", "follower").get(pk=key)
    check_keeps(viewer, meeting)
    check_state(meeting, MeetingState.HELD)
    words = clean(decided.words, field="words", max_length=160, required=True)
    chosen = _candidate(meeting, decided)
    number = meeting.decisions.count() + 1
    if number > MOST_DECISIONS:
        raise Conflict("too_many", _("A meeting takes at most %(most)d decisions.") % {"most": MOST_DECISIONS})
    title = words if chosen.holder == chosen.follower else f"{chosen.follower.name[:36]}: {words}"
    duty = assign_duty(
        viewer=viewer,
        key=uuid5(key, "duty"),
        mandate=True,
        assignment=Assignment(
            title=title,
            source_kind=SOURCE,
            source_id=key,
            source_url=reverse("meeting", args=[meeting.id]),
            area=meeting.area,
            owner_id=chosen.user.id,
            organisation_id=chosen.holder.id,
            measures=decided.measures.strip() or words,
            due_on=decided.due_on,
        ),
    )
    step(meeting, "decide", viewer, key, {"number": number, "follower": chosen.follower.name})
    return Decision.objects.create(
        id=key, meeting=meeting, number=number, words=words, follower=chosen.follower, duty=duty
    )


def _candidate(meeting: Meeting, decided: Decided) -> Candidate:
    wanted = (decided.follower_id, decided.owner_id)
    for one in candidates(meeting):
        if (one.follower.id, one.user.id) == wanted:
            return one
    raise Invalid("no_follower", _("Please choose from the list who follows it up."), field="follower")


@transaction.atomic
def file_minutes(*, viewer: Viewer, meeting_id: UUID, key: UUID, words: str) -> Meeting:
    """File the minutes of a meeting that was held; filing them again corrects them, and leaves a step."""
    text = clean(words, field="minutes", max_length=MAX_MINUTES, required=True)
    meeting, again = begin("minutes", viewer, meeting_id, key)
    if again:
        return meeting
    check_keeps(viewer, meeting)
    check_state(meeting, MeetingState.HELD, MeetingState.MINUTED)
    first = meeting.minuted_at is None
    meeting.minutes, meeting.minuted_at = text, meeting.minuted_at or now()
    step(meeting, "minutes", viewer, key, {"corrected": not first})
    if first:
        tell_invited(meeting, "minutes", viewer)
    return meeting
