"""What the vendor and this service will need of a storage, tried: of a bucket with one small object."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from recordings.states.vocabulary import StorageProblem
from recordings.storage.client import Bucket
from recordings.storage.errors import StorageError
from recordings.storage.place import Place, VodPlace
from recordings.storage.vod import try_media

CONTENT = b"Written to see whether recordings can be. It may be deleted.\n"


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that was tried: write, read, list or delete. `error` is None where it went well."""

    action: str
    error: StorageError | None = None


def try_place(place: Place) -> list[Trial]:
    """Write, read back, list and delete one object under the place's folder; a failure that all share ends it.

    The vendor needs to write and, to make an MP4 of what it wrote, to read. This service needs to list and to read,
    and where files are deleted by it, to delete.
    """
    return list(_try_all(Bucket(place)))


def try_vod(place: VodPlace) -> list[Trial]:
    """Ask VOD for a file, which is all that this service needs of it; the vendor writes there without any key."""
    return [_attempt("read", lambda: try_media(place))]


def _try_all(bucket: Bucket) -> Iterator[Trial]:
    key = bucket.place.folder_of(f"preflight-{secrets.token_hex(8)}") + "preflight.txt"
    written = _attempt("write", lambda: bucket.write_object(key, CONTENT))
    yield written
    if written.error is not None and written.error.problem != StorageProblem.NO_WRITE_PERMISSION:
        return  # wrong region, keys or host: everything else would fail likewise
    if written.error is None:
        yield _attempt("read", lambda: _read_back(bucket, key))
    yield _attempt("list", lambda: _list(bucket, key))
    if written.error is None:
        yield _attempt("delete", lambda: bucket.delete_object(key))


def _read_back(bucket: Bucket, key: str) -> None:
    if bucket.read_object(key, most_bytes=len(CONTENT) + 1) != CONTENT:
        raise StorageError(StorageProblem.REFUSED, code="OtherContent")


def _list(bucket: Bucket, key: str) -> None:
    for _entry in bucket.list_objects(key, most=1):
        pass


def _attempt(action: str, act: Callable[[], None]) -> Trial:
    try:
        act()
    except StorageError as error:
        return Trial(action, error)
    return Trial(action)
