"""What a level sets for its own area and those below: values of named policies. Dated; ended, never deleted."""

from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dongli.areas.models import Area, Level
from dongli.common.clock import now, today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.text import clean
from dongli.people import policies
from dongli.people.models import LevelPolicy
from dongli.people.policies import Policy, Value
from dongli.people.viewer import Viewer

FARTHEST_DAYS = 2 * 366


def may_set(viewer: Viewer, policy: Policy, area: Area) -> bool:
    """Whether the viewer may set this policy for the level of `area`."""
    roles = policy.setters.get(Level(area.level), ())
    return area.retired_on is None and viewer.covers(roles, area)


@transaction.atomic
def set_policy(
    *,
    viewer: Viewer,
    area: Area,
    key: UUID,
    policy: str,
    value: object,
    since: date | None = None,
    binding: bool = False,
    reason: str = "",
    seen: UUID | None = None,
) -> LevelPolicy:
    """Say for `area` and all below it what `policy` is from `since` (today) on; `seen` is the level's row shown before.

    A monthly policy is said for the month `since` lies in. Safe to repeat. Raises `NotAllowed`, `Invalid` (naming
    the field; a value looser than a binding one above) or `Conflict` when the level has said something else meanwhile.
    """
    wanted = policies.get(policy)
    if not may_set(viewer, wanted, area):
        raise NotAllowed(
            "not_your_level", _("Only whoever runs the desk of this level, or of one above, may set this.")
        )
    said, words = wanted.parse(value), clean(reason, field="reason", max_length=300)
    Area.objects.select_for_update(no_key=True, of=("self",)).get(pk=area.pk)
    if (earlier := LevelPolicy.objects.filter(pk=key).first()) is not None:
        return _same(earlier, viewer, area, policy)
    start, end = period(wanted, since or today())
    policies.forget()
    check_value(wanted, area, said, start)
    _clear(viewer, area, policy, start, end, seen)
    row = LevelPolicy(
        id=key, key=policy, area=area, value=wanted.stored(said), binding=binding, reason=words,
        since=start, until=end, set_by=viewer.known,
    )  # fmt: skip
    return _stored(row)


def period(policy: Policy, since: date) -> tuple[date, date | None]:
    """The first day, and for a monthly policy the day after the last; raises `Invalid` for days past or too far."""
    start, end = since, None
    if policy.monthly:
        first = since.replace(day=1)
        end = (first + timedelta(days=32)).replace(day=1)
        start = max(first, today())
    if start < today() or (end is not None and end <= today()):
        raise Invalid("too_early", _("A rule begins today or later: what held before stays on record."), field="since")
    if start > today() + timedelta(days=FARTHEST_DAYS):
        raise Invalid("too_late", _("Please choose a day within the next two years."), field="since")
    return start, end


def check_value(policy: Policy, area: Area, value: Value, on: date) -> None:
    """Raises `Invalid` when a level above has bound what `value` would loosen."""
    held = policies.holding(policy.key, area.parent, on) if area.parent is not None else None
    if held is None or held.bound_by is None or policy.allows(policy.read(held.bound_by.value), value):
        return
    told = {"level": held.bound_by.area.name, "value": policy.words(policy.read(held.bound_by.value))}
    raise Invalid(
        "bound", _("%(level)s has set %(value)s and made it binding: it cannot be loosened here.") % told, field="value"
    )


def _clear(viewer: Viewer, area: Area, key: str, start: date, end: date | None, seen: UUID | None) -> None:
    """What the level has said of those days ends as they begin; what the form did not show is not overwritten."""
    rows = LevelPolicy.objects.filter(area=area, key=key)
    open_rows = [
        row
        for row in rows
        if (row.until is None or (row.until > start and row.until > row.since)) and (end is None or row.since < end)
    ]
    if (seen is None and open_rows) or (seen is not None and seen not in {row.id for row in open_rows}):
        raise Conflict("changed_meanwhile", _("Somebody has changed this rule meanwhile. Please look at it again."))
    for row in open_rows:
        _end(row, viewer, start)


def _end(row: LevelPolicy, viewer: Viewer, on: date) -> None:
    row.until, row.ended_by, row.ended_at = max(on, row.since), viewer.known, now()
    row.save(update_fields=["until", "ended_by", "ended_at"])


def _stored(row: LevelPolicy) -> LevelPolicy:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            "overlaps", _("Another rule of this level holds on these days already. Please look at the list.")
        ) from error
    _changed()
    return row


def _same(earlier: LevelPolicy, viewer: Viewer, area: Area, key: str) -> LevelPolicy:
    if (earlier.set_by_id, earlier.area_id, earlier.key) != (viewer.known.id, area.id, key):
        raise Conflict("key_in_use", _("This form was already used for something else. Please open the page again."))
    return earlier


@transaction.atomic
def withdraw_policy(*, viewer: Viewer, row_id: UUID) -> LevelPolicy:
    """End what a level has said: the level above holds again from today on. Ending it again changes nothing.

    Raises `NotFound`, also for whoever may not set it.
    """
    rows = LevelPolicy.objects.select_for_update(no_key=True, of=("self",)).select_related("area")
    row = rows.filter(pk=row_id).first()
    if row is None or not may_set(viewer, policies.get(row.key), row.area):
        raise NotFound("no_rule", _("There is no such rule."))
    if row.until is None or row.until > max(today(), row.since):
        _end(row, viewer, today())
        _changed()
    return row


def _changed() -> None:
    """This process reads again, now and once the change is stored; others see it by the stamp."""
    policies.forget()
    transaction.on_commit(policies.forget)
