"""What ends with a role, also when it ends by date: turns on rosters that no other role covers; and with an account."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from dongli.common.clock import today
from dongli.people.actions.roles import end_one_turn
from dongli.people.membership import settle_membership
from dongli.people.models import Grant, PartyMembership, RosterEntry, Tenure, User
from dongli.people.queries.duty import in_force
from dongli.people.queries.posts import lasting
from dongli.people.viewer import Viewer


def end_turns_of_expired(moment: datetime) -> int:
    """End every turn that rested on a role which has ended by `moment`; how many. Repeating it changes nothing.

    A turn ends when the role did, not when the job ran, so that history tells who was really there.
    """
    ended = Grant.objects.filter(user=OuterRef("user"), until__lte=moment, area__isnull=False)
    paths = OuterRef("grid__community__path"), OuterRef("area__path")
    place = Coalesce(*paths, output_field=CharField())
    held = Grant.objects.filter(in_force(moment), user=OuterRef("user"), area__isnull=False).annotate(turn_path=place)
    covered = Exists(held.filter(turn_path__startswith=F("area__path")))
    turns = RosterEntry.objects.filter(_lasting(moment), Exists(ended), ~covered)
    users = turns.order_by("user_id").values_list("user_id", flat=True).distinct()
    return sum(end_uncovered_turns(user, moment) for user in users)


@transaction.atomic
def end_uncovered_turns(user_id: UUID, moment: datetime) -> int:
    """End the turns of one person that last beyond `moment` though no role covers them then; how many.

    `moment` may lie ahead: then the turns are given that end.
    """
    User.objects.select_for_update(no_key=True).get(pk=user_id)
    paths: dict[bool, list[tuple[str, datetime | None]]] = defaultdict(list)
    grants = Grant.objects.filter(user=user_id, area__isnull=False)
    held = set(grants.filter(in_force(moment)).values_list("pk", flat=True))
    for pk, path, until in grants.values_list("pk", "area__path", "until"):
        paths[pk in held].append((path, until))
    ended = 0
    turns = RosterEntry.objects.filter(_lasting(moment), user=user_id).select_related("grid__community", "area")
    for turn in turns:
        place = turn.grid.community if turn.grid is not None else turn.area
        if place is None or any(place.path.startswith(path) for path, _until in paths[True]):
            continue
        ends = [until for path, until in paths[False] if until and until <= moment and place.path.startswith(path)]
        if ends:
            end_one_turn(turn, max(ends))
            ended += 1
    return ended


def end_all_tenures(*, viewer: Viewer, person: User) -> int:
    """The posts of somebody who is shut out end today, or never begin; how many. Part of the caller's transaction."""
    day = today()
    rows = Tenure.objects.select_for_update(no_key=True).filter(lasting(day), person=person).order_by("id")
    for tenure in rows:
        tenure.until = max(day, tenure.since)
        tenure.ended_by, tenure.ended_why = viewer.user, _("The account was closed.")
        tenure.save(update_fields=["until", "ended_by", "ended_why"])
    settle_membership(person)
    return len(rows)


def forget_memberships() -> int:
    """Forget the party membership of whoever serves no longer, unless something else needs it; how many."""
    serving = Tenure.objects.filter(lasting(today()), person=OuterRef("person"))
    rows = PartyMembership.objects.filter(~Exists(serving)).select_related("person")
    return sum(settle_membership(row.person) for row in rows)


def _lasting(moment: datetime) -> Q:
    return Q(until__isnull=True) | Q(until__gt=moment)
