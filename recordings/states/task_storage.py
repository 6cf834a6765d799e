"""What the storage's word adds to what is known of a task."""

from collections.abc import Mapping
from datetime import datetime

from recordings.states.stored import StoredFile, is_blank
from recordings.states.task import TaskEvidence
from recordings.states.vocabulary import FileKind, FileStatus, Media

_TOLD = ("user_id", "track_type", "media_id", "begin_ms", "end_ms")


def add_stored(task: TaskEvidence, folder: Mapping[str, StoredFile], *, transcoded_kind: FileKind | None) -> None:
    """Add what was seen in a task's folder: files that no event told of, and with them that media flowed and ended.

    Args:
        transcoded_kind: What is made after the exit, as the request has it; files of other kinds are somebody else's.
    """
    task.stored = folder
    if transcoded_kind == FileKind.VOD:
        return  # only files that events told of were asked for
    for name, file in folder.items():
        told = {"name": name} | {key: file[key] for key in _TOLD if file.get(key) not in (None, "")}
        if file["kind"] == FileKind.HLS:
            if name not in {bare_name(known) for known in task.slices}:
                task.slices[name] = told
        elif file["kind"] == transcoded_kind:
            key = next((known for known in task.outputs if bare_name(known) == name), name)
            _status, known = task.outputs.get(key, (FileStatus.REPORTED, {}))
            task.outputs[key] = FileStatus.REPORTED, told | known
    if not folder or task.storage_read_at is None:
        return
    begins = [file["begin_ms"] for file in folder.values() if file.get("begin_ms")]
    began = _moment(min(begins), task.storage_read_at) if begins else task.storage_read_at
    if not all(is_blank(file) for file in folder.values()):
        task.media = Media.FLOWING
        task.media_started_at = min(task.media_started_at or began, began)
    task.started_at = min(task.started_at or began, began)
    if task.is_stored:
        ends = [file["end_ms"] for file in folder.values() if file.get("end_ms")]
        task.stored_at = _moment(max(ends), task.storage_read_at) if ends else task.storage_read_at


def bare_name(name: str) -> str:
    """Return a file's name without the folders that some events put before it."""
    return name.rpartition("/")[2]


def _moment(milliseconds: int, known_at: datetime) -> datetime:
    return min(datetime.fromtimestamp(milliseconds / 1000, tz=known_at.tzinfo), known_at)
