"""Everything the page of one recording shows, gathered in a fixed number of queries."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from applications.families import find_family
from recordings.admin.checked import tell_checked
from recordings.admin.headline import write_headline
from recordings.admin.moments import clock_length
from recordings.admin.render import hide_addresses, pretty_json, short_pairs
from recordings.admin.words import FACTS, FAULTS, FILE_TONES, STATE_TONES, reason_words
from recordings.models import Recording, RecordingFile
from recordings.models.recording import Origin
from recordings.policy import current_policy
from recordings.services.ledger import load_facts
from recordings.services.links import can_be_linked
from recordings.services.queue import tell_queue
from recordings.states.fold import fold
from recordings.states.gathered import NoRequest
from recordings.states.snapshot import Snapshot
from recordings.states.vocabulary import Fault, FileStatus, State, is_terminal
from recordings.timeline import list_timeline, redact

MOST_ENTRIES = 500
MOST_EVENTS = 100
MOST_FILES = 500


def gather_page(recording: Recording, *, whole: bool = False) -> dict[str, Any]:
    """Return the template's context for *recording*.

    Args:
        whole: The timeline from its beginning, however long; else its last entries.
    """
    now = timezone.now()
    snapshot = _snapshot(recording)
    entries = list_timeline(recording)
    left_out = 0 if whole else max(len(entries) - MOST_ENTRIES, 0)
    files: Any = recording.files
    events: Any = recording.events  # of an app that this one does not know
    tasks: Any = recording.tasks
    tell_queue([recording])
    return {
        "recording": recording,
        "headline": write_headline(recording, snapshot, now=now, policy=current_policy()),
        "where": _where(recording),
        "tone": STATE_TONES.get(recording.state, "neutral"),
        "fault": FAULTS.get(recording.fault, recording.fault) if recording.fault != Fault.NONE else "",
        "vendor_message": hide_addresses(recording.vendor_message),
        "about": _about(recording, now),
        "entries": [_entry(entry) for entry in entries[left_out:]],
        "entries_left_out": left_out,
        "files": [_file(file, recording) for file in islice(files.all().iterator(), MOST_FILES)],
        "tasks": [(task, task.task_id == recording.task_id) for task in tasks.all()],
        "events": events.defer("body").order_by("occurred_at", "id")[:MOST_EVENTS],
        "most_events": MOST_EVENTS,
        "has_parameters": recording.origin == Origin.API,
        "parameters_json": pretty_json(redact(recording.parameters)) if recording.parameters else "",
        "details_json": pretty_json(hide_addresses(redact(recording.details))) if recording.details else "",
        "labels_json": pretty_json(recording.labels) if recording.labels else "",
    }


def _snapshot(recording: Recording) -> Snapshot | None:
    try:
        return fold(load_facts(recording), policy=current_policy())
    except NoRequest:
        return None  # its story was found in the middle


def _where(recording: Recording) -> str:
    told = {"room": recording.room_id, "slot": recording.slot, "application": recording.application.name}
    if recording.origin == Origin.API:
        return _("room %(room)s, slot %(slot)s, %(application)s") % told
    told["family"] = _family(recording)
    return (
        _("%(family)s, room %(room)s, %(application)s") if told["room"] else _("%(family)s, %(application)s")
    ) % told


def _family(recording: Recording) -> str:
    family = find_family(recording.provider)
    return family.label if family else recording.provider


def _about(recording: Recording, now: datetime) -> Sequence[tuple[str, Any]]:
    end = recording.ended_at or now
    length = clock_length(end - recording.started_at) if recording.started_at else None
    asked_by = recording.created_by
    return [
        (_("Id"), recording.pk),
        (_("Application"), recording.application),
        (_("Product"), _family(recording)),
        (_("Room"), f"{recording.room_id} ({recording.room_id_type})" if recording.room_id_type else recording.room_id),
        (_("Slot"), recording.slot if recording.origin == Origin.API else None),
        (_("Recorder's name"), recording.robot_user_id),
        (_("Task"), recording.task_id),
        (_("Storage profile"), recording.storage_profile),
        (_("Asked by"), asked_by.name if asked_by else recording.get_origin_display()),
        (_("Media"), recording.media),
        (_("Created"), recording.created_at),
        (_("Started"), recording.started_at),
        (_("Media started"), recording.media_started_at),
        (_("Ended"), recording.ended_at),
        (_("Duration"), length),
        (_("Vendor last asked"), recording.looked_at),
        (_("Next check"), recording.next_check_at),
        (_("Deadline"), recording.deadline_at),
        (_("Legal hold"), _("yes: no file is deleted") if recording.legal_hold else None),
        (_("Files are deleted after"), recording.purge_after),
        (_("Files deleted"), recording.purged_at),
        (_("Version"), recording.version),
    ]


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    data = dict(entry["data"])
    event_type = data.pop("event_type", "")
    pairs, details = short_pairs(hide_addresses(data))
    return entry | {
        "tone": STATE_TONES.get(entry["to_state"] or "", "neutral"),
        "words": FACTS.get(entry["kind"], ""),
        "event_type": event_type,
        "pairs": pairs,
        "details": details,
        "late": _lateness(entry),
    }


def _lateness(entry: dict[str, Any]) -> str:
    """Return how long after the event it was learnt, where that is worth a remark."""
    if entry["received_at"] is None:
        return ""
    seconds = (entry["received_at"] - entry["at"]).total_seconds()
    return f"+{seconds:.1f} s" if seconds >= 2 else ""


def _file(file: RecordingFile, recording: Recording) -> dict[str, Any]:
    return {
        "file": file,
        "tone": "warning" if _is_doubtful(file) else FILE_TONES.get(file.status, "neutral"),
        "checked": tell_checked(file.checked),
        "has_link": can_be_linked(file),
        "why": _why_not(file, recording),
        "begin": _moment(file.begin_ms),
        "end": _moment(file.end_ms),
        "length": clock_length(timedelta(milliseconds=file.duration_ms)) if file.duration_ms is not None else "",
    }


def _is_doubtful(file: RecordingFile) -> bool:
    return file.status == FileStatus.REPORTED and bool(file.reason)


def _why_not(file: RecordingFile, recording: Recording) -> str:
    if file.reason:
        return reason_words(file.reason)
    if file.status in (FileStatus.REPORTED, FileStatus.VERIFIED):
        return ""
    if is_terminal(State(recording.state)):
        return _("the vendor never said that it is there")
    return _("the vendor has not said that it is there")


def _moment(milliseconds: int | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, tz=UTC) if milliseconds else None
    except (OverflowError, ValueError, OSError):
        return None  # the vendor's number is no time
