"""Housekeeping of accounts."""

from django.contrib.sessions.backends.db import SessionStore
from procrastinate.contrib.django import app

from dongli.common.jobs import fresh_connection
from dongli.people import ratelimits


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="purge_rate_counts")
def purge_rate_counts(timestamp: int) -> None:
    """Forget what was counted in windows that are over."""
    fresh_connection()
    ratelimits.purge()


@app.periodic(cron="41 3 * * *")
@app.task(queueing_lock="clear_sessions")
def clear_sessions(timestamp: int) -> None:
    """Forget sessions that have expired."""
    fresh_connection()
    SessionStore.clear_expired()
