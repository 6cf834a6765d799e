"""The fold: facts in, state out. Commutative and idempotent, because it sorts and de-duplicates first."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from recordings.states.doubt import doubt_of, standing
from recordings.states.ending import Ending
from recordings.states.facts import Fact, FactKind, in_order
from recordings.states.gathered import (
    Gathered,
    layout_template_of,
    opening_of,
    parameters_of,
    plan_of,
    planned_end_of,
    sort_out,
)
from recordings.states.inventory import explain_missing, list_files, plan_seen
from recordings.states.judged import judge_files, mark_deleted
from recordings.states.lineage import by_age, current_of, is_displaced, unheard_attempts
from recordings.states.observed import fold_observed
from recordings.states.outcome import Outcome, certain_outcome, closing_outcome, is_told_whole, is_whole
from recordings.states.policy import Policy
from recordings.states.snapshot import Snapshot
from recordings.states.stored import StorageSight, see_storage, stored_files
from recordings.states.task import TaskEvidence
from recordings.states.task_storage import add_stored
from recordings.states.verdict import ended_at as ended_at_of
from recordings.states.verdict import exit_reason_of, fault_of, live_state, media_of, outcome_of, vendor_words
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
    ledger = sort_out(known, opening=opening)
    spacing = timedelta(seconds=policy.gone_spacing_seconds)
    parameters, revision, pending = parameters_of(ledger)
    family = ledger.observed_family
    storage_kind = ledger.requested.data.get("storage_kind", "cos")
    plan = plan_seen(ledger.tasks.values()) if family else plan_of(storage_kind, parameters)
    can_be_asked = plan.storage_kind != "vod" or any(task.file_ids for task in ledger.tasks.values())
    sight = see_storage(known, is_wanted=bool(ledger.requested.data.get("check_files")) and can_be_asked)
    for task_id, folder in stored_files(known).items():
        add_stored(ledger.tasks[task_id], folder, transcoded_kind=plan.transcoded_kind)
    tasks = by_age(ledger)
    current = current_of(tasks)
    stop = ledger.stops[0] if ledger.stops else None
    stop_reason = Reason(stop.data["reason"]) if stop else None
    unheard = unheard_attempts(ledger, tasks, current)
    ended_at = current.ended_at(spacing=spacing) if current else None
    exited_at = None if unheard and not ledger.is_waiting_waived else ended_at
    files = judge_files(list_files(tasks=tasks, plan=plan), tasks)
    ending = Ending(
        tasks=tasks,
        current=current,
        files=files,
        plan=plan,
        exit_reason=exit_reason_of(current, stop_reason) if exited_at else None,
        asked_to_stop=stop is not None,
        has_twin=len(tasks) > 1 or bool(unheard) or is_displaced(current),
        sight=sight,
        successor_lost=bool(unheard) and current is not None and (is_displaced(current) or current.left_at is None),
    )
    closing = closing_outcome(ending)
    # Of what was started elsewhere nobody knows which files were asked for.
    certain = certain_outcome(ending) if exited_at is not None and not family else None
    live = live_state(ledger, current, stop, ended_at, exited_at)
    told_whole = exited_at is not None and is_told_whole(ending)
    heard_at = max((at for at in (exited_at, ledger.quiet_since) if at is not None), default=None)
    whole = told_whole and is_whole(ending, heard_at=heard_at, quiet_after=timedelta(seconds=policy.settle_seconds))
    # After the end, what is still on its way is no evidence; what is there is.
    is_over = exited_at is not None or (bool(ledger.settled) and sight.was_read)
    may_improve = is_over and bool(ending.there) and not ending.awaits_look(heard_at=heard_at)
    late = closing if whole or may_improve else None
    outcome = outcome_of(ledger, stop, certain, late, live)
    terminal = is_terminal(outcome.state)
    # What storage answered to us are not the vendor's words: they are among the details.
    words = {} if outcome.reason == Reason.STORAGE_UNREADABLE else vendor_words(ledger, outcome)

    return Snapshot(
        state=outcome.state,
        media=None if terminal or ended_at is not None or current is None else media_of(current),
        reason=outcome.reason,
        fault=fault_of(outcome, words),
        vendor_code=words.get("code", ""),
        vendor_message=words.get("message", ""),
        vendor_request_id=words.get("request_id") or ledger.request_id,
        task_id=current.task_id if current else "",
        tasks=tuple(tasks),
        files=mark_deleted(explain_missing(files) if terminal else files, sight),
        attempts=tuple(ledger.attempts[number] for number in sorted(ledger.attempts)),
        parameters=parameters,
        layout_template=layout_template_of(ledger, revision),
        pending_revision=pending,
        revision=revision,
        requested_at=ledger.requested.occurred_at,
        started_at=min((t.started_at for t in tasks if t.started_at), default=None),
        media_started_at=min((t.media_started_at for t in tasks if t.media_started_at), default=None),
        ended_at=ended_at_of(ledger, exited_at) if terminal else exited_at,
        stop_requested_at=stop.occurred_at if stop else None,
        stop_reason=stop_reason,
        planned_end_at=planned_end_of(ledger, parameters),
        exited_at=exited_at,
        awaits_twin=ended_at is not None and exited_at is None,
        displaced=is_displaced(current),
        quiet_since=ledger.quiet_since,
        whole=whole,
        told_whole=told_whole,
        closing=closing,
        storage=sight,
        verified=_verified(outcome, ending),
        provisional_reason=doubt_of(known, is_over=terminal),
        details=_tell_storage(sight),
        observed_family=family,
        live_tasks=_live_tasks(tasks, outcome.state, spacing),
        closes_at=_closes_at(ledger, current, exited_at, whole, policy) if family and not terminal else None,
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


def _live_tasks(tasks: list[TaskEvidence], state: State, spacing: timedelta) -> int:
    """Return how many tasks may run: the ones known and not ended, or the one that a create may have made.

    A recording that waits for another try keeps its place; of a closed one, a task whose end the vendor accepted is no
    longer counted.
    """
    unended = [task for task in tasks if task.ended_at(spacing=spacing) is None]
    if is_terminal(state):
        return sum(task.delete_accepted_at is None for task in unended)
    return max(len(unended), 1 if state in _HOLDS_PLACE else 0)


_HOLDS_PLACE = (State.STARTING, State.RECORDING, State.PAUSED, State.STOPPING)


def _closes_at(
    ledger: Gathered, current: TaskEvidence | None, exited_at: datetime | None, whole: bool, policy: Policy
) -> datetime:
    """Return when the clock closes a TRTC recording that was started elsewhere."""
    last = ledger.quiet_since or ledger.requested.received_at
    if exited_at is not None:
        seconds = policy.foreign_quiet_seconds if whole else policy.transcode_deadline_seconds
        return last + timedelta(seconds=seconds)
    alive_at = current.alive_at if current else None
    return max(last, alive_at or last) + timedelta(seconds=policy.silence_seconds)
