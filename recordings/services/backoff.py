"""How long to wait after failures, with jitter."""

import random

from recordings.states.policy import FIRST_RETRY_SECONDS, backoff_seconds


def jittered_backoff(attempt: int, *, first: float = FIRST_RETRY_SECONDS) -> float:
    """Return how long to wait after the *attempt*-th failure, so that what failed together does not return together."""
    return round(backoff_seconds(attempt, first=first) * random.uniform(0.5, 1.0), 3)
