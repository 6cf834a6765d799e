"""Short-lived links to recorded files. Never stored, never logged; who got one to what is logged."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from recordings.models import Recording, RecordingFile
from recordings.services.errors import FileNotThere, StorageAway
from recordings.services.places import place_of_recording
from recordings.states.vocabulary import FileKind, FileStatus, Reason
from recordings.storage.client import Bucket
from recordings.storage.errors import StorageError

logger = logging.getLogger(__name__)

LEAST_SECONDS, USUAL_SECONDS, MOST_SECONDS = 60, 300, 3600


@dataclass(frozen=True, slots=True)
class Link:
    """An address at which anybody gets the file. Its repr does not show it.

    Attributes:
        expires_at: None for an address that the vendor gave and rules over.
    """

    url: str
    expires_at: datetime | None

    def __repr__(self) -> str:
        return f"Link(expires_at={self.expires_at!r})"


def make_link(*, recording: Recording, file: RecordingFile, seconds: int = USUAL_SECONDS, by: str) -> Link:
    """Return a link to a file of *recording*.

    A file that storage was not asked about is looked for now, with one call.

    Args:
        seconds: How long it opens, from 60 to 3600.
        by: Who asks; logged.

    Raises:
        FileNotThere: With the file's reason.
        StorageAway: It cannot be told whether the file is there.
    """
    _refuse_absent(file)
    seconds = min(max(seconds, LEAST_SECONDS), MOST_SECONDS)
    place = place_of_recording(recording)
    if file.kind == FileKind.VOD or place is None:
        if not file.url:
            raise FileNotThere(file.reason or "no_address")
        link = Link(file.url, None)
    else:
        bucket = Bucket(place)
        key = place.folder_of(file.task_id) + file.name.rpartition("/")[2]
        if file.status != FileStatus.VERIFIED:
            _look_for(bucket, key)
        link = Link(bucket.sign_link(key, seconds=seconds), timezone.now() + timedelta(seconds=seconds))
    logger.info(
        "link_given", extra={"recording_id": recording.pk, "file_id": file.pk, "by": by, "valid_seconds": seconds}
    )
    return link


def can_be_linked(file: RecordingFile) -> bool:
    """Tell whether a link to *file* has any hope."""
    is_there = file.status == FileStatus.VERIFIED or file.reason == Reason.INCOMPLETE
    return bool(file.name or file.url) and (is_there or (file.status == FileStatus.REPORTED and not file.reason))


def _refuse_absent(file: RecordingFile) -> None:
    if not can_be_linked(file):
        raise FileNotThere(file.reason or str(file.status))


def _look_for(bucket: Bucket, key: str) -> None:
    try:
        found = bucket.find_object(key)
    except StorageError as error:
        raise StorageAway(error.problem, code=error.code) from None
    if found is None:
        raise FileNotThere(Reason.NOT_IN_STORAGE)
