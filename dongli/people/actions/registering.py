"""Records of people as a table brings them: made, or put right. Accounts are an administrator's to make and change."""

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.crypto import keyed_hash
from dongli.common.errors import Conflict, Invalid, NotAllowed
from dongli.common.text import clean
from dongli.people.actions.accounts import USERNAME
from dongli.people.actions.persons import NewPerson, person_for
from dongli.people.models import Grant, Role, User
from dongli.people.viewer import Viewer


@transaction.atomic
def register_person(*, viewer: Viewer, area: Area, name: str, phone: str = "", username: str = "") -> User:
    """A record of somebody, with a user name if they are to log in at the desk: no password until one is handed out.

    Without a user name it is known by its number. Raises `NotAllowed`, `Invalid`, `Conflict` when the user name or
    the number belongs to somebody else.
    """
    if not username:
        if not viewer.covers((Role.ORGANISER, Role.ADMINISTRATOR), area):
            raise NotAllowed("not_your_person", _("Records are kept by the organisation desk of the area."))
        return person_for(viewer, NewPerson(name, phone))
    if not viewer.covers((Role.ADMINISTRATOR,), area):
        raise NotAllowed("administrator_only", _("Only an administrator of this area may do this."))
    if not USERNAME.fullmatch(username):
        raise Invalid(
            "bad_username",
            _("A user name has 3 to 40 small letters, digits, dots or hyphens and begins with a letter or digit."),
            field="username",
        )
    words = clean(name, field="name", max_length=60, required=True)
    user = User(username=username, name=words, phone=phone, must_change_password=True, password=make_password(None))
    user.phone_hash = keyed_hash(phone) if phone else ""
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("account_exists", _("An account with this user name or phone exists already.")) from error
    return user


@transaction.atomic
def put_right(*, viewer: Viewer, person: User, name: str, phone: str = "") -> User:
    """Correct the name, and (if given) the number, of a staff account: by who administers every place it holds a role.

    Raises `NotAllowed`, `Invalid`, `Conflict` when the number belongs to somebody else.
    """
    found = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    grants = list(Grant.objects.filter(user=found).select_related("area", "organisation__area"))
    administered = all(viewer.covers((Role.ADMINISTRATOR,), grant.place) for grant in grants)
    whole_city = any(path.count("/") == 1 for path in viewer.paths(Role.ADMINISTRATOR))
    if not found.username or not administered or not (grants or whole_city):
        raise NotAllowed("not_your_account", _("This is put right by the person, or by who administers their account."))
    found.name = clean(name, field="name", max_length=60, required=True)
    if phone and phone != found.phone:
        found.phone, found.phone_hash, found.phone_verified = phone, keyed_hash(phone), False
    try:
        with transaction.atomic():
            found.save(update_fields=["name", "phone", "phone_hash", "phone_verified"])
    except IntegrityError as error:
        raise Conflict("phone_taken", _("Another account has this number."), field="phone") from error
    return found
