"""Recordings that were started elsewhere: what callbacks alone say, and when the clock closes them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from recordings.states.deadlines import deadline_of
from recordings.states.duties import next_step
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.fold import fold
from recordings.states.policy import Policy
from recordings.states.snapshot import Snapshot
from recordings.states.steps import Delete, Describe, Settle
from recordings.states.vocabulary import Doubt, Fault, Reason, State

POLICY = Policy()
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
MP4 = {"file_id": "f1", "name": "a.mp4", "format": "mp4", "size": 10, "duration_ms": 1000, "offset_ms": 3}


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def told(kind: FactKind, seconds: float = 0, *, key: str = "", weak: bool = False, **data: Any) -> Fact:
    """Return a callback's fact of the task `t`, so many seconds after the beginning."""
    return Fact(
        kind=kind,
        source=Source.CALLBACK,
        key=key or f"{kind}:{seconds}",
        occurred_at=at(seconds),
        received_at=at(seconds),
        task_id="t",
        data=data | ({"assurance": "weak"} if weak else {}),
    )


def observed(family: str, *facts: Fact, quiet: int | None = None) -> Snapshot:
    opening = told(FactKind.OBSERVED, key="observed", family=family, quiet_seconds=quiet)
    return fold([opening, *facts], policy=POLICY)


def settled(state: State, reason: Reason, seconds: float) -> Fact:
    return Fact(
        kind=FactKind.SETTLED,
        source=Source.CLOCK,
        key=f"settled:{state}",
        occurred_at=at(seconds),
        received_at=at(seconds),
        data={"state": state, "reason": reason, "because": "quiet"},
    )


# --- TIW: the last event ends it


def finished(seconds: float = 60, **data: Any) -> Fact:
    return told(FactKind.FINISHED, seconds, **({"reason": "stopped", "files": [MP4], "ended_ms": None} | data))


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ([told(FactKind.RECORDER_STARTED)], State.RECORDING),
        ([told(FactKind.RECORDER_STARTED), told(FactKind.PAUSED, 9)], State.PAUSED),
        ([told(FactKind.PAUSED, 9), told(FactKind.RESUMED, 10)], State.RECORDING),
        ([told(FactKind.PAUSED, 9), told(FactKind.EXIT_ANNOUNCED, 10, reason="paused_too_long")], State.STOPPING),
        ([told(FactKind.RECORDER_STARTED), told(FactKind.RECORDER_LEFT, 9)], State.FINALIZING),
        ([told(FactKind.RECORDER_LEFT, 9), finished()], State.COMPLETED),
        ([finished(files=[])], State.EMPTY),
        ([finished(), told(FactKind.RECORDER_STARTED, 99)], State.COMPLETED),
    ],
)
def test_a_recorder_tells_where_it_is(facts: list[Fact], state: State) -> None:
    assert observed("tiw", *facts).state == state


@pytest.mark.parametrize(
    ("data", "end"),
    [
        ({}, (State.COMPLETED, Reason.STOPPED, Fault.NONE)),
        ({"reason": "no_publisher"}, (State.COMPLETED, Reason.NO_PUBLISHER, Fault.NONE)),
        ({"reason": "recorder_error"}, (State.COMPLETED, Reason.RECORDER_ERROR, Fault.NONE)),
        ({"code": "E", "files": [], "began_ms": None}, (State.FAILED, Reason.START_FAILED, Fault.VENDOR)),
        ({"code": "E", "files": [], "began_ms": 10**12}, (State.FAILED, Reason.RECORDER_ERROR, Fault.VENDOR)),
        ({"reason": "recorder_error", "files": []}, (State.FAILED, Reason.START_FAILED, Fault.VENDOR)),
        ({"code": "E", "began_ms": 10**12}, (State.PARTIAL, Reason.RECORDER_ERROR, Fault.VENDOR)),
    ],
)  # fmt: skip
def test_the_last_word_says_how_it_ended(data: dict[str, Any], end: tuple[State, Reason, Fault]) -> None:
    snapshot = observed("tiw", finished(**data))
    assert (snapshot.state, snapshot.reason, snapshot.fault) == end


def test_a_failure_keeps_the_vendors_words() -> None:
    snapshot = observed("tiw", finished(code="FailedOperation.Record", message="invalid userid", files=[]))
    assert (snapshot.vendor_code, snapshot.vendor_message) == ("FailedOperation.Record", "invalid userid")


def test_files_carry_what_was_told_of_them() -> None:
    (file,) = observed("tiw", finished()).files
    assert (file.kind, file.status, file.size, file.duration_ms, file.offset_ms) == ("mp4", "reported", 10, 1000, 3)


# --- GME and CSS: quiet ends it


def file_told(kind: FactKind, seconds: float, name: str = "a.mp3") -> Fact:
    return told(kind, seconds, key=f"{kind}:{name}", files=[{"name": name, "format": "mp3"}])


def test_a_file_that_is_written_is_a_recording_under_way() -> None:
    opened = file_told(FactKind.FILE_OPENED, 1)
    assert observed("gme", opened, quiet=600).state == State.RECORDING
    closed = file_told(FactKind.FILE_CLOSED, 2)
    assert observed("gme", opened, closed, quiet=600).state == State.FINALIZING
    other = file_told(FactKind.FILE_OPENED, 3, "b.mp3")
    assert observed("gme", opened, closed, other, quiet=600).state == State.RECORDING


def test_a_quiet_period_after_the_last_callback_completes_it() -> None:
    snapshot = observed("gme", file_told(FactKind.FILE_READY, 5), quiet=600)
    assert snapshot.state == State.FINALIZING
    assert deadline_of(snapshot, policy=POLICY) == at(605)
    step, _ = next_step(snapshot, now=at(606), looked_at=None, policy=POLICY)
    assert isinstance(step, Settle)
    assert (step.outcome.state, step.outcome.reason) == (State.COMPLETED, Reason.QUIET)


def test_what_is_missing_is_waited_for_longer_and_then_told() -> None:
    snapshot = observed("gme", file_told(FactKind.FILE_READY, 5), file_told(FactKind.FILE_CLOSED, 6, "b"), quiet=600)
    assert deadline_of(snapshot, policy=POLICY) == at(6 + POLICY.transcode_deadline_seconds)
    assert (snapshot.closing.state, snapshot.closing.reason) == (State.PARTIAL, Reason.UPLOAD_UNCONFIRMED)


@pytest.mark.parametrize(
    ("facts", "end"),
    [
        ([told(FactKind.RECORDER_STARTED)], (State.LOST, Reason.VANISHED)),
        ([told(FactKind.RECORDER_LEFT, 9)], (State.LOST, Reason.UPLOAD_UNCONFIRMED)),
        ([told(FactKind.RECORDER_LEFT, 9), told(FactKind.RECORDER_ERROR, 8)], (State.FAILED, Reason.RECORDER_ERROR)),
        ([file_told(FactKind.FILE_READY, 9), told(FactKind.RECORDER_ERROR)], (State.COMPLETED, Reason.RECORDER_ERROR)),
    ],
)
def test_what_the_clock_concludes(facts: list[Fact], end: tuple[State, Reason]) -> None:
    closing = observed("css", *facts, quiet=60).closing
    assert (closing.state, closing.reason) == end


def test_a_start_that_failed_is_over_at_once() -> None:
    snapshot = observed("css", told(FactKind.RECORDER_FAILED, code="1", message="no stream"), quiet=60)
    assert (snapshot.state, snapshot.reason, snapshot.vendor_message) == (State.FAILED, "start_failed", "no stream")


def test_silence_ends_what_nobody_heard_of_for_a_day() -> None:
    snapshot = observed("css", told(FactKind.RECORDER_STARTED), quiet=60)
    assert deadline_of(snapshot, policy=POLICY) == at(POLICY.silence_seconds)


def test_a_file_after_the_end_improves_it() -> None:
    lost = settled(State.LOST, Reason.UPLOAD_UNCONFIRMED, 9000)
    late = observed("css", told(FactKind.RECORDER_LEFT, 9), lost, file_told(FactKind.FILE_READY, 9001), quiet=60)
    assert (late.state, len(late.files)) == (State.COMPLETED, 1)


def test_diagnostics_move_nothing_and_are_kept() -> None:
    snapshot = observed("css", told(FactKind.DIAGNOSED, 5, code="-17", message="no audio", level="warning"), quiet=60)
    assert snapshot.state == State.RECORDING
    assert [entry["code"] for entry in snapshot.details["diagnostics"]] == ["-17"]


# --- how far it is believed


def test_a_weak_familys_end_is_provisional_until_it_is_confirmed() -> None:
    end = told(FactKind.FINISHED, 60, weak=True, reason="stopped", files=[MP4])
    assert observed("tiw", end).provisional_reason == Doubt.WEAK_SIGNATURE
    confirmed = Fact(kind=FactKind.CONFIRMED, source=Source.OPERATOR, key="c", occurred_at=at(99), received_at=at(99))
    assert observed("tiw", end, confirmed).provisional_reason is None
    later = told(FactKind.FILE_READY, 120, weak=True, files=[{"name": "forged.mp4"}])
    assert observed("tiw", end, confirmed, later).provisional_reason == Doubt.WEAK_SIGNATURE


def test_nothing_is_provisional_while_it_runs_or_when_the_signature_covers_it() -> None:
    assert observed("tiw", told(FactKind.RECORDER_LEFT, 9, weak=True)).provisional_reason is None
    assert observed("tiw", finished()).provisional_reason is None


def test_a_conflict_is_told_in_any_state() -> None:
    conflict = told(FactKind.CONFLICTED, 9)
    assert observed("tiw", told(FactKind.RECORDER_STARTED), conflict).provisional_reason == Doubt.CONFLICT
    assert observed("tiw", finished(), conflict).provisional_reason == Doubt.CONFLICT


def test_an_operator_may_believe_another_telling() -> None:
    forged = told(FactKind.FINISHED, 60, key="callback:1", reason="stopped", files=[MP4])
    other = told(FactKind.FINISHED, 60, key="adopted:2:0", code="E", files=[], supersedes=["callback:1"])
    assert observed("tiw", forged, other).state == State.FAILED
    assert observed("tiw", other, forged).state == State.FAILED


# --- TRTC: foreign, and orphans of ours


def test_a_foreign_task_is_watched_and_never_ended() -> None:
    snapshot = observed("trtc", told(FactKind.RECORDER_STARTED, 1))
    assert (snapshot.state, snapshot.is_observed) == (State.RECORDING, True)
    step, _ = next_step(snapshot, now=at(700), looked_at=None, policy=POLICY)
    assert step == Describe("t")
    steps = {
        next_step(snapshot, now=at(day * 86_400), looked_at=at(day * 86_400), policy=POLICY)[0] for day in range(9)
    }
    assert not any(isinstance(step, Delete) for step in steps)


def test_a_foreign_recording_closes_when_nothing_more_comes() -> None:
    slice_told = told(FactKind.SLICE_UPLOADED, 2, files=[{"name": "a.m3u8"}])
    left, uploaded = told(FactKind.RECORDER_LEFT, 60, reason="stopped"), told(FactKind.UPLOAD_FINISHED, 61)
    snapshot = observed("trtc", told(FactKind.RECORDER_STARTED, 1), slice_told, left, uploaded)
    assert snapshot.state == State.FINALIZING
    step, _ = next_step(snapshot, now=at(61 + POLICY.foreign_quiet_seconds), looked_at=at(60), policy=POLICY)
    assert isinstance(step, Settle)
    assert step.outcome.state == State.COMPLETED
    assert [file.kind for file in snapshot.files] == ["hls"]


def test_an_orphan_is_told_to_stop() -> None:
    stop = Fact(
        kind=FactKind.STOP_REQUESTED,
        source=Source.CLOCK,
        key="stop:orphaned",
        occurred_at=at(1),
        received_at=at(1),
        data={"reason": Reason.ORPHANED},
    )
    snapshot = observed("trtc", told(FactKind.RECORDER_STARTED, 1), stop)
    assert snapshot.state == State.STOPPING
    assert next_step(snapshot, now=at(2), looked_at=None, policy=POLICY)[0] == Delete("t")
    gone = observed("trtc", told(FactKind.RECORDER_STARTED, 1), stop, told(FactKind.RECORDER_LEFT, 9, reason="stopped"))
    assert not isinstance(next_step(gone, now=at(10), looked_at=None, policy=POLICY)[0], Delete)
    assert gone.closing.reason == Reason.ORPHANED


def test_a_foreign_recording_promises_no_file_that_nobody_told_of() -> None:
    facts = [
        told(FactKind.SLICE_UPLOADED, 2, files=[{"name": "a.m3u8", "user_id": "alice"}]),
        told(FactKind.RECORDER_LEFT, 60, reason="stopped"),
        told(FactKind.UPLOAD_FINISHED, 61),
        told(FactKind.TRANSCODE_FINISHED, 62, files=[{"name": "b.mp4"}]),
    ]
    snapshot = observed("trtc", *facts)
    assert [(file.kind, file.status) for file in snapshot.files] == [("hls", "reported"), ("mp4", "reported")]
    assert deadline_of(snapshot, policy=POLICY) == at(62 + POLICY.foreign_quiet_seconds)


def test_a_last_word_without_a_reason_has_one_all_the_same() -> None:
    end = observed("tiw", finished(reason=None))
    assert (end.state, end.reason) == (State.COMPLETED, Reason.UNTOLD)


def test_a_reason_that_comes_late_is_taken_in() -> None:
    ready, end = file_told(FactKind.FILE_READY, 5), settled(State.COMPLETED, Reason.QUIET, 605)
    late = observed("css", ready, end, told(FactKind.RECORDER_ERROR, 4), quiet=600)
    assert (late.state, late.reason) == (State.COMPLETED, Reason.RECORDER_ERROR)
