"""One record per person: found, or made newly for somebody who need not log in; their number; party membership."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.crypto import keyed_hash
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.text import clean, clean_phone
from dongli.organisations.models import Organisation
from dongli.people.actions.accounts import open_record
from dongli.people.membership import forget_membership
from dongli.people.models import PartyMembership, User
from dongli.people.queries import persons as queries
from dongli.people.queries.posts import check_reads
from dongli.people.viewer import Viewer


@dataclass(frozen=True)
class NewPerson:
    """Somebody who has no record yet, as far as the viewer knows. `phone`: 11 digits, or "" if not known."""

    name: str
    phone: str = ""


def person_for(viewer: Viewer, person: UUID | NewPerson) -> User:
    """The record of somebody the viewer may find, or that of a name and number: made if there is none yet.

    A number that is known belongs to one record, whoever made it: with the same name it is that person. Raises
    `NotFound`, `Invalid`, `Conflict` when the number belongs to somebody of another name.
    """
    if isinstance(person, UUID):
        found = queries.findable(viewer).filter(pk=person).first()
        if found is None:
            raise NotFound("no_person", _("There is no such person in your area."), field="person")
        return found
    name = clean(person.name, field="name", max_length=60, required=True)
    number = clean_phone(person.phone) if person.phone.strip() else ""
    known = User.objects.filter(phone_hash=keyed_hash(number)).first() if number else None
    if known is None:
        made = _make(name, number)
        if made is not None:
            return made
        known = User.objects.get(phone_hash=keyed_hash(number))
    return _named(known, name)


def _make(name: str, number: str) -> User | None:
    """A person without log-in; None when the number was taken meanwhile."""
    user = User(name=name, phone=number, phone_hash=keyed_hash(number) if number else "", password=make_password(None))
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        return None
    return user


def _named(known: User, name: str) -> User:
    """The record of a number: a resident who never gave a name is given this one."""
    if known.name and known.name != name:
        message = _("This number belongs to somebody of another name. Please check both.")
        raise Conflict("other_name", message, field="phone")
    if not known.name:
        known.name = name
        known.save(update_fields=["name"])
    return known


def open_number(*, viewer: Viewer, person_id: UUID, reason: str = "") -> str:
    """The number of somebody who serves in the viewer's area, unmasked; who looked is recorded.

    Raises `NotFound` (also for somebody without a number), `NotAllowed` for who only looks on.
    """
    person = queries.reachable(viewer, person_id)
    if not queries.may_open_number(viewer, person):
        message = _("Numbers are opened by the desk of the place and by whoever appoints there.")
        raise NotAllowed("not_your_number", message)
    if not person.phone:
        raise NotFound("no_number", _("No number is known."))
    return open_record(
        viewer=viewer, kind="person", subject=person.pk, field="phone", value=person.phone, person=person, reason=reason
    )


def note_export(*, viewer: Viewer, area: Area) -> None:
    """Write that the viewer took the names of who holds the posts of `area` away as a file."""
    check_reads(viewer, area)
    open_record(viewer=viewer, kind="posts", subject=area.pk, field="export", value="", area=area)


@transaction.atomic
def record_membership(
    *, viewer: Viewer, person_id: UUID, member: bool, organisation: Organisation | None = None
) -> PartyMembership | None:
    """Record that a post-holder is a party member and of which branch, or take that record out.

    Repeating it changes nothing. Raises `NotFound`, `NotAllowed` unless the viewer appoints where the person serves
    now: of others no such record is kept.
    """
    person = queries.reachable(viewer, person_id)
    if not queries.may_know_membership(viewer, person) or viewer.known.pk == person.pk:
        raise NotAllowed("not_your_member", _("Party membership is kept by whoever appoints where the person serves."))
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not member:
        forget_membership(person)
        return None
    if organisation is not None and not queries.branches_of(person).filter(pk=organisation.pk).exists():
        raise Invalid("no_branch", _("Please choose a branch of the list."), field="organisation")
    found, _made = PartyMembership.objects.update_or_create(
        person=person, defaults={"organisation": organisation, "recorded_by": viewer.known}
    )
    return found
