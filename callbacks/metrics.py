"""What this process counts about callbacks, for Prometheus (docs/monitoring.md says what each means)."""

from datetime import datetime

from django.utils import timezone
from prometheus_client import Counter, Histogram

UNKNOWN = "unknown"  # of a family that nobody declared

_CALLBACKS = Counter("recordings_callbacks", "Callbacks, by what became of them.", ["family", "verdict"])
_LAG = Histogram(
    "recordings_callback_lag_seconds",
    "From an event, by the vendor's clock, to its commit here.",
    ["family"],
    buckets=(0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 21600),
)


def count_callback(family: str, verdict: str) -> None:
    """Count one callback.

    Args:
        family: One that a provider declares, or empty.
        verdict: What became of it, or why it was refused.
    """
    _CALLBACKS.labels(family or UNKNOWN, verdict).inc()


def observe_lag(family: str, occurred_at: datetime) -> None:
    """Record that an event is stored now; a vendor's clock that is ahead of ours counts as no lag."""
    _LAG.labels(family).observe(max((timezone.now() - occurred_at).total_seconds(), 0.0))
