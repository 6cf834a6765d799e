"""How long a thread waits for the database.

A server whose host is frozen or whose disk stands still keeps its connections and answers nothing. Whoever waits for it
without an end takes every thread of a web process with them.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# To find out that a connection is of no use any more.
LEAST_SECONDS = 0.05


class _Patience(threading.local):
    left: float | None = None  # seconds


_patience = _Patience()


def wait_at_most(seconds: float | None) -> None:
    """Let this thread wait so long for the database from now on, all its statements together; None is for ever.

    What is at work after that is given up: its connection is closed, and OperationalError raised.
    """
    _patience.left = seconds


@contextmanager
def spending() -> Iterator[float | None]:
    """Yield how many seconds may be waited for one answer, and count them; None is for ever."""
    left = _patience.left
    if left is None:
        yield None
        return
    began = time.monotonic()
    try:
        yield max(left, LEAST_SECONDS)
    finally:
        _patience.left = left - (time.monotonic() - began)
