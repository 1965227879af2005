"""Linking units to an organisation of the axis, changing what is done, ending a link. Every act leaves a step."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.text import clean
from dongli.notices import kinds
from dongli.notices.actions import Told, notify_each
from dongli.organisations.models import Link, Mechanism, Organisation
from dongli.partnerships import access
from dongli.partnerships.models import LinkStep
from dongli.partnerships.queries.people import officers
from dongli.people.viewer import Viewer

MOST_AT_ONCE = 100
EARLIEST = date(1990, 1, 1)
FURTHEST = timedelta(days=366)

kinds.register("partnerships.link", gettext_noop("%(axis)s has linked with %(unit)s"))
kinds.register("partnerships.end_link", gettext_noop("The link of %(axis)s with %(unit)s ends"))


@dataclass(frozen=True)
class Terms:
    """How an axis organisation and a unit work together: `contact` is who to ask at the unit, in words."""

    mechanism: str
    since: date
    contact: str = ""
    doing: str = ""


@dataclass(frozen=True)
class Linked:
    """The links made, and the units that were linked through this mechanism before."""

    made: list[Link]
    already: list[Organisation]


@transaction.atomic
def link_units(*, viewer: Viewer, key: UUID, axis_id: UUID, unit_ids: Iterable[UUID], terms: Terms) -> Linked:
    """Link one unit or several to an organisation of the axis; those linked already are passed over and named.

    Raises `NotFound`, `NotAllowed`, `Invalid` (units, mechanism, since, contact, doing), `Conflict` when every one of
    them is linked already.
    """
    axis = _axis(viewer, axis_id)
    wanted = list(dict.fromkeys(unit_ids))
    if repeated := _repeated(viewer, axis, [uuid5(key, str(one)) for one in wanted]):
        return Linked(repeated, [])
    units = _units(axis, wanted, terms)
    fields = {
        "mechanism": terms.mechanism,
        "contact": clean(terms.contact, field="contact", max_length=80),
        "doing": clean(terms.doing, field="doing", max_length=300),
        "since": _day(terms.since, field="since"),
    }
    taken = _linked_already(axis, units, terms)
    fresh = [unit for unit in units if unit.id not in taken]
    if not fresh:
        raise Conflict("linked_already", _("These units are linked in this way already."), field="units")
    made = [Link(id=uuid5(key, str(unit.id)), axis=axis, unit=unit, **fields) for unit in fresh]
    try:
        with transaction.atomic():
            Link.objects.bulk_create(made)
    except IntegrityError as error:
        raise Conflict("linked_already", _("These units are linked in this way already."), field="units") from error
    LinkStep.objects.bulk_create(_first_step(viewer, link) for link in made)
    _tell("link", viewer, made)
    return Linked(made, [unit for unit in units if unit.id in taken])


def _axis(viewer: Viewer, axis_id: UUID) -> Organisation:
    """The organisation, held so that nobody else links for it meanwhile."""
    rows = Organisation.objects.select_for_update(no_key=True, of=("self",)).select_related("area")
    axis = rows.filter(pk=axis_id, kind__in=access.CONVENING_KINDS, dissolved_on=None).first()
    if axis is None:
        raise NotFound("no_such_organisation", _("There is no such organisation."), field="axis")
    if not access.keeps(viewer, axis):
        raise NotAllowed("not_your_organisation", _("Links are kept by the desk of the organisation's own level."))
    return axis


def _repeated(viewer: Viewer, axis: Organisation, ids: list[UUID]) -> list[Link]:
    """What the same form has made before."""
    found = list(Link.objects.filter(pk__in=ids).select_related("unit"))
    steps = LinkStep.objects.filter(pk__in=[link.id for link in found], actor=viewer.known).count()
    if any(link.axis_id != axis.id for link in found) or steps != len(found):
        raise Conflict("key_in_use", _("This form was already used for something else. Please open the page again."))
    return found


def _units(axis: Organisation, ids: Sequence[UUID], terms: Terms) -> list[Organisation]:
    if terms.mechanism not in Mechanism.values:
        raise Invalid("no_mechanism", _("Please choose how they work together."), field="mechanism")
    if not ids:
        raise Invalid("no_units", _("Please choose at least one unit."), field="units")
    if len(ids) > MOST_AT_ONCE:
        words = _("Please link at most %(most)d units at once.") % {"most": MOST_AT_ONCE}
        raise Invalid("too_many", words, field="units")
    rows = Organisation.objects.filter(pk__in=ids, dissolved_on=None, kind__in=access.PARTNERS[terms.mechanism])
    units = list(rows.exclude(pk=axis.pk).order_by("pinyin", "id"))
    if len(units) != len(ids):
        raise Invalid("not_a_partner", _("Some of these cannot be linked in this way: choose others."), field="units")
    return units


def _linked_already(axis: Organisation, units: list[Organisation], terms: Terms) -> set[UUID]:
    rows = Link.objects.filter(Q(until=None) | Q(until__gt=terms.since), axis=axis, mechanism=terms.mechanism)
    return set(rows.filter(unit__in=units).values_list("unit_id", flat=True))


def _first_step(viewer: Viewer, link: Link) -> LinkStep:
    data = {"mechanism": link.mechanism, "since": link.since.isoformat(), "doing": link.doing}
    return LinkStep(id=link.id, link=link, verb="link", actor=viewer.known, data=data)


@transaction.atomic
def change_link(*, viewer: Viewer, link_id: UUID, key: UUID, contact: str, doing: str, seen: UUID) -> Link:
    """Say anew who to ask and what is done; `seen` is the newest step the form was made from.

    Raises `NotFound`, `NotAllowed`, `Invalid`, `Conflict` (ended, or changed by somebody else meanwhile).
    """
    link = _lock(viewer, link_id)
    if _taken(viewer, link, key, "change"):
        return link
    _still_holds(link)
    newest = LinkStep.objects.filter(link=link).order_by("-at", "-id").values_list("id", flat=True).first()
    if newest is not None and newest != seen:
        raise Conflict("changed_meanwhile", _("Somebody has changed this link meanwhile. Please look at it again."))
    said = {
        "contact": clean(contact, field="contact", max_length=80),
        "doing": clean(doing, field="doing", max_length=300),
    }
    changed = [name for name, words in said.items() if getattr(link, name) != words]
    if not changed:
        return link
    link.contact, link.doing = said["contact"], said["doing"]
    link.save(update_fields=["contact", "doing"])
    data = {"changed": changed, **({"doing": link.doing} if "doing" in changed else {})}
    LinkStep.objects.create(id=key, link=link, verb="change", actor=viewer.known, data=data)
    return link


@transaction.atomic
def end_link(*, viewer: Viewer, link_id: UUID, key: UUID, on: date, reason: str = "") -> Link:
    """End a link with the day `on` (its first day without), for a reason. Raises as `change_link` does."""
    link = _lock(viewer, link_id)
    if _taken(viewer, link, key, "end"):
        return link
    _still_holds(link)
    day = _day(on, field="on")
    if day <= link.since:
        raise Invalid("too_early", _("A link ends after the day it began."), field="on")
    words = clean(reason, field="reason", max_length=200)
    link.until = day
    link.save(update_fields=["until"])
    data = {"until": day.isoformat(), "reason": words}
    LinkStep.objects.create(id=key, link=link, verb="end", actor=viewer.known, data=data)
    _tell("end_link", viewer, [link])
    return link


def _lock(viewer: Viewer, link_id: UUID) -> Link:
    rows = Link.objects.select_for_update(of=("self",)).select_related("axis__area", "unit__area")
    link = rows.filter(access.links_seen(viewer), pk=link_id).first()
    if link is None:
        raise NotFound("no_such_link", _("There is no such link."))
    if not access.keeps(viewer, link.axis):
        raise NotAllowed("not_your_organisation", _("Links are kept by the desk of the organisation's own level."))
    return link


def _taken(viewer: Viewer, link: Link, key: UUID, verb: str) -> bool:
    """Whether this very step was taken already; raises `Conflict` when the key was used for something else."""
    earlier = LinkStep.objects.filter(pk=key).first()
    if earlier is not None and (earlier.link_id, earlier.verb, earlier.actor_id) != (link.id, verb, viewer.known.id):
        raise Conflict("key_in_use", _("This form was already used for something else. Please open the page again."))
    return earlier is not None


def _still_holds(link: Link) -> None:
    if link.until is not None:
        raise Conflict("link_ended", _("This link has an end already. Please look at it again."))


def _day(day: date, *, field: str) -> date:
    if not EARLIEST <= day <= today() + FURTHEST:
        raise Invalid("bad_date", _("Please choose a day within a year from today at the latest."), field=field)
    return day


def _tell(verb: str, viewer: Viewer, links: list[Link]) -> None:
    """Notify the officers of the units, but never whoever acted."""
    told = officers(link.unit_id for link in links)
    heard = [
        Told(user, {"axis": link.axis.name, "unit": link.unit.name}, reverse("partnership", args=[link.id]))
        for link in links
        for user in told.get(link.unit_id, [])
        if user.id != viewer.known.id
    ]
    notify_each(kind=f"partnerships.{verb}", told=heard)
