"""Raising a wish for a compound, ending it, and opening the contact of whoever it is for."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dongli.areas.models import Area, Level
from dongli.common.clock import now, today
from dongli.common.crypto import keyed_hash
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.identifiers import without_identifiers
from dongli.common.text import clean, clean_phone
from dongli.notices import kinds
from dongli.notices.actions import notify
from dongli.people.actions.looks import note_look
from dongli.people.models import User
from dongli.people.viewer import Viewer
from dongli.volunteering import access, steps
from dongli.volunteering.models import Audience, Claim, Wish, WishContact, WishState
from dongli.volunteering.models.wishes import wish_state
from dongli.volunteering.queries import wishes as reading
from dongli.volunteering.queries.offers import unknown

MAX_DETAILS, MOST_HELPERS, MOST_MINUTES = 1000, 50, 480
LONGEST = timedelta(days=180)
kinds.register("volunteering.wish", gettext_noop("A wish that fits what you can do: %(title)s"))
kinds.register("volunteering.cancelled", gettext_noop("A wish you claimed was taken back: %(title)s"))


@dataclass(frozen=True)
class Wanted:
    """A wish to raise at `place` (a compound or a building). What is said is public among members.

    `contact_…`: of the resident it is for, if it is for one; shown only to who claims it. `minutes` per helper.
    """

    kind: str
    title: str
    place: Area
    since: date
    until: date
    details: str = ""
    audience: str = Audience.COMPOUND
    helpers: int = 1
    minutes: int = 60
    for_resident: bool = False
    contact_name: str = ""
    contact_phone: str = ""
    contact_address: str = ""


@transaction.atomic
def raise_wish(*, viewer: Viewer, key: UUID, wanted: Wanted) -> Wish:
    """Publish a wish to the members of the compound or the community; those whose offer fits are told.

    Raises `NotAllowed` outside one's compound or building, `Invalid` naming what to mend. Sent twice it is one wish.
    """
    if not access.raises(viewer, wanted.place):
        raise NotAllowed("not_your_compound", _("Wishes are raised by the compound's secretary, captain or desk."))
    if (earlier := Wish.objects.filter(pk=key).first()) is not None:
        if earlier.raised_by_id != viewer.known.pk:
            raise steps.used_elsewhere()
        return earlier
    compound = wanted.place if wanted.place.level == Level.COMPOUND else wanted.place.parent
    if compound is None or compound.level != Level.COMPOUND or compound.parent is None:
        raise Invalid("bad_place", _("Please choose the compound or the building."), field="place")
    wish = Wish(id=key, compound=compound, community=compound.parent, place=wanted.place, raised_by=viewer.known)
    _fill(wish, wanted)
    contact = _contact(wish, wanted)
    wish.save(force_insert=True)
    if contact is not None:
        contact.save(force_insert=True)
    steps.write(wish, "raise", key, actor=viewer.known)
    url = reverse("member_wish", args=[wish.pk])
    notify(users=reading.fitting(wish), kind="volunteering.wish", params={"title": wish.title}, url=url)
    return wish


def _fill(wish: Wish, wanted: Wanted) -> None:
    if not wanted.kind or unknown([wanted.kind]):
        raise Invalid("bad_kind", _("Please choose what kind of help it is."), field="kind")
    if wanted.audience not in Audience.values:
        raise Invalid("bad_audience", _("Please choose who sees it."), field="audience")
    _within(wanted.helpers, MOST_HELPERS, "helpers")
    _within(wanted.minutes, MOST_MINUTES, "minutes")
    if not today() <= wanted.until <= today() + LONGEST:
        raise Invalid("bad_until", _("Please choose a day from today on, within half a year."), field="until")
    if not wanted.until - LONGEST <= wanted.since <= wanted.until:
        raise Invalid("bad_since", _("The first day must not be after the last."), field="since")
    wish.kind, wish.audience, wish.for_resident = wanted.kind, wanted.audience, wanted.for_resident
    wish.title = _public(wanted.title, "title", 60, required=True)
    wish.details = _public(wanted.details, "details", MAX_DETAILS)
    wish.helpers, wish.minutes, wish.since, wish.until = wanted.helpers, wanted.minutes, wanted.since, wanted.until


def _within(number: int, most: int, field: str) -> None:
    if not 1 <= number <= most:
        raise Invalid("bad_number", _("Please give a number from 1 to %(most)d.") % {"most": most}, field=field)


def _public(text: str, field: str, longest: int, *, required: bool = False) -> str:
    """Words that all members read: no numbers and announced names in them."""
    words = clean(text, field=field, max_length=longest, required=required)
    if without_identifiers(words) != words:
        raise Invalid(
            "names_somebody",
            _("All members read this: please move names and numbers to the contact below."),
            field=field,
        )
    return words


def _contact(wish: Wish, wanted: Wanted) -> WishContact | None:
    name = clean(wanted.contact_name, field="contact_name", max_length=60)
    address = clean(wanted.contact_address, field="contact_address", max_length=120)
    phone = clean_phone(wanted.contact_phone, field="contact_phone") if wanted.contact_phone.strip() else ""
    if wanted.for_resident and not (phone or address):
        raise Invalid("contact_needed", _("Please say how helpers reach the resident."), field="contact_phone")
    if not (name or phone or address):
        return None
    person = User.objects.filter(phone_hash=keyed_hash(phone)).first() if phone else None
    return WishContact(wish=wish, name=name, phone=phone, address=address, person=person)


@transaction.atomic
def finish_wish(*, viewer: Viewer, wish_id: UUID, key: UUID) -> Wish:
    """Note that a wish is fulfilled; its contact is emptied. Sent twice it is one step."""
    wish, repeated = _begin(viewer, wish_id, key, "finish")
    if not repeated:
        finish(wish, key, by=viewer.known)
    return wish


def finish(wish: Wish, key: UUID, *, by: User | None) -> None:
    """End a locked wish as fulfilled (part of the caller's transaction)."""
    wish.done_at = now()
    wish.state = wish_state(wish)
    WishContact.objects.filter(wish=wish).delete()
    steps.write(wish, "finish", key, actor=by)


@transaction.atomic
def cancel_wish(*, viewer: Viewer, wish_id: UUID, key: UUID) -> Wish:
    """Take a wish back; who claimed it is told, its contact is emptied."""
    wish, repeated = _begin(viewer, wish_id, key, "cancel")
    if repeated:
        return wish
    wish.cancelled_at = now()
    wish.state = wish_state(wish)
    WishContact.objects.filter(wish=wish).delete()
    steps.write(wish, "cancel", key, actor=viewer.known)
    helpers = Claim.objects.filter(wish=wish, given_back_at=None).select_related("report_in__person")
    users = [one.report_in.person for one in helpers if one.report_in.person is not None]
    url = reverse("member_wish", args=[wish.pk])
    notify(users=users, kind="volunteering.cancelled", params={"title": wish.title}, url=url)
    return wish


def _begin(viewer: Viewer, wish_id: UUID, key: UUID, verb: str) -> tuple[Wish, bool]:
    rows = Wish.objects.select_for_update(no_key=True, of=("self",)).select_related("place")
    wish = rows.filter(reading.desk_visible(viewer), pk=wish_id).first()
    if wish is None:
        raise NotFound("no_wish", _("There is no such wish here."))
    if steps.taken(wish, verb, key):
        return wish, True
    if not wish.is_live:
        label = WishState(wish.state).label
        raise Conflict("state_moved", _("It is now “%(state)s”. Please look at the latest state.") % {"state": label})
    return wish, False


@transaction.atomic
def open_contact(*, viewer: Viewer, wish_id: UUID) -> WishContact:
    """The contact of a wish, for who claimed it while it is live; the look is recorded. Raises `NotFound`."""
    claim = reading.my_claim(viewer, wish_id)
    contact = WishContact.objects.filter(wish=wish_id).select_related("wish__compound", "person").first()
    if claim is None or contact is None or not contact.wish.is_live:
        raise NotFound("no_contact", _("The contact is shown to members who have claimed the wish, until it ends."))
    note_look(
        viewer=viewer, kind="wish", subject=wish_id, field="phone", person=contact.person, area=contact.wish.compound
    )
    return contact


def forget_contacts() -> int:
    """Empty the contacts of wishes whose last day is a month past, whatever became of them; how many."""
    old = WishContact.objects.filter(wish__until__lt=today() - timedelta(days=30))
    keys = list(old.values_list("pk", flat=True)[:1000])
    return WishContact.objects.filter(pk__in=keys).delete()[0]
