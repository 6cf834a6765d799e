"""Nothing is ever stuck, whichever callbacks are lost, and nothing is claimed that is not so."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.states.deadlines import DEADLINES, deadline_of
from recordings.states.duties import next_step
from recordings.states.facts import FactKind, Source
from recordings.states.fold import fold
from recordings.states.steps import AssumeExit, Delete
from recordings.states.vocabulary import LIVE, FileStatus, Reason, State, is_terminal
from tests.recordings.states.clockwork import POLICY, Run, play
from tests.recordings.states.stories import STORIES, callbacks_of, told
from tests.recordings.states.vendor import Scenario, answer, moment

# What may be said when word was lost, by what was so. Lost and partial admit not to know.
HONEST = {
    State.COMPLETED: {State.COMPLETED, State.PARTIAL, State.LOST, State.FAILED},
    State.PARTIAL: {State.PARTIAL, State.LOST, State.FAILED},
    State.EMPTY: {State.EMPTY, State.CANCELED, State.LOST},
    State.FAILED: {State.FAILED, State.PARTIAL, State.LOST},
    State.CANCELED: {State.CANCELED, State.LOST},
    State.LOST: {State.LOST},
}
SHORT = [name for name in STORIES if len(callbacks_of(name)) <= 4]


def check(name: str, run: Run) -> None:
    end, truth = run.end, STORIES[name].state
    assert end.state in HONEST[truth] | STORIES[name].may_also
    if truth == State.COMPLETED and end.state == State.FAILED:
        assert end.reason == Reason.UPLOAD_FAILED, "only the word of its repair was lost"
    for file in end.files:
        assert (file.status == FileStatus.REPORTED) or file.reason is not None
    if end.state == State.COMPLETED:
        assert {file.status for file in end.files} == {FileStatus.REPORTED}


@pytest.mark.parametrize("name", SHORT)
def test_a_short_story_ends_whichever_callbacks_are_lost(name: str) -> None:
    for lost in itertools.product([True, False], repeat=len(callbacks_of(name))):
        plan = [*lost, *[False] * 40]
        check(name, play(STORIES[name].scenario, delay_of=[None if gone else 0.0 for gone in plan].__getitem__))


@pytest.mark.parametrize("name", STORIES)
@given(lost=st.sets(st.integers(0, 14)))
@settings(max_examples=6, deadline=None)
def test_every_story_ends_whichever_callbacks_are_lost(name: str, lost: set[int]) -> None:
    check(name, play(STORIES[name].scenario, delay_of=lambda n: None if n in lost else 0.0))


@pytest.mark.parametrize("name", STORIES)
def test_every_story_ends_without_a_single_callback(name: str) -> None:
    run = play(STORIES[name].scenario, delay_of=lambda _: None)

    check(name, run)


@pytest.mark.parametrize("state", LIVE)
def test_every_live_state_has_a_deadline(state: State) -> None:
    assert state in DEADLINES


def test_no_terminal_state_has_a_deadline() -> None:
    assert {state for state in DEADLINES if is_terminal(state)} == set()
    assert deadline_of(told("hls mixed").end, policy=POLICY) is None


def test_a_stop_that_the_vendor_refuses_for_ever_stays_open_and_is_retried_at_back_off() -> None:
    with pytest.raises(AssertionError, match="still stopping"):
        play(Scenario(refused_deletes=10_000), horizon=4000.0)


def test_a_vendor_that_is_exiting_for_ever_is_left_after_a_while() -> None:
    """Each look at it moves nothing: the deadline counts from the first time that it was said."""
    facts = [fact for fact in told("hls mixed").facts[:4] if fact.kind != FactKind.STOP_REQUESTED]
    looks = [
        answer(FactKind.DESCRIBED, f"d{at}", at, task_id="T1", status="exited", files=[]) for at in range(60, 900, 60)
    ]
    snapshot = fold([*facts, *looks], policy=POLICY)

    assert snapshot.state == State.STOPPING
    assert deadline_of(snapshot, policy=POLICY) == moment(60 + POLICY.stop_deadline_seconds)
    assert next_step(snapshot, now=moment(1300), looked_at=moment(1299), policy=POLICY)[0] == AssumeExit("T1")


@pytest.mark.parametrize(
    ("failed_at", "until"),
    [
        (110.0, 100.05 + POLICY.upload_deadline_seconds),
        (5000.0, 5000.0 + POLICY.settle_seconds),  # told late: the past is no deadline
    ],
)
def test_when_the_mp4_has_failed_only_the_playlists_are_waited_for(failed_at: float, until: float) -> None:
    known = [fact for fact in told("mp4 failure").facts if fact.occurred_at <= moment(100.06)]
    awaited = fold(known, policy=POLICY)
    failure = answer(FactKind.TRANSCODE_FAILED, "310", failed_at, task_id="T1", files=[])
    failed = fold([*known, replace(failure, source=Source.CALLBACK)], policy=POLICY)

    assert (awaited.state, failed.state) == (State.FINALIZING, State.FINALIZING)
    assert deadline_of(awaited, policy=POLICY) == moment(100.05 + POLICY.transcode_deadline_seconds)
    assert deadline_of(failed, policy=POLICY) == moment(until)


def test_a_superseded_task_is_deleted_and_does_not_hold_the_recording_open() -> None:
    late = [30.0] * 8 + [0.0] * 60
    run = play(Scenario(creates=("lost", "ok")), delay_of=lambda n: late[n])

    assert run.end.task_id == "T2"
    assert run.end.state == State.COMPLETED
    assert "T2" not in {step.task_id for at, step in run.steps if isinstance(step, Delete) and at < 100}


def test_a_task_that_shows_up_after_the_recording_was_lost_is_deleted() -> None:
    """Its callbacks come an hour late, as from a spool."""
    run = play(Scenario(creates=("lost", "rejected"), stop_at=None), delay_of=lambda _: 3600.0)

    assert Delete("T1") in [step for _, step in run.steps]
    assert is_terminal(run.end.state)


def test_the_longest_duration_counts_from_the_create_and_not_from_the_queue() -> None:
    run = play(Scenario(creates=("throttled",) * 6 + ("ok",), stop_at=None, max_duration=100))

    assert run.end.reason == Reason.MAX_DURATION
    assert run.end.stop_requested_at is not None
    assert run.end.stop_requested_at >= run.end.attempts[-1].sent_at
    assert (run.end.stop_requested_at - moment(0)).total_seconds() > 100
