"""What a duty that came from a gap says of it now: whether it has closed."""

from django.utils.translation import gettext as _

from dongli.duties.models import Duty
from dongli.duties.sources import Said
from dongli.reporting.coverage import ITEMS
from dongli.reporting.models import GapDuty
from dongli.reporting.queries.sheet import SOURCE, is_missing

__all__ = ("SOURCE", "is_closed", "said_of")


def is_closed(gap: GapDuty) -> bool:
    """Whether the gap is no longer there. Two statements."""
    return gap.item not in ITEMS or not is_missing(gap.compound, gap.item)


def said_of(duty: Duty) -> Said | None:
    """The sentence on the duty's page. Three statements."""
    gap = GapDuty.objects.filter(pk=duty.source_id).select_related("compound").first()
    if gap is None:
        return None
    if not is_closed(gap):
        return Said(_("The gap is still there."), "alert-circle", "warn" if duty.is_open else "bad")
    text = _("The gap has closed: the duty can be reported fulfilled.") if duty.is_open else _("The gap has closed.")
    return Said(text, "circle-check", "good")
