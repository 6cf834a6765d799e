"""How long what may take, in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The clock's rules. Each can be set by `RECORDINGS_<NAME>` in the environment.

    Attributes:
        lease_seconds: How long one process may work on a recording before another takes over.
        vendor_timeout_seconds: A little above the vendor's own 6 s.
        first_describe_seconds: After an accepted create; the vendor advises 15.
        describe_seconds: Between two looks at a running task.
        settle_seconds: Quiet time after which a set of files counts as whole; above the vendor's minute of retries.
        gone_spacing_seconds: Between two "not found" that count as proof; above the time of a failover.
        queue_deadline_seconds: Oldest age in `queued`.
        start_deadline_seconds: After the last create or sign of life without evidence of recording.
        stop_deadline_seconds: After a stop that no exit followed.
        upload_deadline_seconds: After the exit, for HLS.
        transcode_deadline_seconds: After the exit, for MP4, AAC and VOD.
        storage_deadline_seconds: From the vendor's last word on its files until storage must have shown them.
        storage_late_seconds: How long after the end of a recording storage is still asked for what is missing.
        silence_seconds: Without a sign of life from a recording that was started elsewhere; above the vendors' longest
            recording of 24 h.
        foreign_quiet_seconds: Quiet time that closes a TRTC recording that was started elsewhere: nobody knows which
            files it was asked for.
        foreign_describe_seconds: Between two looks at such a task.
    """

    lease_seconds: float = 30.0
    vendor_timeout_seconds: float = 8.0
    first_describe_seconds: float = 15.0
    describe_seconds: float = 60.0
    settle_seconds: float = 75.0
    gone_spacing_seconds: float = 60.0
    queue_deadline_seconds: float = 900.0
    start_deadline_seconds: float = 180.0
    stop_deadline_seconds: float = 300.0
    upload_deadline_seconds: float = 900.0
    transcode_deadline_seconds: float = 7200.0
    storage_deadline_seconds: float = 900.0
    storage_late_seconds: float = 86_400.0
    silence_seconds: float = 90_000.0
    foreign_quiet_seconds: float = 900.0
    foreign_describe_seconds: float = 600.0


FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 3.0, 300.0


def backoff_seconds(attempt: int, *, first: float = FIRST_RETRY_SECONDS) -> float:
    """Return how long to wait after the *attempt*-th failure: 3, 6, 12 … at most 300 s.

    Source: best practice of https://trtc.io/document/45169.
    """
    doublings = min(max(attempt, 1) - 1, 16)
    return min(first * float(2**doublings), LONGEST_RETRY_SECONDS)
