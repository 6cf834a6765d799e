"""Requests as bytes over a socket of their own, where an HTTP client would not send them."""

import select
import socket
import time
from dataclasses import dataclass

PATIENCE_SECONDS = 1.0  # for an answer to a request that may not be whole


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        status: 0 when the connection was closed, or nothing came for a while, without an answer.
        seconds: From the connection to the answer's last byte.
    """

    status: int
    headers: bytes
    body: bytes
    seconds: float


def exchange(port: int, raw: bytes) -> Answer:
    """Send *raw* and return the first answer."""
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received = _send_and_read(connection, raw)
    head, _, body = _final(received).partition(b"\r\n\r\n")
    line, _, headers = head.partition(b"\r\n")
    words = line.split(b" ")
    status = int(words[1]) if len(words) > 1 else 0
    return Answer(status, headers, body, time.perf_counter() - began)


def _send_and_read(connection: socket.socket, raw: bytes) -> bytes:
    """Read while writing: a server need not take all of a request that it refuses."""
    connection.setblocking(False)
    unsent, received = memoryview(raw), b""
    while not _is_whole(received):
        readable, writable, _ = select.select([connection], [connection] if unsent else [], [], PATIENCE_SECONDS)
        if not readable and not writable:
            break
        try:
            if writable:
                unsent = unsent[connection.send(unsent[:65536]) :]
            if readable:
                chunk = connection.recv(65536)
                if not chunk:
                    break
                received += chunk
        except (BrokenPipeError, ConnectionResetError):
            unsent = unsent[:0]
            if not readable:
                continue
            break
    return received


def _is_whole(received: bytes) -> bool:
    head, end, body = _final(received).partition(b"\r\n\r\n")
    if not end:
        return False
    lines = [line.partition(b":") for line in head.lower().split(b"\r\n")]
    length = next((int(value) for name, _, value in lines if name == b"content-length"), None)
    return length is not None and len(body) >= length


def _final(received: bytes) -> bytes:
    """Return *received* without the interim answer that `Expect: 100-continue` asks for."""
    return received.partition(b"\r\n\r\n")[2] if received[8:12] == b" 100" else received
