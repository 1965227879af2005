"""Filing: a resident (or somebody for them) says what is wrong; adding to it; withdrawing."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dongli.cases import access, alerts, policy, safety
from dongli.cases.actions import merging, searching
from dongli.cases.actions.dispatching import auto_start, put_class
from dongli.cases.models import Case, CaseContact, CaseText, Kind, Photo, Source
from dongli.cases.models.case import Danger
from dongli.cases.routing import Route, Where, route
from dongli.cases.work import Work, begin
from dongli.cases.workflow import Actor, CaseState
from dongli.common.clock import city_date, now
from dongli.common.crypto import keyed_hash
from dongli.common.errors import Conflict, Invalid, NotAllowed
from dongli.common.ids import short_code
from dongli.common.text import clean, clean_phone
from dongli.people.viewer import Viewer

MAX_WORDS = 4000
MAX_PHOTOS = 9
MOST_ATTEMPTS = 4


@dataclass(frozen=True)
class Filing:
    """What a filer gives. `photos`: drafts that belong to `draft_key`; `danger`: ticked, or else found in the words.

    `join`: the lead case of what was reported before, as it was offered (`queries.nearby.known`).
    """

    what: str
    where: Where
    kind: str = Kind.APPEAL
    source: str = Source.WEB
    category: str = ""
    condition: int = 0
    name: str = ""
    phone: str = ""
    about: str = ""
    danger: str = ""
    photos: tuple[UUID, ...] = ()
    draft_key: str = ""
    ticket: str = ""
    join: UUID | None = None


def submit(*, viewer: Viewer, key: UUID, filing: Filing) -> Case:
    """File a case under the client-made id `key`; the same filing under the same key again is the same case.

    Raises `Invalid` (naming the field), `NotAllowed` (filing for others without the role), `Conflict` (a key in use).
    """
    for _attempt in range(MOST_ATTEMPTS - 1):
        try:
            return _submit(viewer, key, filing)
        except (
            IntegrityError
        ):  # the form was sent before, perhaps this very moment; or its ticket, or the number, is taken
            earlier = Case.objects.select_related("text").filter(pk=key).first()
            if earlier is not None:
                return _same_again(earlier, filing)
    return _submit(viewer, key, filing)


@transaction.atomic
def _submit(viewer: Viewer, key: UUID, filing: Filing) -> Case:
    what = clean(filing.what, field="what", max_length=MAX_WORDS, required=True)
    phone = clean_phone(filing.phone) if filing.phone else ""
    moment = now()
    if filing.where.is_empty:
        raise Invalid(
            "no_place", _("Please say where: choose a place, mark the map or write an address."), field="place"
        )
    way = route(filing.where, about=filing.about, at=moment)
    _check_behalf(viewer, filing, way)
    _check_ticket(filing, key)
    number = f"{city_date(moment):%Y%m%d}-{short_code(6)}"
    case = new_case(viewer, key, number, filing, way, danger=filing.danger or danger_in(what), moment=moment)
    work = Work(case=case, viewer=viewer, key=key, tasks=[], whistle=None, moment=moment, is_new=True)
    first_steps(work, way, filing)
    work.finish()
    address = clean(filing.where.address, field="address", max_length=200)
    searching.index([CaseText.objects.create(case=case, description=what, address=address)])
    name = clean(filing.name, field="name", max_length=60)
    if phone or name:
        CaseContact.objects.create(case=case, name=name, phone=phone, phone_hash=keyed_hash(phone) if phone else "")
    attach_photos(case, filing.photos, filing.draft_key, phase="filed")
    if case.lead_case_id is None:
        alerts.filed(work)
    return case


def first_steps(work: Work, way: Route, filing: Filing) -> None:
    """Filed and routed; then joined to what was reported before, or registered and given to the grid where its class
    lets that happen by itself."""
    work.acting_as = Actor.STAFF if work.case.filed_by is not None else Actor.RESIDENT
    work.step("submit", data={"source": work.case.source})
    work.step("route", by_system=True, data={"why": list(way.why)})
    if filing.join is None or not merging.join(work, filing.join, filing.what):
        auto_start(work, worker=way.worker)


def _same_again(earlier: Case, filing: Filing) -> Case:
    """The case of a repeated filing; a key that is used with other words is a forged or stale form."""
    what = clean(filing.what, field="what", max_length=MAX_WORDS, required=True)
    phone = clean_phone(filing.phone) if filing.phone else ""
    contact = CaseContact.objects.filter(case=earlier).first()
    if earlier.text.description != what or (contact.phone if contact else "") != phone:
        raise Conflict("key_in_use", _("This form was already used for something else. Please open the page again."))
    return earlier


def _check_behalf(viewer: Viewer, filing: Filing, way: Route) -> None:
    if filing.source in {Source.WEB, Source.QR}:
        return
    if viewer.user is None or not access.may_file_for(viewer, way.community):
        raise NotAllowed("not_your_place", _("You can file for others only where you serve."))


def _check_ticket(filing: Filing, key: UUID) -> None:
    """A ticket of the hotline is one case (that of `key`, when its form is sent again)."""
    number = clean(filing.ticket, field="ticket", max_length=80)
    earlier = Case.objects.filter(external_system="hotline", external_id=number).first() if number else None
    if earlier is not None and earlier.pk != key:
        message = _("This ticket has been filed already: %(number)s.") % {"number": earlier.number}
        raise Conflict("ticket_filed", message, field="ticket")


def danger_in(what: str) -> str:
    """The first sign of danger in the words, or none."""
    signs = safety.danger_signs(what)
    return signs[0].kind if signs else Danger.NONE


def new_case(
    viewer: Viewer, key: UUID, number: str, filing: Filing, way: Route, *, danger: str, moment: datetime
) -> Case:
    """The row of a case as filed, not yet saved."""
    behalf = filing.source not in {Source.WEB, Source.QR}
    case = Case(
        id=key,
        number=number,
        kind=filing.kind,
        source=filing.source,
        state=CaseState.FILED,
        desk=way.desk,
        community=way.community,
        place=way.place,
        grid=way.grid,
        pooled=way.pooled,
        longitude=way.longitude,
        latitude=way.latitude,
        about=filing.about,
        danger=danger,
        urgent=bool(danger),
        hidden_from=list(way.hidden_from),
        resident=None if behalf else viewer.user,
        filed_by=viewer.user if behalf else None,
        external_system="hotline" if filing.ticket else "",
        external_id=clean(filing.ticket, field="ticket", max_length=80),
        filed_at=moment,
    )
    if filing.category:
        put_class(case, filing.category, filing.condition, city_date(moment))
        _check_offered(case, filing, city_date(moment))
    limit = "dispatch_urgent" if case.urgent else "dispatch"
    case.dispatch_due_at = policy.promise_limit(limit, moment, policy.work_calendar()).deadline.at
    return case


def _check_offered(case: Case, filing: Filing, on: date) -> None:
    """Residents choose only among the classes that are on offer where the case lies."""
    rule = policy.rule_of(case, on)
    if filing.source in {Source.WEB, Source.QR} and rule is not None and not rule.offered:
        message = _("This kind of problem is not on offer at this place. Choose another one, or leave it to the desk.")
        raise Invalid("not_offered", message, field="category")


def attach_photos(
    case: Case, ids: tuple[UUID, ...], draft_key: str, *, phase: str, step_id: UUID | None = None
) -> None:
    """Give drafts of `draft_key` to the case; at most nine, forged ids are no rows. Raises `Invalid` beyond nine."""
    if not ids:
        return
    if len(ids) > MAX_PHOTOS:
        raise Invalid(
            "too_many_photos", _("Please choose at most %(count)d photos.") % {"count": MAX_PHOTOS}, field="photos"
        )
    drafts = Photo.objects.filter(pk__in=ids, case=None, draft_key=draft_key).exclude(draft_key="")
    drafts.update(case=case, step_id=step_id, phase=phase, draft_key="")


@transaction.atomic
def add_words(
    *, viewer: Viewer, case_id: UUID, key: UUID, words: str, photos: tuple[UUID, ...] = (), draft_key: str = ""
) -> Case:
    """The resident adds to their own open case; whoever works on it is told."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("add", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    step = work.step("add", words=text)
    case = work.finish()
    searching.refresh([case.id])
    attach_photos(case, photos, draft_key, phase="filed", step_id=step.id)
    alerts.stepped(work, "add")
    return case


@transaction.atomic
def withdraw(*, viewer: Viewer, case_id: UUID, key: UUID, words: str = "") -> Case:
    """The resident takes the case back; open work is cancelled and its holders told."""
    text = clean(words, field="words", max_length=500)
    work = begin("withdraw", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    work.case.withdrawn_at = work.moment
    alerts.stepped(work, "withdraw")
    work.cancel_open_work()
    work.step("withdraw", words=text)
    return work.finish()
