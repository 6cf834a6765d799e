"""What the vendor's answers tell."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Created:
    """The vendor accepted a start; that is no evidence of recording."""

    task_id: str
    request_id: str


@dataclass(frozen=True, kw_only=True)
class DescribedFile:
    """One index file the vendor has begun.

    Args:
        user_id: Empty in a mixed recording.
        track_type: video, audio, audio_video, or empty.
        begin_timestamp_ms: Unix milliseconds.
    """

    user_id: str
    file_name: str
    track_type: str
    begin_timestamp_ms: int | None


@dataclass(frozen=True, kw_only=True)
class Description:
    """What the vendor says of a task: idle, in_progress, exited, or a word we do not know yet, lower-cased."""

    status: str
    files: tuple[DescribedFile, ...]
    request_id: str


@dataclass(frozen=True, kw_only=True)
class Modified:
    """The vendor took the new layout and lists."""

    request_id: str


@dataclass(frozen=True, kw_only=True)
class Deleted:
    """The vendor accepted a stop; files are still to come."""

    request_id: str
