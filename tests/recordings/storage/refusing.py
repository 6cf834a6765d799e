"""A storage that answers every request with the same error."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def refusing(status: int, code: str, *, only: str = "") -> Iterator[str]:
    """Serve on loopback and yield the address.

    Args:
        code: Of the error, as S3 and COS write it.
        only: The one method that is refused, e.g. GET; others succeed. Empty refuses all.
    """

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            is_refused = not only or self.command == only
            body = b""
            if is_refused and self.command != "HEAD":
                text = f"<Error><Code>{code}</Code><Message>no</Message><RequestId>r-1</RequestId></Error>"
                body = b'<?xml version="1.0" encoding="UTF-8"?>' + text.encode()
            self.send_response(status if is_refused else 200)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_HEAD = do_DELETE = _answer  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
