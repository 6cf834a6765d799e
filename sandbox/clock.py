"""Vendor time: seconds that pass `speed` times as fast as real ones."""

import asyncio
import time

SHORTEST_WAIT_SECONDS = 0.001
FASTEST = 100_000


class Clock:
    """A monotonic count of vendor seconds whose speed may change while others sleep.

    Only durations of the vendor's side are measured with it (idle stop, uploads, the retry schedule).
    Timestamps in events, signature checks, the 5 s callback timeout and rate limits use real time.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._elapsed = 0.0
        self._mark = time.monotonic()
        self._turned = asyncio.Event()

    @property
    def speed(self) -> float:
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._elapsed, self._mark = self.now(), time.monotonic()
        self._speed = speed
        turned, self._turned = self._turned, asyncio.Event()
        turned.set()

    def now(self) -> float:
        """Return vendor seconds since this clock was made."""
        return self._elapsed + (time.monotonic() - self._mark) * self._speed

    async def sleep(self, seconds: float) -> None:
        """Sleep for this many vendor seconds."""
        await self.wait(None, until=self.now() + seconds)

    async def wait(self, event: asyncio.Event | None, *, until: float | None) -> None:
        """Return when the event is set or vendor time reaches `until` (None: never)."""
        while not (event and event.is_set()) and (until is None or self.now() < until):
            waits = [asyncio.ensure_future(self._turned.wait())]
            if event:
                waits.append(asyncio.ensure_future(event.wait()))
            timeout = None
            if until is not None:
                timeout = max((until - self.now()) / self._speed, SHORTEST_WAIT_SECONDS)
            try:
                await asyncio.wait(waits, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()


def wall_ms() -> int:
    """Return the real time as Unix milliseconds."""
    return time.time_ns() // 1_000_000
