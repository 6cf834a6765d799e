"""Callers that start recordings, do not rest before they have an answer, and stop most of them."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

import requests

from tests.crash.fleet import Fleet
from tests.e2e.stack import START

NAMESPACE = UUID("9d8f1a0e-0000-4000-8000-000000000000")
PATIENCE_SECONDS = 120
FIRST_ROOM = 10_000


@dataclass
class Workload:
    """Starts from a seed, each in a room of its own with somebody in it.

    Attributes:
        stopped: The share of recordings that their caller stops, after up to `linger` seconds.
        allowed: How many starts may have begun by now; spreads the faults over all of them.
        ids: The recording of each start, as answered.
    """

    fleet: Fleet
    starts: int
    seed: int = 0
    threads: int = 12
    stopped: float = 0.8
    linger: float = 3.0
    prefer_async: float = 0.2
    allowed: Callable[[], int] | None = None
    ids: dict[int, str] = field(default_factory=dict)
    repeats: int = 0

    def run(self) -> None:
        """Start all of them, and return when each has its answer and, if its caller stops it, that answer as well."""
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(self._one, range(self.starts)))

    def stop_all(self) -> None:
        """Stop every recording."""
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(self._stop, self.ids.values()))

    def _one(self, number: int) -> None:
        chance = random.Random(f"{self.seed}:{number}")
        while self.allowed is not None and self.allowed() <= number:
            time.sleep(0.1)
        room = str(FIRST_ROOM + number)
        self.fleet.publish("alice", room)
        headers = {"Idempotency-Key": str(uuid5(NAMESPACE, f"{self.seed}:{number}"))}
        if chance.random() < self.prefer_async:
            headers["Prefer"] = "respond-async"
        answer = self.insist("recordings", START | {"room_id": room}, headers)
        assert answer.status_code in (201, 202), answer.text
        self.ids[number] = answer.json()["id"]
        if chance.random() < self.stopped:
            time.sleep(chance.uniform(0, self.linger))
            self._stop(self.ids[number])

    def _stop(self, recording_id: str) -> None:
        answer = self.insist(f"recordings/{recording_id}/stop", None, {})
        assert answer.status_code in (200, 202), answer.text

    def insist(self, path: str, body: Any, headers: dict[str, str]) -> requests.Response:
        """Return the first answer that is no failure of ours, whichever web process gives it."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        headers |= {"Authorization": str(self.fleet.session.headers["Authorization"])}
        while True:
            web = random.choice([web for web in self.fleet.webs if web.is_ready] or self.fleet.webs)
            try:
                answer = requests.post(f"{web.url}/api/v1/{path}", json=body, headers=headers, timeout=15)
            except requests.RequestException as error:
                why = str(error)
            else:
                if answer.status_code < 500:
                    return answer
                why = f"{answer.status_code} {answer.text[:200]}"
            assert time.monotonic() < give_up_at, f"no answer to {path}: {why}"
            self.repeats += 1
            time.sleep(random.uniform(0.1, 0.5))
