"""Files judged by what storage says: the vendor's word on a file counts until storage was asked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from recordings.files.names import build_name, parse_name
from recordings.states.inventory import FileView, file_key, web_address
from recordings.states.stored import StorageSight, is_blank
from recordings.states.task import TaskEvidence
from recordings.states.task_storage import bare_name
from recordings.states.vocabulary import FileKind, FileStatus, Reason

_EARLIEST_MS = 10**12  # 2001; less are seconds under the name of milliseconds
# What a row keeps of a look at a playlist.
_CHECKED = ("segments", "missing", "missing_names", "gaps", "ended")
SAME_START_MS = 1000


def judge_files(files: Iterable[FileView], tasks: Iterable[TaskEvidence]) -> tuple[FileView, ...]:
    """Return *files* with storage's word on each: verified with size and length, or why not."""
    by_id = {task.task_id: task for task in tasks}
    judged = [_judge(view, by_id[view.task_id]) for view in files]
    return (*judged, *_skipped_parts(judged, by_id))


def mark_deleted(files: Iterable[FileView], sight: StorageSight) -> tuple[FileView, ...]:
    """Return *files*, those that we deleted as such; what the recording ended as is not touched by it."""
    return tuple(
        replace(view, status=FileStatus.DELETED, reason=Reason.RETENTION)
        if bare_name(view.name) in sight.deleted.get(view.task_id, ())
        else view
        for view in files
    )


def _judge(view: FileView, task: TaskEvidence) -> FileView:
    if view.kind == FileKind.VOD:
        return _judge_media(view, task)
    if task.storage_read_at is None:
        return view
    file = task.stored.get(bare_name(view.name)) if view.name else None
    if file is None:
        is_looked_for = view.told_at is None or task.last_read_at is None or view.told_at <= task.last_read_at
        if view.status == FileStatus.REPORTED and is_looked_for:
            return replace(view, reason=Reason.NOT_IN_STORAGE)
        return view
    begin_ms = _begin_ms(file.get("begin_ms"), view.begin_ms, task.storage_read_at)
    checked = {name: file[name] for name in _CHECKED if file.get(name) not in (None, [], 0)}
    if view.begin_ms and begin_ms and abs(view.begin_ms - begin_ms) > SAME_START_MS:
        checked["told_begin_ms"] = view.begin_ms
    view = replace(
        view,
        begin_ms=begin_ms,
        end_ms=file.get("end_ms") or view.end_ms,
        size=file["size"],
        duration_ms=file.get("duration_ms") or view.duration_ms,
        checked=checked or None,
    )
    if file["whole"] or is_blank(file):  # the latter: earlier releases looked at it and called it not whole
        return replace(view, status=FileStatus.VERIFIED, reason=None, is_blank=is_blank(file))
    return replace(view, status=FileStatus.REPORTED, reason=_why_not_whole(file))


def _judge_media(view: FileView, task: TaskEvidence) -> FileView:
    """Judge a file in VOD; one without an id, or that was not asked for yet, stays as the vendor told of it."""
    if view.file_id not in task.asked_ids:
        return view
    file = task.stored.get(view.file_id)
    if file is None:
        return replace(view, reason=Reason.NOT_IN_STORAGE) if view.status == FileStatus.REPORTED else view
    return replace(
        view,
        status=FileStatus.VERIFIED,
        reason=None,
        size=file.get("size"),
        duration_ms=file.get("duration_ms"),
        url=web_address(file.get("url", "")) or view.url,
    )


def _why_not_whole(file: Mapping[str, Any]) -> Reason:
    has_nothing = file.get("segments", 0) == file.get("missing", 0)
    return Reason.NOT_IN_STORAGE if has_nothing else Reason.INCOMPLETE


def _begin_ms(in_file: int | None, told: int | None, read_at: datetime) -> int | None:
    """Return when a file begins, of the sources that the guide names: the file's own tag, else 307, else Describe."""
    if in_file and _EARLIEST_MS <= in_file <= read_at.timestamp() * 1000:
        return in_file
    return told


def _skipped_parts(files: list[FileView], by_id: Mapping[str, TaskEvidence]) -> Iterator[FileView]:
    """Yield the parts of a split file that must be there, because a later one is, and that nobody told of."""
    parts = []
    for view in files:
        name = parse_name(bare_name(view.name)) if view.kind != FileKind.VOD else None  # an id that nobody told
        if name is not None and name.index is not None and by_id[view.task_id].storage_read_at is not None:
            parts.append((view, replace(name, index=1), name.index))
    parts.sort(key=lambda part: (part[0].task_id, build_name(part[1])))
    for (task_id, _first), group in groupby(parts, key=lambda part: (part[0].task_id, build_name(part[1]))):
        known = list(group)
        numbers = {index for _view, _name, index in known}
        view, name, _index = known[0]
        for number in sorted(set(range(1, min(max(numbers), MOST_PARTS))) - numbers):
            missing = build_name(replace(name, index=number))
            yield FileView(
                key=file_key(task_id, missing),
                task_id=task_id,
                kind=view.kind,
                status=FileStatus.EXPECTED,
                name=missing,
                user_id=view.user_id,
                track_type=view.track_type,
                media_id=view.media_id,
                reason=Reason.NOT_IN_STORAGE,
            )


MOST_PARTS = 1000
