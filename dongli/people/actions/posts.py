"""Appointing people to posts and ending it. What was recorded is never rewritten: each change is a dated act.

Locks, in this order: the place, the people (by id), their tenures; so that two who appoint at once come one after the
other, and an exclusion constraint stands behind them all.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.clock import CITY_ZONE, now, today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.text import clean
from dongli.organisations.models import Organisation
from dongli.people.actions.expiring import end_uncovered_turns
from dongli.people.actions.persons import NewPerson, person_for
from dongli.people.actions.roles import close
from dongli.people.membership import settle_membership
from dongli.people.models import Grant, Post, Tenure, TenureManner, TenureSource, User
from dongli.people.posts import FACTS, Facts, may_appoint
from dongli.people.queries.posts import belongs_to, lasting
from dongli.people.telling import Tidings, tell
from dongli.people.viewer import Viewer

EARLIEST = timedelta(days=60 * 366)
LATEST = timedelta(days=2 * 366)
LONGEST = timedelta(days=10 * 366)


@dataclass(frozen=True)
class Appointment:
    """What is decided: the post and where, from `since` until the day before `until`, on which document and why.

    `organisation`: the branch or committee it belongs to. `seconded_from`: the unit that sends somebody seconded.
    """

    post: Post
    area: Area
    since: date
    until: date | None = None
    organisation: Organisation | None = None
    source: TenureSource = TenureSource.OTHER
    manner: TenureManner = TenureManner.APPOINTED
    seconded_from: Organisation | None = None
    document: str = ""
    reason: str = ""


@transaction.atomic
def appoint(
    *,
    viewer: Viewer,
    key: UUID,
    appointment: Appointment,
    person: UUID | NewPerson,
    replaces: UUID | None = None,
) -> Tenure:
    """Appoint somebody; with a staff account the role that goes with the post comes too, and ends with it.

    `person` is the id of somebody the viewer may find, or a new person's name and number. `replaces` is the tenure
    that ends on the day this one begins. Raises `NotAllowed`, `NotFound` (the person), `Invalid` (naming the field),
    `Conflict` naming who holds a single post until when.
    """
    facts, area = FACTS[appointment.post], appointment.area
    _check_appoints(viewer, appointment.post, area)
    Area.objects.select_for_update(no_key=True, of=("self",)).get(pk=area.pk)
    earlier = Tenure.objects.filter(pk=key).select_related("person", "area").first()
    if earlier is not None:
        return _same(earlier, viewer, appointment)
    words = _checked(facts, appointment)
    holder = person_for(viewer, person)
    predecessor = _predecessor(replaces, appointment)
    for one in sorted({holder.pk, *([predecessor.person_id] if predecessor else [])}):
        User.objects.select_for_update(no_key=True).get(pk=one)
    _check_holder(viewer, holder)
    if predecessor is not None:
        _end(viewer, predecessor, appointment.since, _("Succeeded by %(name)s") % {"name": holder.name})
    _check_free(facts, appointment, holder)
    tenure = _stored(Tenure(id=key, person=holder, made_by=viewer.known, **words), facts, appointment)
    tenure.grant = _grant(viewer, facts, tenure)
    tenure.save(update_fields=["grant"])
    _tell("people.appoint", tenure, (holder,))
    return tenure


@transaction.atomic
def end_tenure(*, viewer: Viewer, tenure_id: UUID, on: date, why: str) -> Tenure:
    """End a tenure: `on` is the first day without the post (its first day, for one that never took effect).

    The role that came with it ends that day, at once if that day has come, and turns on rosters with it. The same end
    again changes nothing. Raises `NotFound`, `NotAllowed`, `Invalid`, `Conflict` when it ends earlier already.
    """
    found = Tenure.objects.select_related("area").filter(pk=tenure_id).first()
    if found is None:
        raise NotFound("no_tenure", _("There is no such appointment."))
    _check_appoints(viewer, found.post, found.area)
    text = clean(why, field="why", max_length=200, required=True)
    Area.objects.select_for_update(no_key=True, of=("self",)).get(pk=found.area_id)
    User.objects.select_for_update(no_key=True).get(pk=found.person_id)
    tenure = _locked(tenure_id)
    if tenure.until == on and tenure.ended_by is not None:
        return tenure
    _end(viewer, tenure, on, text)
    settle_membership(tenure.person)
    _tell("people.end_tenure", tenure, (tenure.person,))
    return tenure


def grant_for_posts(*, viewer: Viewer, person: User) -> int:
    """Give somebody who now has a staff account the roles of the posts they hold; how many. Within a transaction."""
    rows = Tenure.objects.select_for_update(no_key=True, of=("self",)).filter(
        lasting(today()), person=person, grant=None
    )
    made = 0
    for tenure in rows.select_related("area", "person").order_by("id"):
        tenure.grant = _grant(viewer, FACTS[tenure.post], tenure)
        if tenure.grant is not None:
            tenure.save(update_fields=["grant"])
            made += 1
    return made


def start_of(day: date) -> datetime:
    """The moment a day begins in the city."""
    return datetime.combine(day, time(), tzinfo=CITY_ZONE)


def _check_appoints(viewer: Viewer, post: str, area: Area) -> None:
    if not may_appoint(viewer, post, area):
        raise NotAllowed("not_your_post", _("Who appoints to this post here is the organisation desk of the area."))


def _same(earlier: Tenure, viewer: Viewer, appointment: Appointment) -> Tenure:
    same = (earlier.made_by_id, earlier.post, earlier.area_id) == (
        viewer.known.pk,
        appointment.post,
        appointment.area.pk,
    )
    if not same:
        raise Conflict("key_in_use", _("This form was already used for something else. Please open the page again."))
    return earlier


def _checked(facts: Facts, wanted: Appointment) -> dict[str, object]:
    """The columns of the new row; raises `Invalid`."""
    if wanted.area.level not in facts.levels or wanted.area.retired_on is not None:
        raise Invalid("wrong_place", _("This post is not held at such a place. Please choose the place."), field="post")
    _check_days(wanted)
    unit = wanted.organisation
    if unit is not None and not belongs_to(facts, wanted.area, on=wanted.since).filter(pk=unit.pk).exists():
        raise Invalid("wrong_organisation", _("Please choose an organisation of the list."), field="organisation")
    seconded = TenureManner(wanted.manner) is TenureManner.SECONDED
    if seconded != (wanted.seconded_from is not None):
        raise Invalid("no_unit", _("Say which unit sends a seconded cadre, and only then."), field="seconded_from")
    if seconded and wanted.until is None:
        raise Invalid("no_end", _("Say until when the cadre is seconded."), field="until")
    if wanted.seconded_from is not None and wanted.seconded_from.dissolved_on is not None:
        raise Invalid("dissolved", _("This organisation has been dissolved."), field="seconded_from")
    return {
        "post": Post(wanted.post),
        "area": wanted.area,
        "organisation": unit,
        "since": wanted.since,
        "until": wanted.until,
        "source": TenureSource(wanted.source),
        "manner": TenureManner(wanted.manner),
        "seconded_from": wanted.seconded_from,
        "document": clean(wanted.document, field="document", max_length=60),
        "reason": clean(wanted.reason, field="reason", max_length=200),
    }


def _check_days(wanted: Appointment) -> None:
    if not today() - EARLIEST <= wanted.since <= today() + LATEST:
        raise Invalid("bad_since", _("Please choose the first day: not more than two years ahead."), field="since")
    if wanted.until is not None and not wanted.since < wanted.until <= wanted.since + LONGEST:
        raise Invalid("bad_until", _("The end comes after the beginning, within ten years."), field="until")


def _check_holder(viewer: Viewer, holder: User) -> None:
    if not holder.may_log_in:
        raise Conflict("has_left", _("This person has left; appoint somebody else."), field="person")
    if holder.pk == viewer.known.pk:
        raise Conflict("not_oneself", _("Nobody appoints themselves: somebody else does it."), field="person")


def _predecessor(tenure_id: UUID | None, wanted: Appointment) -> Tenure | None:
    if tenure_id is None:
        return None
    found = Tenure.objects.filter(pk=tenure_id, post=wanted.post, area=wanted.area).first()
    if found is None:
        raise NotFound("no_tenure", _("There is no such appointment."))
    return _locked(tenure_id)


def _locked(tenure_id: UUID) -> Tenure:
    rows = Tenure.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("area", "person", "grant", "ended_by").get(pk=tenure_id)


def _check_free(facts: Facts, wanted: Appointment, holder: User) -> None:
    """Raises `Conflict` naming who is in the way, and from when the post is free."""
    rows = Tenure.objects.filter(lasting(wanted.since), post=wanted.post, area=wanted.area)
    rows = rows.exclude(until=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(since__lt=wanted.until)
    if not facts.single:
        rows = rows.filter(person=holder)
    taken = list(rows.select_related("person").order_by("since"))
    if not taken:
        return
    name, last = taken[0].person.name, taken[-1].until
    if last is None:
        message = _(
            "%(name)s holds this post here, without an end date. End that appointment first, or appoint a successor."
        )
        raise Conflict("post_taken", message % {"name": name}, field="since")
    message = _("%(name)s holds this post here during that time. It is free from %(free)s on.")
    raise Conflict("post_taken", message % {"name": name, "free": last.isoformat()}, field="since")


def _stored(tenure: Tenure, facts: Facts, wanted: Appointment) -> Tenure:
    try:
        with transaction.atomic():
            tenure.save(force_insert=True)
    except IntegrityError as error:
        _check_free(facts, wanted, tenure.person)
        raise Conflict("post_taken", _("Somebody was appointed here meanwhile. Please look again.")) from error
    return tenure


def _grant(viewer: Viewer, facts: Facts, tenure: Tenure) -> Grant | None:
    """The role of the post, for a holder with a staff account: what is held already is kept and ends with the post."""
    if facts.role is None or not tenure.person.username:
        return None
    since = max(now(), start_of(tenure.since))
    until = start_of(tenure.until) if tenure.until is not None else None
    if until is not None and until <= since:
        return None
    meanwhile = Q(until__isnull=True) | Q(until__gt=since)
    if until is not None:
        meanwhile &= Q(since__lt=until)
    held = Grant.objects.filter(meanwhile, user=tenure.person, role=facts.role, area=tenure.area)
    found = held.select_for_update(no_key=True, of=("self",)).order_by("since").first()
    if found is not None:
        if until is not None and (found.until is None or found.until > until):
            close(found, viewer, until, why=str(facts.label))
        return found
    return Grant.objects.create(
        user=tenure.person,
        role=facts.role,
        area=tenure.area,
        since=since,
        until=until,
        granted_by=viewer.user,
        reason=str(facts.label),
    )


def _end(viewer: Viewer, tenure: Tenure, on: date, why: str) -> None:
    """Write the end of a tenure under lock, and of the role that came with it."""
    if on < tenure.since:
        raise Invalid("before_it_began", _("It cannot end before it began."), field="on")
    if on > today() + LATEST:
        raise Invalid("too_far", _("Please choose a day within two years."), field="on")
    if tenure.until is not None and tenure.until < on:
        message = _("This appointment ends on %(day)s already. To go on, appoint again from that day.")
        raise Conflict("ends_earlier", message % {"day": tenure.until.isoformat()}, field="on")
    tenure.until, tenure.ended_by, tenure.ended_why = on, viewer.user, why[:200]
    tenure.save(update_fields=["until", "ended_by", "ended_why"])
    grant = tenure.grant
    if grant is None or _rests_elsewhere(tenure):
        return
    moment = max(now(), start_of(on))
    if grant.until is None or grant.until > moment:
        close(grant, viewer, moment, why=why[:200])
        end_uncovered_turns(tenure.person_id, moment)


def _rests_elsewhere(tenure: Tenure) -> bool:
    """Whether another tenure of the person holds the same grant beyond this one's end."""
    others = Tenure.objects.filter(grant=tenure.grant_id).exclude(pk=tenure.pk)
    return tenure.until is not None and others.filter(lasting(tenure.until)).exists()


def _tell(kind: str, tenure: Tenure, users: tuple[User, ...]) -> None:
    params = {"post": str(FACTS[tenure.post].label), "place": tenure.area.name}
    url = reverse("people:person_page", args=[tenure.person_id]) if tenure.person.username else ""
    tell(Tidings(kind, users, params, url, tenure.area))


__all__ = ("Appointment", "NewPerson", "appoint", "end_tenure", "grant_for_posts")
