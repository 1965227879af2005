"""The roster of grids and desks, and absence. Whoever runs the desk of the place keeps both."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dongli.areas.models import Area, Grid
from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.people.actions.roles import end_one_turn
from dongli.people.models import Absence, Grant, Role, RosterEntry, User
from dongli.people.queries.directory import holds_role_over
from dongli.people.queries.duty import DESK_ROLES_BY_LEVEL, in_force
from dongli.people.viewer import Viewer

KEEPERS = (
    Role.COMMUNITY_DESK,
    Role.COMMUNITY_SECRETARY,
    Role.SUBDISTRICT_DESK,
    Role.SUBDISTRICT_LEADER,
    Role.DISTRICT_DESK,
    Role.CITY_DESK,
    Role.ADMINISTRATOR,
)
SEEING_ROSTER = (*KEEPERS, Role.CITY_VIEWER)
GRID_ROLES = (Role.GRID_WORKER, Role.COMMUNITY_DESK, Role.COMMUNITY_SECRETARY)
LAST_RANK = 9


def check_keeps_roster(viewer: Viewer, area: Area | None) -> None:
    """Raises `NotAllowed` unless the viewer runs the desk of `area` or of a level above it."""
    if not viewer.covers(KEEPERS, area):
        raise NotAllowed("roster_of_others", _("The roster is kept by the desk of the place or a level above it."))


@transaction.atomic
def put_on_roster(
    *,
    viewer: Viewer,
    user: User,
    grid: Grid | None = None,
    area: Area | None = None,
    rank: int = 1,
    since: datetime | None = None,
    until: datetime | None = None,
) -> RosterEntry:
    """Give `user` a turn on `grid`, or on `area`'s desk, from `since` (now) to `until`; rank 1 is asked first.

    Asking again for the same turn answers the one there is. Raises `NotAllowed`, `Invalid` (place, rank, period),
    `Conflict` when the person serves elsewhere, or the rank is taken at some time of the period.
    """
    place = grid.community if grid is not None else area
    if place is None or (grid is not None and area is not None):
        raise Invalid("one_place", _("Choose one grid or one desk."), field="grid")
    check_keeps_roster(viewer, place)
    holder = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    since = since or now()  # after the lock, so that whoever came second finds what the first has put down
    _check_turn(rank, since, until)
    roles = GRID_ROLES if grid is not None else DESK_ROLES_BY_LEVEL.get(place.level, ())
    if not holds_role_over(holder, roles, place):
        raise Conflict("serves_elsewhere", _("This person holds no role that serves this place."))
    wanted = {"user": holder, "grid": grid, "area": area, "rank": rank}
    same = RosterEntry.objects.filter(in_force(since), **wanted).first()
    if same is not None and same.until == until:
        return same
    try:
        with transaction.atomic():
            return RosterEntry.objects.create(**wanted, since=since, until=until)
    except IntegrityError as error:
        raise Conflict(
            "turn_taken", _("Somebody has this rank there at that time, or the person is there already.")
        ) from error


def _check_turn(rank: int, since: datetime, until: datetime | None) -> None:
    if not 1 <= rank <= LAST_RANK:
        raise Invalid("bad_rank", _("The rank is a number from 1 to %(last)d.") % {"last": LAST_RANK}, field="rank")
    _check_period(since, until)


def _check_period(since: datetime, until: datetime | None) -> None:
    if until is not None and until <= since:
        raise Invalid("bad_period", _("The end must be after the beginning."), field="until")


@transaction.atomic
def end_turn(*, viewer: Viewer, entry_id: UUID) -> RosterEntry:
    """Take somebody off a roster now. Ending it again changes nothing. Raises `NotFound`, `NotAllowed`."""
    turn = (
        RosterEntry.objects.select_for_update(no_key=True, of=("self",))
        .select_related("grid__community", "area")
        .filter(pk=entry_id)
        .first()
    )
    if turn is None:
        raise NotFound("no_turn", _("There is no such turn."))
    check_keeps_roster(viewer, turn.grid.community if turn.grid is not None else turn.area)
    moment = now()
    if turn.until is None or turn.until > moment:
        end_one_turn(turn, moment)
    return turn


@transaction.atomic
def record_absence(
    *, viewer: Viewer, user: User, since: datetime, until: datetime, deputy: User | None = None
) -> Absence:
    """Say that `user` is away from `since` until `until`, and who stands in. One says it of oneself, or the desk does.

    The same absence again answers the one there is. Raises `NotAllowed`, `Invalid` (period, deputy), `Conflict` when
    it overlaps another absence of the person.
    """
    _check_period(since, until)
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    _check_keeps_person(viewer, person)
    _check_deputy(person, deputy)
    same = Absence.objects.filter(user=person, since=since, until=until, deputy=deputy).first()
    if same is not None:
        return same
    try:
        with transaction.atomic():
            return Absence.objects.create(
                user=person, deputy=deputy, since=since, until=until, recorded_by=viewer.known
            )
    except IntegrityError as error:
        raise Conflict("already_away", _("An absence is already recorded for part of that time.")) from error


def _check_keeps_person(viewer: Viewer, person: User) -> None:
    """The person themselves, or whoever keeps the roster of a place in which the person holds a role."""
    if viewer.known.pk == person.pk and viewer.is_staff_member:
        return
    grants = Grant.objects.filter(in_force(now()), user=person).select_related("area", "organisation__area")
    if not any(viewer.covers(KEEPERS, grant.place) for grant in grants):
        raise NotAllowed("absence_of_others", _("The desk of the place, or the person, records an absence."))


def _check_deputy(person: User, deputy: User | None) -> None:
    if deputy is None:
        return
    if deputy.pk == person.pk:
        raise Invalid("own_deputy", _("Nobody can stand in for themselves."), field="deputy")
    if not deputy.may_log_in or not Grant.objects.filter(in_force(now()), user=deputy).exists():
        raise Invalid("bad_deputy", _("The deputy must be staff."), field="deputy")


@transaction.atomic
def end_absence(*, viewer: Viewer, absence_id: UUID) -> Absence:
    """The person is back: end it now, or take it back if it has not begun. Raises `NotFound`, `NotAllowed`."""
    absence = (
        Absence.objects.select_for_update(no_key=True, of=("self",))
        .select_related("user")
        .filter(pk=absence_id)
        .first()
    )
    if absence is None:
        raise NotFound("no_absence", _("There is no such absence."))
    _check_keeps_person(viewer, absence.user)
    moment = now()
    if absence.until > moment:
        absence.until = max(moment, absence.since + timedelta(microseconds=1))
        absence.save(update_fields=["until"])
    return absence
