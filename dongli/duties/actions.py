"""Every write of duties: each locks the duty, checks who and from which state, and writes a step with the change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dongli.areas.models import Area
from dongli.common.clock import city_date, now, today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.common.text import clean
from dongli.duties import access, queries
from dongli.duties.models import Duty, DutyState, DutyStep, DutyStepText, FollowUp, Outcome, duty_state
from dongli.notices import kinds
from dongli.notices.actions import notify
from dongli.organisations.actions import hold
from dongli.organisations.queries import standing_heir
from dongli.people.models import User
from dongli.people.viewer import Viewer

MAX_WORDS = 2000
FURTHEST = timedelta(days=3 * 366)
FOLLOW_UP_DAYS = (30, 90)  # after closing, by the calendar
EXTRA_DAYS = 30  # a duty taken up again by its follow-up is due this long after

kinds.register("duties.assign", gettext_noop("You have a new duty: %(title)s"))
kinds.register("duties.close", gettext_noop("A duty is reported fulfilled: %(title)s"))
kinds.register("duties.drop", gettext_noop("A duty was dropped: %(title)s"))
kinds.register("duties.reopen", gettext_noop("A duty is taken up again: %(title)s"))


@dataclass(frozen=True)
class Assignment:
    """A duty to be given. `owner` must serve in `organisation` (a department, or the office of an area)."""

    title: str
    source_kind: str
    source_id: UUID
    area: Area
    owner_id: UUID
    organisation_id: UUID
    measures: str
    due_on: date
    published: bool = False
    source_url: str = ""


@transaction.atomic
def assign_duty(*, viewer: Viewer, key: UUID, assignment: Assignment, mandate: bool = False) -> Duty:
    """Give a duty. Raises `NotAllowed` outside the viewer's area, `Invalid` (owner, measures, due_on).

    `mandate`: the caller has checked that what the duty comes from lets this viewer give it (a meeting decided it).
    """
    if (repeated := _repeated(key, "assign", viewer)) is not None:
        return repeated
    if not mandate and not access.supervises(viewer, assignment.area):
        raise NotAllowed("not_your_area", _("Duties are given by whoever watches over the area."))
    measures = clean(assignment.measures, field="measures", max_length=MAX_WORDS, required=True)
    owner = queries.owner(assignment.owner_id, assignment.organisation_id, assignment.area)
    if owner is None or hold([owner.organisation.pk])[owner.organisation.pk].dissolved_on is not None:
        raise Invalid("not_an_owner", _("Please choose somebody from the list."), field="owner")
    duty = Duty(
        title=clean(assignment.title, field="title", max_length=200, required=True),
        source_kind=assignment.source_kind,
        source_id=assignment.source_id,
        source_url=assignment.source_url,
        area=assignment.area,
        owner_id=owner.user.id,
        organisation_id=owner.organisation.id,
        measures=measures,
        due_on=_due(assignment.due_on),
        published=assignment.published,
        assigned_by=viewer.known,
    )
    duty.save(force_insert=True)
    data = {"owner": owner.user.name, "organisation": owner.organisation.name, "due": duty.due_on.isoformat()}
    _step(duty, "assign", viewer, key, words=measures, data=data, published=duty.published)
    _tell(duty, "assign", [owner.user], viewer)
    return duty


@transaction.atomic
def report_progress(*, viewer: Viewer, duty_id: UUID, key: UUID, words: str, published: bool = False) -> Duty:
    """Say how far it is; `published` shows the words on the public board, if the duty itself is shown there."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    duty, repeated = _begin("progress", viewer, duty_id, key)
    if repeated:
        return duty
    _check(access.carries(viewer, duty))
    _still(duty, open_=True)
    return _step(duty, "progress", viewer, key, words=text, published=published and duty.published)


@transaction.atomic
def close_duty(*, viewer: Viewer, duty_id: UUID, key: UUID, evidence: str) -> Duty:
    """Report the duty fulfilled, with evidence; its follow-ups are laid out from today."""
    text = clean(evidence, field="evidence", max_length=MAX_WORDS, required=True)
    duty, repeated = _begin("close", viewer, duty_id, key)
    if repeated:
        return duty
    _check(access.carries(viewer, duty))
    _still(duty, open_=True)
    moment = now()
    duty.evidence, duty.closed_at = text, moment
    duty.closings += 1
    FollowUp.objects.bulk_create(
        FollowUp(duty=duty, closing=duty.closings, days=days, due_on=city_date(moment) + timedelta(days=days))
        for days in FOLLOW_UP_DAYS
    )
    _step(duty, "close", viewer, key, words=text, published=duty.published, data={"closing": duty.closings})
    _tell(duty, "close", [duty.assigned_by], viewer)
    return duty


@transaction.atomic
def drop_duty(*, viewer: Viewer, duty_id: UUID, key: UUID, reason: str) -> Duty:
    """Take a duty off its owner's list, with a reason; never by the owner."""
    text = clean(reason, field="reason", max_length=MAX_WORDS, required=True)
    duty, repeated = _begin("drop", viewer, duty_id, key)
    if repeated:
        return duty
    _check(access.may_judge(viewer, duty))
    _still(duty, open_=True)
    duty.dropped_at = now()
    _step(duty, "drop", viewer, key, words=text)
    _tell(duty, "drop", [duty.owner], viewer)
    return duty


@transaction.atomic
def reopen_duty(*, viewer: Viewer, duty_id: UUID, key: UUID, reason: str, due_on: date) -> Duty:
    """Take up again a duty that was reported fulfilled, with a reason and a new date; never by the owner."""
    text = clean(reason, field="reason", max_length=MAX_WORDS, required=True)
    duty, repeated = _begin("reopen", viewer, duty_id, key)
    if repeated:
        return duty
    _check(access.may_judge(viewer, duty))
    _still(duty, open_=False)
    _reopen(duty, viewer, key, _due(due_on), words=text)
    return duty


def change_owner(*, duty_id: UUID, owner: User, successor: User, viewer: Viewer) -> bool:
    """Pass an open duty of `owner` to whoever follows them, with a step; False when it is no longer theirs or open.

    Part of a hand-over: who may is checked by its caller, and its transaction holds this one. The successor is told
    once of all that was handed over, not of each duty.
    """
    duty = _locked(duty_id)
    if duty is None or duty.owner_id != owner.pk or not duty.is_open:
        return False
    duty.owner = successor
    _step(duty, "pass_on", viewer, new_id(), data={"from": owner.name, "owner": successor.name})
    return True


@transaction.atomic
def mark_asked(*, follow_up_id: UUID) -> FollowUp | None:
    """Take a due follow-up in hand, once: locked, its duty too; None when it is void, settled or asked already."""
    found = _waiting(follow_up_id)
    if found is None or found.asked_at is not None:
        return None
    found.asked_at = now()
    found.save(update_fields=["asked_at"])
    return found


@transaction.atomic
def record_follow_up(*, follow_up_id: UUID, outcome: Outcome, data: dict[str, int] | None = None) -> FollowUp | None:
    """Settle a follow-up, once; “not held” takes the duty up again at once. None when it is void or settled already.

    `data` holds counts to remember with it (asked, answered, noes). The system's own step: nobody is its actor.
    """
    found = _waiting(follow_up_id)
    if found is None:
        return None
    duty = found.duty
    found.outcome, found.settled_at = outcome, now()
    found.save(update_fields=["outcome", "settled_at"])
    told: dict[str, object] = {"days": found.days, "outcome": str(outcome), **(data or {})}
    _step(duty, "follow_up", None, new_id(), data=told, published=duty.published)
    if outcome == Outcome.NOT_HELD:
        _reopen(duty, None, new_id(), today() + timedelta(days=EXTRA_DAYS), data=told)
    return found


def _reopen(
    duty: Duty,
    viewer: Viewer | None,
    key: UUID,
    due_on: date,
    *,
    words: str = "",
    data: Mapping[str, object] | None = None,
) -> None:
    duty.closed_at, duty.due_on = None, due_on
    duty.organisation = standing_heir(duty.organisation) or duty.organisation
    told = {"due": due_on.isoformat(), **(data or {})}
    _step(duty, "reopen", viewer, key, words=words, data=told, published=duty.published)
    _tell(duty, "reopen", [duty.owner, duty.assigned_by], viewer)


def _waiting(follow_up_id: UUID) -> FollowUp | None:
    """The follow-up with its duty locked, while it still matters: of the last closing, and not settled."""
    duty_id = FollowUp.objects.filter(pk=follow_up_id).values_list("duty_id", flat=True).first()
    duty = _locked(duty_id) if duty_id is not None else None
    found = FollowUp.objects.filter(pk=follow_up_id, outcome="").first()
    if duty is None or found is None or duty.state != DutyState.DONE or found.closing != duty.closings:
        return None
    found.duty = duty
    return found


def lock_duty(duty_id: UUID) -> None:
    """Hold the duty until the end of the transaction, so that what is counted for its follow-up stays counted."""
    _locked(duty_id)


def _locked(duty_id: UUID) -> Duty | None:
    rows = Duty.objects.select_for_update(of=("self",))
    return rows.select_related("area", "organisation", "owner", "assigned_by").filter(pk=duty_id).first()


def _begin(verb: str, viewer: Viewer, duty_id: UUID, key: UUID) -> tuple[Duty, bool]:
    """The duty under lock, and whether this very step was taken already. Raises `NotFound` for what is not visible."""
    duty = _locked(duty_id)
    if duty is None or not Duty.objects.filter(access.visible(viewer), pk=duty_id).exists():
        raise NotFound("no_such_duty", _("There is no such duty."))
    return duty, _repeated(key, verb, viewer, duty) is not None


def _repeated(key: UUID, verb: str, viewer: Viewer, duty: Duty | None = None) -> Duty | None:
    """The duty of an earlier step under the same key; raises `Conflict` when the key was used for something else."""
    earlier = DutyStep.objects.filter(pk=key).select_related("duty").first()
    if earlier is None:
        return None
    mine = earlier.verb == verb and earlier.actor_id == viewer.known.id
    if not mine or (duty is not None and earlier.duty_id != duty.id):
        raise Conflict("key_in_use", _("This form was already used for something else. Please open the page again."))
    return earlier.duty


def _check(allowed: bool) -> None:
    if not allowed:
        raise NotAllowed("not_your_duty", _("This duty is not yours to do that with."))


def _still(duty: Duty, *, open_: bool) -> None:
    """Raise `Conflict` unless the duty is open (or, with `open_` false, fulfilled)."""
    if duty.is_open if open_ else duty.state == DutyState.DONE:
        return
    label = DutyState(duty.state).label
    raise Conflict("state_moved", _("The duty is now “%(state)s”. Please look at the latest state.") % {"state": label})


def _due(day: date) -> date:
    if not today() <= day <= today() + FURTHEST:
        raise Invalid("bad_date", _("Please choose a day from today on, within three years."), field="due_on")
    return day


def _step(
    duty: Duty,
    verb: str,
    viewer: Viewer | None,
    key: UUID,
    *,
    words: str = "",
    data: Mapping[str, object] | None = None,
    published: bool = False,
) -> Duty:
    """Derive the state, save the duty and write the step with its words."""
    before = duty.state if duty.steps_count else ""
    duty.steps_count += 1
    duty.state = duty_state(duty)
    duty.save()
    step = DutyStep.objects.create(
        id=key,
        duty=duty,
        seq=duty.steps_count,
        verb=verb,
        at=now(),
        actor=viewer.user if viewer is not None else None,
        data=dict(data or {}),
        state_before=before,
        state_after=duty.state,
        published=published,
    )
    if words:
        DutyStepText.objects.create(step=step, words=words)
    return duty


def _tell(duty: Duty, verb: str, users: list[User], viewer: Viewer | None) -> None:
    """Notify, but never whoever acted."""
    heard = [user for user in users if viewer is None or viewer.user is None or user.id != viewer.user.id]
    url = reverse("desk_duty_sheet", args=[duty.id])
    notify(users=heard, kind=f"duties.{verb}", params={"title": duty.title}, url=url, area=duty.area)
