"""What organisations and people add to `succession`: staff, posts, members, links, grounds, memberships and so on.

Turns on rosters are of grids and areas, never of an organisation: they stay where they are when one is merged.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import F, Max, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.common.clock import now, today
from dongli.common.ids import new_id
from dongli.organisations import rules
from dongli.organisations.models import Ground, Link, Membership, Organisation, OrganisationKind
from dongli.people.actions.organising import STATE_ACTS, Basis, put_under
from dongli.people.actions.roles import close
from dongli.people.models import Grant, OrganisationAct, PartyMembership, Tenure
from dongli.people.succession import PLACE, STAFF, Part, Passing, Row, register

SHORT_DATE = "%Y-%m-%d"


def register_all() -> None:
    """Register the parts of this app and of `organisations`; called once at start-up."""
    for part in (
        Part("staff", gettext_lazy("Staff roles"), _count(_grants), _pass_grants, _grant_rows,
             chosen=True, order=STAFF),
        Part("posts", gettext_lazy("Posts held"), _count(_tenures), _pass_tenures, _tenure_rows,
             chosen=True, order=STAFF),
        Part("members", gettext_lazy("Registered members"), _count(_members), _pass_members, _no_rows, order=STAFF),
        Part("children", gettext_lazy("Organisations below it"), _count(_children), _pass_children, _child_rows,
             chosen=True, order=PLACE),
        Part("functions", gettext_lazy("Work taken over from organisations before it"), _count(_predecessors),
             _pass_predecessors, _predecessor_rows, end=_leave_predecessors, order=PLACE),
        Part("grounds", gettext_lazy("Grounds"), _count(_grounds), _pass_grounds, _ground_rows, end=_end_grounds,
             order=PLACE),
        Part("memberships", gettext_lazy("Memberships in committees, and member organisations"), _count(_memberships),
             _pass_memberships, _membership_rows, end=_end_memberships, order=PLACE),
        Part("links", gettext_lazy("Links with units"), _count(_links), _pass_links, _link_rows, end=_end_links,
             order=PLACE),
    ):  # fmt: skip
        register(part)


def _count(rows: Callable[[Organisation], QuerySet[Any]]) -> Callable[[Organisation], int]:
    return lambda organisation: rows(organisation).count()


def _no_rows(organisation: Organisation, limit: int) -> list[Row]:
    """Who is a member of the party is not for a list."""
    return []


def _of(rows: QuerySet[Any], passing: Passing) -> QuerySet[Any]:
    """The rows that pass, locked."""
    wanted = rows if passing.only is None else rows.filter(pk__in=passing.only)
    return wanted.select_for_update(no_key=True, of=("self",)).order_by("pk")


def _lasting() -> Q:
    """Ties that hold today or will: what was called off before it began never does."""
    return Q(until__isnull=True) | (Q(until__gt=today()) & Q(until__gt=F("since")))


# Roles held in the organisation.


def _grants(organisation: Organisation) -> QuerySet[Grant]:
    rows = Grant.objects.filter(Q(until__isnull=True) | Q(until__gt=now()), organisation=organisation)
    return rows.select_related("user")


def _grant_rows(organisation: Organisation, limit: int) -> list[Row]:
    rows = _grants(organisation).order_by("role", "user__name", "id")[:limit]
    return [Row(row.pk, row.get_role_display(), row.user) for row in rows]


def _pass_grants(passing: Passing) -> int:
    """Every role ends here and goes on there, as long as it would have; one that is held there is only filled up."""
    rows = list(_of(_grants(passing.giver), passing))
    why = _("Passed on: %(from)s → %(to)s") % {"from": passing.giver.name, "to": passing.taker.name}
    for row in rows:
        since, until = max(row.since, passing.moment), row.until
        close(row, passing.viewer, passing.moment, why=why[:200])
        beside = Grant.objects.filter(user=row.user_id, role=row.role, organisation=passing.taker)
        for held in beside.filter(Q(until__isnull=True) | Q(until__gt=since)).order_by("since"):
            if held.since <= since:
                since = held.until or since
                until = since if held.until is None else until
            elif until is None or until > held.since:
                until = held.since
        if until is None or until > since:
            Grant.objects.create(
                user_id=row.user_id, role=row.role, organisation=passing.taker, since=since, until=until,
                granted_by=passing.viewer.user, reason=why[:200],
            )  # fmt: skip
    return len(rows)


# Posts and members.


def _tenures(organisation: Organisation) -> QuerySet[Tenure]:
    rows = Tenure.objects.filter(Q(until__isnull=True) | Q(until__gt=today()), organisation=organisation)
    return rows.select_related("person", "area")


def _tenure_rows(organisation: Organisation, limit: int) -> list[Row]:
    rows = _tenures(organisation).order_by("area__path", "post", "id")[:limit]
    return [Row(row.pk, row.get_post_display(), row.person, row.area.name) for row in rows]


def _pass_tenures(passing: Passing) -> int:
    """A post goes on in the other organisation from the day on, with its role: the record before it stays."""
    rows = list(_of(_tenures(passing.giver), passing))
    why = _("Passed on: %(from)s → %(to)s") % {"from": passing.giver.name, "to": passing.taker.name}
    for row in rows:
        if row.since >= passing.on:
            row.organisation = passing.taker
            row.save(update_fields=["organisation"])
            continue
        until, row.until, row.ended_why, row.ended_by = row.until, passing.on, why[:200], passing.viewer.user
        row.save(update_fields=["until", "ended_why", "ended_by"])
        Tenure.objects.create(
            post=row.post, person_id=row.person_id, area=row.area, organisation=passing.taker, since=passing.on,
            until=until, source=row.source, manner=row.manner, seconded_from_id=row.seconded_from_id,
            grant_id=row.grant_id, document=passing.document, reason=why[:200], made_by=passing.viewer.user,
        )  # fmt: skip
    return len(rows)


def _members(organisation: Organisation) -> QuerySet[PartyMembership]:
    return PartyMembership.objects.filter(organisation=organisation)


def _pass_members(passing: Passing) -> int:
    return int(_members(passing.giver).update(organisation=passing.taker))


# Organisations below, and those whose work it carries on.


def _children(organisation: Organisation) -> QuerySet[Organisation]:
    return Organisation.objects.filter(parent=organisation, dissolved_on=None).select_related("area", "parent")


def _child_rows(organisation: Organisation, limit: int) -> list[Row]:
    return _named(_children(organisation).order_by("pinyin", "id")[:limit])


def _named(rows: Iterable[Organisation]) -> list[Row]:
    return [
        Row(one.pk, one.name, detail=one.get_kind_display(), url=reverse("people:organisation", args=[one.pk]))
        for one in rows
    ]


def _pass_children(passing: Passing) -> int:
    rows = list(_of(_children(passing.giver).exclude(pk=passing.taker.pk), passing))
    for row in rows:
        latest = OrganisationAct.objects.filter(organisation=row, kind__in=STATE_ACTS).aggregate(on=Max("on"))["on"]
        basis = Basis(new_id(), max(passing.on, latest or passing.on), passing.document)
        put_under(row, passing.taker, basis, passing.viewer)
    return len(rows)


def _predecessors(organisation: Organisation) -> QuerySet[Organisation]:
    return Organisation.objects.filter(successor=organisation)


def _predecessor_rows(organisation: Organisation, limit: int) -> list[Row]:
    return _named(_predecessors(organisation).order_by("pinyin", "id")[:limit])


def _pass_predecessors(passing: Passing) -> int:
    return int(_predecessors(passing.giver).update(successor=passing.taker))


def _leave_predecessors(organisation: Organisation, on: date) -> None:
    """They keep whom they led to: routing passes over an heir that has ended too."""


# Dated ties: from the day on they are the other's.


def _carry(row: Ground | Membership | Link, on: date, changed: dict[str, Any], *, goes_on: bool = True) -> None:
    """End `row` on the day and begin it anew with what `changed`, unless the other has it already.

    One that has not begun by then is called off, and begins there when it would have begun here.
    """
    fields = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    facts = {name: getattr(row, name) for name in fields} | changed | {"since": max(row.since, on)}
    row.until = max(row.since, on)
    row.save(update_fields=["until"])
    if goes_on:
        _begin_unless_there(type(row), facts)


def _begin_unless_there(model: type[models.Model], facts: dict[str, Any]) -> None:
    try:
        with transaction.atomic():
            model._default_manager.create(**facts)
    except IntegrityError:
        return  # the constraint says that the other organisation has this tie already


def _grounds(organisation: Organisation) -> QuerySet[Ground]:
    return Ground.objects.filter(_lasting(), organisation=organisation).select_related("area")


def _ground_rows(organisation: Organisation, limit: int) -> list[Row]:
    rows = _grounds(organisation).order_by("area__path", "id")[:limit]
    return [Row(row.pk, row.area.name, detail=row.since.strftime(SHORT_DATE)) for row in rows]


def _pass_grounds(passing: Passing) -> int:
    """Its grounds, and in a merger its own place too where the other serves grounds of that level."""
    giver, taker = passing.giver, passing.taker
    rows = list(_of(_grounds(giver), passing))
    for row in rows:
        changed = {"organisation_id": taker.pk, "kind": taker.kind}
        _carry(row, passing.on, changed, goes_on=row.area_id != taker.area_id)
    levels = rules.GROUNDS.get(OrganisationKind(taker.kind), ())
    if passing.whole and giver.area_id != taker.area_id and giver.area.level in levels:
        facts = {"organisation_id": taker.pk, "kind": taker.kind, "area_id": giver.area_id, "since": passing.on}
        _begin_unless_there(Ground, facts)
    return len(rows)


def _end_grounds(organisation: Organisation, on: date) -> None:
    _end(_grounds(organisation), on)


def _end(rows: QuerySet[Any], on: date) -> None:
    for row in rows.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        row.until = max(on, row.since)
        row.save(update_fields=["until"])


def _memberships(organisation: Organisation) -> QuerySet[Membership]:
    rows = Membership.objects.filter(_lasting(), Q(member=organisation) | Q(committee=organisation))
    return rows.select_related("member", "committee")


def _membership_rows(organisation: Organisation, limit: int) -> list[Row]:
    rows = _memberships(organisation).order_by("since", "id")[:limit]
    return _named(row.member if row.committee_id == organisation.pk else row.committee for row in rows)


def _pass_memberships(passing: Passing) -> int:
    rows = list(_of(_memberships(passing.giver), passing))
    for row in rows:
        side = "member_id" if row.member_id == passing.giver.pk else "committee_id"
        other = row.committee_id if side == "member_id" else row.member_id
        _carry(row, passing.on, {side: passing.taker.pk}, goes_on=other != passing.taker.pk)
    return len(rows)


def _end_memberships(organisation: Organisation, on: date) -> None:
    _end(_memberships(organisation), on)


def _links(organisation: Organisation) -> QuerySet[Link]:
    rows = Link.objects.filter(_lasting(), Q(axis=organisation) | Q(unit=organisation))
    return rows.select_related("axis", "unit")


def _link_rows(organisation: Organisation, limit: int) -> list[Row]:
    rows = _links(organisation).order_by("since", "id")[:limit]
    return [
        Row(row.pk, (row.unit if row.axis_id == organisation.pk else row.axis).name, detail=row.get_mechanism_display())
        for row in rows
    ]


def _pass_links(passing: Passing) -> int:
    rows = list(_of(_links(passing.giver), passing))
    for row in rows:
        side = "axis_id" if row.axis_id == passing.giver.pk else "unit_id"
        other = row.unit_id if side == "axis_id" else row.axis_id
        _carry(row, passing.on, {side: passing.taker.pk}, goes_on=other != passing.taker.pk)
    return len(rows)


def _end_links(organisation: Organisation, on: date) -> None:
    _end(_links(organisation), on)
