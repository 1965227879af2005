"""What a successor takes over of somebody's duties: the open ones, with a step in each history."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.areas.models import Area
from dongli.duties.actions import change_owner
from dongli.duties.models import OPEN_DUTY_STATES, Duty
from dongli.organisations.models import OrganisationKind
from dongli.people.handover import Estate, Item, on_hand_over
from dongli.people.models import User
from dongli.people.viewer import Viewer


def _open(person: User, area: Area) -> QuerySet[Duty]:
    """The open duties that somebody owns in `area`, or for the office of `area` itself."""
    inside = Q(area__path__gte=area.path, area__path__lt=area.path_end)
    office = Q(organisation__kind=OrganisationKind.OFFICE, organisation__area=area)
    rows = Duty.objects.filter(inside | office, owner=person, state__in=sorted(OPEN_DUTY_STATES))
    return rows.order_by("due_on", "id")


def items(person: User, area: Area) -> list[Item]:
    """The open duties of `person` there, the next to be due first."""
    return [
        Item(duty.title, reverse("desk_duty_sheet", args=[duty.pk]), _("due on %(day)s") % {"day": duty.due_on})
        for duty in _open(person, area)
    ]


def pass_on(*, person: User, successor: User, area: Area, viewer: Viewer, moment: datetime) -> int:
    """Make `successor` the owner of every open duty, with a step; dates and measures stay as they were promised."""
    ids = sorted(_open(person, area).order_by().values_list("pk", flat=True))
    return sum(change_owner(duty_id=pk, owner=person, successor=successor, viewer=viewer) for pk in ids)


def holders(ids: Collection[UUID]) -> set[UUID]:
    """Which of these people own an open duty."""
    rows = Duty.objects.filter(owner__in=ids, state__in=sorted(OPEN_DUTY_STATES)).order_by()
    return set(rows.values_list("owner_id", flat=True).distinct())


def register() -> None:
    """Let open duties be passed on with a post."""
    on_hand_over(Estate("duties", gettext_lazy("Open duties"), items, pass_on, holders))
