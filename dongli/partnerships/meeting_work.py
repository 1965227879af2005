"""What every verb of a meeting does: hold the meeting, know a repeated key, write the step, tell the officers."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from dongli.common.clock import now
from dongli.common.errors import Conflict, NotAllowed, NotFound
from dongli.notices.actions import notify
from dongli.partnerships import access
from dongli.partnerships.models import Meeting, MeetingState, MeetingStep, meeting_state
from dongli.partnerships.queries.people import officers
from dongli.people.models import User
from dongli.people.viewer import Viewer


def begin(verb: str, viewer: Viewer, meeting_id: UUID, key: UUID) -> tuple[Meeting, bool]:
    """The meeting under lock, and whether this very step was taken already. Raises `NotFound`, `Conflict`."""
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("convenor__area", "area", "called_by")
    meeting = rows.filter(pk=meeting_id).first()
    if meeting is None or not Meeting.objects.filter(access.meetings_seen(viewer), pk=meeting_id).exists():
        raise NotFound("no_such_meeting", _("There is no such meeting."))
    return meeting, repeated(verb, viewer, key, meeting) is not None


def repeated(verb: str, viewer: Viewer, key: UUID, meeting: Meeting | None = None) -> Meeting | None:
    """The meeting of an earlier step under the same key; raises `Conflict` when the key was used for something else."""
    earlier = MeetingStep.objects.filter(pk=key).select_related("meeting").first()
    if earlier is None:
        return None
    mine = earlier.verb == verb and earlier.actor_id == viewer.known.id
    if not mine or (meeting is not None and earlier.meeting_id != meeting.id):
        raise Conflict("key_in_use", _("This form was already used for something else. Please open the page again."))
    return earlier.meeting


def check_keeps(viewer: Viewer, meeting: Meeting) -> None:
    """Raises `NotAllowed` unless the viewer convenes for the meeting's convenor."""
    if not access.keeps(viewer, meeting.convenor):
        raise NotAllowed("not_your_meeting", _("Only whoever runs the desk of the convenor may do this."))


def check_state(meeting: Meeting, *states: MeetingState) -> None:
    """Raises `Conflict` unless the meeting is in one of `states`."""
    if meeting.state not in states:
        label = MeetingState(meeting.state).label
        words = _("The meeting is now “%(state)s”. Please look at the latest state.") % {"state": label}
        raise Conflict("state_moved", words)


def step(meeting: Meeting, verb: str, viewer: Viewer, key: UUID, data: Mapping[str, object] | None = None) -> Meeting:
    """Derive the state, save the meeting and write the step. `data` holds no person's name."""
    before = meeting.state if meeting.steps_count else ""
    meeting.steps_count += 1
    meeting.state = meeting_state(meeting)
    meeting.save()
    MeetingStep.objects.create(
        id=key,
        meeting=meeting,
        seq=meeting.steps_count,
        verb=verb,
        at=now(),
        actor=viewer.known,
        data=dict(data or {}),
        state_before=before,
        state_after=meeting.state,
    )
    return meeting


def tell_invited(meeting: Meeting, kind: str, viewer: Viewer, only: Iterable[UUID] | None = None) -> None:
    """Notify the officers of those invited (or of `only` some of them), but never whoever acted."""
    invited = only if only is not None else meeting.invitations.values_list("organisation_id", flat=True)
    tell(meeting, kind, viewer, (user for several in officers(invited).values() for user in several))


def tell(meeting: Meeting, kind: str, viewer: Viewer, users: Iterable[User]) -> None:
    """Notify `users`, but never whoever acted."""
    heard = [user for user in users if user.id != viewer.known.id]
    if heard:
        params = {"title": meeting.title, "convenor": meeting.convenor.name}
        notify(users=heard, kind=f"partnerships.{kind}", params=params, url=reverse("meeting", args=[meeting.id]))
