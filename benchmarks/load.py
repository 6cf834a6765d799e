"""A load generator that is not the bottleneck: requests made beforehand, sent over kept-alive raw sockets."""

import selectors
import socket
import statistics
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Load:
    """What came of sending requests.

    Attributes:
        seconds: From the first byte sent to the last answer.
        cpu_seconds: What the generator itself used, to see that it is not the bottleneck.
        latencies: Seconds per request, in order of completion.
        statuses: Number of answers by status code.
    """

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile_ms(self, percent: int) -> float:
        return statistics.quantiles(self.latencies, n=100)[percent - 1] * 1000


class _Lane:
    """One connection with the requests that go over it, one after another."""

    def __init__(self, address: tuple[str, int], requests: Sequence[bytes]) -> None:
        self.waiting = deque(requests)
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.sent_at = 0.0

    def send_next(self) -> bool:
        if not self.waiting:
            return False
        self.sent_at = time.perf_counter()
        self.socket.sendall(self.waiting.popleft())
        return True

    def read_answer(self) -> int | None:
        """Return the status of a whole answer; None while it is still coming."""
        chunk = self.socket.recv(65536)
        if not chunk:
            raise ConnectionError("the server closed a connection")
        self.received += chunk
        status = status_of(self.received)
        if status is not None:
            self.received = b""
        return status


def status_of(received: bytes) -> int | None:
    """Return the status of a whole answer; None while it is still coming."""
    head, end, body = received.partition(b"\r\n\r\n")
    if not end:
        return None
    lines = [line.partition(b":") for line in head.lower().split(b"\r\n")]
    length = next(int(value) for name, _, value in lines if name == b"content-length")
    return int(head.split(b" ", 2)[1]) if len(body) >= length else None


def send_all(address: tuple[str, int], lanes: Sequence[Sequence[bytes]]) -> Load:
    """Send every lane's requests over a connection of its own, each after the answer to the last."""
    load = Load()
    selector = selectors.DefaultSelector()
    open_lanes = [_Lane(address, requests) for requests in lanes]
    began_at, began_cpu = time.perf_counter(), time.process_time()
    for lane in open_lanes:
        if lane.send_next():
            selector.register(lane.socket, selectors.EVENT_READ, lane)
    while selector.get_map():
        for key, _events in selector.select():
            lane = key.data
            status = lane.read_answer()
            if status is None:
                continue
            load.latencies.append(time.perf_counter() - lane.sent_at)
            load.statuses[status] = load.statuses.get(status, 0) + 1
            if not lane.send_next():
                selector.unregister(lane.socket)
                lane.socket.close()
    load.seconds = time.perf_counter() - began_at
    load.cpu_seconds = time.process_time() - began_cpu
    return load


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Return one POST as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
