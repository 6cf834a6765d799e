"""The state, with its reason, whose fault it is, and the vendor's words on it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from recordings.states.facts import Fact, FactKind
from recordings.states.gathered import Gathered
from recordings.states.outcome import Outcome, failed_start
from recordings.states.task import TaskEvidence
from recordings.states.vocabulary import FAULT_OF_REASON, Fault, Media, Reason, State, is_terminal, merit


def exit_reason_of(current: TaskEvidence | None, stop_reason: Reason | None) -> Reason | None:
    told = current.left_reason if current else None
    if told in (None, Reason.STOPPED) and stop_reason is not None:
        return stop_reason
    if told is None and current is not None and current.exited_at is None:
        return Reason.VANISHED
    return told  # None: files alone told that it left


def live_state(
    ledger: Gathered,
    current: TaskEvidence | None,
    stop: Fact | None,
    ended_at: datetime | None,
    exited_at: datetime | None,
) -> State:
    """Return the state by what was asked and seen, leaving aside what is certain and what the clock concluded."""
    if exited_at is not None:
        return State.FINALIZING
    if current is None and stop is None and not any(a.may_have_acted for a in ledger.attempts.values()):
        last = ledger.attempts[max(ledger.attempts)] if ledger.attempts else None
        return State.QUEUED if last is None or last.data.get("why") in WHY_QUEUED else State.STARTING
    if stop is not None or (current is not None and current.exiting_since is not None):
        return State.STOPPING
    if (
        current is not None
        and ended_at is None
        and (current.started_at or (ledger.observed_family and current.began_at))
    ):
        return State.RECORDING
    return State.STARTING


# Why a create that did not act goes back to the queue: it waits for a place, for its turn, or for an operator.
WHY_QUEUED = ("throttled", "quota", "credentials")


def outcome_of(
    ledger: Gathered, stop: Fact | None, certain: Outcome | None, late: Outcome | None, live: State
) -> Outcome:
    """Return the best of what is certain and what was closed; the live state when there is neither.

    After a recording was closed, evidence that still comes in can only improve on it.
    """
    closed = [Outcome(State(f.data["state"]), _reason_or_none(f.data.get("reason"))) for f in ledger.settled]
    if never_created := _never_created(ledger, stop):
        closed.append(never_created)
    if live == State.FINALIZING and (failed := failed_start(list(ledger.tasks.values()))):
        closed.append(failed)
    if closed and late is not None:
        closed.append(late)
    if certain is not None:
        closed.append(certain)
    return max(closed, key=_worth, default=Outcome(live, None))


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
    elif attempts and attempts[-1].data.get("why") in WHY_QUEUED and not ledger.requested.data.get("queue", True):
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


def _reason_or_none(text: str | None) -> Reason | None:
    return Reason(text) if text else None


def vendor_words(ledger: Gathered, outcome: Outcome) -> Mapping[str, Any]:
    """Return the vendor's own words on what is told: those of a failed start say nothing about a failed upload."""
    if outcome.state in _FAULTLESS:
        return {}
    if outcome.reason in _REASONS_OF_FILES:
        return ledger.words_on_files
    if outcome.reason == Reason.VANISHED or (not is_terminal(outcome.state) and ledger.tasks):
        return ledger.words_on_task or ledger.words_on_files
    return ledger.words_on_create


_FAULTLESS = (State.COMPLETED, State.EMPTY, State.CANCELED)


_REASONS_OF_FILES = (
    Reason.UPLOAD_FAILED,
    Reason.UPLOAD_UNCONFIRMED,
    Reason.TRANSCODE_FAILED,
    Reason.TRANSCODE_UNCONFIRMED,
    Reason.NOT_IN_STORAGE,
)


def fault_of(outcome: Outcome, words: Mapping[str, Any]) -> Fault:
    if outcome.reason is None or (outcome.state in _FAULTLESS and outcome.reason != Reason.STORAGE_UNREADABLE):
        return Fault.NONE
    if outcome.reason in _REASONS_OF_WORDS and words.get("fault"):
        return Fault(words["fault"])
    return FAULT_OF_REASON.get(outcome.reason, Fault.NONE)


# Whose fault these are, the vendor's answer tells better than the reason does.
_REASONS_OF_WORDS = (Reason.START_FAILED, Reason.INVALID_REQUEST, Reason.REFUSED, Reason.CREDENTIALS)


def media_of(current: TaskEvidence) -> Media | None:
    return current.media or (Media.WAITING if current.started_at else None)


def ended_at(ledger: Gathered, exited_at: datetime | None) -> datetime:
    """Return when a closed recording ended: its exit, or the moment at which nothing was left to wait for."""
    if exited_at is not None:
        return exited_at
    if ledger.settled:
        return ledger.settled[0].occurred_at
    ends = [fact.occurred_at for fact in ledger.stops[:1]]
    ends += [attempt.answered_at for attempt in ledger.attempts.values() if attempt.answered_at]
    return max(ends, default=ledger.requested.occurred_at)
