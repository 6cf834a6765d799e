"""The clock's rules as configured."""

from functools import lru_cache

from django.conf import settings

from recordings.states.policy import Policy


def current_policy() -> Policy:
    """Return the policy of `RECORDINGS_POLICY`."""
    return _policy(tuple(sorted(settings.RECORDINGS_POLICY.items())))


@lru_cache(maxsize=8)
def _policy(items: tuple[tuple[str, float], ...]) -> Policy:
    return Policy(**dict(items))
