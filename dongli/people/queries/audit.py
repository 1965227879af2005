"""What an auditor reads: every change of grants, from the append-only table that a database trigger writes, and every
look at personal data.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.common.clock import CITY_ZONE
from dongli.common.errors import NotAllowed
from dongli.common.ids import parse_id
from dongli.common.text import strip_controls
from dongli.people.actions.roles import AUDITING
from dongli.people.models import AccessRecord, Grant, Role, User
from dongli.people.queries.permissions import parse_moment, within
from dongli.people.viewer import Viewer

PAGE = 50
MOST_ROWS = 10_000
LONGEST = 40
Event: Any = Grant.pgh_event_model  # type: ignore[attr-defined]  # made by pghistory.track


@dataclass(frozen=True)
class Sieve:
    """What is asked for: `person` is part of a name or user name, `first` and `last` are days in the city."""

    person: str = ""
    area: Area | None = None
    role: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Change:
    """One change of one grant: who did what to whom, when and why. `event` holds the grant as it was then."""

    event: Any
    what: str | Promise
    who: User | None
    why: str

    @property
    def is_end(self) -> bool:
        return bool(self.event.pgh_label == "update")


@dataclass(frozen=True)
class Page:
    """A page of rows, and the key of the next."""

    rows: list[Any]
    next: str = ""


def changes(viewer: Viewer, sieve: Sieve, *, after: str = "", size: int = PAGE) -> Page:
    """Changes of grants in the auditor's area, newest first. One query. Raises `NotAllowed`."""
    rows = Event.objects.filter(_area(viewer, sieve, "area", "organisation__area")).filter(
        _days("pgh_created_at", sieve)
    )
    if sieve.role in Role.values:
        rows = rows.filter(role=sieve.role)
    if sieve.person:
        rows = rows.filter(Exists(_persons(sieve.person).filter(pk=OuterRef("user_id"))))
    if after.isdecimal() and len(after) < 19:
        rows = rows.filter(pgh_id__lt=int(after))
    shown = rows.select_related("user", "area", "organisation__area", "granted_by", "ended_by").order_by("-pgh_id")
    found = list(shown[: size + 1])
    return Page([_change(event) for event in found[:size]], str(found[size - 1].pgh_id) if len(found) > size else "")


def _change(event: Any) -> Change:
    if event.pgh_label == "insert":
        return Change(event, _("granted"), event.granted_by, event.reason)
    if event.ended_by_id is None:
        return Change(event, _("changed"), None, "")
    later = event.until is not None and event.until > event.pgh_created_at + timedelta(minutes=1)
    return Change(event, _("end set") if later else _("ended"), event.ended_by, event.ended_why)


def every_change(viewer: Viewer, sieve: Sieve) -> Iterator[Change]:
    """The same for a file, at most `MOST_ROWS`, read page by page."""
    after, left = "", MOST_ROWS
    while left > 0:
        page = changes(viewer, sieve, after=after, size=min(500, left))
        yield from page.rows
        left -= len(page.rows)
        after = page.next
        if not after:
            return


def looks(viewer: Viewer, sieve: Sieve, *, after: str = "") -> Page:
    """Looks at personal data in the auditor's area, newest first, never the auditor's own. One query.

    `sieve.person` names who looked. Raises `NotAllowed`.
    """
    serving = Grant.objects.filter(_area(viewer, sieve, "area", "organisation__area"), user=OuterRef("viewer_id"))
    where = _area(viewer, sieve, "area")
    rows = AccessRecord.objects.filter(where | Q(Exists(serving), area__isnull=True) if where else where)
    rows = rows.filter(_days("at", sieve)).exclude(viewer=viewer.known)
    if sieve.person:
        rows = rows.filter(Exists(_persons(sieve.person).filter(pk=OuterRef("viewer_id"))))
    if sieve.role in Role.values:
        rows = rows.filter(Exists(Grant.objects.filter(user=OuterRef("viewer_id"), role=sieve.role)))
    moment_text, _tilde, id_text = after.partition("~")
    key = parse_id(id_text)
    if key is not None and (moment := parse_moment(moment_text)) is not None:
        rows = rows.filter(Q(at__lt=moment) | Q(at=moment, pk__lt=key))
    found = list(rows.select_related("viewer", "person", "area").order_by("-at", "-id")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Page(found[:PAGE], f"{last.at.isoformat()}~{last.pk}" if last is not None else "")


def _area(viewer: Viewer, sieve: Sieve, *prefixes: str) -> Q:
    """Filter: the auditor's area, or the part of it that is asked for."""
    paths = viewer.paths(*AUDITING)
    if not paths:
        raise NotAllowed("auditor_only", str(_("Only an auditor of this area may read this.")))
    if sieve.area is not None:
        if not viewer.covers(AUDITING, sieve.area):
            raise NotAllowed("auditor_only", str(_("Only an auditor of this area may read this.")))
        paths = [sieve.area.path]
    elif any(path.count("/") == 1 for path in paths):
        return Q()
    return within(paths, *prefixes)


def _days(field: str, sieve: Sieve) -> Q:
    condition = Q()
    if sieve.first is not None:
        condition &= Q(**{f"{field}__gte": _midnight(sieve.first)})
    if sieve.last is not None and sieve.last < date.max:
        condition &= Q(**{f"{field}__lt": _midnight(sieve.last + timedelta(days=1))})
    return condition


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CITY_ZONE)


def _persons(text: str) -> QuerySet[User]:
    wanted = strip_controls(text).strip()[:LONGEST]
    return User.objects.filter(Q(name__icontains=wanted) | Q(username__icontains=wanted))
