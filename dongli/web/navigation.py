"""What each room offers, as tables. A place shows for those whose roles it names; its own page decides all the same."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dongli.cases import access
from dongli.people import rooms
from dongli.people.actions.roles import AUDITING
from dongli.people.models import Role
from dongli.people.posts import READERS
from dongli.people.viewer import DESK_ROLES, Viewer
from dongli.reporting.access import READING_ROLES as COVERAGE_ROLES
from dongli.volunteering.access import KEEPING_ROLES, OFFERING_ROLES, UNIT_ROLES, WATCHING_ROLES


@dataclass(frozen=True)
class Place:
    """A destination: the name of its address, its label, its icon in the sprite, the key of its count, if any, and the
    roles it is for (none: everybody in the room).
    """

    url_name: str
    label: str | Promise
    icon: str
    count: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """A place as one page shows it."""

    url: str
    label: str | Promise
    icon: str
    current: bool
    count: int


@dataclass(frozen=True)
class Section:
    """A group of links in the desk's side bar."""

    label: str | Promise
    links: list[Link]


RESIDENT = [
    Place("web:home", _("Home"), "home"),
    Place("report", _("Report a problem"), "pencil-plus"),
    Place("my_cases", _("My appeals"), "list-check"),
]
WORKER = [
    Place("work_today", _("Today"), "checklist", "today"),
    Place("work_map", _("Map"), "map"),
    Place("work_patrol", _("Patrol"), "walk"),
    Place("work_queue", _("To be sent"), "cloud-upload"),
    Place("web:work_more", _("More"), "dots"),
]
RULING_ROLES = (Role.COMMUNITY_SECRETARY, Role.SUBDISTRICT_LEADER, Role.DISTRICT_DESK, Role.CITY_DESK)
WITHOUT_CASES = {Role.ORGANISER, Role.UNIT_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR}
CASE_ROLES = tuple(sorted(DESK_ROLES - WITHOUT_CASES))
"""Desks that see cases: they have a queue, a map and whistles."""
DUTY_ROLES = (*CASE_ROLES, Role.UNIT_OFFICER)
RULED_ROLES = (*CASE_ROLES, Role.ORGANISER, Role.ADMINISTRATOR)
PRIVACY_ROLES = (Role.SUBDISTRICT_DESK, Role.SUBDISTRICT_LEADER, Role.DISTRICT_DESK, Role.CITY_DESK)
WISH_ROLES = (*KEEPING_ROLES, Role.CAPTAIN)
LINK_ROLES = (
    Role.COMMUNITY_DESK,
    Role.COMMUNITY_SECRETARY,
    Role.SUBDISTRICT_DESK,
    Role.SUBDISTRICT_LEADER,
    Role.DISTRICT_DESK,
    Role.CITY_DESK,
    Role.ORGANISER,
    Role.ADMINISTRATOR,
)
DESK: list[tuple[str | Promise, list[Place]]] = [
    (
        "",
        [
            Place("desk_queue", _("Queue"), "inbox", "queue", roles=CASE_ROLES),
            Place("desk_board", _("Whistles"), "layout-kanban", "whistles", roles=CASE_ROLES),
            Place("desk_map", _("Map"), "map", roles=CASE_ROLES),
            Place("desk_problems", _("Problem list"), "stack-2", roles=CASE_ROLES),
            Place("desk_events", _("Mass events"), "alert-triangle", roles=CASE_ROLES),
            Place("desk_duties", _("My duty list"), "checklist", roles=DUTY_ROLES),
            Place("coverage", _("Coverage"), "square-check", roles=COVERAGE_ROLES),
            Place("desk_privacy", _("Requests for deletion"), "shield", roles=PRIVACY_ROLES),
            Place("hotline", _("File for somebody"), "phone", roles=access.HOTLINE_ROLES),
            Place("notices:inbox", _("Notifications"), "bell", "unread"),
        ],
    ),
    (
        _("People"),
        [
            Place("people:organisations", _("Organisations"), "building-community"),
            Place("people:my_organisation", _("My organisation"), "briefcase"),
            Place("people:on_duty", _("People on duty"), "users"),
            Place("people:careers", _("Careers"), "medal", roles=(Role.ORGANISER, Role.ADMINISTRATOR)),
            Place("people:tables", _("Tables in and out"), "download", roles=(Role.ORGANISER, Role.ADMINISTRATOR)),
            Place("people:posts", _("Posts"), "id", roles=READERS),
            Place("people:persons", _("Persons"), "users-group", roles=READERS),
            Place("people:people", _("Accounts and roles"), "user-check", roles=(Role.ADMINISTRATOR,)),
            Place("desk_members", _("In-service members"), "heart-handshake", roles=KEEPING_ROLES),
            Place("desk_wishes", _("Micro-wishes"), "checklist", roles=WISH_ROLES),
            Place("desk_member_figures", _("Members by compound"), "chart-bar", roles=WATCHING_ROLES),
            Place("desk_offers", _("Catalogue of offers"), "list", roles=(*OFFERING_ROLES, *KEEPING_ROLES)),
            Place("desk_unit_members", _("Members of my unit"), "users-group", roles=UNIT_ROLES),
        ],
    ),
    (
        _("Joint work"),
        [
            Place("partnerships", _("Linked units"), "link", roles=(*LINK_ROLES, Role.CITY_VIEWER)),
            Place("meetings", _("Joint meetings"), "calendar-event", roles=(*LINK_ROLES, Role.CITY_VIEWER)),
            Place("my_unit", _("My unit"), "building-store", roles=(Role.UNIT_OFFICER,)),
        ],
    ),
    (
        _("Rules"),
        [
            Place("catalogue", _("Categories"), "tag", roles=RULED_ROLES),
            Place("workflow", _("Workflow"), "route"),
            Place("rules", _("Rules of a place"), "map-pin", roles=RULED_ROLES),
            Place("people:policies", _("Policies of a place"), "adjustments"),
            Place("rules_level", _("Settings of my level"), "adjustments", roles=RULING_ROLES),
            Place("calendar", _("Working calendar"), "calendar", roles=RULED_ROLES),
            Place("desk_retention", _("How long data are kept"), "shield", roles=(Role.ADMINISTRATOR,)),
            Place("notices:deliveries", _("Deliveries"), "send", roles=(Role.ADMINISTRATOR,)),
        ],
    ),
    (
        _("Permissions"),
        [
            Place("people:permissions", _("Who may do what"), "key"),
            Place("people:permissions_changes", _("Changes of roles"), "history", roles=AUDITING),
            Place("people:permissions_looks", _("Looks at personal data"), "eye", roles=AUDITING),
        ],
    ),
]
LANDINGS: list[tuple[tuple[str, ...], str]] = [
    (CASE_ROLES, "desk_queue"),
    ((Role.ORGANISER,), "people:organisations"),
    ((Role.UNIT_OFFICER,), "my_unit"),
    (AUDITING, "people:permissions"),
    ((Role.ADMINISTRATOR,), "people:people"),
]
"""Where the desk's door leads, by what one holds; the first that fits."""
ROOMS = {"resident": RESIDENT, "worker": WORKER}


def address(url_name: str) -> str:
    """The address called `url_name`, or "" when nothing answers to it."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def landing(viewer: Viewer) -> str:
    """Where the desk's door leads this viewer; whoever holds no role of a desk, to the queue, whose guard answers."""
    for roles, url_name in LANDINGS:
        if viewer.has(*roles) and (found := address(url_name)):
            return found
    return address("desk_queue")


def is_open(place: Place, viewer: Viewer) -> bool:
    """Whether the place is for the viewer, and its page would let them in: no link leads to a closed door."""
    if place.roles and not viewer.has(*place.roles):
        return False
    return not viewer.is_staff_member or rooms.opens(place.url_name, viewer)


def links(request: HttpRequest, places: list[Place], counts: dict[str, int]) -> list[Link]:
    """`places` as links for this request, the deepest match marked as the current one."""
    viewer: Viewer = getattr(request, "viewer", Viewer.nobody())
    shown = [place for place in places if is_open(place, viewer)]
    found = [(place, address(place.url_name)) for place in shown]
    here = _current([url for _place, url in found if url], request.path)
    return [
        Link(url, place.label, place.icon, current=url == here, count=counts.get(place.count, 0))
        for place, url in found
        if url
    ]


def sections(request: HttpRequest, counts: dict[str, int]) -> list[Section]:
    """The desk's side bar."""
    every = [address(place.url_name) for _label, places in DESK for place in places]
    here = _current([url for url in every if url], request.path)
    grouped = [Section(label, _marked(links(request, places, counts), here)) for label, places in DESK]
    return [section for section in grouped if section.links]


def _marked(found: list[Link], here: str) -> list[Link]:
    return [Link(link.url, link.label, link.icon, current=link.url == here, count=link.count) for link in found]


def _current(urls: list[str], path: str) -> str:
    """The longest of `urls` that `path` lies under; the front page only when it is the page itself."""
    under = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(under, key=len, default="")
