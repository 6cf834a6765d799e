"""A callback receiver in a thread: keeps what comes and answers as told."""

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Callback:
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.body)
        return value

    @property
    def event_type(self) -> int:
        return int(self.json["EventType"])


class Receiver:
    """Answers with `statuses` first, then with `status`."""

    def __init__(self) -> None:
        self.callbacks: list[Callback] = []
        self.statuses: list[int] = []
        self.status = 200
        self.holds: list[float] = []  # seconds before the first answers
        self.stopped = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.callbacks.append(Callback(dict(self.headers.items()), body))
                if receiver.holds:
                    receiver.stopped.wait(receiver.holds.pop())
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/callback"

    def of_type(self, event_type: int) -> list[Callback]:
        return [callback for callback in list(self.callbacks) if callback.event_type == event_type]

    def stop(self) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
