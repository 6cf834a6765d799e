"""Sends callbacks of every family, again and again as the family does, with the harm that faults ask for."""

import random
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

import aiohttp

from sandbox import drift
from sandbox.apps import App
from sandbox.clock import Clock, wall_ms
from sandbox.families import FAMILIES
from sandbox.family import Family, Message
from sandbox.ledger import Ledger
from sandbox.targets import Target

Spawn = Callable[[Coroutine[Any, Any, None]], object]
Attempt = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Handling:
    """What faults do to one delivery.

    Attributes:
        delay: Vendor seconds before the first attempt.
        stamp_age: Real seconds by which the one stamp of all attempts is older than the first; None when each
            attempt has a stamp of its own.
    """

    delay: float
    loses_first: bool
    stamp_age: float | None


class Courier:
    """Delivers messages, each on its own; their order of arrival is not guaranteed."""

    def __init__(self, clock: Clock, ledger: Ledger, spawn: Spawn) -> None:
        self._clock = clock
        self._ledger = ledger
        self._spawn = spawn
        self._session: aiohttp.ClientSession | None = None
        self.pending = 0

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar()
        )

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    def send(self, app: App, message: Message) -> None:
        """Start delivering a message, as the application's faults allow, and return at once."""
        family = FAMILIES[message.family]

        def strike(kind: str) -> dict[str, Any] | None:
            fault = app.faults.take(kind, family=message.family, event_type=message.event_type, task_id=message.task_id)
            return fault.options if fault else None

        if not message.is_given and (changes := strike("drift")):
            body = drift.apply(message.body, variants=changes["variants"], drifts=family.drifts)
            message = replace(message, body=body)
        if strike("drop_callbacks"):
            self._record(app, message, attempts=[], outcome="dropped", reason="fault")
            return
        if not app.settings.target(message.family).url:
            self._record(app, message, attempts=[], outcome="dropped", reason="no callback_url")
            return
        late = strike("delay_callbacks")
        shuffled = strike("reorder_callbacks")
        doubled = strike("duplicate_callbacks")
        stale = strike("stale_stamp")
        loses_first = strike("drop_first_attempt") is not None
        for _ in range(1 + (int(doubled["copies"]) if doubled else 0)):
            handling = Handling(
                delay=(late["seconds"] if late else 0) + (random.uniform(0, shuffled["window"]) if shuffled else 0),
                loses_first=loses_first,
                stamp_age=stale["age_seconds"] if stale else None,
            )
            self.pending += 1
            self._spawn(self._deliver(app, message, handling))

    async def _deliver(self, app: App, message: Message, handling: Handling) -> None:
        attempts: list[Attempt] = []
        try:
            if handling.delay:
                await self._clock.sleep(handling.delay)
            if await self._try_until_taken(app, message, handling, attempts):
                self._record(app, message, attempts=attempts, outcome="delivered")
            else:
                self._record(app, message, attempts=attempts, outcome="dropped", reason="too old")
        finally:
            self.pending -= 1

    async def _try_until_taken(self, app: App, message: Message, handling: Handling, attempts: list[Attempt]) -> bool:
        """Try until an answer is 200 or the family gives up; every attempt is added to the list."""
        family = FAMILIES[message.family]
        kept_ms = None if handling.stamp_age is None else wall_ms() - round(handling.stamp_age * 1000)
        age = 0.0
        for wait in (0.0, *family.schedule.retry_waits):
            age += wait
            if family.schedule.life_seconds is not None and age > family.schedule.life_seconds:
                return False
            if wait:
                await self._clock.sleep(wait)
            started = time.monotonic()
            if handling.loses_first and not attempts:
                attempts.append({"at_ms": wall_ms(), "status": None, "error": "lost by fault"})
            else:
                attempts.append(await self._attempt(family, app.settings.target(family.name), message, kept_ms))
            age += time.monotonic() - started
            if attempts[-1]["status"] == 200:
                return True
        return False

    async def _attempt(self, family: Family, target: Target, message: Message, kept_ms: int | None) -> Attempt:
        if self._session is None:
            raise RuntimeError("open() comes first")
        at_ms = wall_ms()
        letter = family.seal(message.body, target, at_ms if kept_ms is None else kept_ms)
        # Without a threshold the client rounds five seconds and more up to whole ones of its clock.
        timeout = aiohttp.ClientTimeout(total=family.schedule.timeout_seconds, ceil_threshold=float("inf"))
        try:
            async with self._session.post(
                target.url, data=letter.body, headers=letter.headers, timeout=timeout, allow_redirects=False
            ) as answer:
                return {"at_ms": at_ms, "status": answer.status, "ms": wall_ms() - at_ms}
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            words = "timeout" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
            return {"at_ms": at_ms, "status": None, "error": words, "ms": wall_ms() - at_ms}

    def _record(
        self,
        app: App,
        message: Message,
        *,
        attempts: list[Attempt],
        outcome: str,
        reason: str | None = None,
    ) -> None:
        self._ledger.append(
            "callback",
            family=message.family,
            sdk_app_id=app.settings.sdk_app_id,
            event_type=message.event_type,
            task_id=message.task_id,
            body=message.body,
            attempts=attempts,
            outcome=outcome,
            reason=reason,
        )
