"""A ledger may hold words of a later release: during a deploy, and after a rollback."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.states.duties import next_step
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.fold import fold
from recordings.states.vocabulary import Fault, OpenWords, Reason, State
from tests.recordings.states.clockwork import POLICY
from tests.recordings.states.stories import STORIES, told


@pytest.mark.parametrize("words", OpenWords.__subclasses__())
def test_a_word_of_a_later_release_is_kept_as_it_is_written(words: type[OpenWords]) -> None:
    word = words("of_a_later_release")

    assert (word, word.value, str(word), isinstance(word, words)) == ("of_a_later_release",) * 3 + (True,)
    assert word not in list(words)
    with pytest.raises(ValueError, match="5"):
        words(5)  # type: ignore[arg-type]  # on purpose


@pytest.mark.parametrize("name", STORIES)
@given(data=st.data())
@settings(max_examples=5, deadline=None)
def test_facts_that_only_a_later_release_understands_change_nothing(name: str, data: st.DataObject) -> None:
    run = told(name)
    some = data.draw(st.lists(st.sampled_from(run.facts), min_size=1, max_size=5))
    strange = [_of_a_later_release(fact, n) for n, fact in enumerate(some)]

    assert fold(data.draw(st.permutations([*run.facts, *strange])), policy=POLICY) == run.end


def test_a_reason_that_only_a_later_release_knows_ends_a_recording_all_the_same() -> None:
    facts = told(next(iter(STORIES))).facts
    opening = min(facts, key=lambda fact: fact.received_at)
    at = opening.received_at + timedelta(hours=1)
    data = {"state": "failed", "reason": "eaten_by_a_dog", "because": "dog"}
    settled = Fact(
        kind=FactKind.SETTLED, source=Source.CLOCK, key="settled:failed", occurred_at=at, received_at=at, data=data
    )

    snapshot = fold([opening, settled], policy=POLICY)

    assert (snapshot.state, snapshot.reason, snapshot.fault) == (State.FAILED, "eaten_by_a_dog", Fault.NONE)
    assert snapshot.reason not in list(Reason)
    assert next_step(snapshot, now=at, looked_at=None, policy=POLICY)[0] is None


def _of_a_later_release(fact: Fact, number: int) -> Fact:
    return replace(
        fact,
        kind=FactKind("teleported"),
        source=Source("oracle"),
        key=f"teleported:{number}",
        received_at=fact.received_at + timedelta(seconds=number),
        data={"whither": "mars"},
    )
