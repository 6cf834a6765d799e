"""Terminal states only improve, in whatever order callbacks arrive.

Where this fold alone cannot promise it, the ledger's own guard does: an event that contradicts what the vendor said
before (a task that it denied to have made and that was canceled: `needs_hold`), or one that arrives after more than
the quiet period.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.states.fold import fold
from recordings.states.vocabulary import is_terminal, merit
from tests.recordings.states.clockwork import POLICY, play
from tests.recordings.states.stories import STEADY, STORIES, callbacks_of, own_facts_of


@pytest.mark.parametrize("name", STEADY)
@given(data=st.data())
@settings(max_examples=8, deadline=None)
def test_callbacks_in_any_order_never_take_a_terminal_state_back(name: str, data: st.DataObject) -> None:
    own, callbacks = own_facts_of(name), callbacks_of(name)
    last = max(fact.received_at for fact in own)
    order = data.draw(st.permutations(callbacks))
    arrived = [replace(fact, received_at=last + timedelta(seconds=n)) for n, fact in enumerate(order)]

    best = -1
    for length in range(len(arrived) + 1):
        rank = merit(fold([*own, *arrived[:length]], policy=POLICY).state)
        assert rank >= best
        best = rank


@pytest.mark.parametrize("name", STEADY)
@given(delays=st.lists(st.sampled_from([0.0, 1.0, 5.0, 20.0, 55.0]), min_size=30, max_size=30))
@settings(max_examples=4, deadline=None)
def test_late_callbacks_never_take_a_terminal_state_back(name: str, delays: list[float]) -> None:
    """Up to the vendor's minute; `play` compares every state with the one before."""
    run = play(STORIES[name].scenario, delay_of=lambda number: delays[number % 30])

    assert is_terminal(run.end.state)
