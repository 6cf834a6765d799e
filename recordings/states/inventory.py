"""Which files a recording should have, and which of them the vendor says are there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from recordings.states.task import File, TaskEvidence
from recordings.states.vocabulary import FileKind, FileStatus, Reason

# Single-stream names carry the user (Base64 with / as - and = as .) and the medium.
# Source: https://trtc.io/document/45169, naming of recording files.
_SINGLE_NAME = re.compile(r"_{1,2}UserId_s_(?P<user>.+?)_{1,2}UserId_e_(?P<media>main|aux)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the request says about its files.

    Attributes:
        storage_kind: cos, s3 or vod.
        mixed: One picture of all, or every user apart.
        outputs: Kinds of files the caller gets: {hls}, {hls, mp4}, {mp4}, {hls, aac}, {aac} or {vod}.
    """

    storage_kind: str
    mixed: bool
    outputs: frozenset[FileKind]

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
        reason: Why it is not there, for a file that is not reported.
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
    reason: Reason | None = None


def list_files(*, tasks: Iterable[TaskEvidence], plan: Plan) -> tuple[FileView, ...]:
    """Return every file that is expected or known, in a stable order."""
    files: list[FileView] = []
    for task in tasks:
        if FileKind.HLS in plan.outputs:
            files += [_playlist(task, name, file) for name, file in sorted(task.slices.items())]
        if plan.transcoded_kind is not None:
            known = [_output(task, key, status, file, plan) for key, (status, file) in sorted(task.outputs.items())]
            files += known + _outstanding(task, plan=plan, known=known)
    return tuple(files)


def _playlist(task: TaskEvidence, name: str, file: File) -> FileView:
    there = name in task.uploaded or task.upload_finished_at is not None
    stuck = task.upload_stuck and task.upload_finished_at is None
    status = FileStatus.REPORTED if there and not stuck else FileStatus.EXPECTED
    return _view(
        task,
        file,
        key=f"{task.task_id}/{name}",
        kind=FileKind.HLS,
        status=status,
        reason=Reason.UPLOAD_FAILED if stuck else None,
    )


def _output(task: TaskEvidence, key: str, status: FileStatus, file: File, plan: Plan) -> FileView:
    kind = plan.transcoded_kind or FileKind.MP4
    reason = None if status == FileStatus.REPORTED else _REASON_BY_KIND[kind]
    return _view(task, file, key=f"{task.task_id}/{key}", kind=kind, status=status, reason=reason)


_REASON_BY_KIND = {
    FileKind.MP4: Reason.TRANSCODE_FAILED,
    FileKind.AAC: Reason.TRANSCODE_FAILED,
    FileKind.VOD: Reason.UPLOAD_FAILED,
}


def _outstanding(task: TaskEvidence, *, plan: Plan, known: list[FileView]) -> list[FileView]:
    """Return what the seen tracks promise and no output covers: one file per user and medium, or one of all."""
    kind = plan.transcoded_kind
    if kind is None or task.media_started_at is None:
        return []
    if plan.mixed:
        promised = {("", "mix")}
        covered = {("", "mix")} if known else set()
    else:
        promised = {_owner(file) for file in task.slices.values()}
        covered = {_owner_of_view(view) for view in known}
    return [
        _view(
            task,
            {"user_id": user, "media_id": media},
            key=f"{task.task_id}/{kind}:{user}:{media}",
            kind=kind,
            status=FileStatus.EXPECTED,
        )
        for user, media in sorted(promised - covered)
    ]


def _owner(file: File) -> tuple[str, str]:
    # The name first: a playlist and the MP4 made of it carry the same encoded user, while one event of the two may
    # leave the plain user id out.
    found = _SINGLE_NAME.search(file.get("name", ""))
    if found:
        return found["user"], found["media"]
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
        begin_ms=file.get("begin_ms"),
        end_ms=file.get("end_ms"),
        file_id=file.get("file_id", ""),
        url=file.get("url", ""),
        reason=reason,
    )
