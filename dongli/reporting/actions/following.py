"""“Has it held?”, 30 and 90 days after a gap's duty was fulfilled: the records say it, nobody is asked."""

from uuid import UUID

from django.db import transaction

from dongli.common.clock import today
from dongli.duties import actions as duties
from dongli.duties import queries as duty_queries
from dongli.duties.models import OPEN_DUTY_STATES, Outcome
from dongli.reporting.models import GapDuty
from dongli.reporting.queries.closing import SOURCE, is_closed


def settle_due() -> int:
    """Settle every follow-up of gaps that is due; how many. Safe to run twice at once."""
    return sum(_settle(one.id) for one in duty_queries.to_ask(SOURCE, today()))


@transaction.atomic
def _settle(follow_up_id: UUID) -> bool:
    """The duty is taken up again if the gap is back, unless another duty for the same gap is open."""
    follow_up = duties.mark_asked(follow_up_id=follow_up_id)
    if follow_up is None:
        return False
    gap = GapDuty.objects.select_related("compound").get(pk=follow_up.duty.source_id)
    outcome = Outcome.HELD if is_closed(gap) else Outcome.NOT_HELD
    if outcome == Outcome.NOT_HELD and _another(gap):
        outcome = Outcome.NO_ANSWER
    duties.record_follow_up(follow_up_id=follow_up_id, outcome=outcome)
    return True


def _another(gap: GapDuty) -> bool:
    rows = GapDuty.objects.filter(compound=gap.compound, item=gap.item, current=True, duty__state__in=OPEN_DUTY_STATES)
    return rows.exclude(pk=gap.pk).exists()
