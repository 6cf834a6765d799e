"""What this process counts about recordings and the vendor, for Prometheus (docs/monitoring.md says what each means).

Labels are words from closed lists: an id, a room or a user in one would make a series of each.
"""

import re
import threading
from datetime import datetime

from prometheus_client import Counter, Histogram

from recordings.states.snapshot import Snapshot
from recordings.states.vocabulary import is_terminal

MOST_CODES = 100  # a vendor that makes up codes makes no more series than this
OTHER = "other"

_ENDED = Counter(
    "recordings_ended", "Recordings that moved into a terminal state, an improved one included.", ["state", "reason"]
)
_TIME_TO_RECORDING = Histogram(
    "recordings_time_to_recording_seconds",
    "From the request to the first evidence that it records.",
    buckets=(0.5, 1, 2, 3, 5, 8, 13, 20, 30, 60, 120, 300, 900),
)
_TIME_TO_FILES = Histogram(
    "recordings_time_to_files_seconds",
    "From the recorder's exit to a terminal state.",
    buckets=(1, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400),
)
_VENDOR_CALL = Histogram(
    "recordings_vendor_call_seconds",
    "How long the vendor took to answer, or to fail.",
    ["action"],
    buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 8),
)
_VENDOR_ERRORS = Counter(
    "recordings_vendor_errors",
    "Calls that failed, by the vendor's code and whose fault it is.",
    ["action", "code", "fault"],
)
_LIMITER_WAIT = Histogram(
    "recordings_limiter_wait_seconds",
    "How long a call waited for its moment under the vendor's rate limit.",
    ["action"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30),
)
_RESCUES = Counter(
    "recordings_rescues", "What a dead process left behind and another took up: recordings and jobs.", ["kind"]
)

_codes_guard = threading.Lock()
_codes: set[str] = set()


def observe_limiter_wait(action: str, seconds: float) -> None:
    """Record how long a vendor call waited for its moment; 0 where it went at once.

    Args:
        action: The vendor's action, e.g. CreateCloudRecording.
    """
    _LIMITER_WAIT.labels(action).observe(max(seconds, 0.0))


def count_rescue(kind: str, number: int = 1) -> None:
    """Count what another process took up after its own died.

    Args:
        kind: `recording` (its lease had expired) or `job` (of the engine).
    """
    _RESCUES.labels(kind).inc(number)


def observe_vendor_call(action: str, seconds: float) -> None:
    """Record one call to the vendor, whatever came of it."""
    _VENDOR_CALL.labels(action).observe(seconds)


def count_vendor_error(action: str, code: str, fault: str) -> None:
    """Count a call that failed."""
    _VENDOR_ERRORS.labels(action, _bounded(code), fault).inc()


def observe_change(before: Snapshot | None, after: Snapshot, *, at: datetime) -> None:
    """Record what a committed change of a recording says about how long things take.

    Args:
        before: None for one that has just been made.
        at: When we heard of what changed it.
    """
    if after.started_at is not None and (before is None or before.started_at is None) and not after.is_observed:
        _TIME_TO_RECORDING.observe(max((at - after.requested_at).total_seconds(), 0.0))
    if is_terminal(after.state) and (before is None or before.state != after.state):
        _ENDED.labels(after.state, after.reason or "none").inc()
        if after.exited_at is not None and (before is None or not is_terminal(before.state)):
            _TIME_TO_FILES.observe(max((at - after.exited_at).total_seconds(), 0.0))


def _bounded(code: str) -> str:
    """Return a vendor's code as a label: a known one, or `other` once there were too many."""
    if not re.fullmatch(r"[A-Za-z0-9_.]{1,80}", code):
        return OTHER
    with _codes_guard:
        if code not in _codes and len(_codes) >= MOST_CODES:
            return OTHER
        _codes.add(code)
    return code
