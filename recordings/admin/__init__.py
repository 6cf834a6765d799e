"""Recordings for operators: the truth about each, and two things to do about it."""

from recordings.admin.recording import RecordingAdmin

__all__ = ["RecordingAdmin"]
