"""Why a recording ended, whose fault it is, when it was, and the vendor's words on it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from recordings.states.gathered import Gathered
from recordings.states.outcome import Outcome
from recordings.states.task import TaskEvidence
from recordings.states.vocabulary import FAULT_OF_REASON, Fault, Media, Reason, State, is_terminal


def exit_reason_of(current: TaskEvidence, stop_reason: Reason | None) -> Reason:
    """Return why the recorder left: by its own word, by what we asked, or else that nobody told."""
    told = current.left_reason
    if told in (None, Reason.STOPPED) and stop_reason is not None:
        return stop_reason
    if told is not None:
        return told
    return Reason.VANISHED if current.vanished_untold else Reason.UNTOLD


def vendor_words(ledger: Gathered, outcome: Outcome) -> Mapping[str, Any]:
    """Return the vendor's own words on what is told: those of a failed start say nothing about a failed upload."""
    if outcome.state in _FAULTLESS:
        return {}
    if outcome.reason in _REASONS_OF_FILES:
        return ledger.words_on_files
    if outcome.reason == Reason.UNKNOWN_OUTCOME:
        return ledger.words_on_unknown
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
_REASONS_OF_WORDS = (
    Reason.START_FAILED,
    Reason.INVALID_REQUEST,
    Reason.REFUSED,
    Reason.CREDENTIALS,
    Reason.UNKNOWN_OUTCOME,
)


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
