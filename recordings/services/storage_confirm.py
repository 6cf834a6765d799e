"""Let storage confirm what a weakly signed callback told: a file that is where the callback says was not made up.

Recordings that were started elsewhere name no storage profile. Their files' addresses name a bucket, and where that is
one of their application's profiles, it can be asked.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from django.db import transaction
from django.utils import timezone

from applications.models import StorageProfile
from recordings.models import Recording, RecordingFile
from recordings.models.recording import Origin
from recordings.services.confirm import confirmation
from recordings.services.ledger import apply_facts, lock_recording
from recordings.services.vendor import place_of
from recordings.states.facts import Source
from recordings.states.vocabulary import TERMINAL_BY_MERIT, Doubt, FileStatus
from recordings.storage.client import Bucket
from recordings.storage.errors import StorageError
from recordings.storage.place import Place

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 100  # recordings in one run
MOST_FILES = 50  # of one recording
ASKED_FOR = timedelta(days=2)  # from when it was first heard of: recordings of these products last a day at most


def confirm_by_storage() -> int:
    """Confirm the provisional recordings whose every reported file storage has; return how many were."""
    since = timezone.now() - ASKED_FOR
    doubtful = Recording.objects.filter(
        provisional_reason=Doubt.WEAK_SIGNATURE,
        origin=Origin.CALLBACK,
        state__in=TERMINAL_BY_MERIT,
        created_at__gte=since,
    )
    confirmed = 0
    for recording in doubtful.order_by("created_at")[:MOST_AT_ONCE]:
        files = list(RecordingFile.objects.filter(recording=recording, status=FileStatus.REPORTED)[: MOST_FILES + 1])
        if 0 < len(files) <= MOST_FILES and _has_all(_places(recording), [file.url for file in files]):
            _confirm(recording)
            confirmed += 1
    return confirmed


def _places(recording: Recording) -> list[Place]:
    profiles = StorageProfile.objects.filter(application=recording.application_id, check_files=True)
    return [place for profile in profiles if (place := place_of(profile)) is not None]


def _has_all(places: list[Place], urls: Iterable[str]) -> bool:
    try:
        return all(_is_there(places, url) for url in urls)
    except StorageError as error:
        logger.info("storage_could_not_confirm", extra={"problem": str(error.problem)})
        return False


def _is_there(places: list[Place], url: str) -> bool:
    for place in places:
        key = find_key(place, url)
        if key is not None:
            found = Bucket(place).find_object(key)
            return found is not None and found.size > 0
    return False


def find_key(place: Place, url: str) -> str | None:
    """Return the key that an address names in the bucket of *place*; None when it leads elsewhere."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    path = unquote(parts.path).removeprefix("/")
    hosts = {
        f"{place.bucket}.cos.{place.region}.myqcloud.com",
        f"{place.bucket}.file.myqcloud.com",
        f"{place.bucket}.s3.{place.region}.amazonaws.com",
    }
    if host in hosts:
        return path or None
    is_own = bool(place.endpoint_url) and parts.netloc == urlsplit(place.endpoint_url).netloc
    if is_own and path.startswith(f"{place.bucket}/"):
        return path.removeprefix(f"{place.bucket}/") or None
    return None


def _confirm(recording: Recording) -> None:
    with transaction.atomic():
        locked = lock_recording(recording.uuid)
        snapshot = apply_facts(recording=locked, facts=[])
        # What came in since was not looked at.
        if snapshot.provisional_reason == Doubt.WEAK_SIGNATURE and locked.version == recording.version:
            apply_facts(recording=locked, facts=[confirmation(by="storage", source=Source.STORAGE)])
