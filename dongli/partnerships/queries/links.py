"""Reads of links: lists, one link, links without any activity for a year."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.clock import now, today
from dongli.common.errors import NotFound
from dongli.common.ids import parse_id
from dongli.common.masking import mask_name
from dongli.common.text import strip_controls
from dongli.organisations.models import Link, Mechanism
from dongli.partnerships import access
from dongli.partnerships.models import Invitation, LinkStep, Meeting, MeetingState
from dongli.partnerships.queries.units import holds
from dongli.people.viewer import Viewer

PAGE = 50
MOST_AT_ONCE = 10_000
YEAR = timedelta(days=365)
DONE = (MeetingState.HELD, MeetingState.MINUTED)
"""States of meetings that took place."""


@dataclass(frozen=True)
class Page:
    """A page of links; `next` is the key of the following one."""

    rows: list[Link]
    next: str = ""


def _listed() -> QuerySet[Link]:
    return Link.objects.select_related("axis__area", "unit__area")


def links(viewer: Viewer, *, text: str = "", mechanism: str = "", ended: bool = False, after: str = "") -> Page:
    """Links the viewer may see, the newest first; those that hold, or those that have ended. At most two queries."""
    on = today()
    rows = _listed().filter(access.links_seen(viewer))
    rows = rows.filter(until__lte=on) if ended else rows.filter(Q(until=None) | Q(until__gt=on))
    if mechanism in Mechanism.values:
        rows = rows.filter(mechanism=mechanism)
    if wanted := strip_controls(text).strip()[:50]:
        keys = "".join(wanted.lower().split())
        rows = rows.filter(
            Q(unit__name__contains=wanted)
            | Q(unit__pinyin__startswith=keys)
            | Q(unit__initials__startswith=keys)
            | Q(axis__name__contains=wanted)
        )
    return _page(rows, after)


def idle(viewer: Viewer, *, area: Area | None = None, after: str = "") -> Page:
    """Links that have held for a year and in which nothing happened: no meeting of the two, no step.

    They are gone through from the newest in growing helpings until a page is full: five statements where one link in
    four is idle, never more than three for each helping.
    """
    rows = Link.objects.filter(access.links_seen(viewer), holds(today()), since__lte=today() - YEAR)
    if area is not None:
        rows = rows.filter(axis__area__path__startswith=area.path)
    found: list[UUID] = []
    size, last = 4 * PAGE, after
    while len(found) <= PAGE:
        helping = list(_after(rows, last).values_list("pk", flat=True)[:size])
        found += _quiet(helping)
        if len(helping) < size:
            break
        last, size = str(helping[-1]), min(4 * size, MOST_AT_ONCE)
    named = {link.id: link for link in _listed().filter(pk__in=found[:PAGE])}
    page = [named[one] for one in found[:PAGE] if one in named]
    return Page(page, str(found[PAGE - 1]) if len(found) > PAGE else "")


def _quiet(ids: list[UUID]) -> list[UUID]:
    """Those of `ids` in which nothing happened for a year, in the same order. One query."""
    since = now() - YEAR
    met = Invitation.objects.filter(
        organisation=OuterRef("unit"),
        meeting__convenor=OuterRef("axis"),
        meeting__state__in=DONE,
        meeting__starts_at__gte=since,
    )
    touched = LinkStep.objects.filter(link=OuterRef("pk"), at__gte=since)
    rows = Link.objects.filter(~Exists(met), ~Exists(touched), pk__in=ids)
    return list(rows.order_by("-since", "-id").values_list("pk", flat=True))


def _after(rows: QuerySet[Link], after: str) -> QuerySet[Link]:
    """What follows the link `after`, by the day they began, the newest first; a forged key starts at the top."""
    key = parse_id(after)
    last = Link.objects.filter(pk=key).values_list("since", "id").first() if key is not None else None
    if last is not None:
        rows = rows.filter(Q(since__lt=last[0]) | Q(since=last[0], pk__lt=last[1]))
    return rows.order_by("-since", "-id")


def _page(rows: QuerySet[Link], after: str) -> Page:
    found = list(_after(rows, after)[: PAGE + 1])
    return Page(found[:PAGE], str(found[PAGE - 1].id) if len(found) > PAGE else "")


def link(viewer: Viewer, link_id: UUID) -> Link:
    """One link that the viewer may see; raises `NotFound`."""
    found = _listed().filter(access.links_seen(viewer), pk=link_id).first()
    if found is None:
        raise NotFound("no_such_link", _("There is no such link."))
    return found


def contact(viewer: Viewer, link: Link) -> str:
    """Who to ask at the unit: in full for whoever keeps the link and for the unit, masked for others."""
    if access.keeps(viewer, link.axis) or link.unit_id in access.serves(viewer):
        return link.contact
    return mask_name(link.contact)


def steps(link: Link) -> list[LinkStep]:
    """What happened to the link, oldest first. One query."""
    return list(link.steps.select_related("actor").order_by("at", "id"))


def meetings_of(link: Link, limit: int = 20) -> list[Meeting]:
    """The newest meetings of the two. One query."""
    rows = Meeting.objects.filter(convenor=link.axis_id, invitations__organisation=link.unit_id)
    return list(rows.order_by("-starts_at", "-id")[:limit])


def of_unit(viewer: Viewer) -> list[Link]:
    """The links of the viewer's own units that hold, by axis. One query."""
    rows = _listed().filter(holds(today()), unit__in=access.serves(viewer))
    return list(rows.order_by("axis__area__path", "axis__code", "mechanism")[:PAGE])
