"""Hostile requests: what is wrong with the HTTP around a harmless, correctly signed body."""

import gzip
from collections.abc import Iterator, Mapping

from tests.callbacks.families import Request
from tests.callbacks.hostile import (
    FORGED,
    KEPT,
    TOO_LARGE,
    UNREADABLE,
    WRONG_TYPE,
    Hostile,
    Target,
    as_bytes,
    base,
    http,
    post,
    signed,
)  # fmt: skip

NO_METHOD = frozenset({405, 400, 0})
NO_ADDRESS = frozenset({401, 404})
NO_HTTP = frozenset({400, 0})
HEADERS_TOO_LARGE = frozenset({400, 413, 431})
NOT_WHOLE = frozenset({400, 408, 0})
NO_LENGTH = frozenset({400, 401, 411})  # without one the body is empty, and signed it is not


def of_http(targets: Mapping[str, Target]) -> Iterator[Hostile]:
    """Yield every request whose HTTP is hostile."""
    target = targets["trtc"]
    request = signed(target, base(target))
    for group in (methods, paths, lengths, codings, headers, grammar, types):
        yield from group(target, request)


def methods(target: Target, request: Request) -> Iterator[Hostile]:
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "EVIL", "P" * 10_000):
        yield Hostile(f"method {method[:20]}", post(target, request, method=method), NO_METHOD)
    for method in ("POST\t", "PO ST", "", "PÖST", "POST\0"):
        yield Hostile(f"method {method!r}", post(target, request, method=method), NO_METHOD)
    yield Hostile("method post", post(target, request, method="post"), KEPT | NO_METHOD)


def paths(target: Target, request: Request) -> Iterator[Hostile]:
    path = target.path
    token = path.rpartition("/")[2]
    wrong: dict[str, str | bytes] = {
        "more": f"{path}/more", "cut off": path[:-1], "longer": f"{path}A",
        "other case": path.swapcase(), "no token": "/callbacks/trtc/", "no family": f"/callbacks//{token}",
        "family alone": "/callbacks/trtc", "no address": "/callbacks/", "another family": f"/callbacks/tiw/{token}",
        "unknown family": f"/callbacks/mars/{token}", "family in capitals": f"/callbacks/TRTC/{token}",
        "space in the family": f"/callbacks/tr%20tc/{token}", "token first": f"/callbacks/{token}/trtc",
        "NUL": f"{path}%00", "NUL in the family": f"/callbacks/trtc%00/{token}", "line": f"{path}%0d%0aforged",
        "forged line": f"/callbacks/trtc/a%0a{FORGED.replace(' ', '%20')}%20{token}",
        "not UTF-8": f"{path}%ff%fe", "not ASCII": f"{path}/签名", "raw bytes": f"{path}".encode() + b"\xff\xfe",
        "5 kB": f"/callbacks/trtc/{'A' * 5000}", "5 kB of %": f"/callbacks/trtc/{'%' * 5000}",
        "5 kB not UTF-8": f"/callbacks/trtc/{'%ff' * 1700}", "upwards": "/callbacks/trtc/../../admin/",
        "upwards, encoded": f"/callbacks/x/%2e%2e/trtc/{token}", "backslash": f"\\callbacks\\trtc\\{token}",
        "parameter": f"{path};a=b", "SQL": "/callbacks/trtc/'%20OR%201=1--",
        "template": "/callbacks/trtc/%7B%7B7*7%7D%7D%25s%25n", "bidirectional": "/callbacks/trtc/%e2%80%aex",
        "prototype": "/callbacks/__proto__/constructor", "twice encoded": path.replace("/trtc/", "%252ftrtc%252f"),
        "line separators": f"/callbacks/trtc%e2%80%a8/{token}",
    }  # fmt: skip
    for what, sent in wrong.items():
        yield Hostile(f"path: {what}", http(sent, request.body, list(request.headers.items())), NO_ADDRESS | {400})
    same = {"slashes encoded": path.replace("/", "%2F"), "a query": f"{path}?a=b&c", "a fragment": f"{path}#x"}
    same |= {
        "two slashes": f"/{path}",
        "absolute": f"http://evil.example.com{path}",
        "letters encoded": path.replace("trtc", "%74rtc"),
    }
    for what, sent in same.items():
        yield Hostile(f"path: {what}", http(sent, request.body, list(request.headers.items())), KEPT | NO_ADDRESS)
    for sent in ("*", "http://[", "http://[::1", "?", "#", "://x"):
        yield Hostile(f"path: {sent}", http(sent, request.body), NO_ADDRESS | {400, 403, 0})


def lengths(target: Target, request: Request) -> Iterator[Hostile]:
    right = len(request.body)
    yield Hostile("no Content-Length", post(target, request, length=None), NO_LENGTH)
    for sent in ("0", str(right - 1), "1"):
        yield Hostile(f"Content-Length {sent} of {right}", post(target, request, length=sent), NO_LENGTH)
    for more in (1, 1000):
        yield Hostile(f"Content-Length {more} too many", post(target, request, length=str(right + more)), NOT_WHOLE)
    for sent in ("-1", f"+{right}", hex(right), f"{right}.0", f"{right}, {right}", "x", "٣", f"{right}_0", " ", "1e3"):
        yield Hostile(f"Content-Length {sent!r}", post(target, request, length=sent), NO_LENGTH)
    for sent in (str(10**6 * 3), str(2**63), "9" * 30, "9" * 5000):
        yield Hostile(
            f"Content-Length of {len(sent)} digits", post(target, request, length=sent), TOO_LARGE | NOT_WHOLE
        )
    twice = [("Content-Length", "3")]
    yield Hostile("two Content-Lengths", post(target, request, headers=twice), NO_LENGTH)
    first = [("Content-Length", str(right))]
    yield Hostile("one Content-Length twice", post(target, request, headers=first), NO_LENGTH)


def codings(target: Target, request: Request) -> Iterator[Hostile]:
    whole = _chunk(request.body) + _chunk(b"")
    smuggled = whole + post(target, request)

    def coded(body: bytes, coding: str = "chunked", *, length: str | None = None, version: str = "HTTP/1.1") -> bytes:
        sent = [*request.headers.items(), ("Transfer-Encoding", coding)]
        return http(target.path, body, sent, length=length, version=version)

    # Chunks are HTTP as it is written, and the signature covers what they carry.
    yield Hostile("chunked", coded(whole), KEPT | NO_LENGTH)
    yield Hostile("chunked, and a Content-Length", coded(whole, length="5"), NO_LENGTH)
    yield Hostile("chunked, and the right Content-Length", coded(whole, length=""), NO_LENGTH)
    yield Hostile("chunked, and another request", coded(smuggled, length=str(len(whole))), NO_LENGTH)
    yield Hostile("chunked in HTTP/1.0", coded(whole, version="HTTP/1.0"), NO_LENGTH)
    for coding in ("gzip", "identity", "xchunked", "chunked, gzip", "gzip, chunked", "chunked;q=1", '"chunked"'):
        yield Hostile(f"Transfer-Encoding {coding}", coded(whole, coding), NO_LENGTH)
    for what, body in {
        "no size": b"\r\n" + request.body, "not hex": b"xyz\r\n" + request.body, "negative": b"-5\r\n" + request.body,
        "0x": b"0x5\r\n" + request.body, "plus": b"+5\r\n" + request.body, "underscore": b"1_0\r\n" + request.body,
        "huge": b"f" * 40 + b"\r\n" + request.body, "no line end": b"5\r\nabcdeXX0\r\n\r\n",
        "bare line feed": b"5\nabcde",
    }.items():  # fmt: skip
        yield Hostile(f"chunk: {what}", coded(body + b"\r\n\r\n"), NO_LENGTH | NOT_WHOLE | TOO_LARGE)
    yield Hostile("chunk: cut off", coded(_chunk(request.body)), NOT_WHOLE)
    yield Hostile("chunk: 2 MB", coded(_chunk(b"a" * 2_000_000) + _chunk(b"")), TOO_LARGE)
    yield Hostile(
        "chunks of a byte", coded(b"".join(_chunk(bytes([b])) for b in b"a" * 5000) + _chunk(b"")), UNREADABLE
    )


def _chunk(body: bytes) -> bytes:
    return f"{len(body):x}\r\n".encode() + body + b"\r\n"


def headers(target: Target, request: Request) -> Iterator[Hostile]:
    for what, sent in {
        "60 kB in one header": [("X-A", "a" * 60_000)], "300 kB in one header": [("X-A", "a" * 300_000)],
        "1000 headers": [(f"X-{n}", "a") for n in range(1000)], "one header 1000 times": [("X-A", "a" * 60)] * 1000,
        "a name of 60 kB": [("X" * 60_000, "a")], "a cookie of 60 kB": [("Cookie", "a=" + "b" * 60_000)],
    }.items():  # fmt: skip
        yield Hostile(what, post(target, request, headers=sent), HEADERS_TOO_LARGE)
    harmless = {
        "another host": [("Host", "evil.example.com")], "no host that there is": [("Host", "a b\\c:99999")],
        "a forged sender": [("X-Forwarded-For", "' OR 1=1 --"), ("X-Forwarded-Host", "x"), ("Forwarded", "for=x")],
        "an upgrade": [("Upgrade", "websocket"), ("Connection", "Upgrade")], "a cookie": [("Cookie", 'a="\\012; =;;')],
        "another method": [("X-HTTP-Method-Override", "DELETE")], "a range": [("Range", "bytes=0-" + "1-" * 500)],
        "languages": [("Accept-Language", "a-" * 2000)], "a key": [("Authorization", "Api-Key x.y")],
        "shellshock": [("User-Agent", "() { :; }; echo x"), ("Referer", "${jndi:ldap://x}")],
        "an underscore": [("Sign_", "x"), ("Content_Length", "1")], "a coding": [("Content-Encoding", "gzip")],
        "Expect": [("Expect", "100-continue")], "an expectation": [("Expect", "the unexpected")],
    }  # fmt: skip
    for what, sent in harmless.items():
        yield Hostile(f"header: {what}", post(target, request, headers=sent), KEPT | {400, 417})
    for plain in (request.body, b"a" * 10_000_000):
        bomb = target.speaker.sign(gzip.compress(plain), target.key)
        packed = post(target, bomb, headers=[("Content-Encoding", "gzip")])
        yield Hostile(f"gzip of {len(bomb.body)} bytes", packed, UNREADABLE | WRONG_TYPE)


def grammar(target: Target, request: Request) -> Iterator[Hostile]:
    good = post(target, request)
    for what, raw in {
        "HTTP/0.9": as_bytes(f"POST {target.path}\r\n\r\n"), "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "HTTP/1.10": good.replace(b"HTTP/1.1", b"HTTP/1.10", 1), "nothing": b"\r\n\r\n\r\n", "not whole": good[:60],
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500 + b"\r\n\r\n",
        "noise": bytes(range(256)) * 4 + b"\r\n\r\n", "one word": b"POST\r\n\r\n", "SSH": b"SSH-2.0-x\r\n\r\n",
        "three spaces": good.replace(b" ", b"   ", 1), "tabs": good.replace(b" ", b"\t", 2),
        "bare line feeds": good.replace(b"\r\n", b"\n"), "bare carriage returns": good.replace(b"\r\n", b"\r"),
        "no colon": good.replace(b"Host:", b"Host", 1), "space before the colon": good.replace(b"Host:", b"Host :", 1),
        "NUL in a header": good.replace(b"127.0.0.1", b"127.0\x00.0.1", 1), "no name": good.replace(b"Host", b"", 1),
        "folded first line": good.replace(b"\r\nHost", b"\r\n Host", 1),
        "NUL in a name": good.replace(b"Host", b"Ho\x00st", 1), "not ASCII": good.replace(b"Host", b"H\xffst", 1),
        "line feed in a header": good.replace(b"127.0.0.1", b"a\nForged: yes", 1),
    }.items():  # fmt: skip
        yield Hostile(f"grammar: {what}", raw, NO_HTTP | NO_LENGTH | NO_ADDRESS | NO_METHOD | WRONG_TYPE)
    for version in (b"HTTP/1.0", b"HTTP/9.9", b"http/1.1", b""):
        raw = good.replace(b"HTTP/1.1", version, 1)
        yield Hostile(f"grammar: version {version!r}", raw, KEPT | NO_HTTP)


def types(target: Target, request: Request) -> Iterator[Hostile]:
    json = "application/json; charset"
    for sent in (
        None, "", "text/plain", "text/html", "application/x-www-form-urlencoded", "application/xml", "image/png",
        "multipart/form-data; boundary=x", "application/json, text/html", "application/jsonp", "application/*", "*/*",
        "json", "application / json", ";", "=", f"text/{'a' * 7000}", b"text/\xff\xfe", "text/plain; =" + '"' * 3000,
        "text/plain; " + "a=b;" * 2000, "multipart/form-data; boundary=" + "x" * 5000,
        b"text/plain\x85" + FORGED.encode(), b"text/plain\x1b[2J", b"text/plain\x9b2J",
        *(f"{json}={name}" for name in ("utf-7", "idna", "bz2_codec", "bogus", "utf-16", "undefined", "punycode")),
        f'{json}="', f"{json}={'a' * 5000}", json.encode() + b"=\xff", f"{json}=utf-8; charset=utf-7",
        f"{json}*=bogus''x", f"{json}*=utf-16''%ff%fe", f"{json}*=idna''xn--a", f"{json}*=utf-8''bogus",
        f"{json}*0=ut; charset*1=f-7", f"{json}*=unicode_escape''%5Cud800", f"{json}*=rot13''hgs-8",
        f"{json}*=" + "'" * 3000, f"{json}*=bz2_codec''%00", f"{json}*=utf-8%00''x",
    ):  # fmt: skip
        name = f"Content-Type {sent if sent is None else sent[:60]!r} of {len(sent or '')}"
        yield Hostile(name, post(target, request, content_type=sent), WRONG_TYPE | {400})
    for sent in (
        "Application/JSON", "application/json;charset=UTF-8", f'{json}="utf8"', f"{json}=utf-8\t;x", f"{json}=",
        "application/json; x*=bogus''%41", "application/json; x*=''", "application/json;;;", "application/json; q=\"\\",
    ):  # fmt: skip
        yield Hostile(f"Content-Type {sent!r}", post(target, request, content_type=sent), KEPT | WRONG_TYPE | {400})
