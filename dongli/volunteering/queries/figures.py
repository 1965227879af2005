"""Figures of compounds: members, wishes and hours, each with the number it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum

from dongli.areas.models import Area
from dongli.common.clock import now, today
from dongli.people.viewer import Viewer
from dongli.volunteering import access
from dongli.volunteering.models import ReportIn, ReportInState, Service, ServiceState, Wish, WishState
from dongli.volunteering.queries.units import FEWEST

PAGE = 50
SPAN = timedelta(days=90)


@dataclass(frozen=True)
class Row:
    """One compound: members, report-ins waiting, wishes of the last 90 days (claimed and done among them), hours.

    None: fewer than three people stand behind the number, and the viewer does not keep the compound's members.
    """

    compound: Area
    members: int | None
    waiting: int | None
    wishes: int
    claimed: int
    done: int
    hours: float | None
    served: int


@dataclass(frozen=True)
class Page:
    """A page of compounds by code; `next` is the code to go on after. `since`: the first of the 90 days."""

    rows: list[Row]
    since: date
    next: str = ""


def by_compound(viewer: Viewer, *, after: str = "") -> Page:
    """The compounds the viewer watches over, by code, with their figures. Four queries, five at most."""
    condition = Q(pk__in=[])
    for path in access.watching_paths(viewer):
        condition |= Q(path__gte=path, path__lt=f"{path[:-1]}0")
    rows = Area.objects.active().filter(condition, level="compound", code__gt=after[:20]).select_related("parent")
    compounds = list(rows.order_by("code")[: PAGE + 1])
    shown, since = compounds[:PAGE], today() - SPAN
    found = _figures(viewer, shown, since)
    return Page(found, since, shown[-1].code if len(compounds) > PAGE else "")


def _figures(viewer: Viewer, compounds: list[Area], since: date) -> list[Row]:
    keys = [one.pk for one in compounds]
    members = _members(keys)
    wishes = _wishes(keys)
    served = _served(keys, since)
    return [
        _row(one, access.keeps(viewer, one), members.get(one.pk, {}), wishes.get(one.pk, {}), served.get(one.pk, {}))
        for one in compounds
    ]


Counts = Mapping[str, Any]


def _members(keys: list[UUID]) -> dict[UUID, Counts]:
    rows = ReportIn.objects.filter(compound__in=keys, state__in=[ReportInState.ASKED, ReportInState.CONFIRMED])
    confirmed = Count("pk", filter=Q(state=ReportInState.CONFIRMED))
    counted = rows.values("compound").annotate(members=confirmed, waiting=Count("pk") - confirmed)
    return {row["compound"]: row for row in counted.order_by()}


def _wishes(keys: list[UUID]) -> dict[UUID, Counts]:
    rows = Wish.objects.filter(compound__in=keys, raised_at__gte=now() - SPAN).exclude(state=WishState.CANCELLED)
    counted = rows.values("compound").annotate(
        wishes=Count("pk"),
        claimed=Count("pk", filter=Q(claimed__gt=0)),
        done=Count("pk", filter=Q(state=WishState.DONE)),
    )
    return {row["compound"]: row for row in counted.order_by()}


def _served(keys: list[UUID], since: date) -> dict[UUID, Counts]:
    rows = Service.objects.filter(compound__in=keys, state=ServiceState.CONFIRMED, on__gte=since)
    counted = rows.values("compound").annotate(
        minutes=Sum("confirmed_minutes"), people=Count("report_in", distinct=True), served=Count("pk")
    )
    return {row["compound"]: row for row in counted.order_by()}


def _row(compound: Area, keeps: bool, members: Counts, wishes: Counts, served: Counts) -> Row:
    number, waiting, people = members.get("members", 0), members.get("waiting", 0), served.get("people", 0)
    return Row(
        compound=compound,
        members=number if keeps or number >= FEWEST else None,
        waiting=waiting if keeps or waiting >= FEWEST else None,
        wishes=wishes.get("wishes", 0),
        claimed=wishes.get("claimed", 0),
        done=wishes.get("done", 0),
        hours=round(served.get("minutes", 0) / 60, 1) if keeps or people >= FEWEST else None,
        served=served.get("served", 0) if keeps or people >= FEWEST else 0,
    )
