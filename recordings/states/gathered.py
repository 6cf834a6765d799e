"""The facts of one recording, sorted into what they speak of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from recordings.states.attempt import Attempt
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.inventory import Plan
from recordings.states.task import TaskEvidence
from recordings.states.task_facts import gather_task
from recordings.states.vocabulary import FileKind


@dataclass(slots=True)
class Gathered:
    """The facts of one recording, sorted into what they speak of.

    Attributes:
        requested: The fact that began it.
        words_on_unknown: What was answered to the last create of which nobody knows whether it acted.
    """

    requested: Fact
    attempts: dict[int, Attempt] = field(default_factory=dict)
    tasks: dict[str, TaskEvidence] = field(default_factory=dict)
    stops: list[Fact] = field(default_factory=list)
    modifies: dict[int, Fact] = field(default_factory=dict)
    modify_answers: dict[int, Fact] = field(default_factory=dict)
    settled: list[Fact] = field(default_factory=list)
    words_on_create: Mapping[str, Any] = field(default_factory=dict)
    words_on_unknown: Mapping[str, Any] = field(default_factory=dict)
    words_on_task: Mapping[str, Any] = field(default_factory=dict)
    words_on_files: Mapping[str, Any] = field(default_factory=dict)
    request_id: str = ""
    quiet_since: datetime | None = None
    is_waiting_waived: bool = False

    @property
    def observed_family(self) -> str:
        """The family that told of it, when it was started elsewhere; empty for one of ours."""
        return self.requested.data["family"] if self.requested.kind == FactKind.OBSERVED else ""


class NoRequest(Exception):
    """A ledger holds no fact that began the recording; nothing can be said about it."""


def opening_of(facts: list[Fact]) -> Fact:
    """Return the fact that began the recording: it was asked of us, or else seen in a callback.

    Raises:
        NoRequest: There is none.
    """
    for kind in (FactKind.REQUESTED, FactKind.OBSERVED):
        for fact in facts:
            if fact.kind == kind:
                return fact
    raise NoRequest


def sort_out(facts: list[Fact], *, opening: Fact) -> Gathered:
    ledger = Gathered(requested=opening)
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


def _note_stop(ledger: Gathered, fact: Fact) -> None:
    ledger.stops.append(fact)


def _note_modify(ledger: Gathered, fact: Fact) -> None:
    ledger.modifies[fact.data["revision"]] = fact


def _note_modify_answer(ledger: Gathered, fact: Fact) -> None:
    ledger.modify_answers[fact.data["revision"]] = fact


def _note_settled(ledger: Gathered, fact: Fact) -> None:
    ledger.settled.append(fact)


def _note_exit_assumed(ledger: Gathered, fact: Fact) -> None:
    if not fact.task_id:
        ledger.is_waiting_waived = True


def _note_create_sent(ledger: Gathered, fact: Fact) -> None:
    number = fact.data["attempt"]
    known = ledger.attempts.get(number) or Attempt(number, fact.occurred_at)
    ledger.attempts[number] = replace(known, sent_at=fact.occurred_at)


def _note_create_answer(ledger: Gathered, fact: Fact) -> None:
    number = fact.data["attempt"]
    sent = ledger.attempts.get(number)
    ledger.attempts[number] = Attempt(
        number, sent.sent_at if sent else fact.occurred_at, fact.kind, fact.occurred_at, fact.received_at, fact.data
    )
    ledger.request_id = fact.data.get("request_id") or ledger.request_id
    # What it refused before, it took now.
    ledger.words_on_create = {} if fact.kind == FactKind.CREATE_ACCEPTED else fact.data
    if fact.kind == FactKind.CREATE_UNKNOWN:
        ledger.words_on_unknown = fact.data


def _note_delete_accepted(ledger: Gathered, fact: Fact) -> None:
    ledger.words_on_task = {}


def _note_words_on_task(ledger: Gathered, fact: Fact) -> None:
    ledger.words_on_task = fact.data


def _note_words_on_files(ledger: Gathered, fact: Fact) -> None:
    ledger.words_on_files = fact.data


_NOTES: Mapping[FactKind, Callable[[Gathered, Fact], None]] = {
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


# What a caller gets, by record_params.output_format and, for VOD, by the kind alone.
_OUTPUTS = {
    "hls": frozenset({FileKind.HLS}),
    "hls_mp4": frozenset({FileKind.HLS, FileKind.MP4}),
    "hls_aac": frozenset({FileKind.HLS, FileKind.AAC}),
    "mp4": frozenset({FileKind.MP4}),
    "aac": frozenset({FileKind.AAC}),
}


def plan_of(storage_kind: str, parameters: Mapping[str, Any]) -> Plan:
    record = parameters.get("record_params", {})
    outputs = frozenset({FileKind.VOD}) if storage_kind == "vod" else _OUTPUTS[record.get("output_format") or "hls"]
    return Plan(storage_kind=storage_kind, mixed=record.get("record_mode") == "mixed", outputs=outputs)


def parameters_of(ledger: Gathered) -> tuple[Mapping[str, Any], int, Mapping[str, Any] | None]:
    """Return what the vendor holds now, its revision, and the one change that has no answer yet."""
    parameters, revision = ledger.requested.data.get("parameters", {}), 1
    for number in sorted(ledger.modifies):
        answer = ledger.modify_answers.get(number)
        if answer is not None and answer.kind == FactKind.MODIFY_ACCEPTED:
            parameters, revision = ledger.modifies[number].data["parameters"], number
    open_numbers = [number for number in ledger.modifies if number not in ledger.modify_answers]
    pending = ledger.modifies[max(open_numbers)].data if open_numbers else None
    return parameters, revision, pending


def layout_template_of(ledger: Gathered, revision: int) -> str:
    """Return the template's version that the layout of a revision comes from; empty when from none."""
    source = ledger.requested if revision == 1 else ledger.modifies[revision]
    template: str = source.data.get("layout_template", "")
    return template


def planned_end_of(ledger: Gathered, parameters: Mapping[str, Any]) -> datetime:
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
