"""A task's folder in storage, read as a whole: one list call for a thousand names, and its playlists."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from recordings.files.names import FileName, build_name, parse_name
from recordings.files.playlist import NoPlaylist, read_playlist
from recordings.states.stored import is_blank
from recordings.states.vocabulary import KIND_OF_EXTENSION, FileKind, StorageProblem
from recordings.storage.client import AT_ONCE, Bucket
from recordings.storage.errors import NoSuchObject, StorageError
from recordings.storage.playlist import check_playlist

# A day of segments of ten seconds has 1.3 MB.
MOST_PLAYLIST_BYTES = 8 * 1024 * 1024
_UNREAD: dict[str, Any] = {"size": 0, "segments": 0, "missing": 0, "ended": False}


def read_folder(bucket: Bucket, task_id: str, *, seconds: float) -> list[dict[str, Any]]:
    """Return the files of a task, as `states.stored.StoredFile` describes them, by name.

    Args:
        seconds: For everything.

    Raises:
        StorageError: The storage could not be read, or not in time.
    """
    deadline = time.monotonic() + seconds
    folder = bucket.place.folder_of(task_id)
    sizes: dict[str, int] = {}
    for number, entry in enumerate(bucket.list_objects(folder)):
        name = entry.key.removeprefix(folder)
        if "/" not in name and "\0" not in name:
            sizes[name] = entry.size
        if number % 1000 == 0:
            _keep(deadline)
    names = sorted(name for name in sizes if _kind_of(name) is not None)

    def read(name: str) -> dict[str, Any]:
        _keep(deadline)
        return _read_file(bucket, folder, name, sizes)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        files = list(pool.map(read, names))
    present = set(names)
    return [file | {"whole": _is_whole(file, present)} for file in files]


def _kind_of(name: str) -> FileKind | None:
    _stem, dot, extension = name.rpartition(".")
    return KIND_OF_EXTENSION.get(extension) if dot else None


def _read_file(bucket: Bucket, folder: str, name: str, sizes: Mapping[str, int]) -> dict[str, Any]:
    told = parse_name(name)
    file: dict[str, Any] = {"name": name, "kind": _kind_of(name), "size": sizes[name]}
    if told is not None:
        media = told.media_id or ("mix" if told.user_id is None else "")
        user_id = told.user_id if told.user_id and "\0" not in told.user_id else ""  # no row holds a NUL
        file |= {"user_id": user_id, "media_id": media, "track_type": told.track_type}
    if file["kind"] != FileKind.HLS:
        return file
    try:
        text = bucket.read_object(folder + name, most_bytes=MOST_PLAYLIST_BYTES).decode("utf-8", "replace")
        checked = check_playlist(read_playlist(text), sizes=sizes)
    except (NoPlaylist, NoSuchObject):  # the latter: deleted since it was listed
        return file | _UNREAD
    # The name says it in the vendor's own coding; a tag may hold anything.
    known = {key: value for key, value in file.items() if value and key in ("user_id", "media_id")}
    return file | checked | known | {"size": sizes[name] + checked["size"]}


def _is_whole(file: Mapping[str, Any], present: set[str]) -> bool:
    """Tell whether nothing of a file is missing.

    The playlist that a failover left behind has no end: the next recovery's goes on for it.
    """
    if file["kind"] != FileKind.HLS:
        return bool(file["size"])
    if file["missing"]:
        return False
    if not file["segments"]:
        return is_blank(file)
    told = parse_name(file["name"])
    return file["ended"] or (told is not None and _has_successor(told, present))


def _has_successor(name: FileName, present: set[str]) -> bool:
    return any(build_name(replace(name, recovery=number)) in present for number in range(name.recovery + 1, 4))


def _keep(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise StorageError(StorageProblem.TOO_SLOW)
