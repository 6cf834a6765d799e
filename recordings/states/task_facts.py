"""What each kind of fact adds to what is known of its task."""

from collections.abc import Callable
from datetime import datetime

from recordings.states.facts import Fact, FactKind
from recordings.states.task import File, TaskEvidence
from recordings.states.vocabulary import FileStatus, Media, Reason

# Of two reports about one file the better one holds: a stuck upload may be repaired, a finished one is not undone.
_BETTER = [FileStatus.FAILED, FileStatus.EXPECTED, FileStatus.REPORTED]


def gather_task(evidence: TaskEvidence, fact: Fact) -> None:
    """Add one fact to what is known of its task. Facts come in the order of `facts.in_order`."""
    # By our own clock: the vendor's event times have whole seconds and a clock of their own.
    kind = fact.kind
    evidence.first_seen = min(evidence.first_seen, fact.received_at)
    if kind in _SIGNS_OF_LIFE:
        alive_at = min(fact.occurred_at, fact.received_at)
        evidence.alive_at = alive_at if evidence.alive_at is None else max(evidence.alive_at, alive_at)
    if evidence.began_at is None and kind in _SIGNS_OF_RUNNING:
        evidence.began_at = fact.occurred_at
    if gatherer := _GATHERERS.get(kind):
        gatherer(evidence, fact)


# After these the task was certainly there. An accepted delete is an answer about a task that the vendor knew.
_SIGNS_OF_LIFE = {
    FactKind.CREATE_ACCEPTED,
    FactKind.MODIFY_ACCEPTED,
    FactKind.DELETE_ACCEPTED,
    FactKind.DESCRIBED,
    FactKind.RECORDER_STARTED,
    FactKind.SLICE_CREATED,
    FactKind.SLICE_UPLOADED,
    FactKind.UPLOAD_STARTED,
    FactKind.FAILED_OVER,
}
# Events that come before an exit: of two tasks, the one whose first such event is later was made later.
_SIGNS_OF_RUNNING = {
    FactKind.RECORDER_STARTED,
    FactKind.RECORDER_FAILED,
    FactKind.UPLOAD_STARTED,
    FactKind.SLICE_CREATED,
    FactKind.SLICE_UPLOADED,
    FactKind.FAILED_OVER,
}


def _earliest(known: datetime | None, at: datetime) -> datetime:
    return at if known is None else min(known, at)


def _accepted(task: TaskEvidence, fact: Fact) -> None:
    task.attempt = fact.data.get("attempt", task.attempt)


def _started(task: TaskEvidence, fact: Fact) -> None:
    task.started_at = _earliest(task.started_at, fact.occurred_at)


def _failed(task: TaskEvidence, fact: Fact) -> None:
    task.failed_at = _earliest(task.failed_at, fact.occurred_at)


def _left(task: TaskEvidence, fact: Fact) -> None:
    if task.left_at is None:
        task.left_at = fact.occurred_at
        task.left_reason = Reason(fact.data["reason"])


def _exit_assumed(task: TaskEvidence, fact: Fact) -> None:
    task.exit_assumed_at = _earliest(task.exit_assumed_at, fact.occurred_at)


def _deleted(task: TaskEvidence, fact: Fact) -> None:
    task.delete_accepted_at = fact.occurred_at


def _delete_failed(task: TaskEvidence, fact: Fact) -> None:
    task.delete_failures.append(fact.occurred_at)


def _gone(task: TaskEvidence, fact: Fact) -> None:
    task.gone_at.append(fact.occurred_at)


def _described(task: TaskEvidence, fact: Fact) -> None:
    status = fact.data["status"]
    task.described_at, task.described_status = fact.occurred_at, status
    if status == "in_progress":
        _started(task, fact)
        _flowing(task, fact, fact.occurred_at)
    elif status == "idle":
        task.media = Media.WAITING
    task.exiting_since = _earliest(task.exiting_since, fact.occurred_at) if status == "exited" else None
    for file in fact.data.get("files", []):
        _started(task, fact)
        # Beside what 307 says, which tells it once and for all.
        _merge_slice(task, {**file, "begin_ms": None, "described_begin_ms": file.get("begin_ms")})
        task.media_started_at = _earliest(task.media_started_at, _began(file, fact.occurred_at))


def _flowing(task: TaskEvidence, fact: Fact, began: datetime) -> None:
    task.media = Media.FLOWING
    task.media_started_at = _earliest(task.media_started_at, min(began, fact.occurred_at))


def _sliced(task: TaskEvidence, fact: Fact) -> None:
    _started(task, fact)
    for file in fact.data["files"]:
        _merge_slice(task, file)
        _flowing(task, fact, _began(file, fact.occurred_at))


def _began(file: File, told_at: datetime) -> datetime:
    begin_ms = file.get("begin_ms")
    # One page gives seconds under the same name; a moment after the telling is none either.
    if not begin_ms or not _EARLIEST_MS <= begin_ms <= told_at.timestamp() * 1000:
        return told_at
    return datetime.fromtimestamp(begin_ms / 1000, tz=told_at.tzinfo)


_EARLIEST_MS = 10**12  # 2001


def _slice_uploaded(task: TaskEvidence, fact: Fact) -> None:
    _sliced(task, fact)
    task.uploaded.update(file["name"] for file in fact.data["files"])


def _merge_slice(task: TaskEvidence, file: File) -> None:
    known = task.slices.setdefault(file["name"], {})
    known.update({name: value for name, value in file.items() if value not in (None, "")})


def _upload_start_failed(task: TaskEvidence, fact: Fact) -> None:
    task.upload_start_failed = True


def _upload_finished(task: TaskEvidence, fact: Fact) -> None:
    task.upload_finished_at = _earliest(task.upload_finished_at, fact.occurred_at)


def _upload_stuck(task: TaskEvidence, fact: Fact) -> None:
    # 305 Status 1 comes after the exit too, but says nothing final about the files.
    task.upload_stuck = True
    task.exit_assumed_at = _earliest(task.exit_assumed_at, fact.occurred_at)


def _outputs(task: TaskEvidence, fact: Fact, status: FileStatus) -> None:
    for file in fact.data.get("files", []):
        key = file.get("name") or file.get("file_id") or f"{file.get('user_id', '')}/{file.get('track_type', '')}"
        known_status, known = task.outputs.get(key, (status, {}))
        best = max(known_status, status, key=_BETTER.index)
        told = {name: value for name, value in file.items() if value not in (None, "")}
        if status == FileStatus.REPORTED:
            told["told_at"] = _earliest(known.get("told_at"), fact.occurred_at)
        task.outputs[key] = best, known | told


def _transcoded(status: FileStatus) -> Callable[[TaskEvidence, Fact], None]:
    def gather(task: TaskEvidence, fact: Fact) -> None:
        task.transcode_ended_at = _earliest(task.transcode_ended_at, fact.occurred_at)
        task.transcode_failed = task.transcode_failed or (status == FileStatus.FAILED and not fact.data.get("files"))
        _outputs(task, fact, status)

    return gather


def _vod_file(status: FileStatus) -> Callable[[TaskEvidence, Fact], None]:
    def gather(task: TaskEvidence, fact: Fact) -> None:
        _started(task, fact)
        task.is_vod = True
        _outputs(task, fact, status)

    return gather


def _vod_ended(task: TaskEvidence, fact: Fact) -> None:
    task.is_vod = True
    task.vod_ended_at = _earliest(task.vod_ended_at, fact.occurred_at)
    if fact.kind == FactKind.VOD_FINISHED:
        task.vod_finished = True
    task.vod_failed = not task.vod_finished


def _storage_checked(task: TaskEvidence, fact: Fact) -> None:
    task.storage_read_at = _earliest(task.storage_read_at, fact.occurred_at)
    task.last_read_at = max(task.last_read_at or fact.occurred_at, fact.occurred_at)
    task.asked_ids.update(fact.data.get("asked", ()))


_GATHERERS: dict[FactKind, Callable[[TaskEvidence, Fact], None]] = {
    FactKind.CREATE_ACCEPTED: _accepted,
    FactKind.RECORDER_STARTED: _started,
    FactKind.RECORDER_FAILED: _failed,
    FactKind.RECORDER_LEFT: _left,
    FactKind.EXIT_ASSUMED: _exit_assumed,
    FactKind.DELETE_ACCEPTED: _deleted,
    FactKind.DELETE_FAILED: _delete_failed,
    FactKind.TASK_GONE: _gone,
    FactKind.DESCRIBED: _described,
    FactKind.SLICE_CREATED: _sliced,
    FactKind.SLICE_UPLOADED: _slice_uploaded,
    FactKind.UPLOAD_START_FAILED: _upload_start_failed,
    FactKind.UPLOAD_FINISHED: _upload_finished,
    FactKind.UPLOAD_STUCK: _upload_stuck,
    FactKind.TRANSCODE_FINISHED: _transcoded(FileStatus.REPORTED),
    FactKind.TRANSCODE_STUCK: _transcoded(FileStatus.EXPECTED),
    FactKind.TRANSCODE_FAILED: _transcoded(FileStatus.FAILED),
    FactKind.VOD_FILE_COMMITTED: _vod_file(FileStatus.REPORTED),
    FactKind.VOD_FILE_STUCK: _vod_file(FileStatus.EXPECTED),
    FactKind.VOD_FILE_FAILED: _vod_file(FileStatus.FAILED),
    FactKind.VOD_FINISHED: _vod_ended,
    FactKind.VOD_FAILED: _vod_ended,
    FactKind.STORAGE_CHECKED: _storage_checked,
}
