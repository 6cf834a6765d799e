"""The HTTP edge under the SDK: whole, bounded answers, and whether a failed call had left this machine."""

import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

BODY_LIMIT_BYTES = 1024 * 1024
CHUNK_BYTES = 64 * 1024


class AnswerTooLarge(requests.RequestException):
    """The answer is larger than BODY_LIMIT_BYTES."""


class AnswerTooSlow(requests.Timeout):
    """The answer began in time and did not end in time."""


class NeverLeft(Exception):
    """What was waited for before sending raised; __cause__ holds what. Nothing was sent."""


def at_once() -> None:
    """Wait for nothing before sending."""


class BoundedAdapter(HTTPAdapter):
    """Sends each request at its moment, and reads each answer to its end before the SDK sees it.

    The SDK asks for a stream and reads it later, without a limit of size or time. Reading here also
    hands the connection back for the next call, whatever the SDK does with the answer.

    Attributes:
        depart: Called when a request is built and signed, and nothing but sending is left to do.
    """

    depart: Callable[[], None] = staticmethod(at_once)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        try:
            self.depart()
        except Exception as error:
            raise NeverLeft from error
        timeout_seconds = kwargs.get("timeout")
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        answer = super().send(request, *args, **kwargs)
        try:
            # requests has no public way to hand over a body that was read already.
            answer._content = b"".join(_read(answer, deadline))
        except BaseException:
            answer.close()
            raise
        answer._content_consumed = True  # type: ignore[attr-defined]  # absent from the stubs
        return answer


def _read(answer: requests.Response, deadline: float | None) -> Iterator[bytes]:
    size = 0
    # read1 returns what has arrived, so that a trickle cannot hold the call beyond the deadline.
    while chunk := answer.raw.read1(CHUNK_BYTES, decode_content=True):
        size += len(chunk)
        if size > BODY_LIMIT_BYTES:
            raise AnswerTooLarge(f"more than {BODY_LIMIT_BYTES} bytes")
        if deadline is not None and time.monotonic() > deadline:
            raise AnswerTooSlow("the answer did not end in time")
        yield chunk


def is_sendable(error: BaseException) -> bool:
    """Tell whether *error* says more than that the address or a header cannot be put on the wire."""
    return not isinstance(error, ValueError)


def was_sent(error: BaseException) -> bool:
    """Tell whether the request may have reached the vendor before *error*."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return False
    reason = error.args[0].reason if error.args and isinstance(error.args[0], MaxRetryError) else None
    if isinstance(error, requests.exceptions.SSLError):
        return not _is_untrusted(reason)
    # A name that does not resolve is a NewConnectionError, too.
    return not isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _is_untrusted(reason: BaseException | None) -> bool:
    return reason is not None and any(isinstance(part, ssl.SSLCertVerificationError) for part in reason.args)
