"""Jobs of delivery: thin wrappers round actions."""

from datetime import timedelta
from uuid import UUID

from procrastinate.contrib.django import app

from dongli.common.clock import now
from dongli.common.jobs import fresh_connection
from dongli.notices import actions
from dongli.notices.models import Delivery, DeliveryState

SWEEP_BATCH = 200
LOST_AFTER = timedelta(minutes=5)


@app.task
def deliver(ids: list[str]) -> None:
    """Carry out these deliveries; what failed for now is tried again later by a job of its own."""
    fresh_connection()
    tried = [actions.attempt(UUID(one)) for one in ids]
    waiting = [one for one in tried if one is not None and one.state == DeliveryState.QUEUED]
    if waiting:
        soonest = min(one.next_attempt_at for one in waiting)
        deliver.configure(schedule_at=soonest).defer(ids=[str(one.pk) for one in waiting])


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="sweep_deliveries")
def sweep_deliveries(timestamp: int) -> None:
    """Nothing is lost: what has waited past its time, because its job died, is carried out after all."""
    fresh_connection()
    late = Delivery.objects.filter(state=DeliveryState.QUEUED, next_attempt_at__lt=now() - LOST_AFTER)
    for one in late.order_by("next_attempt_at").values_list("pk", flat=True)[:SWEEP_BATCH]:
        actions.attempt(one)


@app.periodic(cron="53 3 * * *")
@app.task(queueing_lock="forget_old_notices")
def forget_old_notices(timestamp: int) -> None:
    """Keep no more than is needed."""
    fresh_connection()
    actions.forget_old()
