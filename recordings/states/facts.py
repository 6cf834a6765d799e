"""Facts: single things known about a recording, with who said so and when. Their sum is the ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from recordings.states.vocabulary import OpenWords


class Source(OpenWords):
    API = "api"  # a caller of the REST API
    OPERATOR = "operator"  # a person in the admin or at the command line
    VENDOR = "vendor"  # the vendor's answer to a call of ours
    CALLBACK = "callback"  # the vendor's own word
    CLOCK = "clock"  # nothing happened for long enough
    STORAGE = "storage"  # the storage's own word on what is in it


class FactKind(OpenWords):
    # --- asked of us
    # {storage_kind, check_files, parameters, max_duration, layout_template, queue}
    REQUESTED = "requested"
    STOP_REQUESTED = "stop_requested"  # {reason}
    MODIFY_REQUESTED = "modify_requested"  # {revision, parameters, layout_template, by, comment}
    # --- our calls and their answers
    CREATE_SENT = "create_sent"  # {attempt, storage: {bucket, region, prefix}}; committed before the call
    CREATE_ACCEPTED = "create_accepted"  # {attempt, request_id}
    CREATE_POSTPONED = "create_postponed"  # {attempt, code, message, request_id, why, retry_in}: it did not act
    CREATE_UNKNOWN = "create_unknown"  # {attempt, code, message, request_id, why, retry_in}: it may have acted
    CREATE_REJECTED = "create_rejected"  # {attempt, code, message, request_id, reason, fault}
    MODIFY_ACCEPTED = "modify_accepted"  # {revision, request_id}
    MODIFY_REJECTED = "modify_rejected"  # {revision, code, message, request_id}
    DELETE_ACCEPTED = "delete_accepted"  # {request_id}
    DELETE_FAILED = "delete_failed"  # {code, message, request_id}
    DESCRIBED = "described"  # {status, files}; occurred_at is the time before the call
    TASK_GONE = "task_gone"  # {code, request_id}: the vendor says that it knows no such task
    # --- the vendor's events
    RECORDER_STARTED = "recorder_started"
    RECORDER_FAILED = "recorder_failed"
    RECORDER_LEFT = "recorder_left"  # {reason}
    UPLOAD_STARTED = "upload_started"
    UPLOAD_START_FAILED = "upload_start_failed"
    SLICE_CREATED = "slice_created"  # {files: [file]}: cut locally
    SLICE_UPLOADED = "slice_uploaded"  # {files: [file]}: playlist seen in storage by the vendor
    UPLOAD_FINISHED = "upload_finished"  # every HLS file is in storage
    UPLOAD_STUCK = "upload_stuck"  # at least one file waits in backup storage
    UPLOAD_ERROR = "upload_error"  # {code, message}: the storage's own words
    IMAGE_ERROR = "image_error"  # {url}
    FAILED_OVER = "failed_over"
    TRANSCODE_FINISHED = "transcode_finished"  # {files}
    TRANSCODE_STUCK = "transcode_stuck"  # {files}
    TRANSCODE_FAILED = "transcode_failed"  # {files}
    VOD_FILE_COMMITTED = "vod_file_committed"  # {files, message}
    VOD_FILE_STUCK = "vod_file_stuck"
    VOD_FILE_FAILED = "vod_file_failed"
    VOD_FINISHED = "vod_finished"
    VOD_FAILED = "vod_failed"
    # --- the events of recordings that were started elsewhere
    OBSERVED = "observed"  # {family, quiet_seconds}: begins the ledger of a recording that nobody asked us for
    PAUSED = "paused"  # {until_ms}: the vendor will stop it then
    RESUMED = "resumed"
    EXIT_ANNOUNCED = "exit_announced"  # {reason}: the vendor is ending it
    FINISHED = "finished"  # {reason, files, code, message, began_ms, ended_ms}: the family's last word on a task
    FILE_OPENED = "file_opened"  # {files}: being written
    FILE_CLOSED = "file_closed"  # {files}: written, not in storage yet
    FILE_READY = "file_ready"  # {files}: in storage, the vendor says
    RECORDER_ERROR = "recorder_error"  # {code, message}
    DIAGNOSED = "diagnosed"  # {code, message, level}: moves nothing
    # --- the storage's word, and what we did there
    # {files: [stored file], retry_in} or {same_as: key}; of one task's folder, or in VOD of the file ids `asked`
    STORAGE_CHECKED = "storage_checked"
    STORAGE_UNREADABLE = "storage_unreadable"  # {problem, code, message, request_id, retry_in}
    STORAGE_ASKED = "storage_asked"  # {why}: somebody wants a look now, whenever the next one would be
    LEGAL_HOLD = "legal_hold"  # {held, by}
    PURGE_MARKED = "purge_marked"  # {keep_days, delete_after}: its files are deleted then
    PURGE_CANCELED = "purge_canceled"  # {why}
    PURGED = "purged"  # {names, objects, bytes}; of one task's folder, which storage says is empty
    # --- doubt about what a weak family tells
    CONFLICTED = "conflicted"  # {event_type}: another telling of a known event, with other words
    CONFIRMED = "confirmed"  # {by}: what was told until now is so
    # --- the clock
    EXIT_ASSUMED = (
        "exit_assumed"  # the stop was accepted and nothing contradicts it for long; with no task: see AssumeExit
    )
    SETTLED = "settled"  # {state, reason, because}: a terminal state that no later fact takes back


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing known about a recording.

    Attributes:
        key: Equal for two tellings of the same thing, and for nothing else; unique within a recording.
        occurred_at: When it was so, by whoever knows best (the vendor's event time; for an observation the time
            before the call). Timezone-aware. Facts are ordered by it, never by arrival.
        received_at: When we learnt it. Timezone-aware.
        task_id: The vendor's task it speaks of; empty when it speaks of the recording.
        data: JSON; its shape stands beside each kind. What a weak family told has `assurance: weak`; what an event
            tells of the recording beside its kind stands under `details`.
    """

    kind: FactKind
    source: Source
    key: str
    occurred_at: datetime
    received_at: datetime
    task_id: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


_KIND_ORDER = {kind: position for position, kind in enumerate(FactKind)}


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Return each fact once, in the one order that does not depend on arrival.

    A fact of a kind that only a later release knows is left out: this one does not understand it.
    """
    by_key: dict[str, Fact] = {}
    for fact in facts:
        if fact.kind not in _KIND_ORDER:
            continue
        known = by_key.get(fact.key)
        # Of two tellings the earlier-received one is kept, whichever comes first here.
        if known is None or (fact is not known and _telling(fact) < _telling(known)):
            by_key[fact.key] = fact
    return sorted(by_key.values(), key=lambda f: (f.occurred_at, _KIND_ORDER[f.kind], f.key))


def _telling(fact: Fact) -> tuple[datetime, datetime, str, str]:
    return fact.received_at, fact.occurred_at, fact.task_id, repr(sorted(fact.data.items()))
