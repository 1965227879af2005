"""Founding, renaming and moving organisations, their grounds and memberships: each act dated, with its document.

By the organisation desk or an administrator over the organisation's area. Merging, splitting and dissolving stand in
`reorganising`.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.text import clean
from dongli.organisations import actions as organisations
from dongli.organisations import rules
from dongli.organisations.models import Ground, Membership, Organisation, OrganisationKind
from dongli.people.models import ActKind, OrganisationAct, Role
from dongli.people.viewer import Viewer

ORGANISERS = (Role.ORGANISER, Role.ADMINISTRATOR)
STATE_ACTS = (ActKind.FOUNDED, ActKind.RENAMED, ActKind.MOVED, ActKind.MERGED, ActKind.SPLIT, ActKind.DISSOLVED)
"""Acts after which an organisation is something else: recorded in the order in which they took effect."""
AHEAD = timedelta(days=366)
"""How far ahead a ground or a membership may begin."""


@dataclass(frozen=True)
class Basis:
    """What an act rests on: in force from the day `on`, by the document of that number; `key` names the request."""

    key: UUID
    on: date
    document: str
    words: str = ""


@dataclass(frozen=True)
class Founding:
    """A new organisation of any kind; what does not belong to the kind stays empty."""

    kind: OrganisationKind
    name: str
    parent_id: UUID | None = None
    unit_kind: str = ""
    sector: str = ""
    function: str = ""
    line: str = ""


@transaction.atomic
def found(*, viewer: Viewer, area: Area, founding: Founding, basis: Basis) -> Organisation:
    """Found an organisation at `area`. Raises `NotAllowed`, `Invalid` (the field), `Conflict` when one is there."""
    check_organises(viewer, area)
    if (earlier := repeated(basis, ActKind.FOUNDED, viewer)) is not None:
        return earlier.organisation
    kind = OrganisationKind(founding.kind)
    check_day(basis.on)
    Area.objects.select_for_update(no_key=True, of=("self",)).get(pk=area.pk)
    _check_alone(kind, area)
    parent = _chosen(founding.parent_id) if founding.parent_id is not None else None
    made = organisations.add_organisation(
        area=area,
        name=founding.name,
        kind=kind,
        function=founding.function,
        line=founding.line,
        code=organisations.free_code(area, founding.function or kind.value),
        parent=parent,
        unit_kind=founding.unit_kind,
        sector=founding.sector,
        founded_on=basis.on,
    )
    record(made, ActKind.FOUNDED, basis, viewer, other=parent, new_name=made.name)
    return made


def _check_alone(kind: OrganisationKind, area: Area) -> None:
    """Under the area's lock, so that two who found at once come one after the other."""
    standing = Organisation.objects.filter(area=area, kind=kind, dissolved_on=None)
    if kind in rules.ALONE and standing.exists():
        message = _("%(kind)s: there is one here already. Rename or dissolve that one first.") % {"kind": kind.label}
        raise Conflict("one_already", message)


@transaction.atomic
def rename(*, viewer: Viewer, organisation_id: UUID, name: str, basis: Basis) -> Organisation:
    """Give it a new name from a day on. Everything that refers to it stays: work, staff, routing by its function."""
    organisation, done = begin(viewer, organisation_id, basis, ActKind.RENAMED)
    if done:
        return organisation
    old = organisation.name
    made = organisations.rename(organisation=organisation, name=name)
    if made.name == old:
        raise Invalid("same_name", _("This is its name already."), field="name")
    record(organisation, ActKind.RENAMED, basis, viewer, old_name=old, new_name=made.name)
    return made


@transaction.atomic
def move(*, viewer: Viewer, organisation_id: UUID, parent_id: UUID | None, basis: Basis) -> Organisation:
    """Put it under another parent, or (None) under nobody, from a day on."""
    organisation, done = begin(viewer, organisation_id, basis, ActKind.MOVED)
    if done:
        return organisation
    if organisation.parent_id == parent_id:
        raise Invalid("same_parent", _("It stands there already."), field="other")
    parent = _chosen(parent_id) if parent_id is not None else None
    put_under(organisation, parent, basis, viewer)
    return organisation


def put_under(organisation: Organisation, parent: Organisation | None, basis: Basis, viewer: Viewer) -> None:
    """Move it, with its act; the organisation is locked by the caller."""
    former = organisation.parent
    organisations.move(organisation=organisation, parent=parent)
    organisation.parent = parent
    record(organisation, ActKind.MOVED, basis, viewer, other=parent, former=former)


@transaction.atomic
def put_on_ground(*, viewer: Viewer, organisation_id: UUID, area: Area, basis: Basis) -> Ground:
    """Let it serve another area from a day on: a joint branch's second compound, a property firm's contract.

    A property firm's contract is recorded by who organises the compound; a branch's ground by who organises both.
    """
    check_organises(viewer, area)
    (organisation,) = organisations.lock(organisation_id)
    if organisation.kind != OrganisationKind.PROPERTY_FIRM:
        check_organises(viewer, organisation.area)
    if repeated(basis, ActKind.GROUND_TAKEN, viewer, organisation_id) is not None:
        return Ground.objects.get(pk=basis.key)
    _check_standing(organisation)
    _check_soon(organisation, basis.on)
    ground = organisations.put_on_ground(organisation=organisation, area=area, since=basis.on, key=basis.key)
    record(organisation, ActKind.GROUND_TAKEN, basis, viewer, area=area)
    return ground


@transaction.atomic
def take_off_ground(*, viewer: Viewer, ground_id: UUID, basis: Basis) -> Ground:
    """End the service of a ground: the day is the first without it. Raises `NotFound`, `NotAllowed`, `Invalid` (on)."""
    row = Ground.objects.select_related("area", "organisation__area").filter(pk=ground_id).first()
    if row is None:
        raise NotFound("no_ground", _("There is no such ground."))
    if row.kind != OrganisationKind.PROPERTY_FIRM or not viewer.covers(ORGANISERS, row.area):
        check_organises(viewer, row.organisation.area)
    (organisation,) = organisations.lock(row.organisation_id)
    if repeated(basis, ActKind.GROUND_LEFT, viewer, organisation.pk) is not None:
        row.refresh_from_db()
        return row
    _check_soon(organisation, basis.on)
    _check_not_ended(Ground.objects.get(pk=ground_id).until)
    ground = organisations.take_off_ground(ground_id=ground_id, until=basis.on)
    record(organisation, ActKind.GROUND_LEFT, basis, viewer, area=row.area)
    return ground


@transaction.atomic
def join(*, viewer: Viewer, committee_id: UUID, member_id: UUID, basis: Basis) -> Membership:
    """Let an organisation belong to a committee from a day on: recorded by who organises the committee."""
    committee, member = organisations.lock(committee_id, member_id)
    check_organises(viewer, committee.area)
    if repeated(basis, ActKind.JOINED, viewer, member_id) is not None:
        return Membership.objects.get(pk=basis.key)
    _check_standing(committee)
    _check_soon(member, basis.on)
    row = organisations.join(committee=committee, member=member, since=basis.on, key=basis.key)
    record(member, ActKind.JOINED, basis, viewer, other=committee)
    return row


@transaction.atomic
def leave(*, viewer: Viewer, membership_id: UUID, basis: Basis) -> Membership:
    """End a membership: the day is the first without it."""
    row = Membership.objects.select_related("committee__area", "member").filter(pk=membership_id).first()
    if row is None:
        raise NotFound("no_membership", _("There is no such membership."))
    check_organises(viewer, row.committee.area)
    _committee, member = organisations.lock(row.committee_id, row.member_id)
    if repeated(basis, ActKind.LEFT, viewer, member.pk) is not None:
        row.refresh_from_db()
        return row
    _check_soon(member, basis.on)
    _check_not_ended(Membership.objects.get(pk=membership_id).until)
    ended = organisations.leave(membership_id=membership_id, until=basis.on)
    record(member, ActKind.LEFT, basis, viewer, other=row.committee)
    return ended


def check_organises(viewer: Viewer, area: Area | None) -> None:
    """Raises `NotAllowed` unless the viewer keeps the organisations of `area`."""
    if not viewer.covers(ORGANISERS, area):
        raise NotAllowed("organisers_only", _("Organisations are kept by the organisation desk of their area."))


def begin(viewer: Viewer, organisation_id: UUID, basis: Basis, kind: ActKind) -> tuple[Organisation, bool]:
    """The organisation under lock, and whether this very act was recorded before.

    Raises `NotFound`, `NotAllowed`, `Conflict` (dissolved, key in use), `Invalid` (`on`, `document`).
    """
    (organisation,) = organisations.lock(organisation_id)
    check_organises(viewer, organisation.area)
    if repeated(basis, kind, viewer, organisation_id) is not None:
        return organisation, True
    _check_standing(organisation)
    check_day(basis.on)
    check_order(organisation, basis.on)
    return organisation, False


def repeated(
    basis: Basis, kind: ActKind, viewer: Viewer, organisation_id: UUID | None = None
) -> OrganisationAct | None:
    """The act recorded under this key before; raises `Conflict` when the key was used for something else."""
    earlier = OrganisationAct.objects.select_related("organisation").filter(pk=basis.key).first()
    if earlier is None:
        return None
    mine = earlier.kind == kind and earlier.recorded_by_id == viewer.known.pk
    if not mine or organisation_id not in (None, earlier.organisation_id):
        raise Conflict("key_in_use", _("This form was already used for something else. Please open the page again."))
    return earlier


def record(organisation: Organisation, kind: ActKind, basis: Basis, viewer: Viewer, **facts: Any) -> OrganisationAct:
    """Write an act under the organisation's lock; the first of a request takes the request's key as its id."""
    last = OrganisationAct.objects.filter(organisation=organisation).aggregate(last=Max("number"))["last"]
    key = {} if OrganisationAct.objects.filter(pk=basis.key).exists() else {"id": basis.key}
    return OrganisationAct.objects.create(
        **key,
        organisation=organisation,
        number=(last or 0) + 1,
        kind=kind,
        on=basis.on,
        document=clean(basis.document, field="document", max_length=60, required=True),
        words=clean(basis.words, field="words", max_length=300),
        recorded_by=viewer.user,
        **facts,
    )


def _chosen(organisation_id: UUID) -> Organisation:
    chosen = Organisation.objects.select_related("area", "parent").filter(pk=organisation_id).first()
    if chosen is None:
        raise Invalid("unknown", _("Please choose an organisation from the list."), field="other")
    return chosen


def _check_standing(organisation: Organisation) -> None:
    if organisation.dissolved_on is not None:
        raise Conflict("dissolved", _("%(name)s has been dissolved.") % {"name": organisation.name})


def _check_not_ended(until: date | None) -> None:
    if until is not None:
        raise Conflict("ended", _("This has ended already."))


def check_day(on: date) -> None:
    """Raises `Invalid` (field `on`) for a day to come: what holds now is what the pages show."""
    if on > today():
        raise Invalid("not_yet", _("Record it on the day it takes effect, or later."), field="on")


def _check_soon(organisation: Organisation, on: date) -> None:
    if on > today() + AHEAD:
        raise Invalid("too_far", _("Please choose a day within a year."), field="on")
    if organisation.founded_on is not None and on < organisation.founded_on:
        raise Invalid("before_founding", _("It was founded later than that."), field="on")


def check_order(organisation: Organisation, on: date) -> None:
    """Raises `Invalid` (field `on`) for a day before the organisation's founding or its latest act."""
    acts = OrganisationAct.objects.filter(organisation=organisation, kind__in=STATE_ACTS)
    latest = acts.aggregate(latest=Max("on"))["latest"] or organisation.founded_on
    if latest is not None and on < latest:
        message = _("The latest act is of %(day)s: acts are recorded in their order.") % {"day": latest.isoformat()}
        raise Invalid("out_of_order", message, field="on")
