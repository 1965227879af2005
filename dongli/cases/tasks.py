"""Case work by the clock: thin wrappers round actions."""

from procrastinate.contrib.django import app

from dongli.cases.actions import clocks, photos
from dongli.common.jobs import fresh_connection


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="sweep_clocks")
def sweep_clocks(timestamp: int) -> None:
    """Reminders before tasks are due, escalations after."""
    fresh_connection()
    clocks.sweep()


@app.periodic(cron="23 * * * *")
@app.task(queueing_lock="purge_photo_drafts")
def purge_photo_drafts(timestamp: int) -> None:
    """Forget photos that were chosen for a form which was never sent."""
    fresh_connection()
    photos.purge_drafts()
