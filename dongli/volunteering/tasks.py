"""Members and wishes by the clock: thin wrappers round actions."""

from procrastinate.contrib.django import app

from dongli.common.jobs import fresh_connection
from dongli.volunteering.actions import wishing


@app.periodic(cron="20 19 * * *")
@app.task(queueing_lock="forget_wish_contacts")
def forget_wish_contacts(timestamp: int) -> None:
    """Every night (03:20 in the city): empty contacts of wishes that are a month past."""
    fresh_connection()
    wishing.forget_contacts()
