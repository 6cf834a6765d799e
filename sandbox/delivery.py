"""Signs callbacks and sends them: 5 s to answer, an immediate retry, then every 10 s for a minute.

Source: https://trtc.io/document/54914 (delivery), https://trtc.io/document/54912 (signature)
"""

import base64
import hashlib
import hmac
import random
import time
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp

from sandbox import drift, events
from sandbox.apps import App
from sandbox.clock import Clock, wall_ms
from sandbox.ledger import Ledger

TIMEOUT_SECONDS = 5  # real seconds
RETRY_SECONDS = 10  # vendor seconds
LIFE_SECONDS = 60  # vendor seconds between attempts plus real seconds inside them

Spawn = Callable[[Coroutine[Any, Any, None]], object]


def sign(body: bytes, key: str) -> str:
    """Return the Sign header: standard Base64 of HMAC-SHA256 over the raw body."""
    return base64.b64encode(hmac.digest(key.encode(), body, hashlib.sha256)).decode()


class Courier:
    """Delivers events, each on its own; their order of arrival is not guaranteed."""

    def __init__(self, clock: Clock, ledger: Ledger, spawn: Spawn) -> None:
        self._clock = clock
        self._ledger = ledger
        self._spawn = spawn
        self._session: aiohttp.ClientSession | None = None
        self.pending = 0

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    def send(self, app: App, event: dict[str, Any]) -> None:
        """Start delivering an event, as the application's faults allow, and return at once."""
        event_type, task_id = event["EventType"], event["EventInfo"]["TaskId"]

        def strike(kind: str) -> dict[str, Any] | None:
            fault = app.faults.take(kind, event_type=event_type, task_id=task_id)
            return fault.options if fault else None

        if changes := strike("drift"):
            event = drift.apply(event, changes["variants"])
        if strike("drop_callbacks"):
            self._record(app, event, attempts=[], outcome="dropped", reason="fault")
            return
        if not app.settings.callback_url:
            self._record(app, event, attempts=[], outcome="dropped", reason="no callback_url")
            return
        late = strike("delay_callbacks")
        shuffled = strike("reorder_callbacks")
        doubled = strike("duplicate_callbacks")
        loses_first = strike("drop_first_attempt") is not None
        for _ in range(1 + (int(doubled["copies"]) if doubled else 0)):
            delay = (late["seconds"] if late else 0) + (random.uniform(0, shuffled["window"]) if shuffled else 0)
            self.pending += 1
            self._spawn(self._deliver(app, event, delay=delay, loses_first=loses_first))

    async def _deliver(self, app: App, event: dict[str, Any], *, delay: float, loses_first: bool) -> None:
        attempts: list[dict[str, Any]] = []
        age = 0.0
        if delay:
            await self._clock.sleep(delay)
        try:
            while age <= LIFE_SECONDS:
                started = time.monotonic()
                attempts.append(await self._attempt(app, event, is_lost=loses_first and not attempts))
                age += time.monotonic() - started
                if attempts[-1]["status"] == 200:
                    self._record(app, event, attempts=attempts, outcome="delivered")
                    return
                if len(attempts) > 1:
                    await self._clock.sleep(RETRY_SECONDS)
                    age += RETRY_SECONDS
            self._record(app, event, attempts=attempts, outcome="dropped", reason="too old")
        finally:
            self.pending -= 1

    async def _attempt(self, app: App, event: dict[str, Any], *, is_lost: bool) -> dict[str, Any]:
        at_ms = wall_ms()
        if is_lost:
            return {"at_ms": at_ms, "status": None, "error": "lost by fault"}
        body = events.render(event)
        headers = {"Content-Type": "application/json", "SdkAppId": str(app.settings.sdk_app_id)}
        if app.settings.callback_key:
            headers["Sign"] = sign(body, app.settings.callback_key)
        if self._session is None:
            raise RuntimeError("open() comes first")
        try:
            async with self._session.post(
                app.settings.callback_url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return {"at_ms": at_ms, "status": answer.status, "ms": wall_ms() - at_ms}
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            words = "timeout" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
            return {"at_ms": at_ms, "status": None, "error": words, "ms": wall_ms() - at_ms}

    def _record(
        self,
        app: App,
        event: dict[str, Any],
        *,
        attempts: list[dict[str, Any]],
        outcome: str,
        reason: str | None = None,
    ) -> None:
        self._ledger.append(
            "callback",
            sdk_app_id=app.settings.sdk_app_id,
            event_type=event["EventType"],
            task_id=event["EventInfo"]["TaskId"],
            body=event,
            attempts=attempts,
            outcome=outcome,
            reason=reason,
        )
