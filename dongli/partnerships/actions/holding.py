"""That a meeting was held, and who came."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.common.clock import city_date, now, today
from dongli.common.errors import Invalid, NotFound
from dongli.common.text import clean
from dongli.partnerships.meeting_work import begin, check_keeps, check_state, step
from dongli.partnerships.models import Attendance, Meeting, MeetingState
from dongli.people.viewer import Viewer

MOST_PEOPLE = 200
Came = Mapping[UUID, Sequence[str]]
"""Organisation id → the names of those who came for it; without any name: somebody came."""


@transaction.atomic
def hold_meeting(*, viewer: Viewer, meeting_id: UUID, key: UUID, came: Came) -> Meeting:
    """Say that a planned meeting was held, and who came. Raises `Invalid` (came) before its day."""
    meeting, again = begin("hold", viewer, meeting_id, key)
    if again:
        return meeting
    check_keeps(viewer, meeting)
    check_state(meeting, MeetingState.PLANNED)
    if city_date(meeting.starts_at) > today():
        raise Invalid("too_early", _("The day of the meeting has not come yet."), field="came")
    if not came:
        raise Invalid("nobody_came", _("Please say who came; if nobody did, call the meeting off."), field="came")
    _write(meeting, viewer, came)
    meeting.held_at = now()
    return step(meeting, "hold", viewer, key, {"organisations": len(came)})


@transaction.atomic
def add_attendance(*, viewer: Viewer, meeting_id: UUID, key: UUID, came: Came) -> Meeting:
    """Add who came, until the minutes are filed."""
    meeting, again = begin("attend", viewer, meeting_id, key)
    if again:
        return meeting
    check_keeps(viewer, meeting)
    check_state(meeting, MeetingState.HELD)
    if not came:
        raise Invalid("nobody_came", _("Please choose whom to add."), field="came")
    _write(meeting, viewer, came)
    return step(meeting, "attend", viewer, key, {"organisations": len(came)})


@transaction.atomic
def strike_attendance(*, viewer: Viewer, meeting_id: UUID, key: UUID, attendance_id: UUID) -> Meeting:
    """Take out somebody who did not come, until the minutes are filed. Taken out already is taken out."""
    meeting, again = begin("strike", viewer, meeting_id, key)
    if again:
        return meeting
    check_keeps(viewer, meeting)
    check_state(meeting, MeetingState.HELD)
    found = Attendance.objects.filter(meeting=meeting, pk=attendance_id).select_related("organisation").first()
    if found is None:
        return meeting
    found.delete()
    return step(meeting, "strike", viewer, key, {"organisation": found.organisation.name})


def _write(meeting: Meeting, viewer: Viewer, came: Came) -> None:
    may = set(meeting.invitations.values_list("organisation_id", flat=True)) | {meeting.convenor_id}
    if not came.keys() <= may:
        raise NotFound("not_invited", _("This organisation is not invited."), field="came")
    rows = [
        Attendance(meeting=meeting, organisation_id=unit, person=person, recorded_by=viewer.known)
        for unit, names in came.items()
        for person in _names(names)
    ]
    if len(rows) > MOST_PEOPLE:
        raise Invalid("too_many", _("Please name at most %(most)d people.") % {"most": MOST_PEOPLE}, field="came")
    Attendance.objects.bulk_create(rows, ignore_conflicts=True)


def _names(names: Sequence[str]) -> list[str]:
    found = [words for name in names if (words := clean(name, field="came", max_length=40))]
    return list(dict.fromkeys(found)) or [""]
