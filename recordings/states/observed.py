"""Recordings of which callbacks are all that is known: TIW, GME, CSS, and any family to come.

They were started elsewhere and nobody can be asked about them. Where the family has a last word (TIW), that ends them;
where it has none, a quiet period does. Facts of another kind than these leave the state alone.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from recordings.states.doubt import doubt_of
from recordings.states.facts import Fact
from recordings.states.inventory import FileView, explain_missing, file_key, web_address
from recordings.states.observation import Observation, ToldFile, gather, moment
from recordings.states.outcome import Outcome
from recordings.states.policy import Policy
from recordings.states.snapshot import Snapshot
from recordings.states.stored import see_storage
from recordings.states.task import TaskEvidence
from recordings.states.verdict import fault_of
from recordings.states.vocabulary import FileKind, FileStatus, Media, Reason, State, is_terminal, merit

_KINDS = {"m3u8": FileKind.HLS} | {kind.value: kind for kind in FileKind}


def fold_observed(facts: list[Fact], *, opening: Fact, policy: Policy) -> Snapshot:
    """Return what *facts* say; they come in the order of `facts.in_order`.

    Args:
        opening: Its `observed` fact.
    """
    seen = gather(facts, opening)
    closing = _closing(seen)
    certain = _certain(seen)
    ends = [Outcome(State(f.data["state"]), _reason(f.data.get("reason")) or Reason.UNTOLD) for f in seen.settled]
    if ends:
        ends.append(closing)  # what comes in after the end can only improve on it
    if certain is not None:
        ends.append(certain)
    live = _live(seen)
    # Of equals the last: it knows the most.
    outcome = max(reversed(ends), key=lambda end: merit(end.state), default=Outcome(live, None))
    is_over = is_terminal(outcome.state)
    files = tuple(_view(seen, key, file) for key, file in sorted(seen.files.items()))
    words = _words(seen)
    gone = seen.finished or seen.left
    exited_at = _ended_at(seen) if gone or is_over else None
    closes_at = None if is_over else _closes_at(seen, live, policy)

    return Snapshot(
        state=outcome.state,
        media=Media.FLOWING if outcome.state == State.RECORDING else None,
        reason=outcome.reason,
        fault=fault_of(outcome, words),
        vendor_code=words.get("code", ""),
        vendor_message=words.get("message", ""),
        vendor_request_id="",
        task_id=seen.task_id,
        tasks=(TaskEvidence(seen.task_id, seen.first_seen),) if seen.task_id else (),
        files=explain_missing(files) if is_over else files,
        attempts=(),
        parameters={},
        layout_template="",
        pending_revision=None,
        revision=1,
        requested_at=opening.occurred_at,
        started_at=seen.started_at,
        media_started_at=seen.started_at,
        ended_at=exited_at,
        stop_requested_at=None,
        stop_reason=None,
        planned_end_at=closes_at or opening.occurred_at,
        exited_at=exited_at,
        awaits_twin=False,
        displaced=False,
        quiet_since=seen.last_heard,
        whole=bool(seen.ready) and not seen.unfinished,
        told_whole=bool(seen.ready) and not seen.unfinished,
        storage=see_storage(facts, is_wanted=False),
        closing=closing,
        verified=False if outcome.state in (State.COMPLETED, State.PARTIAL) else None,
        provisional_reason=doubt_of(facts, is_over=is_over),
        details=seen.details,
        observed_family=opening.data["family"],
        closes_at=closes_at,
        live_tasks=0,  # of a product whose quota is not ours to keep
    )


def _certain(seen: Observation) -> Outcome | None:
    """Return how it ended by the vendor's last word; None while there is none."""
    if seen.finished is None:
        if seen.failed is not None and seen.started_at is None and not seen.files:
            return Outcome(State.FAILED, Reason.START_FAILED)
        return None
    told = seen.finished.data
    reason = _reason(told.get("reason"))
    if told.get("code") or reason == Reason.RECORDER_ERROR:
        if not seen.ready:
            return Outcome(State.FAILED, Reason.RECORDER_ERROR if seen.started_at else Reason.START_FAILED)
        return Outcome(State.PARTIAL if told.get("code") else State.COMPLETED, Reason.RECORDER_ERROR)
    return Outcome(State.COMPLETED if seen.ready else State.EMPTY, reason or Reason.UNTOLD)


def _closing(seen: Observation) -> Outcome:
    """Return how it ended by what is known when waiting longer has no point."""
    if certain := _certain(seen):
        return certain
    if seen.ready:
        if seen.unfinished:
            return Outcome(State.PARTIAL, Reason.UPLOAD_UNCONFIRMED)
        told = _reason(seen.left.data.get("reason")) if seen.left else None
        return Outcome(State.COMPLETED, Reason.RECORDER_ERROR if seen.error else told or Reason.QUIET)
    if seen.failed is not None and not seen.files:
        return Outcome(State.FAILED, Reason.START_FAILED)
    if seen.error is not None:
        return Outcome(State.FAILED, Reason.RECORDER_ERROR)
    return Outcome(State.LOST, Reason.UPLOAD_UNCONFIRMED if seen.files or seen.left else Reason.VANISHED)


def _live(seen: Observation) -> State:
    if seen.left is not None:
        return State.FINALIZING
    if seen.announced is not None:
        return State.STOPPING
    if seen.is_paused:
        return State.PAUSED
    is_written = any(file.rank == 0 for file in seen.files.values())
    # A family that tells of files alone records while one is open; one that tells of the recorder, until it left.
    return State.RECORDING if is_written or seen.is_recorder_known or not seen.files else State.FINALIZING


def _closes_at(seen: Observation, live: State, policy: Policy) -> datetime:
    """Return when the clock closes it: after a quiet period where all is there, later where something is missing."""
    if live in (State.RECORDING, State.PAUSED):
        return seen.last_heard + timedelta(seconds=policy.silence_seconds)
    quiet = seen.opening.data.get("quiet_seconds")
    if quiet is None or not seen.ready or seen.unfinished:
        return seen.last_heard + timedelta(seconds=max(quiet or 0, policy.transcode_deadline_seconds))
    return seen.last_heard + timedelta(seconds=quiet)


def _ended_at(seen: Observation) -> datetime:
    ends = [file.told["end_ms"] for file in seen.files.values() if file.told.get("end_ms")]
    if seen.finished is not None:
        return moment(seen.finished.data.get("ended_ms"), seen.finished) or seen.finished.occurred_at
    if seen.left is not None:
        return seen.left.occurred_at
    if ends:
        return datetime.fromtimestamp(max(ends) / 1000, tz=seen.opening.occurred_at.tzinfo)
    return seen.settled[0].occurred_at if seen.settled else seen.last_heard


def _words(seen: Observation) -> Mapping[str, str]:
    for fact in (seen.finished, seen.failed, seen.error):
        if fact is not None and (fact.data.get("code") or fact.data.get("message")):
            return {"code": str(fact.data.get("code") or ""), "message": str(fact.data.get("message") or "")}
    return {}


def _view(seen: Observation, key: str, file: ToldFile) -> FileView:
    told = file.told
    return FileView(
        key=file_key(seen.task_id, key),
        task_id=seen.task_id,
        kind=_KINDS.get(told.get("format", ""), FileKind.OTHER),
        status=FileStatus.REPORTED if file.rank == 2 else FileStatus.EXPECTED,
        url=web_address(told.get("url", "")),
        **{name: told[name] for name in _FILE_FIELDS if name in told},
    )


_FILE_FIELDS = (
    *("name", "user_id", "track_type", "media_id", "begin_ms", "end_ms", "file_id"),
    *("size", "duration_ms", "offset_ms"),
)


def _reason(text: str | None) -> Reason | None:
    return Reason(text) if text else None
