"""What people are told of their posts and of work handed over to them. Registered when notices start."""

from django.utils.translation import gettext_noop

from dongli.notices import kinds
from dongli.notices.actions import notify
from dongli.people.telling import Tidings, on_tidings

kinds.register("people.appoint", gettext_noop("You have been appointed: %(post)s, %(place)s"))
kinds.register("people.end_tenure", gettext_noop("Your appointment ends: %(post)s, %(place)s"))
kinds.register(
    "people.hand_over", gettext_noop("%(person)s has handed over to you: %(count)s open items, %(post)s, %(place)s")
)
kinds.register("people.reorganise", gettext_noop("Your organisation has been reorganised: %(from)s → %(to)s"))
kinds.register("people.grants_end", gettext_noop("Roles that end soon in your area: %(count)s, the first on %(first)s"))


@on_tidings
def pass_along(tidings: Tidings) -> None:
    """Tell everybody named, by page and e-mail; webhooks hear nothing of persons."""
    notify(users=tidings.users, kind=tidings.kind, params=tidings.params, url=tidings.url)
