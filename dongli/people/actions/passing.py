"""Passing on, in one step, all that somebody leaves open where they held a post: every estate, or nothing."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.errors import Conflict, NotAllowed, NotFound
from dongli.people.actions.roles import end_one_turn
from dongli.people.actions.roster import GRID_ROLES
from dongli.people.handover import Item, estates
from dongli.people.models import HandOver, Role, RosterEntry, Tenure, User
from dongli.people.posts import FACTS, may_appoint
from dongli.people.queries.directory import holds_role_over
from dongli.people.queries.duty import DESK_ROLES_BY_LEVEL
from dongli.people.queries.passing import turns_left
from dongli.people.telling import Tidings, tell
from dongli.people.viewer import Viewer


@transaction.atomic
def pass_on(*, viewer: Viewer, key: UUID, tenure_id: UUID, successor_id: UUID) -> HandOver:
    """Give everything that the holder of a tenure has open there to a successor, who is told. `key`: the record's id.

    The same key again answers the hand-over there is. Raises `NotFound`, `NotAllowed` unless the viewer appoints to
    the post, `Conflict` when the successor cannot take it or there is nothing (any more) to hand over.
    """
    tenure = Tenure.objects.select_related("area", "person").filter(pk=tenure_id).first()
    if tenure is None:
        raise NotFound("no_tenure", _("There is no such appointment."))
    if not may_appoint(viewer, tenure.post, tenure.area):
        raise NotAllowed("not_your_post", _("Who appoints to this post here is the organisation desk of the area."))
    people = _locked(tenure.person_id, successor_id)
    earlier = HandOver.objects.filter(pk=key).first()
    if earlier is not None:
        return _same(earlier, viewer, tenure, successor_id)
    person, successor = people[tenure.person_id], people.get(successor_id)
    if successor is None:
        raise NotFound("no_person", _("There is no such person in your area."), field="successor")
    _check_successor(person, successor, tenure.area)
    passed = _pass_all(person, successor, tenure.area, viewer)
    done = HandOver.objects.create(
        id=key,
        person=person,
        successor=successor,
        area=tenure.area,
        tenure=tenure,
        passed=passed,
        made_by=viewer.known,
    )
    _tell(done, FACTS[tenure.post].label)
    return done


def _locked(*people: UUID) -> dict[UUID, User]:
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("id")
    return {row.pk: row for row in rows}


def _same(earlier: HandOver, viewer: Viewer, tenure: Tenure, successor_id: UUID) -> HandOver:
    same = (earlier.made_by_id, earlier.tenure_id, earlier.successor_id) == (viewer.known.pk, tenure.pk, successor_id)
    if not same:
        raise Conflict("key_in_use", _("This form was already used for something else. Please open the page again."))
    return earlier


def _check_successor(person: User, successor: User, area: Area) -> None:
    if person.pk == successor.pk:
        raise Conflict("same_person", _("Choose somebody else: this is who hands over."), field="successor")
    roles = [role for role in Role if role not in {Role.ADMINISTRATOR, Role.AUDITOR, Role.CITY_VIEWER}]
    if not holds_role_over(successor, roles, area):
        message = _("%(name)s has no role there yet: a staff account and a post that has begun come first.")
        raise Conflict("no_role", message % {"name": successor.name}, field="successor")


def _pass_all(person: User, successor: User, area: Area, viewer: Viewer) -> dict[str, int]:
    moment = now()
    passed = {
        estate.name: estate.pass_on(person=person, successor=successor, area=area, viewer=viewer, moment=moment)
        for estate in estates()
    }
    if not any(passed.values()):
        raise Conflict("nothing_left", _("There is nothing to hand over: everything has been passed on or is done."))
    return passed


def _tell(done: HandOver, post: object) -> None:
    params = {
        "person": done.person.name,
        "post": str(post),
        "place": done.area.name,
        "count": sum(done.passed.values()),
    }
    url = reverse("people:person_page", args=[done.successor_id])
    tell(Tidings("people.hand_over", (done.successor,), params, url, done.area))


def turn_items(person: User, area: Area) -> list[Item]:
    """The turns on rosters that somebody leaves in `area`."""
    found = []
    for turn in turns_left(person, area):
        place = _place(turn)
        title = f"{place.name} · {turn.grid.name}" if turn.grid is not None else place.name
        url = f"{reverse('people:on_duty')}?area={place.code}"
        found.append(Item(title, url, _("rank %(rank)s") % {"rank": turn.rank}))
    return found


def _place(turn: RosterEntry) -> Area:
    """Where the turn is: the grid's community, or the area of the desk."""
    place = turn.grid.community if turn.grid is not None else turn.area
    if place is None:
        raise RuntimeError("a turn is on a grid or at a desk")
    return place


def pass_turns(*, person: User, successor: User, area: Area, viewer: Viewer, moment: datetime) -> int:
    """Put the successor on every roster that the person leaves, at the same rank; how many turns.

    Somebody who is on the roster already keeps their own rank there, and the turn ends.
    """
    turns = turns_left(person, area)
    for turn in turns:
        place = _place(turn)
        roles = GRID_ROLES if turn.grid is not None else DESK_ROLES_BY_LEVEL.get(place.level, ())
        if not holds_role_over(successor, roles, place):
            message = _("%(name)s holds no role with which to take a turn in %(place)s.")
            raise Conflict("serves_elsewhere", message % {"name": successor.name, "place": place.name})
        if turn.until is None or turn.until > moment:
            end_one_turn(turn, moment)
        since = max(moment, turn.since)
        again = Q(until__isnull=True) | Q(until__gt=since)
        if not RosterEntry.objects.filter(again, user=successor, grid=turn.grid, area=turn.area).exists():
            RosterEntry.objects.create(user=successor, grid=turn.grid, area=turn.area, rank=turn.rank, since=since)
    return len(turns)
