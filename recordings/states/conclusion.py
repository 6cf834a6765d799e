"""The state that a TRTC recording is in, by what its ledger says, or how it ended."""

from dataclasses import dataclass
from datetime import timedelta

from recordings.states.ending import Ending
from recordings.states.facts import Fact, FactKind
from recordings.states.gathered import Gathered
from recordings.states.outcome import Outcome, certain_outcome, closing_outcome, failed_start, is_told_whole, is_whole
from recordings.states.policy import Policy
from recordings.states.reading import Reading
from recordings.states.vocabulary import Reason, State, merit


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a reading comes to; see the attributes of `Snapshot`."""

    outcome: Outcome
    closing: Outcome
    whole: bool
    told_whole: bool


def conclude(reading: Reading, *, policy: Policy) -> Conclusion:
    """Return the state, and what of the end is outstanding."""
    ending, ledger, heard_at = reading.ending, reading.ledger, reading.heard_at
    has_left = reading.exited_at is not None
    closing = closing_outcome(ending)
    # Of what was started elsewhere nobody knows which files were asked for.
    certain = certain_outcome(ending) if has_left and not ledger.observed_family else None
    told_whole = has_left and is_told_whole(ending)
    whole = told_whole and is_whole(ending, heard_at=heard_at, quiet_after=timedelta(seconds=policy.settle_seconds))
    # After the end, what is still on its way is no evidence; what is there is.
    is_over = has_left or (bool(ledger.settled) and ending.sight.was_read)
    may_improve = is_over and bool(ending.there) and not ending.awaits_look(heard_at=heard_at)
    outcome = _outcome(reading, certain=certain, late=closing if whole or may_improve else None)
    return Conclusion(outcome, closing, whole, told_whole)


def _live_state(reading: Reading) -> State:
    """Return the state by what was asked and seen, leaving aside what is certain and what the clock concluded."""
    ledger, current, stop = reading.ledger, reading.current, reading.stop
    if reading.exited_at is not None:
        return State.FINALIZING
    if current is None and stop is None and not any(a.may_have_acted for a in ledger.attempts.values()):
        last = ledger.attempts[max(ledger.attempts)] if ledger.attempts else None
        return State.QUEUED if last is None or last.is_queued_again else State.STARTING
    if stop is not None or (current is not None and current.exiting_since is not None):
        return State.STOPPING
    if (
        current is not None
        and reading.ended_at is None
        and (current.started_at or (ledger.observed_family and current.began_at))
    ):
        return State.RECORDING
    return State.STARTING


def _outcome(reading: Reading, *, certain: Outcome | None, late: Outcome | None) -> Outcome:
    """Return the best of what is certain and what was closed; the live state when there is neither.

    After a recording was closed, evidence that still comes in can only improve on it.
    """
    ledger, live = reading.ledger, _live_state(reading)
    closed = [Outcome(State(f.data["state"]), _settled_reason(f, reading.ending)) for f in ledger.settled]
    if never_created := _never_created(ledger, reading.stop):
        closed.append(never_created)
    if live == State.FINALIZING and (failed := failed_start(list(ledger.tasks.values()))):
        closed.append(failed)
    if closed and late is not None:
        closed.append(late)
    if certain is not None:
        closed.append(certain)
    best = max(closed, key=_worth, default=Outcome(live, None))
    # Files that came after a start was given up: there is an end, and no exit that was seen.
    return Outcome(best.state, Reason.UNTOLD) if closed and best.reason is None else best


def _worth(outcome: Outcome) -> tuple[int, bool]:
    """Return what the better of two outcomes has more of; of equals, one that storage was asked about."""
    return merit(outcome.state), outcome.reason != Reason.STORAGE_UNREADABLE


def _never_created(ledger: Gathered, stop: Fact | None) -> Outcome | None:
    """Return how a recording ended for which the vendor made no task, as far as anybody knew.

    A task that shows up later, against the vendor's word, is ended; it does not revive the recording.
    """
    attempts = [ledger.attempts[number] for number in sorted(ledger.attempts)]
    if ledger.observed_family:
        return None
    if any(attempt.may_have_acted or attempt.outcome == FactKind.CREATE_ACCEPTED for attempt in attempts):
        return None
    learnt = max((attempt.learnt_at for attempt in attempts if attempt.learnt_at is not None), default=None)
    if attempts and attempts[-1].outcome == FactKind.CREATE_REJECTED:
        outcome = Outcome(State.FAILED, Reason(attempts[-1].data["reason"]))
    elif attempts and attempts[-1].is_queued_again and not ledger.requested.data.get("queue", True):
        refused = attempts[-1].data["why"] == "credentials"
        outcome = Outcome(State.FAILED, Reason.CREDENTIALS if refused else Reason.QUOTA)
    elif stop is not None:
        outcome = Outcome(State.CANCELED, Reason(stop.data["reason"]))
        learnt = max(learnt or stop.received_at, stop.received_at)
    else:
        return None
    if any(learnt is None or task.first_seen <= learnt for task in ledger.tasks.values()):
        return None
    return outcome


def _settled_reason(settled: Fact, ending: Ending) -> Reason | None:
    """Return why the clock closed it; where nobody had told by then, what was told since.

    Earlier releases had no word for that and wrote none.
    """
    told = settled.data.get("reason")
    return Reason(told) if told and told != Reason.UNTOLD else ending.exit_reason
