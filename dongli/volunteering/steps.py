"""Writing the append-only steps of report-ins, wishes and service, and knowing a step that was taken before."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from dongli.common.clock import now
from dongli.common.errors import Conflict
from dongli.common.ids import new_id
from dongli.people.models import User
from dongli.volunteering.models import ReportIn, ReportInStep, Service, ServiceStep, Wish, WishStep

Row = ReportIn | Wish | Service
_STEPS: dict[type[Row], tuple[Any, str]] = {
    ReportIn: (ReportInStep, "report_in"),
    Wish: (WishStep, "wish"),
    Service: (ServiceStep, "service"),
}


def write(
    row: Row, verb: str, key: UUID, *, actor: User | None = None, data: Mapping[str, object] | None = None
) -> None:
    """Save `row` with one more step. `actor` is the official who acted; none for a member, who is known by the row."""
    model, field = _STEPS[type(row)]
    row.steps_count += 1
    row.save()
    made = {"id": key, field: row, "seq": row.steps_count, "verb": verb, "at": now(), "actor": actor}
    model.objects.create(**made, data=dict(data or {}))


def taken(row: Row, verb: str, key: UUID) -> bool:
    """Whether this very step was taken already. Raises `Conflict` when the key was used for something else."""
    model, field = _STEPS[type(row)]
    earlier = model.objects.filter(pk=key).first()
    if earlier is None:
        return False
    if earlier.verb != verb or getattr(earlier, f"{field}_id") != row.pk:
        raise used_elsewhere()
    return True


def used_elsewhere() -> Conflict:
    """The refusal for a key that was used for something else."""
    return Conflict("key_in_use", _("This form was already used for something else. Please open the page again."))


def fresh() -> UUID:
    """The key of a step that nobody's form made."""
    return new_id()
