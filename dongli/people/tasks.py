"""Housekeeping of accounts."""

from uuid import UUID

from django.contrib.sessions.backends.db import SessionStore
from procrastinate.contrib.django import app

from dongli.common.clock import now
from dongli.common.jobs import fresh_connection
from dongli.people import ratelimits
from dongli.people.actions import career_runs
from dongli.people.actions.expiring import end_turns_of_expired, forget_memberships


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


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="end_what_expired")
def end_what_expired(timestamp: int) -> None:
    """Roles that ended by date take the turns on rosters along that rested on them, and memberships nobody needs."""
    fresh_connection()
    end_turns_of_expired(now())
    forget_memberships()


@app.task
def compute_career_run(run_id: str) -> None:
    """Grades and pay of a proposed run."""
    fresh_connection()
    career_runs.compute_run(UUID(run_id))
