"""Housekeeping of accounts."""

from datetime import timedelta
from uuid import UUID

from django.contrib.sessions.backends.db import SessionStore
from procrastinate.contrib.django import app

from dongli.common.clock import now
from dongli.common.jobs import fresh_connection
from dongli.people import ratelimits
from dongli.people.actions import career_runs, importing, reminding, reorganising
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


@app.periodic(cron="23 0 * * *")
@app.task(queueing_lock="remind_of_ends")
def remind_of_ends(timestamp: int) -> None:
    """Administrators are told of the roles that end soon (at 8:23 in the city)."""
    fresh_connection()
    reminding.remind_of_ends(now())


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="settle_stragglers")
def settle_stragglers(timestamp: int) -> None:
    """What arrived at an organisation while it was merged goes to whoever took it over."""
    fresh_connection()
    reorganising.settle_stragglers(since=now() - timedelta(days=1))


@app.task
def compute_career_run(run_id: str) -> None:
    """Grades and pay of a proposed run."""
    fresh_connection()
    career_runs.compute_run(UUID(run_id))


@app.task
def check_table(import_id: str) -> None:
    """What loading an uploaded table would do."""
    fresh_connection()
    importing.check(UUID(import_id))


@app.task
def load_table(import_id: str) -> None:
    """Load a table that was checked."""
    fresh_connection()
    importing.load(UUID(import_id))


@app.periodic(cron="51 3 * * *")
@app.task(queueing_lock="purge_imports")
def purge_imports(timestamp: int) -> None:
    """Forget uploaded tables after a week."""
    fresh_connection()
    importing.purge_imports()
