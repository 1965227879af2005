"""What of joint meetings passes on when an organisation is merged or split: registered at start-up.

Links pass with `people.succeeding`. A dissolution waits until what was convened is called off, or its minutes filed.
"""

from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from dongli.common.ids import new_id
from dongli.organisations.models import Organisation
from dongli.partnerships.meeting_work import step
from dongli.partnerships.models import Invitation, Meeting, MeetingState
from dongli.people.succession import PLACE, Part, Passing, Row, register

OPEN = (MeetingState.PLANNED, MeetingState.HELD)


def register_all() -> None:
    """Called at start-up."""
    register(Part("meetings", gettext_lazy("Joint meetings planned, or without minutes"), _count_meetings,
                  _pass_meetings, _meeting_rows, chosen=True, order=PLACE))  # fmt: skip
    register(Part("invitations", gettext_lazy("Invitations to joint meetings"), _count_invitations,
                  _pass_invitations, _invitation_rows, end=_end_invitations, order=PLACE))  # fmt: skip


def _meetings(organisation: Organisation) -> QuerySet[Meeting]:
    return Meeting.objects.filter(convenor=organisation, state__in=OPEN)


def _count_meetings(organisation: Organisation) -> int:
    return _meetings(organisation).count()


def _meeting_rows(organisation: Organisation, limit: int) -> list[Row]:
    rows = _meetings(organisation).order_by("starts_at", "id")[:limit]
    return [Row(row.pk, row.title, detail=row.starts_at.date().isoformat()) for row in rows]


def _pass_meetings(passing: Passing) -> int:
    """The taker convenes them, at its own area; a unit that convenes is not its own guest."""
    rows = _meetings(passing.giver).select_for_update(no_key=True, of=("self",)).order_by("pk")
    found = list(rows if passing.only is None else rows.filter(pk__in=passing.only))
    for meeting in found:
        meeting.convenor, meeting.area = passing.taker, passing.taker.area
        names = {"from": passing.giver.name, "to": passing.taker.name}
        step(meeting, "pass_on", passing.viewer, new_id(), names)
    Invitation.objects.filter(meeting__in=found, organisation=passing.taker, answer="").delete()
    return len(found)


def _invitations(organisation: Organisation) -> QuerySet[Invitation]:
    return Invitation.objects.filter(organisation=organisation, meeting__state=MeetingState.PLANNED)


def _count_invitations(organisation: Organisation) -> int:
    return _invitations(organisation).count()


def _invitation_rows(organisation: Organisation, limit: int) -> list[Row]:
    rows = _invitations(organisation).select_related("meeting").order_by("meeting__starts_at", "id")[:limit]
    return [Row(row.pk, row.meeting.title, detail=row.meeting.starts_at.date().isoformat()) for row in rows]


def _pass_invitations(passing: Passing) -> int:
    """The taker is invited in its place; where it is invited already, or convenes, the invitation falls away."""
    rows = list(_invitations(passing.giver).select_for_update(of=("self",)).select_related("meeting").order_by("pk"))
    meetings = [row.meeting_id for row in rows]
    there = set(
        Invitation.objects.filter(organisation=passing.taker, meeting__in=meetings).values_list("meeting_id", flat=True)
    )
    for row in rows:
        if row.meeting_id in there or row.meeting.convenor_id == passing.taker.pk:
            row.delete()
        else:
            row.organisation = passing.taker
            row.save(update_fields=["organisation"])
    return len(rows)


def _end_invitations(organisation: Organisation, on: date) -> None:
    """An organisation that has ended comes to no meeting."""
    _invitations(organisation).delete()
