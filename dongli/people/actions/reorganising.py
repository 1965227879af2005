"""Merging, splitting and dissolving organisations: what they hold passes on in the same transaction, or nothing does.

Why it is so: adr/0015. What passes is registered in `people.succession`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid
from dongli.common.ids import new_id
from dongli.organisations import actions as organisations
from dongli.organisations import rules
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.people import succession
from dongli.people.actions import organising
from dongli.people.actions.organising import Basis, Founding
from dongli.people.actions.roles import one_ending_at_a_time
from dongli.people.models import ActKind, Grant, OrganisationAct
from dongli.people.queries.directory import working
from dongli.people.queries.duty import in_force
from dongli.people.succession import Part, Passing
from dongli.people.telling import Tidings, tell
from dongli.people.viewer import Viewer

TRIES = 5


@dataclass(frozen=True)
class Parting:
    """How an organisation is split: the new part (or one that stands), and what passes to it.

    `passes`: the parts (by the names of `succession`) that pass as a whole. `chosen`: single rows of others.
    """

    founding: Founding | None = None
    into_id: UUID | None = None
    passes: frozenset[str] = frozenset()
    chosen: Mapping[str, frozenset[UUID]] = field(default_factory=dict)


@transaction.atomic
def merge(*, viewer: Viewer, organisation_id: UUID, into_id: UUID, basis: Basis, new_name: str = "") -> Organisation:
    """Merge an organisation into another, which takes over all it holds and, with `new_name`, is renamed with it.

    Raises `NotAllowed` unless both are the viewer's to keep, `Invalid` (`other`, `on`, `document`, `name`),
    `Conflict` when something would be left behind.
    """
    one_ending_at_a_time()
    giver, taker = _locked(organisation_id, into_id)
    organising.check_organises(viewer, giver.area)
    organising.check_organises(viewer, taker.area)
    if organising.repeated(basis, ActKind.MERGED, viewer, giver.pk) is not None:
        return taker
    _check_now(giver, basis)
    organising.check_order(taker, basis.on)
    rules.check_merger(giver, taker)
    name_before = giver.name
    _let_out(giver, taker, basis, viewer)
    passing = _passing(giver, taker, basis, viewer)
    passed = _pass(passing, succession.parts())
    _check_empty(giver)
    organisations.dissolve(organisation=giver, on=basis.on, successor=taker)
    _take_function(giver, taker)
    organising.record(giver, ActKind.MERGED, basis, viewer, other=taker, old_name=name_before, data=passed)
    if new_name.strip() and new_name.strip() != taker.name:
        organising.rename(viewer=viewer, organisation_id=taker.pk, name=new_name, basis=replace(basis, key=new_id()))
        taker.refresh_from_db()
    _told(passing, passed)
    return taker


@transaction.atomic
def split(*, viewer: Viewer, organisation_id: UUID, parting: Parting, basis: Basis) -> Organisation:
    """Split a part off an organisation, which goes on: what is named passes to the part, the rest stays.

    Answers the part. Raises as `merge` does; `Invalid` (`other`) when neither a new nor a standing part is named.
    """
    one_ending_at_a_time()
    (giver,) = _locked(organisation_id)
    organising.check_organises(viewer, giver.area)
    earlier = organising.repeated(basis, ActKind.SPLIT, viewer, giver.pk)
    if earlier is not None and earlier.other is not None:
        return earlier.other
    _check_now(giver, basis)
    if giver.kind not in rules.MERGEABLE:
        raise Invalid("an_office", _("The office of a level comes and goes with its area; it is not split."))
    taker = _the_part(giver, parting, basis, viewer)
    chosen = [part for part in succession.parts() if part.name in parting.passes or parting.chosen.get(part.name)]
    passing = replace(_passing(giver, taker, basis, viewer), whole=False)
    passed = _pass(passing, chosen, {name: ids for name, ids in parting.chosen.items() if name not in parting.passes})
    organising.record(giver, ActKind.SPLIT, basis, viewer, other=taker, data=passed)
    _told(passing, passed)
    return taker


@transaction.atomic
def dissolve(*, viewer: Viewer, organisation_id: UUID, basis: Basis) -> Organisation:
    """End an organisation that holds no open work and no staff; its grounds, memberships and links end with it.

    Raises `Conflict` naming what is still there: that is passed on by a merger, or ended first.
    """
    one_ending_at_a_time()
    (organisation,) = _locked(organisation_id)
    organising.check_organises(viewer, organisation.area)
    if organising.repeated(basis, ActKind.DISSOLVED, viewer, organisation_id) is not None:
        return organisation
    _check_now(organisation, basis)
    _check_empty(organisation, [part for part in succession.parts() if part.end is None])
    for part in succession.parts():
        if part.end is not None:
            part.end(organisation, basis.on)
    made = organisations.dissolve(organisation=organisation, on=basis.on)
    organising.record(organisation, ActKind.DISSOLVED, basis, viewer, old_name=organisation.name)
    return made


def settle_stragglers(*, since: datetime) -> int:
    """Pass on what arrived while mergers recorded since then were going on, from those who had not held the row.

    The system's own step, safe to repeat; answers how many things passed.
    """
    acts = OrganisationAct.objects.filter(kind=ActKind.MERGED, recorded_at__gte=since).select_related("organisation")
    return sum(_settle(act) for act in acts.order_by("recorded_at", "id"))


@transaction.atomic
def _settle(act: OrganisationAct) -> int:
    giver = act.organisation
    late = [part for part in succession.parts() if part.count(giver)]
    if not late or giver.successor_id is None:
        return 0
    one_ending_at_a_time()
    giver, taker = _locked(giver.pk, giver.successor_id)
    passing = Passing(giver, taker, Viewer.nobody(), now(), act.on, act.document)
    return sum(_pass(passing, late).values())


def rehearse(act: Callable[[], object]) -> bool:
    """Do `act` and take it back: a preview is refused for whatever the act itself would be. True when it would do."""
    with transaction.atomic():
        point = transaction.savepoint()
        try:
            act()
        finally:
            transaction.savepoint_rollback(point)
    return True


def _locked(giver_id: UUID, *others: UUID) -> list[Organisation]:
    """The organisations under lock; before them what must be locked first (cases), so that nobody waits in a circle.

    Work that arrived between the two locks is waited for: the locks are given back, and taken again.
    """
    giver = Organisation.objects.filter(pk=giver_id).first()
    for _attempt in range(TRIES):
        point = transaction.savepoint()
        ready = [part.prepare(giver) for part in succession.parts() if part.prepare and giver is not None]
        found = organisations.lock(giver_id, *others)
        if all(complete() for complete in ready):
            transaction.savepoint_commit(point)
            return found
        transaction.savepoint_rollback(point)
    raise Conflict("busy", _("New work keeps arriving there. Please try again in a moment."))


def _check_now(organisation: Organisation, basis: Basis) -> None:
    if organisation.dissolved_on is not None:
        raise Conflict("dissolved", _("%(name)s has been dissolved.") % {"name": organisation.name})
    organising.check_day(basis.on)
    organising.check_order(organisation, basis.on)


def _let_out(giver: Organisation, taker: Organisation, basis: Basis, viewer: Viewer) -> None:
    """A taker that stands somewhere under the giver first takes the giver's own place."""
    above = taker.parent
    while above is not None and above.pk != giver.pk:
        above = above.parent
    if above is not None:
        organising.put_under(taker, giver.parent, replace(basis, key=new_id()), viewer)


def _passing(giver: Organisation, taker: Organisation, basis: Basis, viewer: Viewer) -> Passing:
    return Passing(giver, taker, viewer, now(), basis.on, basis.document)


def _pass(passing: Passing, parts: list[Part], chosen: Mapping[str, frozenset[UUID]] | None = None) -> dict[str, int]:
    """Pass every part; answers name → how many, without those that had nothing."""
    only = chosen or {}
    passed = {part.name: part.pass_on(replace(passing, only=only.get(part.name))) for part in parts}
    return {name: count for name, count in passed.items() if count}


def _told(passing: Passing, passed: dict[str, int]) -> None:
    """Let apps know what passed, and tell whoever serves in either organisation now, but not who did it."""
    succession.told(passing, passed)
    ids = [passing.taker.pk] if passing.whole else [passing.taker.pk, passing.giver.pk]
    grants = Grant.objects.filter(in_force(now()), working("user__"), organisation__in=ids).select_related("user")
    users = {grant.user_id: grant.user for grant in grants if grant.user_id != passing.viewer.known.pk}
    params = {"from": passing.giver.name, "to": passing.taker.name}
    url = reverse("people:organisation", args=[passing.taker.pk])
    tell(Tidings("people.reorganise", tuple(users.values()), params, url))


def _check_empty(organisation: Organisation, parts: list[Part] | None = None) -> None:
    left = {part: part.count(organisation) for part in (succession.parts() if parts is None else parts)}
    if any(left.values()):
        what = _("; ").join(f"{part.label} {count}" for part, count in left.items() if count)
        message = _("Still there: %(what)s. Pass it on by merging the organisation, or end it first.") % {"what": what}
        raise Conflict("still_there", message)


def _take_function(giver: Organisation, taker: Organisation) -> None:
    """The function and the part of a fallback pass where the taker has none: routing goes on (adr/0015)."""
    fields = []
    if giver.kind == taker.kind == OrganisationKind.DEPARTMENT and giver.is_fallback and not taker.is_fallback:
        taker.is_fallback = True
        fields.append("is_fallback")
    if giver.function and not taker.function and giver.area_id == taker.area_id:
        taker.function, taker.line = giver.function, taker.line or giver.line
        fields += ["function", "line"]
    if fields:
        taker.save(update_fields=fields)


def _the_part(giver: Organisation, parting: Parting, basis: Basis, viewer: Viewer) -> Organisation:
    """The part that takes over: founded now beside the giver, or one that stands."""
    if parting.founding is not None:
        founding = replace(parting.founding, kind=OrganisationKind(giver.kind), unit_kind=giver.unit_kind)
        founding = replace(founding, parent_id=founding.parent_id or giver.parent_id)
        beside = replace(basis, key=new_id())
        return organising.found(viewer=viewer, area=giver.area, founding=founding, basis=beside)
    if parting.into_id is None:
        raise Invalid("no_part", _("Please name the new part, or choose one that stands."), field="other")
    (taker,) = organisations.lock(parting.into_id)
    organising.check_organises(viewer, taker.area)
    organising.check_order(taker, basis.on)
    rules.check_merger(giver, taker)
    return taker
