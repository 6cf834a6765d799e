"""How a recording ended, judged by its files and its exit."""

from collections.abc import Sequence
from dataclasses import dataclass

from recordings.states.inventory import FileView, Plan
from recordings.states.task import TaskEvidence
from recordings.states.vocabulary import FileKind, FileStatus, Reason, State


@dataclass(frozen=True, slots=True)
class Outcome:
    state: State
    reason: Reason | None


def certain_outcome(
    *, tasks: Sequence[TaskEvidence], files: Sequence[FileView], plan: Plan, exit_reason: Reason | None
) -> Outcome | None:
    """Return the outcome that no later event can take back, or None while there is none.

    HLS ends at 305 (Status 0 or 2). A mixed MP4, AAC or VOD recording has one logical track, so its first reported
    file is the whole. A single-stream one promises as many files as users were seen, and a late event may show
    another user: it waits for the clock (`closing_outcome`).

    Source: event sequences of https://trtc.io/document/54914 and 45169; design, section 4.
    """
    if any(task.failed_at for task in tasks) and not any(task.started_at for task in tasks):
        return Outcome(State.FAILED, Reason.START_FAILED)
    if not any(file.status == FileStatus.REPORTED for file in files):
        return None

    uploaded = all(task.upload_finished_at is not None for task in tasks if task.slices)
    if FileKind.HLS in plan.outputs and not uploaded:
        return None
    if plan.transcoded_kind is not None:
        if not plan.mixed or not _has(files, plan.transcoded_kind):
            return None
        if plan.transcoded_kind == FileKind.VOD and not any(task.vod_ended_at for task in tasks):
            return None
    return Outcome(State.COMPLETED, exit_reason)


def is_whole(*, tasks: Sequence[TaskEvidence], files: Sequence[FileView], plan: Plan) -> bool:
    """Tell whether nothing is outstanding any more, so that quiet alone is awaited.

    A stuck upload (305, 310 or 311 with Status 1) is not final: the vendor repairs it later.
    """
    ended = any(t.upload_finished_at or t.transcode_ended_at or t.vod_ended_at or t.left_at for t in tasks)
    if not files:
        return ended
    stuck = any(task.upload_stuck and task.upload_finished_at is None for task in tasks)
    open_files = [f for f in files if f.status == FileStatus.EXPECTED]
    if plan.transcoded_kind is not None and any(t.transcode_failed or t.vod_failed for t in tasks):
        # The vendor gave up on the outputs; only the playlists are still awaited.
        open_files = [f for f in open_files if f.kind == FileKind.HLS]
    return not stuck and not open_files


def closing_outcome(
    *,
    tasks: Sequence[TaskEvidence],
    files: Sequence[FileView],
    plan: Plan,
    exit_reason: Reason | None,
    asked_to_stop: bool,
) -> Outcome:
    """Return the outcome by what is known when waiting longer has no point."""
    there = [file for file in files if file.status == FileStatus.REPORTED]
    missing = [file for file in files if file.status != FileStatus.REPORTED]
    if there and not missing:
        return Outcome(State.COMPLETED, exit_reason)
    cause = _cause(tasks=tasks, missing=missing, plan=plan)
    if there:
        return Outcome(State.PARTIAL, cause)
    if missing:
        known = cause in (Reason.UPLOAD_FAILED, Reason.TRANSCODE_FAILED)
        return Outcome(State.FAILED if known else State.LOST, cause)
    if any(task.failed_at for task in tasks):
        return Outcome(State.FAILED, Reason.START_FAILED)
    if any(task.upload_start_failed for task in tasks):
        return Outcome(State.FAILED, Reason.UPLOAD_FAILED)
    if any(task.vod_failed for task in tasks):
        return Outcome(State.FAILED, Reason.UPLOAD_FAILED)
    if any(task.transcode_failed for task in tasks):
        return Outcome(State.FAILED, Reason.TRANSCODE_FAILED)
    if not any(t.left_at or t.upload_finished_at or t.vod_ended_at or t.transcode_ended_at for t in tasks):
        # The vendor never said that it ended, so nobody knows whether there is a file.
        if not any(task.started_at for task in tasks) and asked_to_stop:
            return Outcome(State.CANCELED, exit_reason)
        return Outcome(State.LOST, Reason.VANISHED)
    if asked_to_stop and not any(task.started_at for task in tasks):
        return Outcome(State.CANCELED, exit_reason)
    return Outcome(State.EMPTY, exit_reason)


def _cause(*, tasks: Sequence[TaskEvidence], missing: Sequence[FileView], plan: Plan) -> Reason | None:
    told = [file.reason for file in missing if file.reason is not None]
    if told:
        return told[0]
    if any(task.upload_start_failed for task in tasks):
        return Reason.UPLOAD_FAILED
    if any(task.vod_failed for task in tasks):
        return Reason.UPLOAD_FAILED
    if any(task.transcode_failed for task in tasks):
        return Reason.TRANSCODE_FAILED
    if missing and missing[0].kind == plan.transcoded_kind:
        return Reason.TRANSCODE_UNCONFIRMED
    return Reason.UPLOAD_UNCONFIRMED


def _has(files: Sequence[FileView], kind: FileKind) -> bool:
    return any(file.kind == kind and file.status == FileStatus.REPORTED for file in files)
