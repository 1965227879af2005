"""Granting roles and ending them. An administrator does both, within the area they administer."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dongli.areas.models import Area, Level
from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.text import clean
from dongli.organisations.actions import hold
from dongli.organisations.models import Organisation
from dongli.people.models import Grant, Role, RosterEntry, User
from dongli.people.queries.directory import working
from dongli.people.queries.duty import in_force
from dongli.people.viewer import Viewer

SUBTREE = (Level.CITY, Level.DISTRICT, Level.SUBDISTRICT, Level.COMMUNITY)
ROLE_LEVELS: dict[Role, tuple[Level, ...]] = {
    Role.CAPTAIN: (Level.BUILDING, Level.COMPOUND),
    Role.GRID_WORKER: (Level.COMMUNITY,),
    Role.COMMUNITY_DESK: (Level.COMMUNITY,),
    Role.COMMUNITY_SECRETARY: (Level.COMMUNITY,),
    Role.SUBDISTRICT_DESK: (Level.SUBDISTRICT,),
    Role.SUBDISTRICT_LEADER: (Level.SUBDISTRICT,),
    Role.DISTRICT_DESK: (Level.DISTRICT,),
    Role.CITY_DESK: (Level.CITY,),
    Role.CITY_VIEWER: (Level.CITY, Level.DISTRICT),
    Role.HOTLINE_CLERK: (Level.CITY, Level.DISTRICT),
    Role.ORGANISER: SUBTREE,
    Role.AUDITOR: (Level.CITY, Level.DISTRICT),
    Role.ADMINISTRATOR: SUBTREE,
}
IN_ORGANISATIONS = (Role.DEPARTMENT_OFFICER, Role.UNIT_OFFICER)
"""Roles that are held in an organisation rather than an area."""
ADMINISTERING = (Role.ADMINISTRATOR,)
"""Who makes accounts, and grants and ends roles, in their area."""
AUDITING = (Role.AUDITOR,)
"""Who reads what was granted and who looked at personal data, in their area."""
APART = {Role.ADMINISTRATOR: Role.AUDITOR, Role.AUDITOR: Role.ADMINISTRATOR}
"""Roles that nobody holds together: who grants does not audit."""


def check_administers(viewer: Viewer, area: Area | None) -> None:
    """Raises `NotAllowed` unless the viewer is an administrator over `area`."""
    if not viewer.covers(ADMINISTERING, area):
        raise NotAllowed("administrator_only", _("Only an administrator of this area may do this."))


@transaction.atomic
def grant_role(
    *,
    viewer: Viewer,
    user: User,
    role: Role,
    area: Area | None = None,
    organisation: Organisation | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    reason: str = "",
) -> Grant:
    """Let `user` hold `role` in `area`'s subtree, or as an officer of `organisation`, from `since` (now) to `until`.

    Asking again for what is held answers the grant there is. Raises `NotAllowed`, `Invalid` (role and place do not
    fit, dates), `Conflict` (the account is closed or has no user name, the periods overlap, or the person would
    grant and audit in one place at one time).
    """
    role = Role(role)
    place = organisation.area if organisation is not None else area
    check_administers(viewer, place)
    _check_fit(role, area, organisation)
    holder = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if organisation is not None and hold([organisation.pk])[organisation.pk].dissolved_on is not None:
        raise Invalid("dissolved", _("This department has been dissolved."), field="organisation")
    since = since or now()  # after the lock, so that whoever came second finds what the first has granted
    if until is not None and until <= since:
        raise Invalid("bad_period", _("The end must be after the beginning."), field="until")
    _check_account(holder)
    wanted = {"user": holder, "role": role, "area": area, "organisation": organisation}
    held = Grant.objects.filter(in_force(since), **wanted).first()
    if held is not None and held.until == until:
        return held
    _check_apart(holder, role, area, since, until)
    words = clean(reason, field="reason", max_length=200)
    try:
        with transaction.atomic():
            return Grant.objects.create(**wanted, since=since, until=until, granted_by=viewer.user, reason=words)
    except IntegrityError as error:
        raise Conflict("already_granted", _("This role is already held there for part of that time.")) from error


def _check_fit(role: Role, area: Area | None, organisation: Organisation | None) -> None:
    if (role in IN_ORGANISATIONS) != (organisation is not None) or (area is None) == (organisation is None):
        raise Invalid("role_needs_place", _("Choose the place or department in which this role is held."), field="role")
    if area is not None and area.level not in ROLE_LEVELS[role]:
        raise Invalid("role_needs_level", _("This role cannot be held at this level."), field="area")
    if organisation is not None and organisation.dissolved_on is not None:
        raise Invalid("dissolved", _("This department has been dissolved."), field="organisation")


def _check_apart(holder: User, role: Role, area: Area | None, since: datetime, until: datetime | None) -> None:
    """Those who grant don't audit: not in one place at one time. The holder's row is locked, so that two who grant
    both at once come one after the other.
    """
    if role not in APART or area is None:
        return
    meanwhile = Q(until__isnull=True) | Q(until__gt=since)
    if until is not None:
        meanwhile &= Q(since__lt=until)
    rivals = Grant.objects.filter(meanwhile, user=holder, role=APART[role], area__isnull=False)
    paths = rivals.values_list("area__path", flat=True)
    if any(path.startswith(area.path) or area.path.startswith(path) for path in paths):
        raise Conflict(
            "grants_and_audits",
            _("Whoever grants roles does not audit: this person would be administrator and auditor of the same place."),
            field="role",
        )


def _check_account(user: User) -> None:
    if not user.may_log_in:
        raise Conflict("has_left", _("This account has been closed."))
    if not user.username:
        raise Conflict("no_username", _("A role needs a staff account with a user name."))


@transaction.atomic
def end_grant(*, viewer: Viewer, grant_id: UUID, at: datetime | None = None, reason: str = "") -> Grant:
    """End a grant now, and with it the turns on rosters that rested on it; or, with `at`, put a date on its end.

    What has ended, or ends before `at`, stays as it is, so that asking again changes nothing. Raises `NotFound`,
    `NotAllowed`, `Invalid` (`at` lies behind), `Conflict` when the city's last lasting administrator would end.
    """
    found = Grant.objects.select_related("area", "organisation__area").filter(pk=grant_id).first()
    if found is None:
        raise NotFound("no_grant", _("There is no such grant."))
    check_administers(viewer, found.place)
    words = clean(reason, field="reason", max_length=200)
    one_ending_at_a_time()
    User.objects.select_for_update(no_key=True).get(pk=found.user_id)
    grant = Grant.objects.select_for_update(no_key=True, of=("self",)).get(pk=grant_id)
    moment = now()
    if at is not None and at < moment:
        raise Invalid(
            "bad_end", _("The end must lie ahead. To end the role at once, leave the date empty."), field="at"
        )
    if grant.until is not None and grant.until <= (at or moment):
        return grant
    keep_an_administrator([grant])
    close(grant, viewer, at or moment, why=words)
    if grant.area_id is not None and at is None:
        _end_turns_without_role(grant, moment)
    return grant


def close(grant: Grant, viewer: Viewer, moment: datetime, *, why: str = "") -> None:
    """Write the end of one grant, and who put it there and why; one that has not begun yet ends as it begins."""
    grant.until = max(moment, grant.since + timedelta(microseconds=1))
    grant.ended_by = viewer.user
    grant.ended_why = why
    grant.save(update_fields=["until", "ended_by", "ended_why"])


def one_ending_at_a_time() -> None:
    """Wait for other transactions that end grants: two administrators who end each other come one after the other.

    Taken before any row is locked, so that nobody waits in a circle.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('dongli.people.ending'))")


def keep_an_administrator(ending: list[Grant]) -> None:
    """Raises `Conflict` when ending these grants, now or later, would leave the city without a lasting administrator:
    one whose role has begun and has no end date.

    Call `one_ending_at_a_time` first.
    """
    if not any(grant.role == Role.ADMINISTRATOR and grant.until is None for grant in ending):
        return
    lasting = Grant.objects.filter(
        working("user__"), role=Role.ADMINISTRATOR, area__level=Level.CITY, since__lte=now(), until=None
    )
    if not lasting.exclude(pk__in=[grant.pk for grant in ending]).exists():
        raise Conflict("last_administrator", _("This is the city's last administrator. Appoint another one first."))


def _end_turns_without_role(grant: Grant, moment: datetime) -> None:
    """The turns within the grant's area end unless another grant of the person covers them."""
    area = grant.area
    if area is None:
        return
    others = Grant.objects.filter(in_force(moment), user=grant.user_id, area__isnull=False).exclude(pk=grant.pk)
    paths = list(others.values_list("area__path", flat=True))
    inside = Q(grid__community__path__startswith=area.path) | Q(area__path__startswith=area.path)
    turns = RosterEntry.objects.filter(inside, Q(until__isnull=True) | Q(until__gt=moment), user=grant.user_id)
    for turn in turns.select_related("grid__community", "area"):
        place = turn.grid.community if turn.grid is not None else turn.area
        if place is not None and not any(place.path.startswith(path) for path in paths):
            end_one_turn(turn, moment)


def end_one_turn(turn: RosterEntry, moment: datetime) -> None:
    """Write the end of one turn; one that has not begun yet ends as it begins."""
    turn.until = max(moment, turn.since + timedelta(microseconds=1))
    turn.save(update_fields=["until"])
