"""A gap becomes somebody's duty."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.common.errors import Conflict, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.duties import actions as duties
from dongli.duties.models import Duty
from dongli.people.viewer import Viewer
from dongli.reporting import access
from dongli.reporting.actions.reasons import lock
from dongli.reporting.coverage import ITEMS
from dongli.reporting.models import GapDuty
from dongli.reporting.queries.closing import SOURCE
from dongli.reporting.queries.sheet import address, compound_of, is_missing


@dataclass(frozen=True)
class Charge:
    """Who is to close a gap, how, by when."""

    owner_id: UUID
    organisation_id: UUID
    measures: str
    due_on: date


@transaction.atomic
def assign_gap(*, viewer: Viewer, code: str, item: str, key: UUID, charge: Charge) -> Duty:
    """Give a gap to somebody as a duty. One open duty for an item of a compound at a time.

    Raises `NotFound` (compound, item), `NotAllowed`, `Conflict` (no gap, a duty is open), `Invalid` (owner, measures,
    due_on).
    """
    compound = compound_of(viewer, code)
    if item not in ITEMS:
        raise NotFound("no_such_item", _("There is no such item of coverage."))
    if not access.assigns(viewer, compound):
        raise NotAllowed("not_your_area", _("Duties are given by whoever watches over the area."))
    lock(compound)
    current = GapDuty.objects.filter(compound=compound, item=item, current=True).select_related("duty").first()
    if current is not None and current.duty.steps.filter(pk=key, verb="assign", actor=viewer.known).exists():
        return current.duty
    if current is not None and current.duty.is_open:
        raise Conflict("duty_open", _("This gap is somebody's duty already. Please look at the latest state."))
    if not is_missing(compound, item):
        raise Conflict("no_gap", _("There is no gap here any more. Please look at the latest state."))
    source = new_id()
    title = _("%(item)s · %(place)s") % {"item": ITEMS[item].label, "place": compound.name}
    duty = duties.assign_duty(
        viewer=viewer,
        key=key,
        assignment=duties.Assignment(
            title=title,
            source_kind=SOURCE,
            source_id=source,
            source_url=address(compound),
            area=compound,
            owner_id=charge.owner_id,
            organisation_id=charge.organisation_id,
            measures=charge.measures,
            due_on=charge.due_on,
        ),
    )
    if current is not None:
        GapDuty.objects.filter(pk=current.pk).update(current=False)
    GapDuty.objects.create(id=source, compound=compound, item=item, duty=duty)
    return duty
