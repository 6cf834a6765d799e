"""Beginnings of pictures, and a network that is not there."""

import socket
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from layouts.images import Network

PUBLIC = "93.184.216.34"


def png(width: int, height: int, *, size: int = 200) -> bytes:
    """Return *size* bytes that begin as a PNG of *width* x *height* does."""
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)
    return head.ljust(size, b"\0")


def jpeg(width: int, height: int, *, exif: int = 20, size: int = 200) -> bytes:
    """Return bytes that begin as a JPEG does, with *exif* bytes of other things before the size."""
    head = b"\xff\xd8\xff\xe1" + struct.pack(">H", exif + 2) + b"\0" * exif
    frame = b"\xff\xff\xc2" + struct.pack(">HBHH", 11, 8, height, width) + b"\x01\x11\0"
    return (head + frame).ljust(size, b"\0")


def answer(body: bytes, *, status: str = "200 OK", length: int | None = -1, more: str = "") -> bytes:
    """Return an HTTP answer; a *length* of None leaves it out, -1 tells the true one."""
    told = len(body) if length == -1 else length
    head = f"HTTP/1.1 {status}\r\n" + ("" if told is None else f"Content-Length: {told}\r\n") + more
    return f"{head}\r\n".encode() + body


@dataclass
class FakeNetwork:
    """Answers names and connections, and remembers them.

    Args:
        addresses: What a name resolves to: one answer for each time it is asked, the last for good.
        serve: What the far end does with its socket.
    """

    addresses: list[Sequence[str]] = field(default_factory=lambda: [[PUBLIC]])
    serve: Callable[[socket.socket], None] = lambda far: None
    asked: list[tuple[str, int]] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)
    received: bytearray = field(default_factory=bytearray)

    @property
    def network(self) -> Network:
        return Network(resolve=self._resolve, connect=self._connect)

    def _resolve(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]

    def _connect(self, address: str, port: int, seconds: float) -> socket.socket:
        self.connected.append((address, port))
        near, far = socket.socketpair()
        near.settimeout(seconds)
        threading.Thread(target=self._run, args=(far,), daemon=True).start()
        return near

    def _run(self, far: socket.socket) -> None:
        with far:
            far.settimeout(10)
            try:
                request = b""
                while b"\r\n\r\n" not in request:
                    request += far.recv(4096) or b"\r\n\r\n"
                self.received += request
                self.serve(far)
            except OSError:
                return  # the near end has heard enough


def answering(data: bytes) -> FakeNetwork:
    """Return a network on which every host answers *data*."""
    return FakeNetwork(serve=lambda far: far.sendall(data))
