"""Looking at the pictures that a layout names, when asked to, as the vendor will: before event 309 tells.

The addresses are the caller's, so a fetch must not reach what only this server can reach. The name is resolved
once, every address must be public, and the connection goes to one of those very addresses, whatever the name says a
moment later. No redirect is followed, no proxy used, nothing decoded, and time and size are limited.
"""

import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from layouts import image_texts as texts
from layouts.addresses import is_public, read_literal
from layouts.image_header import ImageHeader, NotAnImage, read_header
from layouts.lint import Finding, Text, list_image_urls
from layouts.lint.findings import report
from layouts.parameters import LONGEST_URL, URL_ALPHABET, MixLayoutParams

SECONDS = 5.0
MOST_BYTES = 5 * 1024 * 1024
# "2K" is explained nowhere: 2560 x 1440, taken as a number of pixels and a longest side, so that portrait counts too.
LONGEST_SIDE_PX = 2560
MOST_PIXELS = 2560 * 1440
PORTS = {"http": 80, "https": 443}
CHUNK_BYTES = 64 * 1024
AT_ONCE = 16


def _resolve(host: str, port: int) -> list[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _connect(address: str, port: int, seconds: float) -> socket.socket:
    return socket.create_connection((address, port), timeout=seconds)


@dataclass(frozen=True, slots=True)
class Network:
    """The seam to the outside. Tests put others in its place.

    Args:
        resolve: Host and port to IP addresses.
        connect: IP address, port and seconds to a connected socket.
        tls: Makes what certificates are checked with.
    """

    resolve: Callable[[str, int], Sequence[str]] = _resolve
    connect: Callable[[str, int, float], socket.socket] = _connect
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context


class _Refused(Exception):
    def __init__(self, text: Text, **params: object) -> None:
        super().__init__(text.code)
        self.text, self.params = text, params


def check_image(
    url: str, *, path: str = "", is_2k_limited: bool = True, seconds: float = SECONDS, network: Network | None = None
) -> Finding | None:
    """Fetch the beginning of the picture at *url* and return what keeps the vendor from using it; None if nothing.

    Args:
        path: Where in the layout it stands, for the finding.
        is_2k_limited: The vendor limits backgrounds and placeholders to 2K, and says nothing of watermarks.
        seconds: For everything: resolving, connecting, reading.
    """
    deadline = time.monotonic() + seconds
    try:
        header = _fetch_header(url, deadline, network or Network())
        _check_pixels(header, is_2k_limited=is_2k_limited)
    except _Refused as refusal:
        return report(refusal.text, path, **refusal.params)
    except TimeoutError:
        return report(texts.SLOW, path, seconds=f"{seconds:g}")
    except (OSError, HTTPException) as error:
        return report(texts.UNREACHABLE, path, reason=type(error).__name__)
    return None


def check_images(layout: MixLayoutParams | object, *, network: Network | None = None) -> list[Finding]:
    """Return what is wrong with the pictures that *layout* names. Each address is fetched once, a few at a time."""
    places: dict[tuple[str, bool], list[str]] = {}
    for path, url in list_image_urls(layout):
        places.setdefault((url, not path.startswith("water_mark_list")), []).append(path)

    def check(place: tuple[tuple[str, bool], list[str]]) -> Iterator[Finding]:
        (url, is_2k_limited), paths = place
        finding = check_image(url, path=paths[0], is_2k_limited=is_2k_limited, network=network)
        return iter([] if finding is None else [report(finding.text, path, **finding.params) for path in paths])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [finding for found in pool.map(check, places.items()) for finding in found]


def _fetch_header(url: str, deadline: float, network: Network) -> ImageHeader:
    scheme, host, target = _read_url(url)
    port = PORTS[scheme]
    addresses = _find_addresses(host, port, deadline, network)
    if not addresses or not all(map(is_public, addresses)):
        raise _Refused(texts.NOT_PUBLIC)
    with closing(_open(addresses, port, deadline, network)) as plain:
        if scheme == "http":
            return _ask(plain, host, target, deadline)
        plain.settimeout(_seconds_left(deadline))
        with network.tls().wrap_socket(plain, server_hostname=host) as secure:
            return _ask(secure, host, target, deadline)


def _read_url(url: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        read_literal(host)
    except ValueError as error:
        raise _Refused(texts.ADDRESS) from error
    is_plain = len(url) <= LONGEST_URL and URL_ALPHABET.fullmatch(url) and "@" not in parts.netloc
    if not is_plain or parts.scheme not in PORTS or port not in (None, PORTS[parts.scheme]):
        raise _Refused(texts.ADDRESS)
    return parts.scheme, host, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _find_addresses(host: str, port: int, deadline: float, network: Network) -> Sequence[str]:
    literal = read_literal(host)
    if literal is not None:
        return [literal]
    answers: list[Sequence[str] | Exception] = []

    def ask() -> None:
        try:
            answers.append(network.resolve(host, port))
        except (OSError, ValueError) as error:
            answers.append(error)

    # getaddrinfo knows no time limit, so it is left behind when it takes too long.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_seconds_left(deadline))
    if not answers:
        raise TimeoutError
    if isinstance(answers[0], Exception):
        raise _Refused(texts.UNREACHABLE, reason="the name is not known")
    return answers[0]


def _open(addresses: Sequence[str], port: int, deadline: float, network: Network) -> socket.socket:
    failure: OSError | None = None
    for address in addresses:
        try:
            return network.connect(address, port, _seconds_left(deadline))
        except OSError as error:
            failure = error
    raise failure or TimeoutError


def _ask(line: socket.socket, host: str, target: str, deadline: float) -> ImageHeader:
    shown = f"[{host}]" if ":" in host else host
    request = (
        f"GET {target} HTTP/1.1\r\nHost: {shown}\r\nUser-Agent: layout-check\r\n"
        "Accept: image/png, image/jpeg\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n"
    )
    line.settimeout(_seconds_left(deadline))
    line.sendall(request.encode())
    with closing(HTTPResponse(_Timed(line, deadline), method="GET")) as answer:  # type: ignore[arg-type]  # see _Timed
        answer.begin()
        if 300 <= answer.status < 400:
            raise _Refused(texts.REDIRECT, location=answer.headers.get("Location", "-"))
        if answer.status != 200:
            raise _Refused(texts.STATUS, status=answer.status)
        return _read_body(answer)


def _read_body(answer: HTTPResponse) -> ImageHeader:
    # The header is enough where the answer says its length; else only reading on tells it.
    announced = answer.length
    if announced is not None and announced > MOST_BYTES:
        raise _Refused(texts.TOO_LARGE)
    data, header, count = b"", None, 0
    try:
        while chunk := answer.read(CHUNK_BYTES):
            count += len(chunk)
            if count > MOST_BYTES:
                raise _Refused(texts.TOO_LARGE)
            if header is None:
                data += chunk
                header = read_header(data)
            if header is not None and announced is not None:
                return header
    except NotAnImage as error:
        raise _Refused(texts.NO_IMAGE) from error
    if header is None:
        raise _Refused(texts.NO_IMAGE)
    return header


def _check_pixels(header: ImageHeader, *, is_2k_limited: bool) -> None:
    width, height = header.width, header.height
    if not width or not height:
        raise _Refused(texts.NO_PIXELS)
    if is_2k_limited and (max(width, height) > LONGEST_SIDE_PX or width * height > MOST_PIXELS):
        raise _Refused(texts.TOO_MANY_PIXELS, width=width, height=height)


def _seconds_left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Timed(io.RawIOBase):
    """A socket for HTTPResponse, which only calls makefile: each read has what is left of the time."""

    def __init__(self, line: socket.socket, deadline: float) -> None:
        super().__init__()
        self._line, self._deadline = line, deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._line.settimeout(_seconds_left(self._deadline))
        return self._line.recv_into(buffer)
