"""Reads of joint meetings: lists, one meeting as a viewer may see it, what a unit has to answer."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from dongli.common.clock import now
from dongli.common.errors import NotFound
from dongli.common.ids import parse_id
from dongli.common.masking import mask_name
from dongli.duties import access as duty_access
from dongli.duties.models import Duty
from dongli.organisations.models import Organisation
from dongli.partnerships import access
from dongli.partnerships.models import Attendance, Decision, Invitation, Meeting, MeetingState, MeetingStep
from dongli.people.viewer import Viewer

PAGE = 50
FILTERS = ("planned", "minutes", "held", "cancelled")
JUST_BEGUN = timedelta(hours=1)
"""So long after its beginning a planned meeting still counts as coming."""


@dataclass(frozen=True)
class Page:
    """A page of meetings; `next` is the key of the following one."""

    rows: list[Meeting]
    next: str = ""


def meetings(viewer: Viewer, name: str, *, convenor: Organisation | None = None, after: str = "") -> Page:
    """The meetings of a saved filter: the planned by time, all others the newest first. At most two queries."""
    rows = Meeting.objects.filter(access.meetings_seen(viewer), _of(name)).select_related("convenor", "area")
    if convenor is not None:
        rows = rows.filter(convenor=convenor)
    return _page(rows, after, rising=name == "planned")


def _of(name: str) -> Q:
    passed = now() - JUST_BEGUN
    return {
        "planned": Q(state=MeetingState.PLANNED, starts_at__gte=passed),
        "minutes": Q(state=MeetingState.HELD) | Q(state=MeetingState.PLANNED, starts_at__lt=passed),
        "held": Q(state=MeetingState.MINUTED),
        "cancelled": Q(state=MeetingState.CANCELLED),
    }[name]


def _page(rows: QuerySet[Meeting], after: str, *, rising: bool) -> Page:
    key = parse_id(after)
    last = Meeting.objects.filter(pk=key).values_list("starts_at", "id").first() if key is not None else None
    if last is not None:
        way = "gt" if rising else "lt"
        rows = rows.filter(Q(**{f"starts_at__{way}": last[0]}) | Q(**{"starts_at": last[0], f"pk__{way}": last[1]}))
    order = ("starts_at", "id") if rising else ("-starts_at", "-id")
    found = list(rows.order_by(*order)[: PAGE + 1])
    return Page(found[:PAGE], str(found[PAGE - 1].id) if len(found) > PAGE else "")


def meeting(viewer: Viewer, meeting_id: UUID) -> Meeting:
    """One meeting that the viewer may see; raises `NotFound`."""
    rows = Meeting.objects.select_related("convenor__area", "area", "called_by")
    found = rows.filter(access.meetings_seen(viewer), pk=meeting_id).first()
    if found is None:
        raise NotFound("no_such_meeting", _("There is no such meeting."))
    return found


def invitations(meeting: Meeting) -> list[Invitation]:
    """Who is invited, with their answers. One query."""
    rows = meeting.invitations.select_related("organisation__area", "answered_by")
    return list(rows.order_by("organisation__pinyin", "id"))


@dataclass(frozen=True)
class Guest:
    """Somebody who came, with the name as the viewer may read it."""

    row: Attendance
    name: str


def attendance(viewer: Viewer, meeting: Meeting, *, unmasked: bool = False) -> list[tuple[Organisation, list[Guest]]]:
    """Who came, by organisation. Names are masked, but those of the viewer's own unit; `unmasked` shows them all (the
    caller has written down who looks). One query."""
    rows = Attendance.objects.filter(meeting=meeting).select_related("organisation")
    own = access.serves(viewer)
    found: dict[Organisation, list[Guest]] = {}
    for row in rows.order_by("organisation__pinyin", "organisation_id", "id"):
        shown = row.person if unmasked or row.organisation_id in own else mask_name(row.person)
        found.setdefault(row.organisation, []).append(Guest(row, shown))
    return list(found.items())


def decisions(meeting: Meeting) -> list[Decision]:
    """What was decided, with who follows it up and how far it is. One query."""
    rows = meeting.decisions.select_related("follower", "duty__owner", "duty__organisation")
    return list(rows.order_by("number"))


def duties_seen(viewer: Viewer, decided: list[Decision]) -> set[UUID]:
    """Ids of the decisions whose duty the viewer may open. At most one query."""
    if not decided:
        return set()
    rows = Duty.objects.filter(duty_access.visible(viewer), pk__in=[one.duty_id for one in decided])
    return set(rows.values_list("decision__id", flat=True))


def history(meeting: Meeting) -> list[MeetingStep]:
    """Everything that happened to it, oldest first. One query."""
    return list(meeting.steps.select_related("actor").order_by("seq"))


def series(meeting: Meeting) -> list[Meeting]:
    """The other meetings planned with this one. At most one query."""
    if meeting.series is None:
        return []
    rows = Meeting.objects.filter(series=meeting.series).exclude(pk=meeting.pk)
    return list(rows.order_by("starts_at", "id"))


def to_answer(viewer: Viewer) -> list[Invitation]:
    """Invitations of the viewer's own units to meetings still to come, those without an answer first. One query."""
    rows = Invitation.objects.filter(
        organisation__in=access.serves(viewer), meeting__state=MeetingState.PLANNED, meeting__starts_at__gte=now()
    ).select_related("meeting__convenor", "organisation")
    return sorted(rows.order_by("meeting__starts_at", "id")[:PAGE], key=lambda one: bool(one.answer))


def taken_on(viewer: Viewer, limit: int = 20) -> list[Decision]:
    """The newest decisions that the viewer's own units follow up. One query."""
    rows = Decision.objects.filter(follower__in=access.serves(viewer))
    return list(rows.select_related("meeting", "follower", "duty__owner").order_by("-id")[:limit])


def attended(viewer: Viewer, limit: int = 20) -> list[Meeting]:
    """The newest meetings held to which the viewer's own units came. One query."""
    came = Attendance.objects.filter(meeting=OuterRef("pk"), organisation__in=access.serves(viewer))
    rows = Meeting.objects.filter(Exists(came)).select_related("convenor")
    return list(rows.order_by("-starts_at", "-id")[:limit])
