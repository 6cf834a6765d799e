"""The fold: facts in, state out. Commutative and idempotent, because it sorts and de-duplicates first."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from recordings.states.conclusion import Conclusion, conclude
from recordings.states.doubt import doubt_of, standing
from recordings.states.ending import Ending
from recordings.states.facts import Fact, FactKind, in_order
from recordings.states.gathered import layout_template_of, opening_of, planned_end_of
from recordings.states.inventory import explain_missing
from recordings.states.judged import mark_deleted
from recordings.states.lineage import is_displaced
from recordings.states.observed import fold_observed
from recordings.states.outcome import Outcome
from recordings.states.policy import Policy
from recordings.states.reading import Reading, read_ledger
from recordings.states.snapshot import Snapshot
from recordings.states.stored import StorageSight
from recordings.states.task import TaskEvidence
from recordings.states.verdict import ended_at as ended_at_of
from recordings.states.verdict import fault_of, media_of, vendor_words
from recordings.states.vocabulary import Reason, State, is_terminal


def fold(facts: Iterable[Fact], *, policy: Policy) -> Snapshot:
    """Return what *facts* say, whatever their order and however often each is given.

    Raises:
        NoRequest: No `requested` fact among them.
    """
    known = standing(in_order(facts))
    opening = opening_of(known)
    if opening.kind == FactKind.OBSERVED and opening.data["family"] != "trtc":
        return fold_observed(known, opening=opening, policy=policy)
    reading = read_ledger(known, opening=opening, policy=policy)
    return _tell(known, reading, conclude(reading, policy=policy), policy)


def _tell(known: list[Fact], reading: Reading, conclusion: Conclusion, policy: Policy) -> Snapshot:
    ledger, ending, outcome, current = reading.ledger, reading.ending, conclusion.outcome, reading.current
    terminal = is_terminal(outcome.state)
    spacing = timedelta(seconds=policy.gone_spacing_seconds)
    # What storage answered to us are not the vendor's words: they are among the details.
    words = {} if outcome.reason == Reason.STORAGE_UNREADABLE else vendor_words(ledger, outcome)
    return Snapshot(
        state=outcome.state,
        media=None if terminal or reading.ended_at is not None or current is None else media_of(current),
        reason=outcome.reason,
        fault=fault_of(outcome, words),
        vendor_code=words.get("code", ""),
        vendor_message=words.get("message", ""),
        vendor_request_id=words.get("request_id") or ledger.request_id,
        task_id=current.task_id if current else "",
        tasks=tuple(ending.tasks),
        files=mark_deleted(explain_missing(ending.files) if terminal else tuple(ending.files), ending.sight),
        attempts=tuple(ledger.attempts[number] for number in sorted(ledger.attempts)),
        parameters=reading.parameters,
        layout_template=layout_template_of(ledger, reading.revision),
        pending_revision=reading.pending,
        revision=reading.revision,
        requested_at=ledger.requested.occurred_at,
        started_at=min((t.started_at for t in ending.tasks if t.started_at), default=None),
        media_started_at=min((t.media_started_at for t in ending.tasks if t.media_started_at), default=None),
        ended_at=ended_at_of(ledger, reading.exited_at) if terminal else reading.exited_at,
        stop_requested_at=reading.stop.occurred_at if reading.stop else None,
        stop_reason=reading.stop_reason,
        planned_end_at=planned_end_of(ledger, reading.parameters),
        exited_at=reading.exited_at,
        awaits_twin=reading.ended_at is not None and reading.exited_at is None,
        displaced=is_displaced(current),
        quiet_since=ledger.quiet_since,
        whole=conclusion.whole,
        told_whole=conclusion.told_whole,
        closing=conclusion.closing,
        storage=ending.sight,
        verified=_verified(outcome, ending),
        provisional_reason=doubt_of(known, is_over=terminal),
        details=_tell_storage(ending.sight),
        observed_family=ledger.observed_family,
        live_tasks=_live_tasks(ending.tasks, outcome.state, spacing),
        closes_at=_closes_at(reading, conclusion, policy) if ledger.observed_family and not terminal else None,
    )


def _verified(outcome: Outcome, ending: Ending) -> bool | None:
    """Tell whether what is claimed to be there rests on storage; None where nothing is claimed to be there."""
    if outcome.state not in (State.COMPLETED, State.PARTIAL):
        return None
    if outcome.state == State.COMPLETED:
        return ending.is_shown and bool(ending.files) and not ending.missing
    return ending.is_shown and bool(ending.there)


def _tell_storage(sight: StorageSight) -> Mapping[str, Any]:
    """Return what readers are told of the looks into storage; nothing where none was made."""
    if sight.tried_at is None:
        return {}
    told: dict[str, Any] = {"checked_at": sight.tried_at.isoformat()}
    told |= {name: sight.problem[name] for name in ("problem", "code", "message") if sight.problem.get(name)}
    return {"storage": told}


def _live_tasks(tasks: Sequence[TaskEvidence], state: State, spacing: timedelta) -> int:
    """Return how many tasks may run: the ones known and not ended, or the one that a create may have made.

    A recording that waits for another try keeps its place; of a closed one, a task whose end the vendor accepted is no
    longer counted.
    """
    unended = [task for task in tasks if task.ended_at(spacing=spacing) is None]
    if is_terminal(state):
        return sum(task.delete_accepted_at is None for task in unended)
    return max(len(unended), 1 if state in _HOLDS_PLACE else 0)


_HOLDS_PLACE = (State.STARTING, State.RECORDING, State.PAUSED, State.STOPPING)


def _closes_at(reading: Reading, conclusion: Conclusion, policy: Policy) -> datetime:
    """Return when the clock closes a TRTC recording that was started elsewhere."""
    last = reading.ledger.quiet_since or reading.ledger.requested.received_at
    if reading.exited_at is not None:
        seconds = policy.foreign_quiet_seconds if conclusion.whole else policy.transcode_deadline_seconds
        return last + timedelta(seconds=seconds)
    alive_at = reading.current.alive_at if reading.current else None
    return max(last, alive_at or last) + timedelta(seconds=policy.silence_seconds)
