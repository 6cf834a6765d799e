"""What the worker does. The engine only wakes: what is due stands in the rows, and the sweep finds what it lost."""

import logging
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from procrastinate import JobContext
from procrastinate.contrib.django import app

from recordings.gateway import get_gateway
from recordings.models import Recording
from recordings.services import advance as services
from recordings.services.wake import wake

logger = logging.getLogger(__name__)

MOST_WOKEN = 500  # in one sweep; the next one goes on


@app.task(name="recordings.advance", queue="recordings")
def advance(recording_id: str) -> None:
    """Do what is due for one recording."""
    try:
        services.advance(UUID(recording_id), gateway=get_gateway())
    except ObjectDoesNotExist:
        logger.info("recording_vanished", extra={"recording_id": recording_id})


@app.periodic(cron="* * * * * */5")  # the sixth field counts seconds
@app.task(name="recordings.sweep", queue="recordings", queueing_lock="recordings.sweep")
def sweep(timestamp: int) -> None:
    """Wake a worker for every recording that is due, whatever woke or did not wake one before."""
    for recording_id in Recording.objects.due().values_list("pk", flat=True)[:MOST_WOKEN]:
        wake(recording_id)


@app.periodic(cron="* * * * *")
@app.task(name="recordings.rescue", queue="recordings", queueing_lock="recordings.rescue", pass_context=True)
async def rescue(context: JobContext, timestamp: int) -> None:
    """Take up the jobs of killed workers, which the engine would leave as running for ever."""
    for job in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(job)


@app.periodic(cron="17 * * * *")
@app.task(name="recordings.forget_jobs", queue="recordings", queueing_lock="recordings.forget_jobs", pass_context=True)
async def forget_jobs(context: JobContext, timestamp: int) -> None:
    """Delete finished jobs, so that the engine's tables stay small."""
    await context.app.job_manager.delete_old_jobs(nb_hours=24, include_failed=True)
