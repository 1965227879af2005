"""A job whose worker died in the middle is done by another, but not for ever."""

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django import app

from dongli.operations import tasks


def stalled_job(attempts: int) -> int:
    """A job that a worker took up and left five minutes ago; its id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 minutes') RETURNING id"
        )
        worker = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts, worker_id)"
            " VALUES ('default', 'x', 'doing', %s, %s) RETURNING id",
            [attempts, worker],
        )
        return int(cursor.fetchone()[0])


def status(job: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job])
        return str(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("attempts", "expected"), [(0, "todo"), (tasks.MAX_ATTEMPTS, "failed")])
def test_stalled_jobs_are_put_back_until_they_look_deadly(attempts: int, expected: str) -> None:
    job = stalled_job(attempts)
    with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]

        async def sweep() -> None:
            async with worker.open_async():
                await tasks.retry_stalled_jobs(timestamp=0)

        async_to_sync(sweep)()
    assert status(job) == expected
