"""What the storage told of a recording: which files it has, and when it was asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from recordings.states.facts import Fact, FactKind

# As `STORAGE_CHECKED` has it: {name, kind, size, duration_ms, begin_ms, end_ms, user_id, media_id, track_type, whole},
# and of a playlist {segments, missing, missing_names, gaps: [{at_ms, length_ms}], ended}. A file in VOD has
# {name, kind, file_id, size, duration_ms, url, whole}, less what VOD does not know of it.
StoredFile = Mapping[str, Any]


def is_blank(file: StoredFile) -> bool:
    """Tell whether a playlist is finished and lists no segment: it is there, and nothing was recorded.

    A recorder that is stopped before its first segment leaves one.
    """
    return bool(file.get("ended")) and not file.get("segments")


@dataclass(slots=True)
class StorageSight:
    """What is known of the storage's word on one recording.

    Attributes:
        is_wanted: The recording's end rests on it.
        read_at: When it was last asked and answered; dated before the question.
        tried_at: When it was last asked at all.
        wanted_at: When somebody last wished for a look, whenever the next one would be.
        tries: How often it was asked.
        retry_seconds: How long to wait after the last try.
        problem: The last try's refusal: {problem, code, message, request_id}; empty when it answered.
        deleted: Names of files that we deleted, by task.
        is_held: Nothing of it may be deleted.
        purge_after: When the files may be deleted, as the standing mark has it.
        purged_at: When they were.
    """

    is_wanted: bool
    read_at: datetime | None = None
    tried_at: datetime | None = None
    wanted_at: datetime | None = None
    tries: int = 0
    retry_seconds: float = 0.0
    problem: Mapping[str, Any] = field(default_factory=dict)
    deleted: dict[str, set[str]] = field(default_factory=dict)
    is_held: bool = False
    purge_after: datetime | None = None
    purged_at: datetime | None = None

    @property
    def was_read(self) -> bool:
        return self.read_at is not None

    @property
    def is_overdue_a_look(self) -> bool:
        """True when somebody wished for a look and there was none since."""
        return self.wanted_at is not None and (self.tried_at is None or self.tried_at < self.wanted_at)

    @property
    def is_deleted(self) -> bool:
        return self.purged_at is not None


def see_storage(facts: Iterable[Fact], *, is_wanted: bool) -> StorageSight:
    """Gather what *facts*, in the order of `facts.in_order`, tell of the storage."""
    sight = StorageSight(is_wanted)
    tried: set[datetime] = set()
    for fact in facts:
        match fact.kind:
            case FactKind.STORAGE_CHECKED:
                sight.read_at = sight.tried_at = fact.occurred_at
                sight.problem = {}
            case FactKind.STORAGE_UNREADABLE:
                sight.tried_at = fact.occurred_at
                sight.problem = fact.data
            case FactKind.STORAGE_ASKED:
                sight.wanted_at = fact.occurred_at
                continue
            case FactKind.LEGAL_HOLD:
                sight.is_held = bool(fact.data["held"])
                continue
            case FactKind.PURGE_MARKED:
                sight.purge_after = datetime.fromisoformat(fact.data["delete_after"])
                continue
            case FactKind.PURGE_CANCELED:
                sight.purge_after = None
                continue
            case FactKind.PURGED:
                sight.deleted.setdefault(fact.task_id, set()).update(fact.data["names"])
                sight.purged_at, sight.purge_after = fact.occurred_at, None
                continue
            case _:
                continue
        tried.add(fact.occurred_at)
        sight.retry_seconds = fact.data.get("retry_in") or 0.0
    sight.tries = len(tried)
    return sight


def stored_files(facts: Iterable[Fact]) -> dict[str, dict[str, StoredFile]]:
    """Return what was seen in storage, by task and name; in VOD by file id, which is all that names a file there.

    A file that was once there whole has been there: a later look that misses it takes nothing back.
    """
    seen: dict[str, dict[str, StoredFile]] = {}
    for fact in facts:
        if fact.kind != FactKind.STORAGE_CHECKED:
            continue
        folder = seen.setdefault(fact.task_id, {})
        for file in fact.data.get("files", ()):
            key = file.get("file_id") or file["name"]
            known = folder.get(key)
            if known is None or file["whole"] or not known["whole"]:
                folder[key] = file
    return seen
