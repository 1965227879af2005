"""Administrators are told in time that roles end: each end once, all that one hears of at a time in one message."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dongli.common.clock import city_date
from dongli.people import policies
from dongli.people.actions.roles import ADMINISTERING
from dongli.people.models import Grant, GrantReminder, User
from dongli.people.policies import Policy, ValueKind
from dongli.people.queries.directory import working
from dongli.people.queries.duty import in_force
from dongli.people.telling import Tidings, tell

DAYS = "grant_reminder_days"
SHIPPED_DAYS, MOST_DAYS = 14, 90
BATCH = 1000


def register_policy() -> None:
    """Name how long before its end a role is spoken of; called when the app is ready."""
    policies.register(
        Policy(
            key=DAYS,
            label=_("Reminder before a role ends"),
            unit=_("days"),
            kind=ValueKind.INTEGER,
            shipped=lambda on: SHIPPED_DAYS,
            low=Decimal(1),
            high=Decimal(MOST_DAYS),
            used=_("So long before a role ends by date, the administrator of the area is told."),
        )
    )


@dataclass(frozen=True)
class _Ending:
    grant: Grant
    until: datetime
    path: str


@transaction.atomic
def remind_of_ends(moment: datetime) -> int:
    """Tell the nearest administrators of the roles that end soon after `moment`; how many roles. Once for each end.

    A role that is held on without a break does not end. At most `BATCH` at a time, the soonest first.
    """
    due = [one for one in _ending(moment) if _is_due(one, moment)]
    if not due:
        return 0
    told = GrantReminder.objects.bulk_create(
        [GrantReminder(grant=one.grant, until=one.until, at=moment) for one in due], ignore_conflicts=True
    )
    ours = set(GrantReminder.objects.filter(pk__in=[row.pk for row in told]).values_list("grant_id", flat=True))
    fresh = [one for one in due if one.grant.pk in ours]
    for users, endings in _by_listeners(fresh, moment):
        first = min(one.until for one in endings)
        tell(
            Tidings(
                kind="people.grants_end",
                users=users,
                params={"count": len(endings), "first": city_date(first).isoformat()},
                url=reverse("people:ending"),
            )
        )
    return len(fresh)


def _ending(moment: datetime) -> list[_Ending]:
    """Roles with an end within the longest notice, of which nobody was told yet."""
    same = {"user": OuterRef("user"), "role": OuterRef("role"), "since__lte": OuterRef("until")}
    held_on = Grant.objects.filter(Q(until__isnull=True) | Q(until__gt=OuterRef("until")), **same)
    there = Q(area=OuterRef("area")) | Q(organisation=OuterRef("organisation"))
    spoken = GrantReminder.objects.filter(grant=OuterRef("pk"), until=OuterRef("until"))
    rows = Grant.objects.filter(
        ~Exists(held_on.filter(there)),
        ~Exists(spoken),
        working("user__"),
        until__gt=moment,
        until__lte=moment + timedelta(days=MOST_DAYS),
    ).select_related("area", "organisation__area")
    return [
        _Ending(grant, grant.until, grant.place.path)
        for grant in rows.order_by("until", "id")[:BATCH]
        if grant.until is not None and grant.place is not None
    ]


def _is_due(one: _Ending, moment: datetime) -> bool:
    return one.until - moment <= timedelta(days=policies.whole(DAYS, one.path, city_date(moment)))


def _by_listeners(endings: Iterable[_Ending], moment: datetime) -> list[tuple[tuple[User, ...], list[_Ending]]]:
    """Who hears of which: the administrators of the nearest area around each. One query."""
    rows = Grant.objects.filter(in_force(moment), working("user__"), role__in=ADMINISTERING, area__isnull=False)
    by_path: dict[str, dict[UUID, User]] = defaultdict(dict)
    for row in rows.select_related("user", "area"):
        if row.area is not None:
            by_path[row.area.path][row.user_id] = row.user
    heard: dict[str, list[_Ending]] = defaultdict(list)
    for one in endings:
        nearest = max((path for path in by_path if one.path.startswith(path)), key=len, default="")
        heard[nearest].append(one)
    return [(tuple(by_path[path].values()), several) for path, several in heard.items() if path]
