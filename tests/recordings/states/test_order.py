"""State does not depend on the order or the repetition of facts."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.states.facts import in_order
from recordings.states.fold import fold
from tests.recordings.states.clockwork import POLICY
from tests.recordings.states.stories import STORIES, callbacks_of, own_facts_of, told

LONGEST = max(STORIES, key=lambda name: len(callbacks_of(name)) if len(callbacks_of(name)) <= 8 else 0)


def test_all_orders_of_the_longest_callback_sequence_are_the_same_ledger() -> None:
    """8! orders; the fold reads nothing but `in_order`, which the next test holds it to."""
    own, callbacks = own_facts_of(LONGEST), callbacks_of(LONGEST)
    assert len(callbacks) == 8
    expected = in_order([*own, *callbacks])

    for order in itertools.permutations(callbacks):
        assert in_order([*own, *order]) == expected


@pytest.mark.parametrize("name", STORIES)
@given(data=st.data())
@settings(max_examples=8, deadline=None)
def test_any_order_and_repetition_of_a_story_is_the_same_snapshot(name: str, data: st.DataObject) -> None:
    run = told(name)
    facts = run.facts
    again = data.draw(st.lists(st.sampled_from(facts), max_size=6))
    later = [replace(fact, received_at=fact.received_at + timedelta(seconds=9)) for fact in again]

    assert fold(data.draw(st.permutations([*facts, *later])), policy=POLICY) == run.end


def test_every_order_of_the_last_callbacks_is_the_same_snapshot() -> None:
    """Folded whole, for every arrangement of the five events around an exit."""
    facts = told("hls_mp4 single").facts
    head, tail = facts[:-5], facts[-5:]

    snapshots = [fold([*order, *head], policy=POLICY) for order in itertools.permutations(tail)]

    assert _all_equal(snapshots)


def test_two_tellings_received_at_once_do_not_depend_on_their_order() -> None:
    fact = callbacks_of("hls mixed")[0]
    other = replace(fact, data={"event_type": 0})

    assert in_order([fact, other]) == in_order([other, fact])


def _all_equal(values: Sequence[object]) -> bool:
    return all(value == values[0] for value in values)
