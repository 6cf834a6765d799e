"""Which files a recording should have, and which of them the vendor says are there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from recordings.files.names import parse_name
from recordings.states.task import File, TaskEvidence
from recordings.states.vocabulary import FileKind, FileStatus, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the request says about its files.

    Attributes:
        storage_kind: cos, s3 or vod.
        mixed: One picture of all, or every user apart.
        outputs: Kinds of files the caller gets: {hls}, {hls, mp4}, {mp4}, {hls, aac}, {aac} or {vod}.
        is_asked: It is a request's. What was started elsewhere promises no file that nobody told of.
    """

    storage_kind: str
    mixed: bool
    outputs: frozenset[FileKind]
    is_asked: bool = True

    @property
    def transcoded_kind(self) -> FileKind | None:
        """MP4, AAC or VOD: what is made after the exit; None for HLS alone."""
        return next((kind for kind in (FileKind.MP4, FileKind.AAC, FileKind.VOD) if kind in self.outputs), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """One file, expected or known.

    Attributes:
        key: Names the file within its recording; stable while its status improves.
        name: As the vendor gives it; empty while only its being expected is known.
        begin_ms, end_ms: Unix milliseconds, as the vendor gives them.
        size: Bytes.
        offset_ms: Where it begins in the replay of the whole.
        reason: Why it is not there, for a file that is not reported, or that storage does not have.
        told_at: When the vendor first said that it is there; None where it said so of no file of this name.
        checked: What a look at a playlist in storage found: {segments, missing, missing_names, gaps, ended,
            told_begin_ms}; None when there is nothing to tell.
        is_blank: It is a finished playlist without a segment: in storage, and no recording.
    """

    key: str
    task_id: str
    kind: FileKind
    status: FileStatus
    name: str = ""
    user_id: str = ""
    track_type: str = ""
    media_id: str = ""
    begin_ms: int | None = None
    end_ms: int | None = None
    file_id: str = ""
    url: str = ""
    size: int | None = None
    duration_ms: int | None = None
    offset_ms: int | None = None
    reason: Reason | None = None
    told_at: datetime | None = None
    checked: Mapping[str, Any] | None = None
    is_blank: bool = False


def plan_seen(tasks: Iterable[TaskEvidence]) -> Plan:
    """Return the plan of a recording that was started elsewhere, by what its events are about."""
    told = list(tasks)
    if any(task.is_vod for task in told):
        return Plan(storage_kind="vod", mixed=False, outputs=frozenset({FileKind.VOD}), is_asked=False)
    outputs = {FileKind.HLS} if any(task.slices or task.upload_finished_at for task in told) else set()
    for task in told:
        outputs |= {FileKind.AAC if key.endswith(".aac") else FileKind.MP4 for key in task.outputs}
    return Plan(storage_kind="cos", mixed=False, outputs=frozenset(outputs or {FileKind.HLS}), is_asked=False)


def list_files(*, tasks: Iterable[TaskEvidence], plan: Plan) -> tuple[FileView, ...]:
    """Return every file that is expected or known, in a stable order."""
    files: list[FileView] = []
    for task in tasks:
        if FileKind.HLS in plan.outputs:
            files += [_playlist(task, name, file) for name, file in sorted(task.slices.items())]
            if not task.slices and task.media_started_at is not None:
                # Media was seen and no playlist was named: one is there, or should be.
                files.append(_view(task, {}, key=f"{task.task_id}/hls", kind=FileKind.HLS, status=FileStatus.EXPECTED))
        if plan.transcoded_kind is not None:
            told = [_output(task, key, status, file, plan) for key, (status, file) in sorted(task.outputs.items())]
            known = [view for view in told if not _is_superseded(view, told)]
            files += known + _outstanding(task, plan=plan, known=known)
    return tuple(files)


def file_key(task_id: str, name: str) -> str:
    """Return what names a file within its recording; short enough for an index, however long the name is."""
    key = f"{task_id}/{name}"
    return key if len(key.encode()) <= LONGEST_KEY else f"{task_id}/{sha256(key.encode()).hexdigest()}"


LONGEST_KEY = 1000  # bytes


def web_address(told: str) -> str:
    """Return an address that a reader may follow; empty for anything else that a body calls one."""
    return told if told.startswith(("https://", "http://")) else ""


def explain_missing(files: Iterable[FileView]) -> tuple[FileView, ...]:
    """Return *files* of a closed recording: each that is not there, and was not told to fail, with its reason."""
    return tuple(
        replace(file, reason=UNCONFIRMED[file.kind])
        if file.status == FileStatus.EXPECTED and file.reason is None
        else file
        for file in files
    )


UNCONFIRMED = dict.fromkeys(FileKind, Reason.UPLOAD_UNCONFIRMED) | {
    FileKind.MP4: Reason.TRANSCODE_UNCONFIRMED,
    FileKind.AAC: Reason.TRANSCODE_UNCONFIRMED,
}


def _is_superseded(view: FileView, others: Iterable[FileView]) -> bool:
    """Tell whether a failure was told of a file that came through after all, under another key.

    A failed 311 has neither FileId nor MediaId and may lack the name; the same user's commit is about the same file.
    """
    return view.status != FileStatus.REPORTED and any(
        other.status == FileStatus.REPORTED
        and view.user_id == other.user_id
        and not (view.name and other.name)
        and (not view.track_type or not other.track_type or view.track_type == other.track_type)
        and (not view.media_id or not other.media_id or view.media_id == other.media_id)
        for other in others
    )


def _playlist(task: TaskEvidence, name: str, file: File) -> FileView:
    there = name in task.uploaded or task.upload_finished_at is not None
    stuck = task.upload_stuck and task.upload_finished_at is None
    status = FileStatus.REPORTED if there and not stuck else FileStatus.EXPECTED
    return _view(
        task,
        file,
        key=file_key(task.task_id, name),
        kind=FileKind.HLS,
        status=status,
        reason=Reason.UPLOAD_FAILED if stuck else None,
    )


def _output(task: TaskEvidence, key: str, status: FileStatus, file: File, plan: Plan) -> FileView:
    kind = plan.transcoded_kind or FileKind.MP4
    reason = None if status == FileStatus.REPORTED else _REASON_BY_KIND[kind]
    if status == FileStatus.EXPECTED:
        reason = Reason.UPLOAD_FAILED  # made, and stuck on its way to storage
    return _view(task, file, key=file_key(task.task_id, key), kind=kind, status=status, reason=reason)


_REASON_BY_KIND = {
    FileKind.MP4: Reason.TRANSCODE_FAILED,
    FileKind.AAC: Reason.TRANSCODE_FAILED,
    FileKind.VOD: Reason.UPLOAD_FAILED,
}


def _outstanding(task: TaskEvidence, *, plan: Plan, known: list[FileView]) -> list[FileView]:
    """Return what the seen tracks promise and no output covers: one file per user and medium, or one of all."""
    kind = plan.transcoded_kind
    if kind is None or task.media_started_at is None or not plan.is_asked:
        return []
    recorded = task.recorded
    if task.slices and not recorded:
        return []  # nothing to make it of
    if plan.mixed or not task.slices:
        # One of all; or of nobody knows whom, which any file that is named fulfils.
        owner = ("", "mix") if plan.mixed else ("", "")
        promised, covered = {owner}, {owner} if known else set()
    else:
        promised = {_owner(file) for file in recorded}
        covered = {_owner_of_view(view) for view in known}
    return [
        _view(
            task,
            {"user_id": user, "media_id": media},
            key=f"{task.task_id}/{kind}:{user}:{media}",
            kind=kind,
            # A failure that names no file is of all that were not told of.
            status=FileStatus.FAILED if task.transcode_failed else FileStatus.EXPECTED,
            reason=Reason.TRANSCODE_FAILED if task.transcode_failed else None,
        )
        for user, media in sorted(promised - covered)
    ]


def _owner(file: File) -> tuple[str, str]:
    # The name first: a playlist and the MP4 made of it carry the same encoded user, while one event of the two may
    # leave the plain user id out.
    found = parse_name(file.get("name", ""))
    # A user id with a NUL, which no row can hold, is nobody's.
    if found is not None and found.user_id is not None and "\0" not in found.user_id:
        return found.user_id, found.media_id
    return file.get("user_id", ""), file.get("media_id") or "main"


def _owner_of_view(view: FileView) -> tuple[str, str]:
    return _owner({"name": view.name, "user_id": view.user_id, "media_id": view.media_id})


def _view(
    task: TaskEvidence,
    file: File,
    *,
    key: str,
    kind: FileKind,
    status: FileStatus,
    reason: Reason | None = None,
) -> FileView:
    return FileView(
        key=key,
        task_id=task.task_id,
        kind=kind,
        status=status,
        name=file.get("name", ""),
        user_id=file.get("user_id", ""),
        track_type=file.get("track_type", ""),
        media_id=file.get("media_id", ""),
        begin_ms=file.get("begin_ms") or file.get("described_begin_ms"),
        end_ms=file.get("end_ms"),
        file_id=file.get("file_id", ""),
        url=web_address(file.get("url", "")),
        reason=reason,
        told_at=file.get("told_at"),
    )
