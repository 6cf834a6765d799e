"""Leave the database in peace while it is away: only one callback at a time finds out whether it is back."""

import threading
import time

PAUSE_SECONDS = 0.5
# Whoever finds out is relied on for so long: one answer of a frozen server is waited for no longer than 3 s.
PROBE_SECONDS = 4.0


class Pause:
    """Whether the database is left in peace for a moment. For many threads; times are on the monotonic clock."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_away = False
        self._paused_until = self._probed_until = 0.0

    def begin(self) -> None:
        """Note that the database gave no answer."""
        with self._guard:
            self._is_away = True
            self._paused_until, self._probed_until = time.monotonic() + PAUSE_SECONDS, 0.0

    def end(self) -> None:
        """Note that it gave one."""
        self._is_away = False

    def is_on(self) -> bool:
        """Tell whether it gave no answer just now."""
        return self._is_away and time.monotonic() < self._paused_until

    def excuses(self) -> bool:
        """Tell whether the caller need not ask: it is on, or somebody else is finding out.

        Who is told otherwise finds out for all, and notes what came of it.
        """
        if not self._is_away:
            return False
        with self._guard:
            now = time.monotonic()
            if now < max(self._paused_until, self._probed_until):
                return True
            self._probed_until = now + PROBE_SECONDS
            return False


the_pause = Pause()
