"""Views of the queue that somebody saves for themselves."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from dongli.cases import search
from dongli.cases.models import SavedView
from dongli.common.errors import Invalid, NotFound
from dongli.common.text import clean
from dongli.people.models import User
from dongli.people.viewer import Viewer

MAX_VIEWS = 30


@transaction.atomic
def save_view(*, viewer: Viewer, name: str, parts: Mapping[str, str]) -> SavedView:
    """Keep `parts` of the queue's address under `name`; the same name again replaces what it stood for.

    Raises `Invalid` when there is nothing to keep, when there are 30 already, and for a phone: it names a person.
    """
    title = clean(name, field="name", max_length=20, required=True)
    if not parts:
        raise Invalid("nothing_chosen", _("Choose a filter or search for something first."), field="name")
    if search.parse(parts.get("q", "")).phones:
        raise Invalid("phone_in_view", _("A search for a phone number cannot be saved."), field="name")
    owner = User.objects.select_for_update(no_key=True).get(pk=viewer.known.pk)
    views = SavedView.objects.filter(user=owner)
    if not views.filter(name=title).exists() and views.count() >= MAX_VIEWS:
        message = _("You have %(count)d views. Remove one that you no longer need.") % {"count": MAX_VIEWS}
        raise Invalid("too_many_views", message, field="name")
    saved, _created = SavedView.objects.update_or_create(
        user=owner, name=title, defaults={"query": urlencode(sorted(parts.items()))[:1000]}
    )
    return saved


def drop_view(*, viewer: Viewer, view_id: UUID) -> SavedView:
    """Forget a view of one's own; raises `NotFound` for anybody else's."""
    found = SavedView.objects.filter(pk=view_id, user=viewer.known).first()
    if found is None:
        raise NotFound("no_such_view", _("There is no such view."))
    SavedView.objects.filter(pk=found.pk).delete()
    return found
