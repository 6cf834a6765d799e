"""What can go wrong with a caller's wish; config/errors.py turns each into an HTTP answer."""

from uuid import UUID

from recordings.parameters import Problem
from recordings.trtc.errors import GatewayError


class RecordingError(Exception):
    """A wish that cannot be granted."""


class InvalidParameters(RecordingError):
    """The request breaks rules that the vendor would enforce, or worse, not enforce."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


class SlotTaken(RecordingError):
    """A recording whose recorder has not left holds this room's slot: stop it, or use another slot.

    Args:
        is_leaving: It is being stopped already.
    """

    def __init__(self, recording_id: UUID, *, is_leaving: bool = False) -> None:
        super().__init__(str(recording_id))
        self.recording_id = recording_id
        self.is_leaving = is_leaving


class NotNow(RecordingError):
    """Calls to the vendor have to wait, and the caller does not: nobody was asked.

    Args:
        why: `quota`, `rate` or `credentials`.
    """

    def __init__(self, why: str, *, retry_after_seconds: float) -> None:
        super().__init__(why)
        self.why = str(why)
        self.retry_after_seconds = retry_after_seconds


class NoRoom(NotNow):
    """It would have to wait for its start, and the caller does not want that."""


class IdempotencyMismatch(RecordingError):
    """The Idempotency-Key was used with another body: use a new key for a new recording."""


class VersionMismatch(RecordingError):
    """The recording changed since it was read: read it again."""

    def __init__(self, version: int) -> None:
        super().__init__(str(version))
        self.version = version


class ChangeInFlight(RecordingError):
    """An earlier change has not been answered by the vendor: wait for it."""


class NotChangeable(RecordingError):
    """The recording is ending or over: its parameters are history."""


class StartedElsewhere(RecordingError):
    """The recording was started elsewhere, with a product that we do not call: stop it there."""


class VendorRefused(RecordingError):
    """The vendor refused, in its own words."""

    def __init__(self, error: GatewayError, *, recording_id: UUID | None = None) -> None:
        super().__init__(error.code)
        self.error = error
        self.recording_id = recording_id


class FileNotThere(RecordingError):
    """The file cannot be had: it is not in storage, or not yet."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = str(why)


class StorageAway(RecordingError):
    """The storage did not answer, or refused: later, or when an operator has put it right."""

    def __init__(self, problem: str, *, code: str) -> None:
        super().__init__(f"{problem} {code}".rstrip())
        self.problem = str(problem)
        self.code = code
