"""A scripted stand-in for the vendor's HTTP server, one socket at a time."""

import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

Behaviour = Callable[[socket.socket], bool]  # returns whether the connection lives on


@dataclass
class Call:
    """One request as it arrived."""

    action: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Vendor:
    """Answers calls with the behaviours in *script*, in order."""

    script: deque[Behaviour] = field(default_factory=deque)
    calls: list[Call] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> "Vendor":
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as stream:
                while head := stream.readline():
                    headers = {}
                    while line := stream.readline().strip():
                        name, _, value = line.decode().partition(":")
                        headers[name.strip()] = value.strip()
                    body = json.loads(stream.read(int(headers["Content-Length"])))
                    self.calls.append(Call(headers.get("X-TC-Action", head.decode()), headers, body))
                    if not self.script.popleft()(connection):
                        return
        except OSError:
            return  # the other side went away


def http(body: bytes, *, status: str = "200 OK", headers: str = "Content-Type: application/json\r\n") -> Behaviour:
    """Answer in full and keep the connection."""

    def behave(connection: socket.socket) -> bool:
        connection.sendall(f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        return True

    return behave


def answer(**response: Any) -> Behaviour:
    """Answer as the vendor does."""
    return http(json.dumps({"Response": {"RequestId": "req-1", **response}}).encode())


def failure(code: str, message: str = "words") -> Behaviour:
    """Answer with an error, which the vendor sends with status 200."""
    return answer(Error={"Code": code, "Message": message})


def chunked(body: bytes) -> Behaviour:
    """Answer in chunks, without saying how long."""

    def behave(connection: socket.socket) -> bool:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head + f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n")
        return True

    return behave


def truncated(connection: socket.socket) -> bool:
    """Promise more than is sent."""
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"Respon')
    return False


def silent(_: socket.socket) -> bool:
    """Never answer."""
    threading.Event().wait(5)
    return False


def hung_up(_: socket.socket) -> bool:
    """Close the connection instead of answering."""
    return False


def reset(connection: socket.socket) -> bool:
    """Reset the connection instead of answering."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def trickling(connection: socket.socket) -> bool:
    """Send the body byte by byte, each within the timeout and all of it far beyond."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")
    for _ in range(99):
        connection.sendall(b" ")
        threading.Event().wait(0.1)
    return False
