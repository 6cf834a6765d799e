"""How a recording ended, judged by its files and its exit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from recordings.files.names import parse_name
from recordings.states.ending import Ending
from recordings.states.inventory import UNCONFIRMED, Plan
from recordings.states.task import TaskEvidence
from recordings.states.vocabulary import FileKind, FileStatus, Media, Reason, State


@dataclass(frozen=True, slots=True)
class Outcome:
    state: State
    reason: Reason | None


def failed_start(tasks: Sequence[TaskEvidence]) -> Outcome | None:
    """Return the outcome of tasks that all failed to start; None when one of them did start."""
    failed = [t.failed_at is not None and (t.started_at is None or t.started_at >= t.failed_at) for t in tasks]
    return Outcome(State.FAILED, Reason.START_FAILED) if failed and all(failed) else None


def certain_outcome(ending: Ending) -> Outcome | None:
    """Return the outcome that no later event can take back, or None while there is none.

    HLS ends at 305 (Status 0 or 2). A mixed MP4 or AAC has one logical track, so a file that was not split is the
    whole; a mixed VOD recording ends at 312. A single-stream one promises as many files as users were seen, and a late
    event may show another user: it waits for quiet (`closing_outcome`), and so do twins.

    Source: event sequences of https://trtc.io/document/54914 and 45169; design, section 4.
    """
    plan = ending.plan
    if ending.has_twin or ending.missing or not ending.there or ending.awaits_storage:
        return None
    if FileKind.HLS in plan.outputs and not all(task.upload_finished_at or task.is_stored for task in ending.tasks):
        return None
    if plan.transcoded_kind is not None:
        made = [file for file in ending.files if file.kind == plan.transcoded_kind]
        if not plan.mixed or not made:
            return None
        if plan.transcoded_kind == FileKind.VOD:
            if not all(task.vod_finished for task in ending.tasks):
                return None
        elif not all(_is_unsplit(file.name) for file in made):
            return None
    return Outcome(State.COMPLETED, ending.exit_reason)


def _is_unsplit(name: str) -> bool:
    """Tell whether a mixed MP4 or AAC is the whole: one that was split has an index behind the room."""
    read = parse_name(name)
    return read is not None and read.user_id is None and read.index is None and not read.recovery


def is_told_whole(ending: Ending) -> bool:
    """Tell whether the vendor owes nothing any more.

    A stuck upload (305, 310 or 311 with Status 1) is not final: the vendor repairs it later.
    """
    tasks, plan = ending.tasks, ending.plan
    if not ending.files:
        return any(_came_to_nothing(task, plan) for task in tasks)
    if any(t.upload_stuck and not (t.upload_finished_at or t.is_stored) for t in tasks) or ending.hls_unconfirmed:
        return False
    open_files = [f for f in ending.files if f.status == FileStatus.EXPECTED]
    if any(t.transcode_failed or t.vod_failed for t in tasks):
        # The vendor gave up on the outputs; only the playlists are still awaited.
        open_files = [f for f in open_files if f.kind == FileKind.HLS]
    if plan.transcoded_kind == FileKind.VOD and not plan.mixed and not all(task.vod_ended_at for task in tasks):
        return False
    return not open_files and not any(_may_have_more(task, plan) for task in tasks)


def _may_have_more(task: TaskEvidence, plan: Plan) -> bool:
    """Tell whether outputs seen in storage alone may be some of several: nobody told of users, nor of an end."""
    seen_alone = bool(task.outputs) and not task.slices and task.transcode_ended_at is None and bool(task.stored)
    return seen_alone and not plan.mixed and plan.is_asked and not task.is_vod  # an event told of each file in VOD


def is_whole(ending: Ending, *, heard_at: datetime | None, quiet_after: timedelta) -> bool:
    """Tell whether nothing is outstanding any more, so that quiet alone is awaited.

    Where the end rests on storage, it must have shown every file that the vendor claims; that there is nothing at all
    is believed of a look that was made when everything had had its time.

    Args:
        heard_at: When the last callback came in, or the recorder left.
    """
    sight = ending.sight
    if not is_told_whole(ending):
        return False
    if not sight.is_wanted:
        return True
    if sight.read_at is None or heard_at is None or ending.awaits_storage:
        return False
    if ending.files and not ending.missing:
        return True
    if any(file.status == FileStatus.REPORTED for file in ending.missing):
        return False
    return sight.read_at >= heard_at + (timedelta() if ending.files else quiet_after)


def _came_to_nothing(task: TaskEvidence, plan: Plan) -> bool:
    """Tell whether a task without any file is over: a playlist is told while it runs, the rest only afterwards."""
    if task.upload_finished_at or task.transcode_ended_at or task.vod_ended_at or task.failed_at:
        return True
    return task.left_at is not None and (FileKind.HLS in plan.outputs or task.media == Media.WAITING)


def closing_outcome(ending: Ending) -> Outcome:
    """Return the outcome by what is known when waiting longer has no point."""
    tasks, current = ending.tasks, ending.current
    failed_to_start = failed_start([current] if current else [])
    if ending.there:
        cause = _cause_of_doubt(ending, failed_to_start)
        if cause is None and ending.awaits_storage:
            return Outcome(State.COMPLETED, Reason.STORAGE_UNREADABLE)  # on the vendor's word: nobody could look
        return Outcome(State.PARTIAL, cause) if cause else Outcome(State.COMPLETED, ending.exit_reason)
    if ending.successor_lost:
        return Outcome(State.LOST, Reason.UNKNOWN_OUTCOME)
    if ending.missing:
        cause = _cause(ending)
        known = cause in (Reason.UPLOAD_FAILED, Reason.TRANSCODE_FAILED, Reason.NOT_IN_STORAGE)
        return Outcome(State.FAILED if known else State.LOST, cause)
    if failed_to_start is not None:
        return failed_to_start
    if any(task.upload_start_failed or task.vod_failed for task in tasks):
        return Outcome(State.FAILED, Reason.UPLOAD_FAILED)
    if any(task.transcode_failed for task in tasks):
        return Outcome(State.FAILED, Reason.TRANSCODE_FAILED)
    ended = any(
        t.left_at or t.upload_finished_at or t.vod_ended_at or t.transcode_ended_at or t.stored_at for t in tasks
    )
    if not ended and not any(task.media == Media.WAITING for task in tasks):
        # The vendor never said that it ended, nor that there was nothing, so nobody knows whether there is a file.
        return Outcome(State.LOST, Reason.VANISHED)
    if ending.asked_to_stop and not any(task.started_at for task in tasks):
        return Outcome(State.CANCELED, ending.exit_reason)
    return Outcome(State.EMPTY, ending.exit_reason)


def _cause_of_doubt(ending: Ending, failed_to_start: Outcome | None) -> Reason | None:
    """Return why the files that are there are not all; None when they are."""
    tasks, plan = ending.tasks, ending.plan
    if ending.missing:
        return _cause(ending)
    if ending.successor_lost:
        return Reason.UNKNOWN_OUTCOME
    if failed_to_start is not None:
        return failed_to_start.reason
    if ending.hls_unconfirmed:
        return Reason.UPLOAD_UNCONFIRMED
    if plan.transcoded_kind == FileKind.VOD:
        if any(task.vod_failed for task in tasks):
            return Reason.UPLOAD_FAILED
        if not plan.mixed and not all(task.vod_ended_at for task in tasks):
            return Reason.UPLOAD_UNCONFIRMED
    if any(task.transcode_failed and not task.slices for task in tasks) and not plan.mixed:
        return Reason.TRANSCODE_FAILED  # of a user that nobody named
    return None


def _cause(ending: Ending) -> Reason:
    tasks = ending.tasks
    told = [file.reason for file in ending.missing if file.reason is not None]
    if told:
        return told[0]
    if any(task.upload_start_failed or task.vod_failed for task in tasks):
        return Reason.UPLOAD_FAILED
    if any(task.transcode_failed for task in tasks):
        return Reason.TRANSCODE_FAILED
    return UNCONFIRMED[ending.missing[0].kind]
