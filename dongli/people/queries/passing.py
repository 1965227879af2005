"""What somebody leaves open where they held a post, and who could take it over."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from dongli.areas.models import Area, Level
from dongli.common.clock import now, today
from dongli.people.handover import Estate, Item, estates
from dongli.people.models import Grant, HandOver, RosterEntry, Tenure, User
from dongli.people.queries.directory import staff_of
from dongli.people.queries.duty import in_force
from dongli.people.queries.posts import ended_without_hand_over, holders_of, under

SHOWN = 50


@dataclass(frozen=True)
class Left:
    """One kind of open work that is left: `items` are the first of `count`."""

    estate: Estate
    count: int
    items: list[Item]


def left_by(person: User, area: Area) -> list[Left]:
    """Everything that `person` has open in `area`, by kind; a few statements for each kind."""
    found = [(estate, estate.items(person, area)) for estate in estates()]
    return [Left(estate, len(items), items[:SHOWN]) for estate, items in found]


def successors(tenure: Tenure) -> list[User]:
    """Who could take over: whoever holds the same post there now comes first, then the other staff of the place."""
    following = [one.person for one in holders_of(tenure.post, tenure.area, today())]
    place = Area.objects.filter(code=tenure.area.code_at(Level.COMMUNITY)).first() or tenure.area
    people = {one.pk: one for one in [*following, *staff_of(place)] if one.username and one.may_log_in}
    people.pop(tenure.person_id, None)
    return list(people.values())


def waiting(area: Area) -> list[Tenure]:
    """Appointments in `area` that have ended while something is still open with their holder. A few statements."""
    ended = ended_without_hand_over(area)
    people = {one.person_id for one in ended}
    if not people:
        return []
    holding: set[UUID] = set()
    for estate in estates():
        holding |= estate.holders(people)
    return [one for one in ended if one.person_id in holding]


def turns_left(person: User, area: Area) -> list[RosterEntry]:
    """The turns in `area` that somebody has, or that ended with their role and nobody has taken since. One query."""
    moment = now()
    lasting = Q(until__isnull=True) | Q(until__gt=moment)
    role_ended = Grant.objects.filter(user=person, until=OuterRef("until"))
    someone = RosterEntry.objects.filter(
        in_force(moment), Q(grid=OuterRef("grid")) | Q(area=OuterRef("area")), rank=OuterRef("rank")
    )
    passed = HandOver.objects.filter(person=person, made_at__gte=OuterRef("until"))
    vacated = Exists(role_ended) & ~Exists(someone) & ~Exists(passed)
    inside = under("grid__community", area) | under("area", area)
    turns = RosterEntry.objects.filter(inside, lasting | vacated, user=person)
    return list(turns.select_related("grid__community", "area").order_by("grid__code", "area__code", "rank"))


def with_turns(people: Collection[UUID]) -> set[UUID]:
    """Which of these people have a turn that lasts. One query."""
    lasting = Q(until__isnull=True) | Q(until__gt=now())
    return set(RosterEntry.objects.filter(lasting, user__in=people).values_list("user_id", flat=True))


def is_anything_left(tenure: Tenure) -> bool:
    """Whether the holder has anything open where the tenure was. A few statements."""
    return any(one.count for one in left_by(tenure.person, tenure.area))


def hand_overs_of(tenure: Tenure) -> list[HandOver]:
    """The hand-overs that followed this tenure, newest first. One query."""
    rows = HandOver.objects.filter(tenure=tenure).select_related("successor", "made_by")
    return list(rows.order_by("-made_at"))
