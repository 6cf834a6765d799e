"""The fold: facts in, state out. Commutative and idempotent, because it sorts and de-duplicates first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from recordings.states.facts import Fact, FactKind, Source, in_order
from recordings.states.inventory import FileView, Plan, list_files
from recordings.states.outcome import Outcome, certain_outcome, closing_outcome, is_whole
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
        permanent: The answer was a refusal for good.
    """

    number: int
    sent_at: datetime
    outcome: FactKind | None = None
    answered_at: datetime | None = None
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
    attempts: dict[int, Attempt]
    tasks: dict[str, TaskEvidence]
    stops: list[Fact]
    modifies: dict[int, Fact]
    modify_answers: dict[int, Fact]
    settled: list[Fact]
    vendor_words: Mapping[str, Any]
    request_id: str
    quiet_since: datetime | None


class NoRequest(Exception):
    """A ledger holds no fact that began the recording; nothing can be said about it."""


def fold(facts: Iterable[Fact], *, policy: Policy) -> Snapshot:
    """Return what *facts* say, whatever their order and however often each is given.

    Raises:
        NoRequest: No `requested` fact among them.
    """
    ledger = _sort_out(in_order(list(facts)))
    spacing = timedelta(seconds=policy.gone_spacing_seconds)
    parameters, revision, pending = _parameters(ledger)
    plan = _plan(ledger.requested.data.get("storage_kind", "cos"), parameters)
    tasks = _by_age(ledger)
    current = _current(tasks)
    files = list_files(tasks=tasks, plan=plan)
    stop = ledger.stops[0] if ledger.stops else None
    stop_reason = Reason(stop.data["reason"]) if stop else None
    exited_at = _exited_at(tasks, current, ledger.attempts, spacing)
    exit_reason = _exit_reason(current, stop_reason) if exited_at else None

    certain = None
    if exited_at is not None:
        certain = certain_outcome(tasks=tasks, files=files, plan=plan, exit_reason=exit_reason)
    closing = closing_outcome(
        tasks=tasks, files=files, plan=plan, exit_reason=exit_reason, asked_to_stop=stop is not None
    )
    live = _live_state(ledger, tasks, current, stop, exited_at)
    outcome = _outcome(ledger, certain, closing if exited_at is not None else None, live)
    terminal = is_terminal(outcome.state)
    words = {} if outcome.state == State.COMPLETED else ledger.vendor_words

    return Snapshot(
        state=outcome.state,
        media=None if terminal or current is None else current.media or _waiting_if_started(current),
        reason=outcome.reason,
        fault=_fault(outcome, words),
        vendor_code=words.get("code", ""),
        vendor_message=words.get("message", ""),
        vendor_request_id=words.get("request_id") or ledger.request_id,
        task_id=current.task_id if current else "",
        tasks=tuple(tasks),
        files=files,
        attempts=tuple(ledger.attempts[number] for number in sorted(ledger.attempts)),
        parameters=parameters,
        pending_revision=pending,
        revision=revision,
        requested_at=ledger.requested.occurred_at,
        started_at=min((t.started_at for t in tasks if t.started_at), default=None),
        media_started_at=min((t.media_started_at for t in tasks if t.media_started_at), default=None),
        ended_at=_ended_at(ledger, outcome, exited_at),
        stop_requested_at=stop.occurred_at if stop else None,
        stop_reason=stop_reason,
        planned_end_at=_planned_end(ledger.requested, parameters),
        exited_at=exited_at,
        quiet_since=ledger.quiet_since,
        whole=exited_at is not None and is_whole(tasks=tasks, files=files, plan=plan),
        closing=closing,
        verified=False if outcome.state in (State.COMPLETED, State.PARTIAL) else None,
    )


def _sort_out(facts: list[Fact]) -> _Ledger:
    requested = next((fact for fact in facts if fact.kind == FactKind.REQUESTED), None)
    if requested is None:
        raise NoRequest
    ledger = _Ledger(
        requested=requested, attempts={}, tasks={}, stops=[], modifies={}, modify_answers={}, settled=[],
        vendor_words={}, request_id="", quiet_since=None,
    )  # fmt: skip
    for fact in facts:
        if fact.task_id:
            task = ledger.tasks.setdefault(fact.task_id, TaskEvidence(fact.task_id, fact.received_at))
            gather_task(task, fact)
        if fact.source == Source.CALLBACK:
            ledger.quiet_since = max(ledger.quiet_since or fact.received_at, fact.received_at)
        if fact.kind in _KINDS_WITH_VENDOR_WORDS:
            ledger.vendor_words = fact.data
        elif fact.kind in (FactKind.CREATE_ACCEPTED, FactKind.DELETE_ACCEPTED):
            ledger.vendor_words = {}  # what it refused before, it took now
        _note(ledger, fact)
    return ledger


_KINDS_WITH_VENDOR_WORDS = {
    FactKind.CREATE_REJECTED,
    FactKind.CREATE_POSTPONED,
    FactKind.CREATE_UNKNOWN,
    FactKind.DELETE_FAILED,
    FactKind.UPLOAD_ERROR,
    FactKind.VOD_FILE_FAILED,
    FactKind.VOD_FILE_STUCK,
}
_CREATE_ANSWERS = {
    FactKind.CREATE_ACCEPTED,
    FactKind.CREATE_POSTPONED,
    FactKind.CREATE_UNKNOWN,
    FactKind.CREATE_REJECTED,
}


def _note(ledger: _Ledger, fact: Fact) -> None:
    match fact.kind:
        case FactKind.STOP_REQUESTED:
            ledger.stops.append(fact)
        case FactKind.MODIFY_REQUESTED:
            ledger.modifies[fact.data["revision"]] = fact
        case FactKind.MODIFY_ACCEPTED | FactKind.MODIFY_REJECTED:
            ledger.modify_answers[fact.data["revision"]] = fact
        case FactKind.SETTLED:
            ledger.settled.append(fact)
        case FactKind.CREATE_SENT:
            number = fact.data["attempt"]
            known = ledger.attempts.get(number)
            ledger.attempts[number] = Attempt(
                number,
                fact.occurred_at,
                known.outcome if known else None,
                known.answered_at if known else None,
                known.data if known else {},
            )
        case kind if kind in _CREATE_ANSWERS:
            number = fact.data["attempt"]
            sent = ledger.attempts.get(number)
            ledger.attempts[number] = Attempt(
                number, sent.sent_at if sent else fact.occurred_at, kind, fact.occurred_at, fact.data
            )
            if fact.data.get("request_id"):
                ledger.request_id = fact.data["request_id"]
        case _:
            pass


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
    """Sort tasks by the create that made them; one that only a callback named belongs to the last create before it."""

    def attempt(task: TaskEvidence) -> int:
        if task.attempt is not None:
            return task.attempt
        sent = [a.number for a in ledger.attempts.values() if a.sent_at <= task.first_seen]
        return max(sent, default=0)

    return sorted(ledger.tasks.values(), key=lambda task: (attempt(task), task.first_seen, task.task_id))


def _current(tasks: list[TaskEvidence]) -> TaskEvidence | None:
    """Return the newest task that was not displaced by its namesake; a displaced one only when all were."""
    survivors = [task for task in tasks if task.left_reason != Reason.ROBOT_ID_CONFLICT]
    return (survivors or tasks)[-1] if tasks else None


def _exited_at(
    tasks: list[TaskEvidence],
    current: TaskEvidence | None,
    attempts: Mapping[int, Attempt],
    spacing: timedelta,
) -> datetime | None:
    """Return when the last of the tasks ended; None while one may still run.

    A superseded task counts as ended as soon as the vendor took its deletion or knows it no more.
    """
    if current is None:
        return None
    ends: list[datetime] = []
    for task in tasks:
        end = task.ended_at(spacing=spacing)
        if end is None and task is not current:
            end = task.delete_accepted_at or min(task.gone_at, default=None)
        if end is None:
            return None
        ends.append(end)
    last = max(attempts, default=None)
    if last is not None and attempts[last].may_have_acted and not _explained(attempts[last], tasks):
        # A later create is under way: what ended was its predecessor.
        return None
    return max(ends)


def _explained(attempt: Attempt, tasks: list[TaskEvidence]) -> bool:
    """Tell whether a task is known that this attempt must have made."""
    return any(task.attempt is None and task.first_seen >= attempt.sent_at for task in tasks)


def _exit_reason(current: TaskEvidence | None, stop_reason: Reason | None) -> Reason | None:
    told = current.left_reason if current else None
    if told in (None, Reason.STOPPED) and stop_reason is not None:
        return stop_reason
    return told or Reason.VANISHED


def _live_state(
    ledger: _Ledger,
    tasks: list[TaskEvidence],
    current: TaskEvidence | None,
    stop: Fact | None,
    exited_at: datetime | None,
) -> Outcome:
    """Return the state by what was asked and seen, leaving aside what the clock concluded."""
    if exited_at is not None:
        return Outcome(State.FINALIZING, None)
    attempts = ledger.attempts
    unknown = any(a.may_have_acted and not _explained(a, tasks) for a in attempts.values())
    last = attempts[max(attempts)] if attempts else None
    if not tasks and not unknown:
        if last is not None and last.outcome == FactKind.CREATE_REJECTED:
            return Outcome(State.FAILED, Reason(last.data["reason"]))
        if stop is not None:
            return Outcome(State.CANCELED, Reason(stop.data["reason"]))
        if last is None or last.data.get("why") in ("throttled", "quota", "credentials"):
            return Outcome(State.QUEUED, None)
        return Outcome(State.STARTING, None)
    if stop is not None or (current is not None and current.described_status == "exited"):
        return Outcome(State.STOPPING, None)
    if current is not None and current.started_at is not None:
        return Outcome(State.RECORDING, None)
    return Outcome(State.STARTING, None)


def _outcome(ledger: _Ledger, certain: Outcome | None, closing: Outcome | None, live: Outcome) -> Outcome:
    """Return the best of what is certain and what the clock closed; the live state when there is neither.

    After the clock closed a recording, evidence that still comes in can only improve on it.
    """
    candidates = [Outcome(State(f.data["state"]), _reason_or_none(f.data.get("reason"))) for f in ledger.settled]
    if candidates and closing is not None:
        candidates.append(closing)
    if certain is not None:
        candidates.append(certain)
    if is_terminal(live.state):
        candidates.append(live)
    return max(candidates, key=lambda outcome: merit(outcome.state), default=live)


def _reason_or_none(text: str | None) -> Reason | None:
    return Reason(text) if text else None


def _fault(outcome: Outcome, words: Mapping[str, Any]) -> Fault:
    if outcome.state in (State.COMPLETED, State.EMPTY, State.CANCELED) or outcome.reason is None:
        return Fault.NONE
    if "fault" in words:
        return Fault(words["fault"])
    return FAULT_OF_REASON.get(outcome.reason, Fault.NONE)


def _waiting_if_started(current: TaskEvidence) -> Media | None:
    return Media.WAITING if current.started_at else None


def _ended_at(ledger: _Ledger, outcome: Outcome, exited_at: datetime | None) -> datetime | None:
    if exited_at is not None:
        return exited_at
    if not is_terminal(outcome.state):
        return None
    ends = [f.occurred_at for f in ledger.settled] + [f.occurred_at for f in ledger.stops]
    ends += [a.answered_at for a in ledger.attempts.values() if a.answered_at]
    return min(ends, default=ledger.requested.occurred_at) if not ledger.settled else ledger.settled[0].occurred_at


def _planned_end(requested: Fact, parameters: Mapping[str, Any]) -> datetime:
    """Return when the recording has to stop: its longest duration, or while it can still be controlled.

    The vendor takes no more calls for a task `resource_expired_hour` after its start, but records on.
    Source: https://trtc.io/document/46960.
    """
    controllable = timedelta(hours=parameters.get("resource_expired_hour") or 72) * 0.9
    wanted = requested.data.get("max_duration")
    return requested.occurred_at + (min(timedelta(seconds=wanted), controllable) if wanted else controllable)
