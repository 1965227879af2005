"""What this app itself passes on with a post, and what it keeps of whoever holds one: registered at start-up."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.people import post_capabilities
from dongli.people.actions.passing import pass_turns, turn_items
from dongli.people.handover import Estate, on_hand_over
from dongli.people.models import Tenure, User
from dongli.people.personal import Chapter, in_copy
from dongli.people.queries.passing import with_turns


def posts_of(user: User) -> Chapter:
    """The posts somebody holds and held, for their own copy."""
    rows = Tenure.objects.filter(person=user).select_related("area").order_by("since", "id")
    lines = [
        f"{one.get_post_display()} · {one.area.name} · {one.since:%Y-%m-%d} – {one.until or ''}".rstrip()
        for one in rows
    ]
    data: list[dict[str, object]] = [
        {"post": one.post, "place": one.area.code, "since": one.since.isoformat(), "until": str(one.until or "")}
        for one in rows
    ]
    return Chapter("posts", _("Posts"), lines, data)


def register_all() -> None:
    """Called at start-up."""
    on_hand_over(Estate("turns", gettext_lazy("Turns on rosters"), turn_items, pass_turns, with_turns))
    in_copy(posts_of)
    post_capabilities.register_all()
