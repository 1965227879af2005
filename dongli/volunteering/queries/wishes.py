"""Wishes: those a member may claim, their own claims, and what the desk sees of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from dongli.common.clock import today
from dongli.common.errors import NotFound
from dongli.common.ids import parse_id
from dongli.common.masking import mask_name
from dongli.people.models import User
from dongli.people.viewer import Viewer
from dongli.volunteering import access
from dongli.volunteering.models import (
    LIVE_STATES,
    Audience,
    Claim,
    ReportIn,
    ReportInState,
    Wish,
    WishContact,
    WishState,
    WishStep,
)

PAGE = 30
FILTERS = ("open", "taken", "done", "cancelled")
MOST_TOLD = 200


@dataclass(frozen=True)
class Page:
    """A page of wishes; `next` is the key of the following one."""

    rows: list[Wish]
    next: str = ""


def _listed() -> QuerySet[Wish]:
    return Wish.objects.select_related("place", "compound")


def _page(rows: QuerySet[Wish], after: str) -> Page:
    if (key := parse_id(after)) is not None:
        rows = rows.filter(pk__lt=key)
    found = list(rows.order_by("-id")[: PAGE + 1])
    return Page(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")


# The member


def shown_to(row: ReportIn) -> Q:
    """Filter: wishes that a member reported in with `row` (its compound at hand) is shown."""
    wide = Q(community=row.compound.parent_id, audience=Audience.COMMUNITY)
    return Q(compound=row.compound_id) | wide


def to_claim(row: ReportIn, after: str = "") -> Page:
    """Wishes that still want helpers, newest first, without those one has claimed. One query."""
    own = Claim.objects.filter(report_in=row, given_back_at=None).values("wish")
    rows = _listed().filter(shown_to(row), state=WishState.OPEN, until__gte=today())
    return _page(rows.exclude(pk__in=own), after)


def claimed_by(row: ReportIn) -> list[Wish]:
    """The live wishes of which one holds a place, the next day first. One query."""
    held = Claim.objects.filter(report_in=row, given_back_at=None).values("wish")
    return list(_listed().filter(pk__in=held, state__in=LIVE_STATES).order_by("until", "id")[:PAGE])


def my_claim(viewer: Viewer, wish_id: UUID) -> Claim | None:
    """The place of a wish that the viewer holds. One query."""
    rows = Claim.objects.filter(wish=wish_id, report_in__person=viewer.known, given_back_at=None)
    return rows.filter(report_in__state=ReportInState.CONFIRMED).first()


def wish_for_member(viewer: Viewer, wish_id: UUID) -> tuple[Wish, ReportIn, Claim | None]:
    """A wish shown to the viewer as a member, or claimed by them; with their claim. Raises `NotFound`."""
    mine = ReportIn.objects.filter(person=viewer.known, state=ReportInState.CONFIRMED).select_related("compound")
    row = mine.first()
    if row is None:
        raise _none()
    claim = my_claim(viewer, wish_id)
    condition = shown_to(row) if claim is None else Q()
    wish = _listed().filter(condition, pk=wish_id).first()
    if wish is None:
        raise _none()
    return wish, row, claim


def has_contact(wish: Wish) -> bool:
    """Whether somebody can be called about it. One query, which opens nothing."""
    return WishContact.objects.filter(wish=wish).exists()


def fitting(wish: Wish) -> list[User]:
    """Members shown the wish who offer what it asks for: whom to tell, 200 at most. One query."""
    near = Q(compound=wish.compound_id)
    if wish.audience == Audience.COMMUNITY:
        near |= Q(compound__parent=wish.community_id)
    rows = ReportIn.objects.filter(near, state=ReportInState.CONFIRMED, offers__contains=[wish.kind])
    found = rows.select_related("person").order_by("-id")[:MOST_TOLD]
    return [row.person for row in found if row.person is not None and row.person_id != wish.raised_by_id]


# The desk


def desk_visible(viewer: Viewer) -> Q:
    """Filter: wishes of the compounds one keeps; of a captain, those of their building."""
    captains = Q(pk__in=[])
    for path in access.raising_paths(viewer):
        captains |= Q(place__path__gte=path, place__path__lt=f"{path[:-1]}0")
    return access.under("compound", access.keeping_paths(viewer)) | captains


def desk_wishes(viewer: Viewer, name: str, after: str = "") -> Page:
    """The wishes of a saved filter that the viewer answers for, newest first. One query."""
    return _page(_listed().filter(desk_visible(viewer), state=name), after)


def desk_wish(viewer: Viewer, wish_id: UUID) -> Wish:
    """One wish the viewer answers for; raises `NotFound`. One query."""
    found = _listed().select_related("raised_by").filter(desk_visible(viewer), pk=wish_id).first()
    if found is None:
        raise _none()
    return found


def helpers_of(viewer: Viewer, wish: Wish) -> list[tuple[Claim, str]]:
    """Who holds a place: claim and masked name; no names for a captain, who keeps no members. One query."""
    rows = Claim.objects.filter(wish=wish, given_back_at=None).select_related("report_in__person").order_by("id")
    named = access.keeps(viewer, wish.compound)
    return [(one, _name(one) if named else "") for one in rows]


def _name(one: Claim) -> str:
    return mask_name(one.report_in.person.name) if one.report_in.person is not None else ""


def history(wish: Wish) -> list[WishStep]:
    """Everything that happened to it, newest first. One query."""
    return list(WishStep.objects.filter(wish=wish).select_related("actor").order_by("-seq"))


def counts(viewer: Viewer, names: Iterable[str] = LIVE_STATES, most: int = 100) -> dict[str, int]:
    """How many live wishes each state holds, up to `most`. One query a state."""
    mine = Wish.objects.filter(desk_visible(viewer))
    return {name: mine.filter(state=name)[:most].count() for name in names}


def _none() -> NotFound:
    return NotFound("no_wish", _("There is no such wish here."))
