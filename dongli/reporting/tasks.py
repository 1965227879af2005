"""Coverage by the clock: thin wrappers round actions."""

from procrastinate.contrib.django import app

from dongli.common.jobs import fresh_connection
from dongli.reporting.actions import following


@app.periodic(cron="50 18 * * *")
@app.task(queueing_lock="gap_follow_ups")
def gap_follow_ups(timestamp: int) -> None:
    """Every night (02:50 in the city): have gaps that were closed stayed closed?"""
    fresh_connection()
    following.settle_due()
