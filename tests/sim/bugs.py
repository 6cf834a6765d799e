"""Bugs that somebody might make, planted for a run: every one must be caught by a rule.

They replace functions of ours by what a first draft would have; the vendor, the callers and the rules stay as they are.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from typing import Any
from unittest import mock

from django.db import connection
from greenlet import getcurrent, greenlet

from applications.models import Application
from recordings.services import admission, advance, calls, ledger, pacing
from recordings.services import start as start_module
from recordings.services.calls import Call
from recordings.services.start import Started, StartRequest
from recordings.services.vendor import account_of
from recordings.states.facts import Fact, FactKind
from recordings.states.fold import fold
from recordings.states.policy import Policy
from recordings.states.snapshot import Snapshot
from recordings.states.steps import Create
from recordings.states.vocabulary import State
from tests.sim.simulation import Simulation

Bug = Callable[[Simulation], AbstractContextManager[None]]


def planted(name: str, simulation: Simulation) -> AbstractContextManager[None]:
    """Break our code in the named way for a while; the empty name breaks nothing."""
    return BUGS[name](simulation) if name else nullcontext()


@contextmanager
def random_robot_name(simulation: Simulation) -> Iterator[None]:
    """Take a new robot's name for every retry, as if the first were used up."""
    original = advance.prepare_call

    def prepare_call(*arguments: Any) -> Call:
        call = original(*arguments)
        if isinstance(call.step, Create) and call.step.attempt > 1:
            return replace(call, robot_user_id=f"robot-{uuid.uuid4().hex[:20]}")
        return call

    with mock.patch.object(advance, "prepare_call", prepare_call):
        yield


@contextmanager
def look_then_insert(simulation: Simulation) -> Iterator[None]:
    """Look whether there is room, and start a moment later, without a lock in between."""
    has_room: dict[greenlet, bool] = {}  # what each request saw when it looked
    start = start_module.start_recording

    def start_recording(*, request: StartRequest, **rest: Any) -> Started:
        application, me = request.application, getcurrent()
        has_room[me] = admission.count_places(application.pk).taken < application.task_limit
        simulation.scheduler.sleep(0.05)
        return start(request=request, **rest)

    def enter_at_once(application: Application, *, priority: int) -> pacing.Permit | pacing.Denied:
        if has_room.pop(getcurrent(), False):
            return pacing.reserve(application, admission.CREATE, account_of(application))
        return admission.enter_at_once(application, priority=priority)

    with (
        mock.patch("tests.sim.callers.start_recording", start_recording),
        mock.patch.object(start_module, "enter_at_once", enter_at_once),
    ):
        yield


@contextmanager
def no_fencing_token(simulation: Simulation) -> Iterator[None]:
    """Let whoever once had a lease go on, whoever has it by now."""
    everybodys = uuid.UUID(int=4 << 76 | 2 << 62)
    with mock.patch("uuid.uuid4", return_value=everybodys):
        yield


@contextmanager
def token_bucket(simulation: Simulation) -> Iterator[None]:
    """Fill a bucket with a second's worth of requests, so that a burst goes at once and the refill after it."""
    buckets: dict[tuple[int, str], tuple[float, float]] = {}
    original = pacing.take

    def take(turn: pacing.Turn, **_: Any) -> pacing.Permit | pacing.Denied:
        permit = original(turn, within=float("inf"))
        if isinstance(permit, pacing.Denied):
            return permit
        now, rate = simulation.scheduler.now, 1 / turn.interval
        tokens, since = buckets.get((turn.pace_id, turn.action), (rate, now))
        tokens = min(tokens + (now - since) * rate, rate) - 1
        buckets[turn.pace_id, turn.action] = (tokens, now)
        return replace(permit, at=now + max(-tokens, 0.0) / rate)

    with mock.patch.object(pacing, "take", take), mock.patch.object(admission, "take", take):
        yield


@contextmanager
def last_arrival_wins(simulation: Simulation) -> Iterator[None]:
    """Let each event set the state that it stands for, as it comes in."""

    def fold_and_assign(facts: Iterable[Fact], *, policy: Policy) -> Snapshot:
        told = list(facts)
        snapshot = fold(told, policy=policy)
        state = _STATE_OF.get(told[-1].kind)
        return replace(snapshot, state=state) if state else snapshot

    with mock.patch.object(ledger, "fold", fold_and_assign), mock.patch.object(ledger, "merit", return_value=0):
        yield


_STATE_OF = {
    FactKind.RECORDER_STARTED: State.RECORDING,
    FactKind.SLICE_CREATED: State.RECORDING,
    FactKind.SLICE_UPLOADED: State.RECORDING,
    FactKind.RECORDER_LEFT: State.FINALIZING,
}


@contextmanager
def newest_first(simulation: Simulation) -> Iterator[None]:
    """Let through whoever came last."""

    original = admission.list_waiting

    def list_waiting(application_id: int, *, limit: int | None = None) -> list[uuid.UUID]:
        return list(reversed(original(application_id)))[:limit]

    with mock.patch.object(admission, "list_waiting", list_waiting):
        yield


@contextmanager
def call_in_transaction(simulation: Simulation) -> Iterator[None]:
    """Call the vendor with the row still locked."""

    def perform(call: Call, **rest: Any) -> Any:
        connection.in_atomic_block = True
        try:
            return calls.perform(call, **rest)
        finally:
            connection.in_atomic_block = False

    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(advance, "perform", perform))
        yield


BUGS: Mapping[str, Bug] = {
    "random robot name": random_robot_name,
    "look, then insert": look_then_insert,
    "no fencing token": no_fencing_token,
    "token bucket": token_bucket,
    "last arrival wins": last_arrival_wins,
    "newest first": newest_first,
    "call in transaction": call_in_transaction,
}
