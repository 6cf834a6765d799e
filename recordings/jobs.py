"""What the worker does. The engine only wakes: what is due stands in the rows, and the sweep finds what it lost."""

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db.models.functions import Now
from procrastinate import JobContext
from procrastinate.contrib.django import app

from applications.models import StorageProfile
from recordings.gateway import get_gateway
from recordings.log_context import log_with
from recordings.metrics import count_rescue
from recordings.models import IdempotencyKey, Recording
from recordings.services import admission, pacing, preflight, retention
from recordings.services import advance as services
from recordings.services.ask_storage import ask_storage_of_profile
from recordings.services.storage_confirm import confirm_by_storage
from recordings.services.wake import wake_admission_once, wake_once
from recordings.states.urgency import Urgency

logger = logging.getLogger(__name__)

MOST_WOKEN = 500  # in one sweep; the next one goes on


@app.task(name="recordings.advance", queue="recordings")
def advance(recording_id: str) -> None:
    """Do what is due for one recording."""
    with log_with(recording_id=recording_id):
        try:
            services.advance(UUID(recording_id), gateway=get_gateway(), may_look=True)
        except ObjectDoesNotExist:
            logger.info("recording_vanished")


@app.task(name="recordings.admit", queue="recordings")
def admit(application_id: int) -> None:
    """Let the next queued recordings of one application through."""
    admission.admit(application_id)


@app.periodic(cron="* * * * * */5")  # the sixth field counts seconds
@app.task(name="recordings.sweep", queue="recordings", queueing_lock="recordings.sweep")
def sweep(timestamp: int) -> None:
    """Wake a worker for every recording that is due, and let through who waits, whatever was or was not done before."""
    pacing.forget_old_keys()
    for recording_id, urgency in Recording.objects.due().values_list("pk", "urgency")[:MOST_WOKEN]:
        wake_once(recording_id, Urgency(urgency))
    for application_id in admission.waiting_applications():
        wake_admission_once(application_id)


@app.periodic(cron="* * * * *")
@app.task(name="recordings.rescue", queue="recordings", queueing_lock="recordings.rescue", pass_context=True)
async def rescue(context: JobContext, timestamp: int) -> None:
    """Take up the jobs of killed workers, which the engine would leave as running for ever."""
    for job in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(job)
        count_rescue("job")


@app.task(name="recordings.check_profile", queue="recordings")
def check_profile(profile_id: int) -> None:
    """Try whether a storage profile that was saved works; the result stands on its page."""
    profile = StorageProfile.objects.filter(pk=profile_id).first()
    if profile is not None:
        preflight.check_profile(profile)


@app.task(name="recordings.ask_storage_again", queue="recordings")
def ask_storage_again(profile_id: int) -> None:
    """Look for the files of recordings again whose storage could not be read, now that its profile works."""
    ask_storage_of_profile(profile_id)


@app.periodic(cron="*/10 * * * *")
@app.task(name="recordings.confirm_by_storage", queue="recordings", queueing_lock="recordings.confirm_by_storage")
def ask_storage(timestamp: int) -> None:
    """Let storage confirm recordings that rest on a weakly signed word."""
    confirm_by_storage()


@app.periodic(cron="53 * * * *")
@app.task(name="recordings.purge_files", queue="recordings", queueing_lock="recordings.purge_files")
def purge_files(timestamp: int) -> None:
    """Mark and delete files whose days are over; of profiles that keep files for ever, none."""
    for _done in retention.purge(dry_run=False):
        pass


@app.periodic(cron="17 * * * *")
@app.task(name="recordings.forget_jobs", queue="recordings", queueing_lock="recordings.forget_jobs", pass_context=True)
async def forget_jobs(context: JobContext, timestamp: int) -> None:
    """Delete finished jobs, so that the engine's tables stay small."""
    await context.app.job_manager.delete_old_jobs(nb_hours=24, include_failed=True)


@app.periodic(cron="41 * * * *")
@app.task(name="recordings.forget_keys", queue="recordings", queueing_lock="recordings.forget_keys")
def forget_keys(timestamp: int) -> None:
    """Delete idempotency keys that are older than callers were promised to be remembered."""
    kept_for = timedelta(days=settings.IDEMPOTENCY_KEY_DAYS)
    IdempotencyKey.objects.filter(created_at__lt=Now() - kept_for).delete()
