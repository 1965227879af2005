"""Housekeeping of the job queue, run by the queue itself."""

import logging

from procrastinate import JobContext, builtin_tasks
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

logger = logging.getLogger(__name__)

SILENT_SECONDS = 60  # a worker beats every 10 s; after this long its jobs are taken from it
MAX_ATTEMPTS = 10  # a job that outlived so many workers is probably what killed them
KEEP_HOURS = 24 * 30


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="retry_stalled_jobs")
async def retry_stalled_jobs(timestamp: int) -> None:
    """Put back the jobs of workers that died in the middle, at most `MAX_ATTEMPTS` times each."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        if job.attempts < MAX_ATTEMPTS:
            logger.warning("job %s (%s) was left by a dead worker; trying again", job.id, job.task_name)
            await app.job_manager.retry_job(job)
        else:
            logger.error("job %s (%s) was left by %s dead workers; given up", job.id, job.task_name, job.attempts)
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="remove_old_jobs", pass_context=True)
async def remove_old_jobs(context: JobContext, timestamp: int) -> None:
    """Forget jobs done a month ago; failed ones stay for the operator to see."""
    await builtin_tasks.remove_old_jobs(context, max_hours=KEEP_HOURS)
