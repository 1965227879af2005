"""A staff account for somebody who is known already: one record per person, with or without a log-in."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dongli.common.clock import today
from dongli.common.errors import Conflict
from dongli.people.actions.accounts import check_username, first_password
from dongli.people.actions.posts import grant_for_posts
from dongli.people.actions.roles import check_administers
from dongli.people.models import Tenure, User
from dongli.people.queries.persons import reachable
from dongli.people.queries.posts import lasting
from dongli.people.viewer import Viewer


@transaction.atomic
def give_account(*, viewer: Viewer, person_id: UUID, username: str) -> tuple[User, str]:
    """Let a post-holder log in as staff: a user name, a first password shown once, and the roles of their posts.

    Raises `NotFound`, `NotAllowed` unless the viewer administers every place of those posts, `Invalid`, `Conflict`
    when there is an account already or the user name is taken.
    """
    person = reachable(viewer, person_id)
    for tenure in Tenure.objects.filter(lasting(today()), person=person).select_related("area"):
        check_administers(viewer, tenure.area)
    user = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if user.username or not user.may_log_in:
        raise Conflict("has_account", _("This person has a staff account already, or has left."), field="username")
    password = first_password()
    user.username, user.must_change_password = check_username(username), True
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(update_fields=["username", "password", "must_change_password"])
    except IntegrityError as error:
        message = _("An account with this user name or phone exists already.")
        raise Conflict("account_exists", message, field="username") from error
    grant_for_posts(viewer=viewer, person=user)
    return user, password
