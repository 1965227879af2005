"""Service: logged by the member, confirmed by the compound, corrected once when the member asks. Minutes are evidence
(民政部令第67号: true, complete, timely; whoever certifies is asked for a correction); points are not made here."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dongli.common.clock import city_date, now, today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.text import clean
from dongli.notices import kinds
from dongli.notices.actions import notify
from dongli.people.viewer import Viewer
from dongli.volunteering import access, steps
from dongli.volunteering.actions.wishing import finish
from dongli.volunteering.models import (
    Claim,
    ReportIn,
    Service,
    ServiceState,
    ServiceText,
    Wish,
)
from dongli.volunteering.queries.offers import unknown

MAX_WORDS = 500
DAY_MINUTES = 24 * 60
WAITING = (ServiceState.DRAFT, ServiceState.DISPUTED)
kinds.register("volunteering.service", gettext_noop("The compound has decided on your service of %(on)s"))


@dataclass(frozen=True)
class Done:
    """What was done: on which day, for how many minutes (without the way there), in words; for a wish, or of a kind."""

    on: date
    minutes: int
    words: str
    wish: UUID | None = None
    kind: str = ""


@transaction.atomic
def log_service(*, viewer: Viewer, key: UUID, done: Done) -> Service:
    """Log service; it waits for the compound. Raises `Invalid` (on, minutes, words, kind, wish), `NotFound`."""
    words = clean(done.words, field="words", max_length=MAX_WORDS, required=True)
    row = ReportIn.objects.select_for_update(no_key=True).filter(person=viewer.known, state="confirmed").first()
    if row is None:
        raise NotFound("not_reported_in", _("Service is logged by members whom their compound has confirmed."))
    if (earlier := Service.objects.filter(pk=key).first()) is not None:
        if earlier.report_in_id != row.pk:
            raise steps.used_elsewhere()
        return earlier
    _check_day(done, row)
    wish = _claimed(row, done.wish) if done.wish is not None else None
    kind = wish.kind if wish is not None else done.kind
    if wish is None and (not kind or unknown([kind])):
        raise Invalid("bad_kind", _("Please choose what kind of help it was."), field="kind")
    service = Service(id=key, report_in=row, wish=wish, compound_id=row.compound_id, kind=kind, on=done.on)
    service.minutes, service.logged_at = done.minutes, now()
    try:
        with transaction.atomic():
            service.save(force_insert=True)
    except IntegrityError as error:
        raise Invalid("logged_already", _("You have logged this wish for that day already."), field="on") from error
    ServiceText.objects.create(service=service, words=words)
    steps.write(service, "log", key, data={"minutes": service.minutes})
    return service


def _check_day(done: Done, row: ReportIn) -> None:
    first = city_date(row.decided_at) if row.decided_at is not None else today()
    if not first <= done.on <= today():
        raise Invalid("bad_day", _("Please choose a day since you reported in, up to today."), field="on")
    if not 1 <= done.minutes <= DAY_MINUTES:
        raise Invalid("bad_minutes", _("Please give the minutes, from 1 to 1440."), field="minutes")


def _claimed(row: ReportIn, wish_id: UUID) -> Wish:
    held = Claim.objects.filter(report_in=row, wish=wish_id, given_back_at=None).select_related("wish").first()
    if held is None or held.wish.cancelled_at is not None:
        raise Invalid("not_claimed", _("You have not claimed this wish."), field="wish")
    return held.wish


@transaction.atomic
def confirm_service(*, viewer: Viewer, service_id: UUID, key: UUID, minutes: int, reason: str = "") -> Service:
    """Confirm service as logged, or with other minutes and the reason why. The last place of a wish fulfils it.

    Raises `NotFound` for the stranger, `NotAllowed` for one's own, `Conflict` when it is decided already.
    """
    words = clean(reason, field="reason", max_length=MAX_WORDS)
    service, repeated = _begin(viewer, service_id, key, "confirm")
    if repeated:
        return service
    if not 1 <= minutes <= DAY_MINUTES:
        raise Invalid("bad_minutes", _("Please give the minutes, from 1 to 1440."), field="minutes")
    if minutes != service.minutes and not words:
        raise Invalid("reason_needed", _("Please say why the minutes differ from what was logged."), field="reason")
    service.confirmed_minutes = minutes
    _decide(service, ServiceState.CONFIRMED, viewer, key, "confirm", words)
    if service.wish_id is not None:
        _fulfil(service.wish_id)
    return service


@transaction.atomic
def decline_service(*, viewer: Viewer, service_id: UUID, key: UUID, reason: str) -> Service:
    """Do not confirm service, with the reason that the member reads."""
    words = clean(reason, field="reason", max_length=MAX_WORDS, required=True)
    service, repeated = _begin(viewer, service_id, key, "decline")
    if not repeated:
        service.confirmed_minutes = None
        _decide(service, ServiceState.DECLINED, viewer, key, "decline", words)
    return service


@transaction.atomic
def ask_correction(*, viewer: Viewer, service_id: UUID, key: UUID, words: str) -> Service:
    """Ask the compound to look again, once, with what is wrong. Raises `Conflict` the second time."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    rows = Service.objects.select_for_update(no_key=True, of=("self",)).select_related("compound")
    service = rows.filter(pk=service_id, report_in__person=viewer.known).first()
    if service is None:
        raise NotFound("no_service", _("There is no such record of yours."))
    if steps.taken(service, "dispute", key):
        return service
    if service.state not in (ServiceState.CONFIRMED, ServiceState.DECLINED):
        raise _moved(service)
    if service.disputed_at is not None:
        raise Conflict("asked_once", _("The compound has looked at it a second time. This is its answer."))
    service.state, service.disputed_at = ServiceState.DISPUTED, now()
    try:
        with transaction.atomic():
            steps.write(service, "dispute", key, data={"minutes": service.minutes})
    except IntegrityError as error:
        raise Conflict("logged_again", _("You have logged this wish anew for that day.")) from error
    ServiceText.objects.filter(service=service).update(dispute=text)
    return service


def _begin(viewer: Viewer, service_id: UUID, key: UUID, verb: str) -> tuple[Service, bool]:
    kept = access.under("compound", access.keeping_paths(viewer))
    rows = Service.objects.select_for_update(no_key=True, of=("self",)).select_related("report_in__person")
    service = rows.filter(kept, pk=service_id).first()
    if service is None:
        raise NotFound("no_service", _("There is no such record here."))
    if service.report_in.person_id == viewer.known.pk:
        raise NotAllowed("own_service", _("Somebody else must decide on your own service."))
    if steps.taken(service, verb, key):
        return service, True
    if service.state not in WAITING:
        raise _moved(service)
    return service, False


def _moved(service: Service) -> Conflict:
    label = ServiceState(service.state).label
    return Conflict("state_moved", _("It is now “%(state)s”. Please look at the latest state.") % {"state": label})


def _decide(service: Service, state: ServiceState, viewer: Viewer, key: UUID, verb: str, words: str) -> None:
    service.state, service.decided_by, service.decided_at = state, viewer.known, now()
    data = {"logged": service.minutes, "minutes": service.confirmed_minutes}
    steps.write(service, verb, key, actor=viewer.known, data=data)
    ServiceText.objects.update_or_create(service=service, defaults={"reason": words})
    person = service.report_in.person
    url = reverse("member_service", args=[service.pk])
    on = service.on.isoformat()
    notify(users=[person] if person else [], kind="volunteering.service", params={"on": on}, url=url)


def _fulfil(wish_id: UUID) -> None:
    """End the wish once every place is taken and everybody's service is confirmed."""
    wish = Wish.objects.select_for_update(no_key=True).get(pk=wish_id)
    if not wish.is_live or wish.claimed < wish.helpers:
        return
    helpers = Claim.objects.filter(wish=wish, given_back_at=None).values_list("report_in_id", flat=True)
    served = Service.objects.filter(wish=wish, state=ServiceState.CONFIRMED).values_list("report_in_id", flat=True)
    if set(helpers) <= set(served):
        finish(wish, steps.fresh(), by=None)
