"""What passes on of meetings when an organisation is merged or split: those to come or without minutes, invitations;
and the steps of links that passed. What was attended and decided stays a record of who did.
"""

from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from dongli.common.ids import new_id
from dongli.organisations.models import Link, Organisation
from dongli.partnerships.models import Invitation, LinkStep, Meeting, MeetingState, MeetingStep
from dongli.people.succession import PLACE, WORK, Part, Passing, Row, on_passed, register

UNFINISHED = (MeetingState.PLANNED, MeetingState.HELD)


def register_parts() -> None:
    """Register what there is of meetings; called once at start-up."""
    meetings = Part(
        "meetings", gettext_lazy("Joint meetings it convenes"), _count_meetings, pass_meetings, _meeting_rows,
        chosen=True, order=WORK,
    )  # fmt: skip
    invitations = Part(
        "invitations", gettext_lazy("Invitations to meetings to come"), _count_invitations, pass_invitations,
        _invitation_rows, end=end_invitations, order=PLACE,
    )  # fmt: skip
    register(meetings)
    register(invitations)
    on_passed(write_link_steps)


def _meetings(organisation: Organisation) -> QuerySet[Meeting]:
    return Meeting.objects.filter(convenor=organisation, state__in=UNFINISHED)


def _count_meetings(organisation: Organisation) -> int:
    return _meetings(organisation).count()


def _meeting_rows(organisation: Organisation, limit: int) -> list[Row]:
    rows = _meetings(organisation).order_by("starts_at", "id")[:limit]
    return [Row(one.pk, one.title, detail=one.starts_at.date().isoformat()) for one in rows]


def pass_meetings(passing: Passing) -> int:
    """The other convenes them from now on, with a step each; who was invited stays invited."""
    rows = _meetings(passing.giver)
    wanted = rows if passing.only is None else rows.filter(pk__in=passing.only)
    meetings = list(wanted.select_for_update(of=("self",)).order_by("pk"))
    for meeting in meetings:
        meeting.convenor, meeting.area = passing.taker, passing.taker.area
        meeting.steps_count += 1
    MeetingStep.objects.bulk_create(_step(meeting, passing) for meeting in meetings)
    Meeting.objects.bulk_update(meetings, ["convenor", "area", "steps_count"])
    return len(meetings)


def _step(meeting: Meeting, passing: Passing) -> MeetingStep:
    return MeetingStep(
        id=new_id(),
        meeting=meeting,
        seq=meeting.steps_count,
        verb="succeed",
        at=passing.moment,
        actor=passing.viewer.user,
        data={"from": passing.giver.name, "to": passing.taker.name},
        state_before=meeting.state,
        state_after=meeting.state,
    )


def _invitations(organisation: Organisation) -> QuerySet[Invitation]:
    return Invitation.objects.filter(organisation=organisation, meeting__state=MeetingState.PLANNED)


def _count_invitations(organisation: Organisation) -> int:
    return _invitations(organisation).count()


def _invitation_rows(organisation: Organisation, limit: int) -> list[Row]:
    rows = _invitations(organisation).select_related("meeting").order_by("meeting__starts_at", "id")[:limit]
    return [Row(one.pk, one.meeting.title, detail=one.meeting.starts_at.date().isoformat()) for one in rows]


def pass_invitations(passing: Passing) -> int:
    """The other is invited instead, once: one that is invited or convenes already needs no second invitation."""
    rows = list(_invitations(passing.giver).select_for_update(of=("self",)).order_by("pk"))
    meetings = [row.meeting_id for row in rows]
    there = set(
        Invitation.objects.filter(organisation=passing.taker, meeting__in=meetings).values_list("meeting", flat=True)
    )
    there |= set(Meeting.objects.filter(convenor=passing.taker, pk__in=meetings).values_list("pk", flat=True))
    spare = [row.pk for row in rows if row.meeting_id in there]
    Invitation.objects.filter(pk__in=spare).delete()
    Invitation.objects.filter(pk__in=[row.pk for row in rows]).update(organisation=passing.taker)
    return len(rows)


def end_invitations(organisation: Organisation, on: date) -> None:
    """An organisation that ends without an heir comes to no meeting."""
    _invitations(organisation).delete()


def write_link_steps(passing: Passing, passed: dict[str, int]) -> None:
    """The links that ended here and began there say so in their own histories."""
    if not passed.get("links"):
        return
    reason = f"{passing.giver.name} → {passing.taker.name}"
    ended = Link.objects.filter(Q(axis=passing.giver) | Q(unit=passing.giver), until__gte=passing.on)
    begun = Link.objects.filter(Q(axis=passing.taker) | Q(unit=passing.taker), since__gte=passing.on)
    steps = [
        _link_step(link, "end", passing, {"until": str(link.until), "reason": reason})
        for link in ended.exclude(steps__verb="end")
    ]
    steps += [
        _link_step(link, "link", passing, {"mechanism": link.mechanism, "doing": link.doing})
        for link in begun.exclude(steps__verb="link")
    ]
    LinkStep.objects.bulk_create(steps)


def _link_step(link: Link, verb: str, passing: Passing, data: dict[str, str]) -> LinkStep:
    return LinkStep(link=link, verb=verb, at=passing.moment, actor=passing.viewer.user, data=data)
