"""The fold: facts in, state out. Commutative and idempotent, because it sorts and de-duplicates first."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from recordings.states.facts import Fact, FactKind, Source, in_order
from recordings.states.inventory import FileView, Plan, explain_missing, list_files
from recordings.states.outcome import Ending, Outcome, certain_outcome, closing_outcome, failed_start, is_whole
from recordings.states.policy import Policy
from recordings.states.task import TaskEvidence, gather_task
from recordings.states.vocabulary import (
    FAULT_OF_REASON,
    Fault,
    FileKind,
    Media,
    Reason,
    State,
    is_terminal,
    merit,
)

# What a caller gets, by record_params.output_format and, for VOD, by the kind alone.
_OUTPUTS = {
    "hls": frozenset({FileKind.HLS}),
    "hls_mp4": frozenset({FileKind.HLS, FileKind.MP4}),
    "hls_aac": frozenset({FileKind.HLS, FileKind.AAC}),
    "mp4": frozenset({FileKind.MP4}),
    "aac": frozenset({FileKind.AAC}),
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One create: when it was sent and what is known of its answer.

    Attributes:
        outcome: The kind of its answer's fact; None while there is none.
        learnt_at: When its answer reached us.
    """

    number: int
    sent_at: datetime
    outcome: FactKind | None = None
    answered_at: datetime | None = None
    learnt_at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def may_have_acted(self) -> bool:
        """True while nobody knows whether this create made a task."""
        return self.outcome in (None, FactKind.CREATE_UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What the ledger says about one recording.

    Attributes:
        tasks: By age; `task_id` is the current one, the others were superseded.
        pending_revision: A change of parameters that was asked for and has no answer; None without one.
        parameters: The last that the vendor accepted, or will get with the create.
        awaits_twin: The current task is over, and a later create may have made another one.
        displaced: The current task was displaced by its namesake.
        quiet_since: When the last callback came in.
        whole: After the exit: nothing is outstanding, quiet alone is awaited.
        closing: What the outcome would be if the clock closed the recording now.
    """

    state: State
    media: Media | None
    reason: Reason | None
    fault: Fault
    vendor_code: str
    vendor_message: str
    vendor_request_id: str
    task_id: str
    tasks: tuple[TaskEvidence, ...]
    files: tuple[FileView, ...]
    attempts: tuple[Attempt, ...]
    parameters: Mapping[str, Any]
    pending_revision: Mapping[str, Any] | None
    revision: int
    requested_at: datetime
    started_at: datetime | None
    media_started_at: datetime | None
    ended_at: datetime | None
    stop_requested_at: datetime | None
    stop_reason: Reason | None
    planned_end_at: datetime
    exited_at: datetime | None
    awaits_twin: bool
    displaced: bool
    quiet_since: datetime | None
    whole: bool
    closing: Outcome
    verified: bool | None

    @property
    def current(self) -> TaskEvidence | None:
        """The task that this recording is about now."""
        return next((task for task in self.tasks if task.task_id == self.task_id), None)


@dataclass(slots=True)
class _Ledger:
    """The facts of one recording, sorted into what they speak of."""

    requested: Fact
    attempts: dict[int, Attempt] = field(default_factory=dict)
    tasks: dict[str, TaskEvidence] = field(default_factory=dict)
    stops: list[Fact] = field(default_factory=list)
    modifies: dict[int, Fact] = field(default_factory=dict)
    modify_answers: dict[int, Fact] = field(default_factory=dict)
    settled: list[Fact] = field(default_factory=list)
    words_on_create: Mapping[str, Any] = field(default_factory=dict)
    words_on_task: Mapping[str, Any] = field(default_factory=dict)
    words_on_files: Mapping[str, Any] = field(default_factory=dict)
    request_id: str = ""
    quiet_since: datetime | None = None
    is_waiting_waived: bool = False


class NoRequest(Exception):
    """A ledger holds no fact that began the recording; nothing can be said about it."""


def fold(facts: Iterable[Fact], *, policy: Policy) -> Snapshot:
    """Return what *facts* say, whatever their order and however often each is given.

    Raises:
        NoRequest: No `requested` fact among them.
    """
    ledger = _sort_out(in_order(facts))
    spacing = timedelta(seconds=policy.gone_spacing_seconds)
    parameters, revision, pending = _parameters(ledger)
    tasks = _by_age(ledger)
    current = _current(tasks)
    stop = ledger.stops[0] if ledger.stops else None
    stop_reason = Reason(stop.data["reason"]) if stop else None
    unheard = _unheard_attempts(ledger, tasks, current)
    ended_at = current.ended_at(spacing=spacing) if current else None
    exited_at = None if unheard and not ledger.is_waiting_waived else ended_at
    plan = _plan(ledger.requested.data.get("storage_kind", "cos"), parameters)
    files = list_files(tasks=tasks, plan=plan)
    ending = Ending(
        tasks=tasks,
        current=current,
        files=files,
        plan=plan,
        exit_reason=_exit_reason(current, stop_reason) if exited_at else None,
        asked_to_stop=stop is not None,
        has_twin=len(tasks) > 1 or bool(unheard) or _is_displaced(current),
        successor_lost=bool(unheard) and current is not None and (_is_displaced(current) or current.left_at is None),
    )
    closing = closing_outcome(ending)
    certain = certain_outcome(ending) if exited_at is not None else None
    live = _live_state(ledger, current, stop, ended_at, exited_at)
    whole = exited_at is not None and is_whole(ending)
    # After the end, what is still on its way is no evidence; what is there is.
    late = closing if whole or (exited_at is not None and ending.reported) else None
    outcome = _outcome(ledger, stop, certain, late, live)
    terminal = is_terminal(outcome.state)
    words = _vendor_words(ledger, outcome)

    return Snapshot(
        state=outcome.state,
        media=None if terminal or ended_at is not None or current is None else _media(current),
        reason=outcome.reason,
        fault=_fault(outcome, words),
        vendor_code=words.get("code", ""),
        vendor_message=words.get("message", ""),
        vendor_request_id=words.get("request_id") or ledger.request_id,
        task_id=current.task_id if current else "",
        tasks=tuple(tasks),
        files=explain_missing(files) if terminal else files,
        attempts=tuple(ledger.attempts[number] for number in sorted(ledger.attempts)),
        parameters=parameters,
        pending_revision=pending,
        revision=revision,
        requested_at=ledger.requested.occurred_at,
        started_at=min((t.started_at for t in tasks if t.started_at), default=None),
        media_started_at=min((t.media_started_at for t in tasks if t.media_started_at), default=None),
        ended_at=_ended_at(ledger, exited_at) if terminal else exited_at,
        stop_requested_at=stop.occurred_at if stop else None,
        stop_reason=stop_reason,
        planned_end_at=_planned_end(ledger, parameters),
        exited_at=exited_at,
        awaits_twin=ended_at is not None and exited_at is None,
        displaced=_is_displaced(current),
        quiet_since=ledger.quiet_since,
        whole=whole,
        closing=closing,
        verified=False if outcome.state in (State.COMPLETED, State.PARTIAL) else None,
    )


def _sort_out(facts: list[Fact]) -> _Ledger:
    requested = next((fact for fact in facts if fact.kind == FactKind.REQUESTED), None)
    if requested is None:
        raise NoRequest
    ledger = _Ledger(requested=requested)
    for fact in facts:
        if fact.task_id:
            task = ledger.tasks.get(fact.task_id)
            if task is None:
                task = ledger.tasks[fact.task_id] = TaskEvidence(fact.task_id, fact.received_at)
            gather_task(task, fact)
        if fact.source == Source.CALLBACK and (ledger.quiet_since is None or fact.received_at > ledger.quiet_since):
            ledger.quiet_since = fact.received_at
        if note := _NOTES.get(fact.kind):
            note(ledger, fact)
    return ledger


def _note_stop(ledger: _Ledger, fact: Fact) -> None:
    ledger.stops.append(fact)


def _note_modify(ledger: _Ledger, fact: Fact) -> None:
    ledger.modifies[fact.data["revision"]] = fact


def _note_modify_answer(ledger: _Ledger, fact: Fact) -> None:
    ledger.modify_answers[fact.data["revision"]] = fact


def _note_settled(ledger: _Ledger, fact: Fact) -> None:
    ledger.settled.append(fact)


def _note_exit_assumed(ledger: _Ledger, fact: Fact) -> None:
    if not fact.task_id:
        ledger.is_waiting_waived = True


def _note_create_sent(ledger: _Ledger, fact: Fact) -> None:
    number = fact.data["attempt"]
    known = ledger.attempts.get(number) or Attempt(number, fact.occurred_at)
    ledger.attempts[number] = replace(known, sent_at=fact.occurred_at)


def _note_create_answer(ledger: _Ledger, fact: Fact) -> None:
    number = fact.data["attempt"]
    sent = ledger.attempts.get(number)
    ledger.attempts[number] = Attempt(
        number, sent.sent_at if sent else fact.occurred_at, fact.kind, fact.occurred_at, fact.received_at, fact.data
    )
    ledger.request_id = fact.data.get("request_id") or ledger.request_id
    # What it refused before, it took now.
    ledger.words_on_create = {} if fact.kind == FactKind.CREATE_ACCEPTED else fact.data


def _note_delete_accepted(ledger: _Ledger, fact: Fact) -> None:
    ledger.words_on_task = {}


def _note_words_on_task(ledger: _Ledger, fact: Fact) -> None:
    ledger.words_on_task = fact.data


def _note_words_on_files(ledger: _Ledger, fact: Fact) -> None:
    ledger.words_on_files = fact.data


_NOTES: Mapping[FactKind, Callable[[_Ledger, Fact], None]] = {
    FactKind.STOP_REQUESTED: _note_stop,
    FactKind.MODIFY_REQUESTED: _note_modify,
    FactKind.MODIFY_ACCEPTED: _note_modify_answer,
    FactKind.MODIFY_REJECTED: _note_modify_answer,
    FactKind.SETTLED: _note_settled,
    FactKind.EXIT_ASSUMED: _note_exit_assumed,
    FactKind.CREATE_SENT: _note_create_sent,
    FactKind.CREATE_ACCEPTED: _note_create_answer,
    FactKind.CREATE_POSTPONED: _note_create_answer,
    FactKind.CREATE_UNKNOWN: _note_create_answer,
    FactKind.CREATE_REJECTED: _note_create_answer,
    FactKind.DELETE_ACCEPTED: _note_delete_accepted,
    FactKind.DELETE_FAILED: _note_words_on_task,
    FactKind.TASK_GONE: _note_words_on_task,
    FactKind.UPLOAD_ERROR: _note_words_on_files,
    FactKind.VOD_FILE_FAILED: _note_words_on_files,
    FactKind.VOD_FILE_STUCK: _note_words_on_files,
}


def _plan(storage_kind: str, parameters: Mapping[str, Any]) -> Plan:
    record = parameters.get("record_params", {})
    outputs = frozenset({FileKind.VOD}) if storage_kind == "vod" else _OUTPUTS[record.get("output_format") or "hls"]
    return Plan(storage_kind=storage_kind, mixed=record.get("record_mode") == "mixed", outputs=outputs)


def _parameters(ledger: _Ledger) -> tuple[Mapping[str, Any], int, Mapping[str, Any] | None]:
    """Return what the vendor holds now, its revision, and the one change that has no answer yet."""
    parameters, revision = ledger.requested.data.get("parameters", {}), 1
    for number in sorted(ledger.modifies):
        answer = ledger.modify_answers.get(number)
        if answer is not None and answer.kind == FactKind.MODIFY_ACCEPTED:
            parameters, revision = ledger.modifies[number].data["parameters"], number
    open_numbers = [number for number in ledger.modifies if number not in ledger.modify_answers]
    pending = ledger.modifies[max(open_numbers)].data if open_numbers else None
    return parameters, revision, pending


def _by_age(ledger: _Ledger) -> list[TaskEvidence]:
    """Sort tasks by the create that made them.

    One that only callbacks named belongs to the last create before it whose own task is not known. Two such are told
    apart by the vendor's clock, which made both times; a task that showed nothing but its end is the older.
    """
    if len(ledger.tasks) == 1:
        return list(ledger.tasks.values())
    known = {task.attempt for task in ledger.tasks.values()}
    unclaimed = [attempt for attempt in ledger.attempts.values() if attempt.number not in known]

    def age(task: TaskEvidence) -> tuple[int, bool, datetime, str]:
        number = task.attempt
        if number is None:
            number = max((a.number for a in unclaimed if a.sent_at <= task.first_seen), default=0)
        return number, task.began_at is not None, task.began_at or task.first_seen, task.task_id

    return sorted(ledger.tasks.values(), key=age)


def _current(tasks: list[TaskEvidence]) -> TaskEvidence | None:
    """Return the newest task that was not displaced by its namesake; a displaced one only when all were."""
    survivors = [task for task in tasks if not _is_displaced(task)]
    return (survivors or tasks)[-1] if tasks else None


def _is_displaced(task: TaskEvidence | None) -> bool:
    return task is not None and task.left_reason == Reason.ROBOT_ID_CONFLICT


def _unheard_attempts(ledger: _Ledger, tasks: list[TaskEvidence], current: TaskEvidence | None) -> list[Attempt]:
    """Return the creates that may have made a task which nobody has heard of, and which would be the current one.

    An end of a known task is not the end of the recording while there are any. A displacement proves that there is
    one, even where the vendor claimed that it did not act.
    """
    if current is None or not ledger.attempts:
        return []
    anonymous = sum(task.attempt is None for task in tasks)
    if _is_displaced(current):
        rivals = [
            attempt
            for attempt in ledger.attempts.values()
            if attempt.outcome not in (FactKind.CREATE_ACCEPTED, FactKind.CREATE_REJECTED)
            and (current.attempt is None or attempt.number > current.attempt)
        ]
    else:
        rivals = [attempt for attempt in ledger.attempts.values() if attempt.may_have_acted]
        if not ledger.attempts[max(ledger.attempts)].may_have_acted:
            return []
    return rivals if len(rivals) > anonymous else []


def _exit_reason(current: TaskEvidence | None, stop_reason: Reason | None) -> Reason | None:
    told = current.left_reason if current else None
    if told in (None, Reason.STOPPED) and stop_reason is not None:
        return stop_reason
    if told is None and current is not None and current.exited_at is None:
        return Reason.VANISHED
    return told  # None: files alone told that it left


def _live_state(
    ledger: _Ledger,
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
        return State.QUEUED if last is None or last.data.get("why") in _WHY_QUEUED else State.STARTING
    if stop is not None or (current is not None and current.exiting_since is not None):
        return State.STOPPING
    if current is not None and current.started_at is not None and ended_at is None:
        return State.RECORDING
    return State.STARTING


_WHY_QUEUED = ("throttled", "quota", "credentials")


def _outcome(ledger: _Ledger, stop: Fact | None, certain: Outcome | None, late: Outcome | None, live: State) -> Outcome:
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
    return max(closed, key=lambda outcome: merit(outcome.state), default=Outcome(live, None))


def _never_created(ledger: _Ledger, stop: Fact | None) -> Outcome | None:
    """Return how a recording ended for which the vendor made no task, as far as anybody knew.

    A task that shows up later, against the vendor's word, is ended; it does not revive the recording.
    """
    attempts = [ledger.attempts[number] for number in sorted(ledger.attempts)]
    if any(attempt.may_have_acted or attempt.outcome == FactKind.CREATE_ACCEPTED for attempt in attempts):
        return None
    learnt = max((attempt.learnt_at for attempt in attempts if attempt.learnt_at is not None), default=None)
    if attempts and attempts[-1].outcome == FactKind.CREATE_REJECTED:
        outcome = Outcome(State.FAILED, Reason(attempts[-1].data["reason"]))
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


def _vendor_words(ledger: _Ledger, outcome: Outcome) -> Mapping[str, Any]:
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
)


def _fault(outcome: Outcome, words: Mapping[str, Any]) -> Fault:
    if outcome.state in _FAULTLESS or outcome.reason is None:
        return Fault.NONE
    if outcome.reason in _REASONS_OF_WORDS and words.get("fault"):
        return Fault(words["fault"])
    return FAULT_OF_REASON.get(outcome.reason, Fault.NONE)


# Whose fault these are, the vendor's answer tells better than the reason does.
_REASONS_OF_WORDS = (Reason.START_FAILED, Reason.INVALID_REQUEST, Reason.REFUSED, Reason.CREDENTIALS)


def _media(current: TaskEvidence) -> Media | None:
    return current.media or (Media.WAITING if current.started_at else None)


def _ended_at(ledger: _Ledger, exited_at: datetime | None) -> datetime:
    """Return when a closed recording ended: its exit, or the moment at which nothing was left to wait for."""
    if exited_at is not None:
        return exited_at
    if ledger.settled:
        return ledger.settled[0].occurred_at
    ends = [fact.occurred_at for fact in ledger.stops[:1]]
    ends += [attempt.answered_at for attempt in ledger.attempts.values() if attempt.answered_at]
    return max(ends, default=ledger.requested.occurred_at)


def _planned_end(ledger: _Ledger, parameters: Mapping[str, Any]) -> datetime:
    """Return when the recording has to stop: its longest duration, or while it can still be controlled.

    Counted from the first create that may have made a task, not from the time in the queue before it. The vendor takes
    no more calls for a task `resource_expired_hour` after its start, but records on.
    Source: https://trtc.io/document/46960.
    """
    refused = (FactKind.CREATE_POSTPONED, FactKind.CREATE_REJECTED)
    sent = [attempt.sent_at for attempt in ledger.attempts.values() if attempt.outcome not in refused]
    begun = min(sent, default=ledger.requested.occurred_at)
    controllable = timedelta(hours=parameters.get("resource_expired_hour") or 72) * 0.9
    wanted = ledger.requested.data.get("max_duration")
    return begun + (min(timedelta(seconds=wanted), controllable) if wanted else controllable)
