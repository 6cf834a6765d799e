"""Vendors that call a stack: signed requests over kept-alive connections, from several threads."""

import http.client
import select
import socket
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from callbacks.providers import PROVIDERS
from tests.callbacks.families import SPEAKERS, Request
from tests.e2e.stack import CALLBACK_KEY

ANSWER_SECONDS = 5  # what a vendor waits
APP_IDS = {family: speaker.app_id for family, speaker in SPEAKERS.items() if family != "trtc"}

Job = TypeVar("Job")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Told:
    """One event as a vendor tells it, each time under a fresh signature."""

    family: str
    body: Mapping[str, Any]

    @property
    def request(self) -> Request:
        return SPEAKERS[self.family].sign(self.body, CALLBACK_KEY)

    @cached_property
    def natural_key(self) -> str:
        return PROVIDERS[self.family].parse({}, self.request.body).natural_key


class NoAnswer(Exception):
    """Nobody listened, or, if `was_sent`, the connection broke before the answer was read."""

    def __init__(self, *, was_sent: bool) -> None:
        super().__init__()
        self.was_sent = was_sent


class Caller:
    """One thread's connections to the web processes of a stack."""

    def __init__(self, paths: Mapping[str, str]) -> None:
        self._paths = paths
        self._open: dict[int, _Connection] = {}

    def tell(self, told: Told, port: int) -> int:
        """Send an event once and return the status of the answer.

        Raises:
            NoAnswer: There was none within the vendor's patience.
        """
        request = told.request
        headers = {"Content-Type": "application/json", **request.headers}
        connection = self._connection(port)
        try:
            connection.request("POST", self._paths[told.family], request.body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._open.pop(port).close()
            raise NoAnswer(was_sent=not isinstance(error, ConnectionRefusedError)) from error
        return answer.status

    def close(self) -> None:
        for connection in self._open.values():
            connection.close()

    def _connection(self, port: int) -> "_Connection":
        if port not in self._open:
            self._open[port] = _Connection("127.0.0.1", port, timeout=ANSWER_SECONDS)
        connection = self._open[port]
        if connection.is_dropped:
            connection.close()  # the next request opens it anew
        return connection


class _Connection(http.client.HTTPConnection):
    @property
    def is_dropped(self) -> bool:
        """True when the server closed it since the last answer: nothing else can be read now."""
        return self.sock is not None and bool(select.select([self.sock], [], [], 0)[0])

    def connect(self) -> None:
        super().connect()
        # A request goes out as two writes: the second must not wait for the first one's acknowledgement.
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def note(text: str) -> None:
    """Show a figure: with `pytest -s`, or beside a failure."""
    sys.stdout.write(f"{text}\n")


def in_threads(
    jobs: Iterable[Job], work: Callable[[Caller, Job], Result], *, paths: Mapping[str, str], threads: int = 8
) -> list[Result]:
    """Do all jobs in some threads, each job with a caller of its own, and return the results in order."""

    def do(job: Job) -> Result:
        caller = Caller(paths)
        try:
            return work(caller, job)
        finally:
            caller.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(do, jobs))
