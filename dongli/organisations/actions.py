"""Every write to organisations. People stand to the right of this app, so who may call is checked by the caller."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.areas.naming import pinyin_keys
from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid, NotFound
from dongli.common.ids import short_code
from dongli.common.text import clean
from dongli.organisations import rules
from dongli.organisations.models import (
    COMMITTEE_KINDS,
    Ground,
    Line,
    Membership,
    Organisation,
    OrganisationKind,
)

COMPARED = ("name", "kind", "function", "line", "area_id", "parent_id", "is_fallback", "unit_kind", "sector")


@transaction.atomic
def add_organisation(
    *,
    area: Area,
    name: str,
    kind: OrganisationKind,
    function: str = "",
    line: Line | str | None = None,
    code: str = "",
    parent: Organisation | None = None,
    unit_kind: str = "",
    sector: str = "",
    is_fallback: bool = False,
    founded_on: date | None = None,
    synthetic: bool = False,
) -> Organisation:
    """A new organisation at `area`; `code` defaults to the area's code and the function (or kind).

    Safe to repeat: the same organisation again answers the one there is. Raises `Invalid` when the kind does not stand
    at this level or lacks what it needs (see `rules`), `Conflict` when the code, the area's office or the area's
    department of that function is taken.
    """
    kind = OrganisationKind(kind)
    words = clean(name, field="name", max_length=120, required=True)
    made = Organisation(
        code=code,
        name=words,
        kind=kind,
        function=clean(function, field="function", max_length=40) if kind == OrganisationKind.DEPARTMENT else "",
        line=line or "",
        area=area,
        parent=parent,
        unit_kind=unit_kind,
        sector=clean(sector, field="sector", max_length=60),
        is_fallback=is_fallback,
        founded_on=founded_on,
        synthetic=synthetic,
    )
    made.pinyin, made.initials = pinyin_keys(words)
    made.code = code or f"{area.code}-{made.function or kind.value}"
    _check(made)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        return _the_same(made, error)
    return made


def _check(made: Organisation) -> None:
    kind = OrganisationKind(made.kind)
    rules.check_level(kind, made.area)
    rules.check_facts(kind, unit_kind=made.unit_kind, sector=made.sector, function=made.function, line=made.line)
    rules.check_parent(kind, made.area, made.parent)


def free_code(area: Area, stem: str) -> str:
    """The area's code and `stem`, with some random characters when that is taken."""
    code = f"{area.code}-{stem}"[:50]
    return f"{code}-{short_code(6)}" if Organisation.objects.filter(code=code).exists() else code


def _the_same(wanted: Organisation, error: IntegrityError) -> Organisation:
    found = Organisation.objects.filter(code=wanted.code, dissolved_on=None).first()
    if found is not None and all(getattr(found, name) == getattr(wanted, name) for name in COMPARED):
        return found
    raise Conflict("organisation_exists", _("There is already such an organisation in this area.")) from error


@transaction.atomic
def rename(*, organisation: Organisation, name: str) -> Organisation:
    """Give it a new name; its code, and all that refers to it, stay."""
    (found,) = lock(organisation.pk)
    found.name = clean(name, field="name", max_length=120, required=True)
    found.pinyin, found.initials = pinyin_keys(found.name)
    found.save(update_fields=["name", "pinyin", "initials"])
    return found


@transaction.atomic
def move(*, organisation: Organisation, parent: Organisation | None) -> Organisation:
    """Put it under `parent`, or under nobody. Raises `Invalid` (field `other`) when that would be no tree."""
    (found,) = lock(organisation.pk)
    rules.check_parent(OrganisationKind(found.kind), found.area, parent)
    above = parent
    while above is not None:
        if above.pk == found.pk:
            raise Invalid("a_circle", _("It stands above that organisation itself."), field="other")
        above = above.parent
    found.parent = parent
    found.save(update_fields=["parent"])
    return found


@transaction.atomic
def dissolve(
    *, organisation: Organisation, on: date | None = None, successor: Organisation | None = None
) -> Organisation:
    """End it on a date (today if none is given). Repeating it changes nothing. Its records stay.

    With a `successor`, whoever asks for it, or for one that it had taken over, is led there.
    """
    (found,) = lock(organisation.pk)
    if found.dissolved_on is None:
        found.dissolved_on, found.successor = on or today(), successor
        found.save(update_fields=["dissolved_on", "successor"])
        if successor is not None:
            Organisation.objects.filter(successor=found).update(successor=successor)
    return found


@transaction.atomic
def put_on_ground(*, organisation: Organisation, area: Area, since: date, key: UUID | None = None) -> Ground:
    """Let it serve `area` from `since` on. Raises `Invalid` (`area`), `Conflict` when somebody serves it then."""
    rules.check_ground(organisation, area)
    ground = Ground(organisation=organisation, kind=organisation.kind, area=area, since=since)
    ground.pk = key or ground.pk
    try:
        with transaction.atomic():
            ground.save(force_insert=True)
    except IntegrityError as error:
        firm = organisation.kind == OrganisationKind.PROPERTY_FIRM
        message = (
            _("A property firm serves this compound at that time. End its contract first.")
            if firm
            else _("It serves this ground at that time already.")
        )
        raise Conflict("ground_taken", message) from error
    return ground


@transaction.atomic
def take_off_ground(*, ground_id: UUID, until: date) -> Ground:
    """End the service of a ground: `until` is the first day without it. What has ended stays as it is."""
    ground = Ground.objects.select_for_update(no_key=True, of=("self",)).filter(pk=ground_id).first()
    if ground is None:
        raise NotFound("no_ground", _("There is no such ground."))
    if ground.until is None:
        _check_end(ground.since, until)
        ground.until = until
        ground.save(update_fields=["until"])
    return ground


@transaction.atomic
def join(*, committee: Organisation, member: Organisation, since: date, key: UUID | None = None) -> Membership:
    """Let `member` belong to `committee` from `since` on. Raises `Invalid` (`other`), `Conflict` when it does."""
    if committee.kind not in COMMITTEE_KINDS:
        raise Invalid("no_committee", _("Only joint, industry and supply-chain committees have members."))
    if member.pk == committee.pk or member.dissolved_on is not None:
        raise Invalid("no_member", _("Please choose another organisation, one that stands."), field="other")
    row = Membership(committee=committee, member=member, since=since)
    row.pk = key or row.pk
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("member_already", _("It belongs to this committee at that time already.")) from error
    return row


@transaction.atomic
def leave(*, membership_id: UUID, until: date) -> Membership:
    """End a membership: `until` is the first day without it. What has ended stays as it is."""
    row = Membership.objects.select_for_update(no_key=True, of=("self",)).filter(pk=membership_id).first()
    if row is None:
        raise NotFound("no_membership", _("There is no such membership."))
    if row.until is None:
        _check_end(row.since, until)
        row.until = until
        row.save(update_fields=["until"])
    return row


def _check_end(since: date, until: date) -> None:
    if until < since:
        raise Invalid("bad_period", _("It cannot end before it begins."), field="on")


def lock(*ids: UUID) -> list[Organisation]:
    """These organisations under row locks, taken in the order of their ids and answered in the order asked for."""
    rows = Organisation.objects.select_for_update(no_key=True, of=("self",)).select_related("area", "parent__area")
    found = {row.pk: row for row in rows.filter(pk__in=ids).order_by("pk")}
    if len(found) < len(set(ids)):
        raise NotFound("no_organisation", _("There is no such organisation."))
    return [found[one] for one in ids]


def hold(ids: Iterable[UUID]) -> dict[UUID, Organisation]:
    """These organisations as they are now; none is merged, split or dissolved until this transaction ends (FOR SHARE).

    Whoever gives work or a role to an organisation holds it first, so that nothing arrives after it has ended.
    """
    wanted = sorted(set(ids))
    rows = Organisation.objects.raw(
        "SELECT * FROM organisations_organisation WHERE id = ANY(%s) ORDER BY id FOR SHARE", [wanted]
    )
    return {row.pk: row for row in rows}
