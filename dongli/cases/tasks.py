"""Case work by the clock: thin wrappers round actions."""

from uuid import UUID

from procrastinate.contrib.django import app

from dongli.cases import following
from dongli.cases.actions import (
    bulk_answering,
    clocks,
    copying,
    deletion,
    events,
    exporting,
    follow_ups,
    photos,
    problems,
    redacting,
    ringing,
)
from dongli.common.jobs import fresh_connection


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="sweep_clocks")
def sweep_clocks(timestamp: int) -> None:
    """Emergencies ring; reminders before tasks are due, escalations after."""
    fresh_connection()
    ringing.sweep()
    clocks.sweep()


@app.periodic(cron="23 * * * *")
@app.task(queueing_lock="purge_photo_drafts")
def purge_photo_drafts(timestamp: int) -> None:
    """Forget photos that were chosen for a form which was never sent."""
    fresh_connection()
    photos.purge_drafts()


@app.periodic(cron="40 18 * * *")
@app.task(queueing_lock="problem_list")
def problem_list(timestamp: int) -> None:
    """Every night (02:40 in the city): propose what keeps coming back; ask whether what was solved has held."""
    fresh_connection()
    problems.propose_problems()
    follow_ups.settle_due()


@app.periodic(cron="10 2 * * *")
@app.task(queueing_lock="ask_follow_ups")
def ask_follow_ups(timestamp: int) -> None:
    """In the morning (10:10 in the city), when a message disturbs nobody."""
    fresh_connection()
    follow_ups.ask_due()


@app.periodic(cron="20 19 * * *")
@app.task(queueing_lock="redact_due")
def redact_due(timestamp: int) -> None:
    """Every night (03:20 in the city): remove the personal data whose time is over."""
    fresh_connection()
    redacting.redact_due()


@app.task
def write_copy(copy_id: str) -> None:
    """Write the copy of their data that a resident asked for."""
    fresh_connection()
    copying.write(UUID(copy_id))


@app.periodic(cron="37 * * * *")
@app.task(queueing_lock="carry_out_deletions")
def carry_out_deletions(timestamp: int) -> None:
    """Empty what residents asked to have deleted and what has ended since; forget old copies."""
    fresh_connection()
    deletion.carry_out_granted()
    deletion.forget_askers()
    copying.purge_copies()


@app.task
def send_bulk_answer(bulk_id: str) -> None:
    """Send one answer to many cases, when its wait is over."""
    fresh_connection()
    bulk_answering.send(UUID(bulk_id))


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="take_up_bulk_answers")
def take_up_bulk_answers(timestamp: int) -> None:
    """Send the answers to many that a job should have sent by now."""
    fresh_connection()
    bulk_answering.take_up()


@app.task
def write_export(export_id: str) -> None:
    """Write the file somebody asked for."""
    fresh_connection()
    exporting.write(UUID(export_id))


@app.periodic(cron="41 * * * *")
@app.task(queueing_lock="purge_exports")
def purge_exports(timestamp: int) -> None:
    """Forget exports after a day."""
    fresh_connection()
    exporting.purge_exports()


@app.task
def settle_followers(lead_id: str) -> None:
    """Close, take up again or let go what follows a case."""
    fresh_connection()
    following.settle_all(UUID(lead_id))


@app.task
def group_cases(grouping_id: str) -> None:
    """Put the cases somebody chose under a mass event's lead."""
    fresh_connection()
    events.group(UUID(grouping_id))
