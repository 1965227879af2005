"""The rooms, and what this app's own actions let each role do, as rows for the page on permissions.

Which pages a room holds is read from the guards of the views themselves.
"""

from collections.abc import Iterator
from functools import cache

from django.urls import URLResolver, get_resolver
from django.utils.translation import gettext_lazy as _

from dongli.people.actions.roles import ADMINISTERING, AUDITING
from dongli.people.actions.roster import KEEPERS, SEEING_ROSTER
from dongli.people.capabilities import Capability, Group, Reach, Rule, Words, guarding, register
from dongli.people.guards import ADMINISTRATION, AUDIT, DESK, MEMBERS, STAFF, WORK, Room
from dongli.people.viewer import Viewer

LABELS: dict[Room, Words] = {
    STAFF: _("Open the pages of all staff"),
    WORK: _("Enter the worker's room"),
    DESK: _("Enter the desk"),
    MEMBERS: _("Open the pages of in-service members and wishes"),
    ADMINISTRATION: _("Open the administrator's pages"),
    AUDIT: _("Open the auditor's pages"),
}
OWN = (
    Capability(
        "people.see_roster", Group.PEOPLE, _("See who is on duty"), (Rule(SEEING_ROSTER),), pages=("people:on_duty",)
    ),
    Capability(
        "areas.qr",
        Group.ROOMS,
        _("Print the QR sheets of a compound"),
        (Rule(tuple(sorted(STAFF.roles)), Reach.ANYWHERE),),
        pages=("areas:qr",),
    ),
    Capability(
        "people.keep_roster",
        Group.PEOPLE,
        _("Put people on a roster, record absence"),
        (Rule(KEEPERS),),
        others=(_("everybody for their own absence"),),
    ),
    Capability(
        "people.make_account",
        Group.PEOPLE,
        _("Make a staff account"),
        (Rule(ADMINISTERING, Reach.ANYWHERE, _("the account can do nothing until a role is granted")),),
    ),
    Capability(
        "people.close_account",
        Group.PEOPLE,
        _("Give a new first password; shut somebody out"),
        (Rule(ADMINISTERING, when=_("they administer every place in which the person holds or held a role")),),
    ),
    Capability(
        "permissions.grant",
        Group.PERMISSIONS,
        _("Grant a role, or end it"),
        (Rule(ADMINISTERING),),
        others=(_("whoever appoints to a post, for the role that comes with it"),),
    ),
    Capability(
        "permissions.explain",
        Group.PERMISSIONS,
        _("Ask what others may do, and why"),
        (Rule((*ADMINISTERING, *AUDITING)),),
        others=(_("everybody for themselves"),),
    ),
    Capability(
        "permissions.audit",
        Group.PERMISSIONS,
        _("Read who granted and ended roles, and who looked at personal data"),
        (Rule(AUDITING, when=_("but never their own looks")),),
    ),
)


def register_all() -> None:
    """Called at start-up."""
    register(*OWN, *(_row(room, label) for room, label in LABELS.items()))


def _row(room: Room, label: Words) -> Capability:
    others = (_("heads of a compound's branch, by their post"),) if room == MEMBERS else ()
    rule = Rule(tuple(sorted(room.roles)), Reach.ANYWHERE)
    return Capability(f"room.{room.name}", Group.ROOMS, label, (rule,), others=others)


@cache
def rooms_of_pages() -> dict[str, Room]:
    """Name of an address → the room its view's guard keeps; addresses without a guard are left out."""
    return dict(_walk(get_resolver(), ""))


def _walk(resolver: URLResolver, space: str) -> Iterator[tuple[str, Room]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _walk(one, one.namespace or space)
            continue
        room = getattr(one.callback, "room", None)
        if one.name and room is not None:
            yield f"{space}:{one.name}" if space else one.name, room


def opens(url_name: str, viewer: Viewer) -> bool:
    """Whether the guard of this page and the rows that name it let the viewer in (to a page about their own place)."""
    room = rooms_of_pages().get(url_name)
    if room is not None and not (viewer.is_authenticated and room.admits(viewer)):
        return False
    return all(row.allows(viewer) for row in guarding(url_name))
