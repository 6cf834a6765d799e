"""With looks into storage: every story ends, truthfully, whichever callbacks are lost and however they come."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.states.facts import FactKind, Source
from recordings.states.fold import fold
from recordings.states.vocabulary import FileStatus, State, is_terminal, merit
from tests.recordings.states.clockwork import POLICY, Run, play
from tests.recordings.states.stories import STORIES
from tests.recordings.states.vendor import VOD, Scenario

IN_BUCKETS = [name for name, story in STORIES.items() if story.scenario.storage_kind != VOD]
STEADY = [name for name, story in STORIES.items() if not story.needs_hold]


def checked(name: str, loses: bool = False) -> Scenario:
    return replace(STORIES[name].scenario, checked=True, loses=loses)


def check(name: str, run: Run) -> None:
    """Check that nothing is claimed that storage did not show."""
    end, story = run.end, STORIES[name]
    assert is_terminal(end.state)
    if end.state == State.COMPLETED:
        assert end.verified is True
        assert {file.status for file in end.files} == {FileStatus.VERIFIED}
    # Storage tells at least what callbacks would have told.
    if story.state in (State.COMPLETED, State.PARTIAL) and _was_seen(run):
        assert merit(end.state) >= merit(State.PARTIAL)


def _was_seen(run: Run) -> bool:
    return any(fact.data.get("files") for fact in run.facts if fact.kind == FactKind.STORAGE_CHECKED)


@pytest.mark.parametrize("name", STORIES)
def test_every_story_ends_as_without_looks(name: str) -> None:
    run = play(checked(name))

    check(name, run)
    assert run.end.state == STORIES[name].state


@pytest.mark.parametrize("name", IN_BUCKETS)
def test_every_story_ends_without_a_single_callback(name: str) -> None:
    run = play(checked(name), delay_of=lambda _: None, horizon=3 * 86_400.0)

    check(name, run)
    if STORIES[name].state == State.COMPLETED and run.end.tasks:
        assert run.end.state == State.COMPLETED


@pytest.mark.parametrize("name", STORIES)
@given(lost=st.sets(st.integers(0, 14)))
@settings(max_examples=6, deadline=None)
def test_every_story_ends_whichever_callbacks_are_lost(name: str, lost: set[int]) -> None:
    check(name, play(checked(name), delay_of=lambda n: None if n in lost else 0.0, horizon=3 * 86_400.0))


@pytest.mark.parametrize("name", STORIES)
def test_what_the_storage_lost_is_never_complete(name: str) -> None:
    run = play(checked(name, loses=True), horizon=3 * 86_400.0)

    assert is_terminal(run.end.state)
    assert run.end.state not in (State.COMPLETED, State.PARTIAL)


@pytest.mark.parametrize("name", STEADY)
@given(data=st.data())
@settings(max_examples=6, deadline=None)
def test_any_order_and_repetition_is_the_same_snapshot(name: str, data: st.DataObject) -> None:
    run = play(checked(name))
    again = data.draw(st.lists(st.sampled_from(run.facts), max_size=6))
    later = [replace(fact, received_at=fact.received_at + timedelta(seconds=9)) for fact in again]

    assert fold(data.draw(st.permutations([*run.facts, *later])), policy=POLICY) == run.end


@pytest.mark.parametrize("name", STEADY)
@given(delays=st.lists(st.sampled_from([0.0, 1.0, 5.0, 20.0, 55.0]), min_size=30, max_size=30))
@settings(max_examples=4, deadline=None)
def test_late_callbacks_never_take_a_terminal_state_back(name: str, delays: list[float]) -> None:
    """`play` compares every state with the one before."""
    run = play(checked(name), delay_of=lambda number: delays[number % 30])

    assert is_terminal(run.end.state)


def test_looks_are_few() -> None:
    run = play(checked("upload stuck for good"), horizon=3 * 86_400.0)

    assert 3 <= sum(fact.source == Source.STORAGE for fact in run.facts) <= 60
