"""Accounts: residents make theirs by a code to their phone, administrators make those of staff and close them."""

import re
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dongli.areas.models import Area, Level
from dongli.common.clock import now, today
from dongli.common.crypto import decrypt, encrypt, keyed_hash
from dongli.common.errors import Conflict, Invalid, NotAllowed
from dongli.common.ids import short_code
from dongli.common.text import clean, clean_phone
from dongli.people.actions.expiring import end_all_tenures
from dongli.people.actions.roles import (
    ADMINISTERING,
    check_administers,
    close,
    end_one_turn,
    keep_an_administrator,
    one_ending_at_a_time,
)
from dongli.people.handover import hand_over
from dongli.people.models import AccessRecord, Grant, Role, RosterEntry, Tenure, User
from dongli.people.queries.posts import lasting
from dongli.people.viewer import Viewer

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
HOME_LEVELS = (Level.COMMUNITY, Level.COMPOUND, Level.BUILDING)
LANGUAGES = ("", "zh-hans", "en")


def log_in_by_phone(*, phone: str) -> User:
    """The account of a phone whose code was right; made at its first log-in. `phone` is 11 digits.

    Two at once get the same account. Raises `Conflict` when the account has been closed.
    """
    hashed = keyed_hash(phone)
    user, _made = User.objects.get_or_create(
        phone_hash=hashed, defaults={"phone": phone, "phone_verified": True, "password": _unusable()}
    )
    if not user.may_log_in:
        raise Conflict("has_left", _("This account has been closed."))
    if not user.phone_verified:
        User.objects.filter(pk=user.pk).update(phone_verified=True)
        user.phone_verified = True
    return user


def _unusable() -> str:
    from django.contrib.auth.hashers import make_password

    return make_password(None)


@transaction.atomic
def create_staff(*, viewer: Viewer, username: str, name: str, phone: str = "", email: str = "") -> tuple[User, str]:
    """A staff account and its first password, which is shown once and must be changed at the first log-in.

    Any administrator may make an account; it can do nothing until a role is granted. Raises `NotAllowed`, `Invalid`,
    `Conflict` when the user name or phone is taken.
    """
    if not viewer.has(*ADMINISTERING):
        raise NotAllowed("administrator_only", _("Only an administrator of this area may do this."))
    return _make_staff(username=username, name=name, phone=phone, email=email)


def create_administrator(*, area: Area, username: str, name: str) -> tuple[User, str]:
    """The first administrator of a new installation, made on its command line; answers as `create_staff`.

    Raises `Invalid`, `Conflict` when the user name is taken.
    """
    with transaction.atomic():
        user, password = _make_staff(username=username, name=name)
        Grant.objects.create(user=user, role=Role.ADMINISTRATOR, area=area, reason="command line")
    return user, password


def _make_staff(*, username: str, name: str, phone: str = "", email: str = "") -> tuple[User, str]:
    username = check_username(username)
    number = clean_phone(phone) if phone.strip() else ""
    password = first_password()
    user = User(
        username=username,
        name=clean(name, field="name", max_length=60, required=True),
        phone=number,
        phone_hash=keyed_hash(number) if number else "",
        email=_clean_email(email),
        must_change_password=True,
    )
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("account_exists", _("An account with this user name or phone exists already.")) from error
    return user, password


def check_username(text: str) -> str:
    """A user name as it is stored; raises `Invalid` when it is none."""
    username = clean(text, field="username", max_length=40, required=True).lower()
    if not USERNAME.fullmatch(username):
        raise Invalid(
            "bad_username",
            _("A user name has 3 to 40 small letters, digits, dots or hyphens and begins with a letter or digit."),
            field="username",
        )
    return username


def _clean_email(text: str) -> str:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    email = clean(text, field="email", max_length=254)
    try:
        if email:
            validate_email(email)
    except ValidationError as error:
        raise Invalid("bad_email", _("This is not an e-mail address."), field="email") from error
    return email


def first_password() -> str:
    """A password to hand over on paper: four groups of four characters that are not mistaken for each other."""
    return "-".join(short_code(4) for _number in range(4))


@transaction.atomic
def reset_access(*, viewer: Viewer, user: User) -> str:
    """A new first password for somebody who lost theirs or their phone; their second factors and sessions end.

    Raises `NotAllowed` unless the viewer administers every place in which the person holds a role.
    """
    person = _lock_administered(viewer, user)
    if not person.may_log_in or not person.username:
        raise Conflict("has_left", _("This account has been closed."))
    password = first_password()
    person.set_password(password)
    person.must_change_password = True
    person.save(update_fields=["password", "must_change_password"])
    Authenticator.objects.filter(user=person).delete()
    return password


@transaction.atomic
def let_leave(*, viewer: Viewer, user: User) -> User:
    """Shut somebody out at once: sessions and second factors die, roles, posts and turns end, open work is handed over.

    Repeating it changes nothing. Raises `NotAllowed`, `Conflict` for oneself and for the last administrator.
    """
    one_ending_at_a_time()
    person = _lock_administered(viewer, user)
    if not person.may_log_in:
        return person
    if person.pk == viewer.known.pk:
        raise Conflict("not_oneself", _("Somebody else must close your own account."))
    moment = now()
    ending = Q(until__isnull=True) | Q(until__gt=moment)
    grants = list(Grant.objects.select_for_update(no_key=True).filter(ending, user=person).order_by("id"))
    keep_an_administrator(grants)
    person.is_active, person.left_at = False, moment
    person.set_unusable_password()
    person.save(update_fields=["is_active", "left_at", "password"])
    for grant in grants:
        close(grant, viewer, moment, why=_("The account was closed."))
    for turn in RosterEntry.objects.filter(ending, user=person):
        end_one_turn(turn, moment)
    end_all_tenures(viewer=viewer, person=person)
    Authenticator.objects.filter(user=person).delete()
    hand_over(person)
    return person


def _lock_administered(viewer: Viewer, user: User) -> User:
    """The account under a row lock, once the viewer is known to administer all places of its roles, past ones too."""
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    grants = list(Grant.objects.filter(user=person).select_related("area", "organisation__area"))
    for grant in grants:
        check_administers(viewer, grant.place)
    if not grants and not any(path.count("/") == 1 for path in viewer.paths(Role.ADMINISTRATOR)):
        raise NotAllowed("administrator_only", _("Only an administrator of this area may do this."))
    return person


def open_record(
    *,
    viewer: Viewer,
    kind: str,
    subject: UUID,
    field: str,
    value: str,
    person: User | None = None,
    area: Area | None = None,
    called: str = "",
    reason: str = "",
) -> str:
    """Unmask one personal value: writes who saw what, then answers `value`.

    `kind` and `subject` name the record ("case", its id), `person` the account it is about, who can see the record,
    `area` where the record lies, whose auditors can, `called` what they know it by (a case's number).
    That the viewer handles the case is checked by the caller, who knows cases. Raises `NotAllowed` for non-staff.
    """
    if not viewer.is_staff_member:
        raise NotAllowed("staff_only", _("Only staff who handle the case may see this."))
    AccessRecord.objects.create(
        viewer=viewer.known,
        subject_kind=kind,
        subject_id=subject,
        person=person,
        area=area,
        field=field,
        called=called,
        reason=clean(reason, field="reason", max_length=100),
    )
    return value


def erase_account(user: User) -> None:
    """Empty a resident's account for good: nobody can sign in to it, and its phone is free again.

    Who may ask and decide is checked by the caller. Raises `NotAllowed` for an account of staff, or
    of whoever holds a post.
    """
    if Grant.objects.filter(user=user).exists():
        raise NotAllowed("staff_account", _("An account of staff is not deleted: its holder leaves."))
    if Tenure.objects.filter(lasting(today()), person=user).exists():
        raise NotAllowed("holds_a_post", _("Whoever holds a post cannot be deleted: the post ends first."))
    Authenticator.objects.filter(user=user).delete()
    emptied = {"username": None, "name": "", "phone": "", "phone_hash": "", "email": "", "language": "", "home": None}
    User.objects.filter(pk=user.pk).update(**emptied, phone_verified=False, is_active=False)


def set_home(*, viewer: Viewer, area: Area | None) -> User:
    """Remember “my compound” (a compound, building or community), or forget it. Raises `Invalid` for other levels."""
    if area is not None and (area.level not in HOME_LEVELS or area.retired_on is not None):
        raise Invalid("bad_home", _("Please choose a compound, a building or a community."), field="home")
    User.objects.filter(pk=viewer.known.pk).update(home=area)
    viewer.known.home = area
    return viewer.known


def set_language(*, viewer: Viewer, language: str) -> User:
    """The language in which messages are sent to this person: "zh-hans", "en", or "" for the city's own."""
    if language not in LANGUAGES:
        raise Invalid("bad_language", _("Please choose one of the languages offered."), field="language")
    User.objects.filter(pk=viewer.known.pk).update(language=language)
    return viewer.known


def reseal_authenticators() -> int:
    """Seal the secrets of second factors under the newest field key (part of `rotate-keys`); how many there are."""
    count = 0
    for one in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).iterator():
        for name in ("secret", "seed"):
            if name in one.data:
                one.data[name] = encrypt(decrypt(one.data[name]))
        one.save(update_fields=["data"])
        count += 1
    return count
