"""The reconcile loop in virtual time: what services and workers do, without them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from recordings.states.attempt import WHY_QUEUED
from recordings.states.deadlines import deadline_of
from recordings.states.duties import next_step
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.fold import fold
from recordings.states.policy import Policy, backoff_seconds
from recordings.states.snapshot import Snapshot
from recordings.states.steps import (
    AssumeExit,
    CheckStorage,
    Create,
    Delete,
    Describe,
    Modify,
    RequestStop,
    Settle,
    Step,
)
from recordings.states.vocabulary import State, is_terminal, merit
from tests.recordings.states.vendor import BEGINNING, Event, Scenario, Vendor, moment

POLICY = Policy()
CALL_SECONDS = 0.05
MOST_STEPS_A_MINUTE = 30
DAY = 86_400.0


@dataclass
class Run:
    """What was known and done while a scenario was played."""

    facts: list[Fact] = field(default_factory=list)
    steps: list[tuple[float, Step]] = field(default_factory=list)
    states: list[tuple[float, Snapshot]] = field(default_factory=list)
    vendor: Vendor = field(default_factory=lambda: Vendor(Scenario()))

    @property
    def end(self) -> Snapshot:
        return self.states[-1][1]

    @property
    def closed_at(self) -> float:
        return next(at for at, snapshot in self.states if is_terminal(snapshot.state))


def at_once(_number: int) -> float | None:
    return 0.0


def play(
    scenario: Scenario,
    *,
    delay_of: Callable[[int], float | None] = at_once,
    horizon: float = DAY,
) -> Run:
    """Play *scenario* until nothing is left to do, and check on the way that nothing is stuck or spins.

    Args:
        delay_of: Tells how late the n-th callback arrives; None when it is lost for good.
    """
    run = Run(facts=[_requested(scenario)], vendor=Vendor(scenario))
    now, looked_at, failures, wait_until, let_through_at = 0.0, None, 0, 0.0, 0.0
    seen: set[int] = set()
    while True:
        run.vendor.settle_until(now)
        for due, event in _arrivals(run.vendor, delay_of):
            if due <= now and event.number not in seen:
                seen.add(event.number)
                run.facts.append(replace(event.fact, received_at=moment(due)))
                _record(run, now)
        _ask(run, scenario, now)
        snapshot = _record(run, now)
        step, look_at = next_step(
            snapshot, now=moment(now), looked_at=None if looked_at is None else moment(looked_at), policy=POLICY
        )
        may_go_at = let_through_at if isinstance(step, Create) else wait_until
        if step is not None and now >= may_go_at:
            run.steps.append((now, step))
            _check_calm(run, now)
            started_at, now = now, now + CALL_SECONDS
            learnt = _perform(run, step, started_at)
            if learnt is None:
                failures += 1
                wait_until = now + backoff_seconds(failures)
            else:
                failures = 0
                run.facts += [fact for fact in learnt if not _says_nothing_new(fact, snapshot)]
                now = max([now, *((fact.received_at - BEGINNING).total_seconds() for fact in learnt)])
                if isinstance(step, Describe):
                    looked_at = started_at
                if any(fact.data.get("why") in WHY_QUEUED for fact in learnt):
                    let_through_at = now + backoff_seconds(len(run.steps))  # the queue lets nobody through meanwhile
            continue
        if not is_terminal(snapshot.state):
            assert deadline_of(snapshot, policy=POLICY) is not None
            assert step is not None or look_at is not None, f"{snapshot.state} has no next look"
        moves = [due for due, event in _arrivals(run.vendor, delay_of) if event.number not in seen]
        moves += [at for at in (scenario.stop_at, scenario.modify_at, run.vendor.next_own_move()) if at and at > now]
        moves += [may_go_at] if step is not None else []
        moves += [(look_at - BEGINNING).total_seconds()] if look_at is not None else []
        if not moves:
            return run
        assert min(moves) > now, "the next look is now, and nothing is due"
        now = min(moves)
        assert now < horizon, f"still {snapshot.state} after {horizon:.0f} s"


def _says_nothing_new(fact: Fact, snapshot: Snapshot) -> bool:
    # As the services do: an observation that repeats the last one is no fact.
    task = snapshot.current
    return (
        fact.kind == FactKind.DESCRIBED
        and task is not None
        and task.described_at is not None
        and fact.data["status"] == task.described_status == "in_progress"
        and not task.seems_gone
        and {file["name"] for file in fact.data["files"]} <= task.slices.keys()
    )


def _arrivals(vendor: Vendor, delay_of: Callable[[int], float | None]) -> list[tuple[float, Event]]:
    delays = ((event, delay_of(event.number)) for event in vendor.events)
    arrivals = [(event.due + delay, event) for event, delay in delays if delay is not None]
    return sorted(arrivals, key=lambda arrival: (arrival[0], arrival[1].number))


def _requested(scenario: Scenario) -> Fact:
    data: dict[str, Any] = {
        "storage_kind": scenario.storage_kind,
        "parameters": scenario.parameters,
        "max_duration": scenario.max_duration,
        "check_files": scenario.checked,
    }
    return own(FactKind.REQUESTED, "requested", 0.0, **data)


def own(kind: FactKind, key: str, at: float, *, task_id: str = "", source: Source = Source.API, **data: Any) -> Fact:
    """Return a fact of our own making."""
    return Fact(
        kind=kind,
        source=source,
        key=key,
        occurred_at=moment(at),
        received_at=moment(at),
        task_id=task_id,
        data=data,
    )


def _ask(run: Run, scenario: Scenario, now: float) -> None:
    """Do what the caller does: a change, a stop."""
    keys = {fact.key for fact in run.facts}
    if scenario.modify_at is not None and now >= scenario.modify_at and "modify:2:asked" not in keys:
        changed: dict[str, Any] = {"revision": 2, "parameters": scenario.parameters, "by": "key"}
        run.facts.append(own(FactKind.MODIFY_REQUESTED, "modify:2:asked", now, **changed))
    if scenario.stop_at is not None and now >= scenario.stop_at and "stop:stopped" not in keys:
        snapshot = fold(run.facts, policy=POLICY)
        if snapshot.ended_at is None and snapshot.stop_requested_at is None:
            run.facts.append(own(FactKind.STOP_REQUESTED, "stop:stopped", now, reason="stopped"))


def _record(run: Run, now: float) -> Snapshot:
    snapshot = fold(run.facts, policy=POLICY)
    if run.states and is_terminal(run.states[-1][1].state):
        before = run.states[-1][1]
        assert merit(snapshot.state) >= merit(before.state), f"{before.state} became {snapshot.state}"
    assert not is_terminal(snapshot.state) or snapshot.reason is not None, f"{snapshot.state} for no reason"
    run.states.append((now, snapshot))
    return snapshot


def _check_calm(run: Run, now: float) -> None:
    lately = [step for at, step in run.steps if at > now - 60]
    assert len(lately) <= MOST_STEPS_A_MINUTE, lately[-5:]


def _perform(run: Run, step: Step, now: float) -> list[Fact] | None:
    match step:
        case Create(attempt):
            run.facts.append(
                own(FactKind.CREATE_SENT, f"create:{attempt}:sent", now, source=Source.VENDOR, attempt=attempt)
            )
            return run.vendor.create(attempt, now)
        case Delete(task_id):
            return run.vendor.delete(task_id, now)
        case Describe(task_id):
            return run.vendor.describe(task_id, now)
        case Modify(task_id, revision, _):
            return run.vendor.modify(task_id, revision, now)
        case CheckStorage(task_ids):
            known = {task.task_id: task.file_ids for task in run.states[-1][1].tasks}
            return run.vendor.look(task_ids, now, file_ids=known)
        case RequestStop(reason):
            return [own(FactKind.STOP_REQUESTED, f"stop:{reason}", now, source=Source.CLOCK, reason=reason)]
        case AssumeExit(task_id):
            key = f"exit_assumed:{task_id}"
            assert key not in {fact.key for fact in run.facts}, "the exit was assumed already"
            return [own(FactKind.EXIT_ASSUMED, key, now, source=Source.CLOCK, task_id=task_id)]
        case Settle(outcome, because):
            data: dict[str, Any] = {"state": outcome.state, "reason": outcome.reason, "because": because}
            return [own(FactKind.SETTLED, f"settled:{outcome.state}", now, source=Source.CLOCK, **data)]


__all__ = ["DAY", "POLICY", "Run", "State", "at_once", "own", "play"]
