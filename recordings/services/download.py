"""The pieces of a recording come from storage to a folder."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from recordings.files.names import parse_name
from recordings.models import Recording
from recordings.services.merge_plan import open_bucket
from recordings.states.vocabulary import StorageProblem
from recordings.storage.client import AT_ONCE, Bucket, StoredObject
from recordings.storage.errors import NoSuchObject, StorageError

PIECES = ("m3u8", "ts")
TRIES = 4
FIRST_PAUSE_SECONDS = 0.5
PASSING = (StorageProblem.UNAVAILABLE, StorageProblem.UNREACHABLE)


class NoBucket(Exception):
    """The recording's files are in no bucket that this service can read."""


def download_pieces(recording: Recording, folder: Path, *, on_progress: Callable[[int, int], None]) -> int:
    """Fetch playlists and segments into `<folder>/<TaskId>/` and return how many there are.

    Args:
        on_progress: Gets the bytes that have come, and those that are to come in all.

    Raises:
        NoBucket: There is no bucket to fetch from.
        StorageError: The bucket did not give them.
    """
    bucket = open_bucket(recording)
    if bucket is None:
        raise NoBucket("Its files are in no bucket that this service knows: no storage profile, or one for VOD.")
    pieces = [
        (found, folder / task_id / found.key.rpartition("/")[2])
        for task_id in _task_ids(recording)
        for found in bucket.list_objects(bucket.place.folder_of(task_id))
        if _is_piece(found.key, bucket.place.folder_of(task_id))
    ]
    for parent in {path.parent for _, path in pieces}:
        parent.mkdir(parents=True, exist_ok=True)
    total, done = sum(found.size for found, _ in pieces), 0
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        for size in pool.map(lambda piece: _fetch(bucket, *piece), pieces):
            done += size
            on_progress(done, total)
    finally:
        pool.shutdown(cancel_futures=True)
    return len(pieces)


def _task_ids(recording: Recording) -> list[str]:
    known = [*recording.tasks.values_list("task_id", flat=True), *recording.files.values_list("task_id", flat=True)]
    return list(dict.fromkeys(task_id for task_id in known if task_id))


def _is_piece(key: str, folder: str) -> bool:
    name = parse_name(key.removeprefix(folder))
    # The vendor puts nothing into folders below a task's.
    return name is not None and not name.task_id and name.extension in PIECES


def _fetch(bucket: Bucket, found: StoredObject, path: Path) -> int:
    for number in range(TRIES):
        try:
            bucket.download(found.key, str(path))
        except NoSuchObject:  # deleted since it was listed; the merge will miss it
            path.unlink(missing_ok=True)
        except StorageError as error:
            if error.problem not in PASSING or number == TRIES - 1:
                raise
            time.sleep(FIRST_PAUSE_SECONDS * 2**number)
            continue
        break
    return found.size
