"""What callbacks told of a recording that was started elsewhere, gathered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from recordings.states.facts import Fact, FactKind, Source

_RANK = {FactKind.FILE_OPENED: 0, FactKind.FILE_CLOSED: 1, FactKind.FILE_READY: 2, FactKind.FINISHED: 2}
MOST_DIAGNOSTICS = 50


@dataclass(slots=True)
class ToldFile:
    """One file as told. `rank`: 0 being written, 1 written, 2 in storage."""

    rank: int = 0
    told: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Observation:
    """Everything that callbacks told of one recording, gathered."""

    opening: Fact
    first_seen: datetime
    last_heard: datetime
    task_id: str = ""
    started_at: datetime | None = None
    is_recorder_known: bool = False
    is_paused: bool = False
    announced: Fact | None = None
    left: Fact | None = None
    finished: Fact | None = None
    failed: Fact | None = None
    error: Fact | None = None
    files: dict[str, ToldFile] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    settled: list[Fact] = field(default_factory=list)

    @property
    def ready(self) -> list[ToldFile]:
        return [file for file in self.files.values() if file.rank == 2]

    @property
    def unfinished(self) -> list[ToldFile]:
        return [file for file in self.files.values() if file.rank < 2]


def gather(facts: list[Fact], opening: Fact) -> Observation:
    """Gather *facts*, which come in the order of `facts.in_order`."""
    seen = Observation(opening, opening.received_at, opening.received_at)
    diagnostics = []
    for fact in facts:
        seen.first_seen = min(seen.first_seen, fact.received_at)
        if fact.source == Source.CALLBACK:
            seen.last_heard = max(seen.last_heard, fact.received_at)
        seen.task_id = seen.task_id or fact.task_id
        seen.details.update(fact.data.get("details", {}))
        if fact.kind == FactKind.DIAGNOSED:
            diagnostics.append({"at": fact.occurred_at.isoformat()} | _told(fact, "code", "message", "level"))
        _note(seen, fact)
    if diagnostics:
        seen.details["diagnostics"] = diagnostics[-MOST_DIAGNOSTICS:]
    return seen


def _note(seen: Observation, fact: Fact) -> None:
    match fact.kind:
        case FactKind.RECORDER_STARTED:
            seen.is_recorder_known = True
            seen.started_at = _earliest(seen.started_at, fact.occurred_at)
        case FactKind.PAUSED | FactKind.RESUMED:
            seen.is_recorder_known, seen.is_paused = True, fact.kind == FactKind.PAUSED
            seen.details.update(_told(fact, "until_ms"))
        case FactKind.EXIT_ANNOUNCED:
            seen.announced = fact
        case FactKind.RECORDER_LEFT:
            seen.left = fact
        case FactKind.RECORDER_FAILED:
            seen.failed = fact
        case FactKind.RECORDER_ERROR:
            seen.error = fact
        case FactKind.SETTLED:
            seen.settled.append(fact)
        case FactKind.FINISHED:
            seen.finished = fact
            seen.started_at = _earliest(seen.started_at, moment(fact.data.get("began_ms"), fact))
    if fact.kind in _RANK:
        for told in fact.data.get("files", []):
            _note_file(seen, fact, told)


def _note_file(seen: Observation, fact: Fact, told: Mapping[str, Any]) -> None:
    file = seen.files.setdefault(told.get("file_id") or told.get("name") or told.get("url") or "?", ToldFile())
    file.rank = max(file.rank, _RANK[fact.kind])
    file.told.update({name: value for name, value in told.items() if value not in (None, "")})
    if fact.kind == FactKind.FILE_OPENED:
        seen.started_at = _earliest(seen.started_at, fact.occurred_at)
    seen.started_at = _earliest(seen.started_at, moment(told.get("begin_ms"), fact))


def _told(fact: Fact, *names: str) -> dict[str, Any]:
    return {name: fact.data[name] for name in names if fact.data.get(name) not in (None, "")}


def moment(milliseconds: int | None, fact: Fact) -> datetime | None:
    """Return a told time, never ahead of the telling: nobody knows of what is to come."""
    if not milliseconds:
        return None
    return min(datetime.fromtimestamp(milliseconds / 1000, tz=fact.occurred_at.tzinfo), fact.occurred_at)


def _earliest(known: datetime | None, at: datetime | None) -> datetime | None:
    return at if known is None else known if at is None else min(known, at)
