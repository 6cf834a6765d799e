"""No order and no repetition of a family's events changes an outcome: every order there is, folded."""

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import factorial
from typing import Any

import pytest

from callbacks.delivery import Delivery
from callbacks.providers import PROVIDERS
from recordings.services.observe import Sighting, observe
from recordings.states.deadlines import deadline_of, last_step
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.fold import fold
from recordings.states.policy import Policy
from recordings.states.snapshot import Snapshot
from recordings.states.steps import Settle
from tests.callbacks.sequences import BEGIN, ENDS, LENGTHS, bodies_of

POLICY = Policy()
# Where a recording is when all is told and the clock has not closed it.
LIVE = {"trtc": "finalizing", "tiw": "completed", "gme": "finalizing", "css": "finalizing"}
CLOSED_OF = 3  # every third order is closed by the clock as well
TASK = 446946705284000123


def delivery(family: str, body: dict[str, Any], *, position: int) -> Delivery:
    """Return an event as it arrived: all of them after the last had happened, a second apart."""
    raw = json.dumps(body).encode()
    return Delivery(
        family=family,
        application_id=1,
        event=PROVIDERS[family].parse({}, raw),
        body=raw,
        received_at=datetime.fromtimestamp(BEGIN, UTC) + timedelta(seconds=100 + position),
        quiet_seconds=1800 if family in ("gme", "css") else None,
    )


def opening(first: Delivery) -> list[Fact]:
    """Return the facts that begin the ledger of a recording of which *first* is heard first."""
    assert first.task_name is not None
    _recording, facts = observe(
        Sighting(
            name=first.task_name,
            room_id=first.event.room_id,
            robot=first.event.robot_user_id,
            quiet_seconds=first.quiet_seconds,
            occurred_at=min(first.event.occurred_at, first.received_at),
            received_at=first.received_at,
        )
    )
    return facts


def ledgers(family: str) -> Iterator[list[Fact]]:
    """Yield what is told in every order of the family's sequence, every event twice: again at the end, backwards."""
    bodies = bodies_of(family, TASK)
    length = len(bodies)
    told = [[delivery(family, body, position=p).to_fact() for p in range(2 * length)] for body in bodies]
    begun = [opening(delivery(family, body, position=0)) for body in bodies]
    for order in itertools.permutations(range(length)):
        once = [told[event][position] for position, event in enumerate(order)]
        again = [told[event][length + position] for position, event in enumerate(reversed(order))]
        yield [*begun[order[0]], *once, *again]


def close(snapshot: Snapshot) -> Fact:
    """Return the fact with which the clock closes a recording at its deadline."""
    step, at = last_step(snapshot), deadline_of(snapshot, policy=POLICY)
    assert isinstance(step, Settle)
    assert at is not None
    data = {"state": step.outcome.state, "reason": step.outcome.reason, "because": step.because}
    key = f"settled:{step.outcome.state}"
    return Fact(kind=FactKind.SETTLED, source=Source.CLOCK, key=key, occurred_at=at, received_at=at, data=data)


def shown(snapshot: Snapshot) -> str:
    """Return what a user sees of a recording."""
    told = [
        *(snapshot.state, snapshot.media, snapshot.reason, snapshot.fault, snapshot.provisional_reason),
        *(snapshot.vendor_code, snapshot.vendor_message, snapshot.task_id, snapshot.verified),
        *(snapshot.started_at, snapshot.media_started_at, snapshot.ended_at, snapshot.files, snapshot.details),
    ]
    return repr(told)


@pytest.mark.parametrize("family", LENGTHS)
def test_every_order_of_doubled_events_ends_the_same(family: str) -> None:
    live, closed, orders = {}, {}, 0
    for facts in ledgers(family):
        snapshot = fold(facts, policy=POLICY)
        live[shown(snapshot)] = snapshot
        if orders % CLOSED_OF == 0 and snapshot.closes_at is not None:
            end = fold([*facts, close(snapshot)], policy=POLICY)
            closed[shown(end)] = end
        orders += 1

    assert orders == factorial(LENGTHS[family])
    assert [snapshot.state for snapshot in live.values()] == [LIVE[family]], list(live)
    (end,) = (closed or live).values()
    assert (end.state, end.reason, [file.kind for file in end.files], end.provisional_reason) == ENDS[family]


@pytest.mark.parametrize("family", LENGTHS)
def test_a_sequence_is_as_long_as_its_family_allows(family: str) -> None:
    """Distinct events, or else fewer orders would be tried than counted."""
    deliveries = [delivery(family, body, position=0) for body in bodies_of(family, TASK)]
    assert len({each.event.natural_key for each in deliveries}) == LENGTHS[family]
    assert len({each.task_name for each in deliveries}) == 1
