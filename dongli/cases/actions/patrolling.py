"""Patrols: what a grid worker met on a round; “nothing found” is a valid record and no track is kept."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.areas.models import Grid
from dongli.cases import access
from dongli.cases.models import Patrol
from dongli.common.errors import Conflict, Invalid, NotAllowed
from dongli.common.text import clean
from dongli.people.viewer import Viewer

MOST_FINDINGS = 200


@transaction.atomic
def record_patrol(*, viewer: Viewer, key: UUID, grid_id: UUID, findings: int = 0, note: str = "") -> Patrol:
    """Record that a grid was walked; `findings` counts the cases filed on the way (0 = nothing found)."""
    words = clean(note, field="note", max_length=200)
    grid = Grid.objects.select_related("community").filter(pk=grid_id, retired_on=None).first()
    if grid is None:
        raise Invalid("unknown_grid", _("Please choose one of your grids."), field="grid")
    if not viewer.covers(access.PATROL_ROLES, grid.community):
        raise NotAllowed("not_your_grid", _("You can record patrols only where you serve."))
    if not 0 <= findings <= MOST_FINDINGS:
        raise Invalid("bad_count", _("Please give a number from 0 to 200."), field="findings")
    patrol, made = Patrol.objects.get_or_create(
        pk=key, defaults={"grid": grid, "worker": viewer.known, "findings": findings, "note": words}
    )
    if not made and (patrol.worker_id != viewer.known.id or patrol.grid_id != grid.id):
        raise Conflict("key_in_use", _("This form was already used for something else. Please open the page again."))
    return patrol
