"""Persons who serve: found by search in the viewer's area, one page for each, masked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.clock import now, today
from dongli.common.crypto import keyed_hash
from dongli.common.errors import Invalid, NotFound
from dongli.common.ids import parse_id
from dongli.common.masking import mask_phone
from dongli.common.text import clean_phone, strip_controls
from dongli.organisations.models import PARTY_KINDS, Organisation
from dongli.people.models import Absence, Grant, HandOver, PartyMembership, Tenure, User
from dongli.people.posts import BRANCH_POSTS, MEMBERSHIP_READERS, NUMBER_READERS, OWNERS_POSTS, READERS, may_appoint
from dongli.people.queries.directory import grants_of
from dongli.people.queries.duty import absences_of, in_force
from dongli.people.queries.posts import held_on, lasting, under
from dongli.people.viewer import Viewer

PAGE = 50
LONGEST = 40


def _paths(paths: Iterable[str], *prefixes: str) -> Q:
    condition = Q(pk__in=[])
    for path in paths:
        for prefix in prefixes:
            condition |= Q(**{f"{prefix}__path__gte": path, f"{prefix}__path__lt": f"{path[:-1]}0"})
    return condition


def findable(viewer: Viewer) -> QuerySet[User]:
    """Everybody who holds or held a post, or holds a role, in an area whose posts the viewer may see."""
    paths = viewer.paths(*READERS)
    if not paths:
        return User.objects.none()
    held = Tenure.objects.filter(_paths(paths, "area")).order_by().values("person")
    return User.objects.filter(pk__in=held.union(*_by_role(_paths(paths, "area"), _paths(paths, "organisation__area"))))


def _by_role(*conditions: Q) -> list[QuerySet[Grant, Any]]:
    """Ids of who holds a role now, for each condition by itself: joined by “or” they would be slow."""
    return [Grant.objects.filter(in_force(now()), one).order_by().values("user") for one in conditions]


@dataclass(frozen=True)
class PersonsPage:
    """A page of persons with what they hold; `next` is the key of the following one."""

    rows: list[User]
    next: str = ""


def persons(
    viewer: Viewer, *, text: str = "", area: Area | None = None, post: str = "", after: str = "", size: int = PAGE
) -> PersonsPage:
    """Who serves in the viewer's area, by name: `text` is part of a name or a whole number, `post` one they hold now.

    Three statements, four after the first page.
    """
    found = findable(viewer)
    if area is not None:
        there = Tenure.objects.filter(lasting(today()), under("area", area)).order_by().values("person")
        found = found.filter(pk__in=there.union(*_by_role(under("area", area))))
    if post:
        holding = Tenure.objects.filter(held_on(today()), post=post).order_by().values("person")
        found = found.filter(pk__in=holding)
    if wanted := strip_controls(text).strip()[:LONGEST]:
        found = found.filter(_said(wanted))
    key = parse_id(after)
    last = User.objects.filter(pk=key).values_list("name", "id").first() if key is not None else None
    if last is not None:
        found = found.filter(Q(name__gt=last[0]) | Q(name=last[0], pk__gt=last[1]))
    rows = list(_with_posts(found).order_by("name", "id")[: size + 1])
    return PersonsPage(rows[:size], str(rows[size - 1].pk) if len(rows) > size else "")


def _said(words: str) -> Q:
    try:
        return Q(phone_hash=keyed_hash(clean_phone(words)))
    except Invalid:
        return Q(name__icontains=words)


def _with_posts(users: QuerySet[User]) -> QuerySet[User]:
    held = Tenure.objects.filter(lasting(today())).select_related("area").order_by("since", "id")
    roles = Grant.objects.filter(in_force(now())).select_related("area", "organisation").order_by("since", "id")
    return users.only("id", "username", "name").prefetch_related(
        Prefetch("tenures", queryset=held, to_attr="current_tenures"),
        Prefetch("grants", queryset=roles, to_attr="current_grants"),
    )


def reachable(viewer: Viewer, person_id: UUID) -> User:
    """Somebody the viewer may look at: who serves in their area, or they themselves. Raises `NotFound`. One query."""
    if viewer.user is not None and viewer.user.pk == person_id and viewer.is_staff_member:
        return viewer.user
    found = findable(viewer).filter(pk=person_id).first()
    if found is None:
        raise NotFound("no_person", _("There is no such person in your area."))
    return found


@dataclass(frozen=True)
class CrossPost:
    """Somebody's two hats in one compound: in the branch and on the owners' committee."""

    area: Area
    branch: Tenure
    owners: Tenure


@dataclass(frozen=True)
class PersonPage:
    """One person as a viewer may see them. `membership` is None also for who need not know."""

    person: User
    phone: str
    held: list[Tenure]
    past: list[Tenure]
    cross_posts: list[CrossPost]
    grants: list[Grant]
    absences: list[Absence]
    hand_overs: list[HandOver]
    membership: PartyMembership | None
    knows_membership: bool
    may_open: bool
    may_change: frozenset[UUID]


def person_page(viewer: Viewer, person_id: UUID) -> PersonPage:
    """The page of somebody who serves in the viewer's area, or of the viewer. At most eight statements.

    Raises `NotFound`.
    """
    person, day = reachable(viewer, person_id), today()
    rows = Tenure.objects.filter(person=person).select_related(
        "area__parent", "organisation", "seconded_from", "made_by", "ended_by"
    )
    tenures = list(rows.order_by("-since", "-id"))
    held = [one for one in tenures if one.until is None or one.until > max(day, one.since)]
    knows = may_know_membership(viewer, person, held)
    passed = HandOver.objects.filter(Q(person=person) | Q(successor=person))
    membership = PartyMembership.objects.filter(person=person).select_related("organisation") if knows else None
    return PersonPage(
        person=person,
        phone=mask_phone(person.phone),
        held=held,
        past=[one for one in tenures if one not in held],
        cross_posts=_crossing(held, day),
        grants=[grant for grant in grants_of(person) if grant.until is None or grant.until > now()],
        absences=absences_of([person]),
        hand_overs=list(passed.select_related("person", "successor", "made_by", "area").order_by("-made_at")[:20]),
        membership=membership.first() if membership is not None else None,
        knows_membership=knows,
        may_open=bool(person.phone) and may_open_number(viewer, person),
        may_change=frozenset(one.pk for one in held if may_appoint(viewer, one.post, one.area)),
    )


def _crossing(held: list[Tenure], day: date) -> list[CrossPost]:
    now_held = [one for one in held if one.since <= day]
    return [
        CrossPost(branch.area, branch, owners)
        for branch in now_held
        for owners in now_held
        if branch.post in BRANCH_POSTS and owners.post in OWNERS_POSTS and branch.area_id == owners.area_id
    ]


def may_know_membership(viewer: Viewer, person: User, held: list[Tenure] | None = None) -> bool:
    """Whether the viewer is told of party membership: the member, and whoever appoints where the member serves now."""
    if viewer.user is not None and viewer.user.pk == person.pk:
        return True
    if not viewer.has(*MEMBERSHIP_READERS):
        return False
    if held is None:
        held = list(Tenure.objects.filter(lasting(today()), person=person).select_related("area"))
    return any(viewer.covers(MEMBERSHIP_READERS, one.area) for one in held)


def may_open_number(viewer: Viewer, person: User) -> bool:
    """Whether the viewer may unmask the number: a desk of the place, or whoever appoints there; not the city viewer."""
    paths = viewer.paths(*NUMBER_READERS)
    if not paths:
        return False
    tenures = Tenure.objects.filter(_paths(paths, "area"), lasting(today()), person=person)
    grants = Grant.objects.filter(in_force(now()), _paths(paths, "area", "organisation__area"), user=person)
    return tenures.exists() or grants.exists()


def branches_of(person: User) -> QuerySet[Organisation]:
    """The party organisations around the places where somebody serves now: where their membership can be."""
    paths = Tenure.objects.filter(lasting(today()), person=person).values_list("area__path", flat=True)
    codes = {code for path in paths for code in path.rstrip("/").split("/")}
    rows = Organisation.objects.filter(area__code__in=codes, kind__in=list(PARTY_KINDS), dissolved_on=None)
    return rows.order_by("-area__path", "code")
