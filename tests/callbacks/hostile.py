"""Hostile requests: bodies, signatures and stamps, correctly signed and wrongly signed, of every family.

Each says how it may be answered. What is signed and harmless is kept (200); everything else is refused. What is hostile
in HTTP itself is in `hostile_http`.
"""

import hashlib
import json
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.callbacks.families import Request, Speaker

PUSH_SECRET = "push-secret-canary"
FORGED = "2026-01-01T00:00:00+0000 INFO forged"  # a line that nobody but a log's owner writes
OTHER_APP_ID = 1400000002
YEAR_9999, YEAR_2099, YEAR_1 = 253_402_300_799, 4_070_908_800, -62_135_596_800

# Ways to answer.
KEPT = frozenset({200})
UNSIGNED = frozenset({401})
UNREADABLE = frozenset(
    {400, 401}
)  # a weak family's signature stands in the body: who cannot read it knows no signature
WRONG_TYPE = frozenset({415})
TOO_LARGE = frozenset({413, 0})  # the answer may be lost to a sender that is still busy sending

_HERE = "--here--"
Headers = Sequence[tuple[str, str | bytes]]


@dataclass(frozen=True)
class Target:
    """An endpoint of the running service, with what its vendor knows."""

    speaker: Speaker
    path: str
    key: str

    @property
    def family(self) -> str:
        return self.speaker.family


@dataclass(frozen=True)
class Hostile:
    """One hostile request, as it goes over the wire.

    Attributes:
        answers: The statuses that it may have; 0 is none at all.
    """

    name: str
    raw: bytes = field(repr=False)
    answers: frozenset[int]


def http(
    path: str | bytes, body: bytes = b"", headers: Headers = (), *, method: str = "POST", version: str = "HTTP/1.1",
    content_type: str | bytes | None = "application/json", length: str | None = "",
) -> bytes:  # fmt: skip
    """Return a request as it goes over the wire.

    Args:
        length: Content-Length; None leaves it out, empty is the right one.
    """
    lines: list[tuple[str, str | bytes]] = [("Host", "127.0.0.1"), *headers]
    lines += [] if content_type is None else [("Content-Type", content_type)]
    lines += [] if length is None else [("Content-Length", length or str(len(body)))]
    head = b" ".join([method.encode(), as_bytes(path), version.encode()]) + b"\r\n"
    return head + b"".join(as_bytes(n) + b": " + as_bytes(v) + b"\r\n" for n, v in lines) + b"\r\n" + body


def as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def post(target: Target, request: Request, **options: Any) -> bytes:
    """Return a signed request to its endpoint."""
    return http(target.path, request.body, [*request.headers.items(), *options.pop("headers", [])], **options)


# --- bodies that are correctly signed


@dataclass(frozen=True)
class Fields:
    """Where a family's sample has what every family has, as paths."""

    sample: str
    event_type: str
    task: str
    time: str
    room: str
    app: str = ""


FIELDS: Mapping[str, Fields] = {
    "trtc": Fields("301_recorder_start", "EventType", "EventInfo.TaskId", "EventInfo.EventTs", "EventInfo.RoomId"),
    "tiw": Fields(
        "online_record_started", "EventType", "EventData.TaskId", "Timestamp", "EventData.RoomId", "SdkAppId"
    ),
    "gme": Fields("1_file_started", "EventType", "TaskID", "Timestamp", "RoomID", "BizID"),
    "css": Fields(
        "332_record_start_succeeded", "event_type", "session_id", "event_time", "stream_id", "appid"
    ),
}  # fmt: skip


def base(target: Target) -> dict[str, Any]:
    """Return a harmless body of the family."""
    body = target.speaker.sample(FIELDS[target.family].sample)
    return body | ({"stream_param": f"txSecret={PUSH_SECRET}"} if target.family == "css" else {})


def changed(body: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return *body* with another value at *path*."""
    name, _, rest = path.partition(".")
    return {**body, name: changed(body[name], rest, value) if rest else value}


def signed(target: Target, body: Mapping[str, Any], spoil: Mapping[bytes, bytes] | None = None) -> Request:
    """Sign *body*, with bytes in it replaced: before a signature that covers it, after one that does not."""
    speaker = target.speaker
    raw = speaker.sign(body, target.key).body
    for old, new in (spoil or {}).items():
        assert old in raw
        raw = raw.replace(old, new, 1)
    return Request({}, raw) if speaker.is_weak else speaker.sign(raw, target.key)


def with_value(target: Target, path: str, value: str | bytes) -> bytes:
    """Return a signed request whose body has *value*, as JSON or not, at *path*."""
    spoil = {json.dumps(_HERE).encode(): as_bytes(value)}
    return post(target, signed(target, changed(base(target), path, _HERE), spoil))


def _deep(depth: int) -> str:
    return "[" * depth + "]" * depth


# value: how it may be answered. Of numbers that are text, and of text that is digits, the meaning is clear.
NOT_AN_ID: Mapping[str, str | bytes] = {
    "object": '{"a": 1}', "array": "[1]", "true": "true", "fraction": "1.5", "NaN": "NaN", "1e400": "1e400",
    "2^64": str(2**64), "5000 digits": "9" * 5000, "NUL": '"a\\u0000b"', "lone surrogate": '"a\\ud800b"',
    "CR LF": f'"a\\r\\n{FORGED}"', "raw line feed": '"a\nb"', "empty": '""',
    "null": "null", "300 characters": json.dumps("a" * 300), "not UTF-8": b'"a\xffb"', "overlong": b'"\xc0\x80"',
    "surrogate in UTF-8": b'"\xed\xa0\x80"', "nested 33 deep": _deep(33), "nested 1000 deep": _deep(1000),
}  # fmt: skip
NOT_A_TYPE: Mapping[str, str | bytes] = {
    "true": "true", "fraction": "301.5", "letter": '"x"', "array": "[301]", "object": "{}", "null": "null",
    "2^31": str(2**31), "2^63": str(2**63), "negative": "-1", "Arabic digits": '"٣٠١"', "1e400": "1e400",
    "spaces": '" 301 "', "hex": '"0x12d"', "Infinity": "-Infinity",
}  # fmt: skip
NOT_A_NAME: Mapping[str, str | bytes] = {
    "true": "true", "fraction": "301.5", "array": "[]", "null": "null", "empty": '""', "CR LF": '"a\\r\\nb"',
}  # fmt: skip
NOT_A_TIME: Mapping[str, str | bytes] = {
    "true": "true", "fraction": "1622186275.5", "words": '"yesterday"', "array": "[]", "negative": "-1",
    "year 1": str(YEAR_1), "year 9999": str(YEAR_9999), "2^63": str(2**63), "2^64": str(2**64), "1e400": "1e400",
    "NaN": "NaN", "Infinity": "Infinity", "Arabic digits": '"١٦٢٢١٨٦٢٧٥"', "5000 digits": "9" * 5000,
}  # fmt: skip
HARMLESS = {
    "a formula": '"=cmd|\' /C calc\'!A0"', "an at sign": '"@SUM(1)"', "a script": '"<script>alert(1)</script>"',
    "SQL": '"\'; DROP TABLE callbacks_event; --"', "a template": '"{{7*7}}%s%n${jndi:ldap://x}"',
    "another direction": '"\\u202egpj.exe"', "line separators": '"a\\u2028b\\u0085c"', "a number": "12345",
    "2^62": str(2**62), "a traversal": '"../../../../etc/passwd"',
}  # fmt: skip


def values(target: Target) -> Iterator[Hostile]:
    """Yield bodies in which one field is not what it has to be."""
    fields = FIELDS[target.family]
    types = NOT_A_NAME if target.family == "tiw" else NOT_A_TYPE
    groups: Mapping[str, Mapping[str, str | bytes]] = {
        fields.task: NOT_AN_ID, fields.event_type: types, fields.time: NOT_A_TIME,
    }  # fmt: skip
    for path, spoilt in groups.items():
        for what, value in spoilt.items():
            yield Hostile(f"{target.family} {path}: {what}", with_value(target, path, value), UNREADABLE)
    for what, value in HARMLESS.items():
        yield Hostile(f"{target.family} {fields.room}: {what}", with_value(target, fields.room, value), KEPT)
    yield Hostile(f"{target.family} time: year 2099", with_value(target, fields.time, str(YEAR_2099)), KEPT)


def bodies(target: Target) -> Iterator[Hostile]:
    """Yield bodies that are wrong as a whole, each signed where its signature covers it."""
    honest = signed(target, base(target)).body
    text = honest.decode()
    first, _, others = text.partition(",")
    whole = {
        "empty": b"", "null": b"null", "true": b"true", "number": b"1", "string": b'"x"', "array": b"[]",
        "object without fields": b"{}", "array of events": f"[{text}]".encode(), "two documents": honest + honest,
        "cut off": honest[:-1], "trailing comma": honest[:-1] + b",}", "single quotes": text.replace('"', "'").encode(),
        "a comment": b"/* */" + honest, "UTF-16": text.encode("utf-16"), "UTF-16-LE": text.encode("utf-16-le"),
        "UTF-32": text.encode("utf-32"), "byte order mark": b"\xef\xbb\xbf" + honest, "NUL at the end": honest + b"\0",
        "100,000 arrays": b"[" * 100_000, "30,000 objects": b'{"a":' * 30_000, "form": b"EventType=301&TaskId=1",
        "the first key twice": f"{first}, {first[1:]},{others}".encode(), "XML": b"<xml><a>1</a></xml>",
        "a billion laughs": b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>', "pickle": b"\x80\x04N.",
    }  # fmt: skip
    for what, raw in whole.items():
        request = Request({}, raw) if target.speaker.is_weak else target.speaker.sign(raw, target.key)
        yield Hostile(f"{target.family} body: {what}", post(target, request), UNREADABLE)
    more = {
        "nested 33 deep": _deep(33), "nested 5000 deep": _deep(5000), "NaN": "NaN", "-Infinity": "-Infinity",
        "1e400": "1e400", "2^64": str(2**64), "a lone surrogate": '"\\udfff"', "NUL": '["\\u0000"]',
        "the same key twice": '{"a": 1, "a": 2}', "a surrogate as a key": '{"\\ud800": 1}', "bad escape": '"\\x41"',
    }  # fmt: skip
    for what, value in more.items():
        request = signed(target, {**base(target), "x": _HERE}, {json.dumps(_HERE).encode(): value.encode()})
        yield Hostile(f"{target.family} unknown field: {what}", post(target, request), UNREADABLE)
    yield from _sizes(target)


def _sizes(target: Target) -> Iterator[Hostile]:
    keys = {f"k{n}": 0 for n in range(50_000)}
    large: Mapping[str, dict[str, Any]] = {
        "300 kB": {"x": "a" * 300_000}, "50,000 keys": keys, "3 MB": {"x": "a" * 3_000_000},
    }  # fmt: skip
    for what, more in large.items():
        yield Hostile(f"{target.family} {what}", post(target, signed(target, base(target) | more)), TOO_LARGE)
    few = {f"k{n}": 0 for n in range(3000)}
    yield Hostile(f"{target.family} 3000 keys", post(target, signed(target, base(target) | few)), KEPT | TOO_LARGE)


def costs(target: Target) -> Iterator[Hostile]:
    """Yield bodies that are as large as may be, and dear to whoever looks for something in them."""
    size = 60_000
    for what, text in {
        "backslashes": '{"a":"' + "\\" * size, "escaped quotes": '{"a":"' + '\\"' * (size // 2), "quotes": '"' * size,
        "names of secrets": '{"sign": ' * (size // 9), "secrets in a form": "sign=" * (size // 5), "equals": "=" * size,
        "names without values": '"stream_param":' * (size // 15), "spaces": '{"sign"' + " " * size,
        "secrets in strings": '["{\\"sign\\":1}"],' * (size // 17), "minus signs": "-" * size, "digits": "1" * size,
        "escapes in names": '{"' + "\\u0073" * (size // 6) + '":1}', "fractions": f"[{'0.1e1,' * (size // 6)}0]",
    }.items():  # fmt: skip
        raw = text.encode()
        request = Request({}, raw) if target.speaker.is_weak else target.speaker.sign(raw, target.key)
        yield Hostile(f"{target.family} dear: {what}", post(target, request), UNREADABLE)


def applications(target: Target) -> Iterator[Hostile]:
    """Yield requests that name another application than their address, or none that there is."""
    if target.family == "trtc":
        request = signed(target, base(target))
        for sent in (
            "1400000002",
            "letters",
            "١٤٠٠٠٠٠٠٠١",
            "1400000001, 1400000001",
            "01400000001",
            "1.4e9",
            "0x1",
            "",
        ):
            headers = {**request.headers, "SdkAppId": sent}
            yield Hostile(f"trtc SdkAppId: {sent!r}", post(target, Request(headers, request.body)), UNSIGNED)
        return
    path = FIELDS[target.family].app
    for what, value in {"another": str(OTHER_APP_ID), "another, as text": f'"{OTHER_APP_ID}"'}.items():
        yield Hostile(f"{target.family} {path}: {what}", with_value(target, path, value), UNSIGNED)
    wrong = {"letters": '"letters"', "Arabic digits": '"١٤٠٠٠٠٠٠٠١"', "true": "true", "fraction": "1400000001.0"}
    wrong |= {"2^64": str(2**64), "negative": "-1400000001", "array": "[1400000001]", "object": "{}"}
    for what, value in wrong.items():
        yield Hostile(f"{target.family} {path}: {what}", with_value(target, path, value), UNREADABLE)


def files(targets: Mapping[str, Target]) -> Iterator[Hostile]:
    """Yield files whose names and addresses would do harm to whoever believed them."""
    css, tiw, gme = targets["css"], targets["tiw"], targets["gme"]
    file = css.speaker.sample("100_file_of_a_session")
    for what, url in {
        "javascript:": "javascript:alert(1)//x/y.mp4", "file:": "file:///etc/passwd", "inside": "http://169.254.169.254/x",
        "traversal": "http://x/../../etc/passwd", "formula": "http://x/=cmd|' /C calc'!A0",
    }.items():  # fmt: skip
        body = file | {"video_url": url, "record_file_id": f"evil {what}", "stream_param": PUSH_SECRET}
        yield Hostile(f"css video_url: {what}", post(css, signed(css, body)), KEPT)
    too_long = file | {"video_url": "http://x/" + "a" * 5000}
    yield Hostile("css video_url: 5000 characters", post(css, signed(css, too_long)), UNREADABLE)
    split = file | {"video_url": "http://x/\r\nSet-Cookie: a=b"}
    yield Hostile("css video_url: CR LF", post(css, signed(css, split)), UNREADABLE)
    for what, name in {"traversal": "../../../etc/cron.d/x", "script": "<script>alert(1)</script>.mp3"}.items():
        body = changed(gme.speaker.sample("3_file_uploaded"), "Detail.FileName", name)
        yield Hostile(f"gme FileName: {what}", post(gme, signed(gme, body)), KEPT)
    finished = tiw.speaker.sample("online_record_finished")
    for what, infos in {"text": "x", "numbers": [1], "arrays": [[]], "negative size": [{"VideoSize": -1}]}.items():
        body = changed(finished, "EventData.VideoInfos", infos)
        yield Hostile(f"tiw VideoInfos: {what}", post(tiw, signed(tiw, body)), UNREADABLE)


# --- signatures and stamps


def signatures(target: Target) -> Iterator[Hostile]:
    """Yield harmless bodies with a signature that is none."""
    family, speaker, body = target.family, target.speaker, base(target)
    keys = {"no key": "", "another key": "another-key", "another application's key": "their-key"}
    for what, key in keys.items():
        yield Hostile(f"{family} signed with {what}", post(target, speaker.sign(body, key)), UNSIGNED)
    request = signed(target, body)
    if speaker.is_weak:
        yield from _signatures_inside(target, request)
        return
    right = request.headers[speaker.header]
    wrong: dict[str, list[str | bytes]] = {
        "missing": [], "empty": [""], "cut off": [right[:-1]], "longer": [right + "A"], "twice": [right, right],
        "not ASCII": ["签名" + right], "not UTF-8": [b"\xff\xfe" + right.encode()], "7 kB": ["A" * 7000],
        "of another body": [speaker.sign(b"{}", target.key).headers[speaker.header]], "quoted": [f'"{right}"'],
        "after a comma": [f"x, {right}"], "line folded": [f"\r\n {right[:10]}\r\n {right[10:]}"],
    }  # fmt: skip
    others = [(name, value) for name, value in request.headers.items() if name != speaker.header]
    for what, sent in wrong.items():
        headers = [*others, *((speaker.header, value) for value in sent)]
        yield Hostile(f"{family} signature: {what}", http(target.path, request.body, headers), UNSIGNED)
    swapped = Request(request.headers, request.body.replace(b"1", b"2", 1))
    yield Hostile(f"{family} another body under the signature", post(target, swapped), UNSIGNED)


def _signatures_inside(target: Target, request: Request) -> Iterator[Hostile]:
    family, name = target.family, target.speaker.sign_field
    told = json.loads(request.body)
    right = told[name]
    wrong = {
        "empty": "", "cut off": right[:-1], "longer": right + "0", "not ASCII": "签" * 32, "a number": 10**18,
        "an array": [right], "an object": {name: right}, "true": True, "null": None, "surrogates": "\ud800" * 32,
    }  # fmt: skip
    for what, sent in wrong.items():
        raw = json.dumps(told | {name: sent}).encode()
        yield Hostile(f"{family} {name}: {what}", http(target.path, raw), UNSIGNED)
    without = {key: value for key, value in told.items() if key != name}
    yield Hostile(f"{family} {name}: missing", http(target.path, json.dumps(without).encode()), UNSIGNED)
    in_header = [(name, right)]
    yield Hostile(f"{family} {name}: a header", http(target.path, json.dumps(without).encode(), in_header), UNSIGNED)
    for what, first in {"twice": right, "twice, once wrong": "0" * 32}.items():
        raw = json.dumps(told).replace("{", f'{{"{name}": "{first}", ', 1).encode()
        yield Hostile(f"{family} {name}: {what}", http(target.path, raw), UNREADABLE)
    loud = json.dumps(told | {name: right.upper()}).encode()
    yield Hostile(f"{family} {name}: capitals", http(target.path, loud), KEPT)
    yield from _stamps(target, told)


def _stamps(target: Target, told: Mapping[str, Any]) -> Iterator[Hostile]:
    """Yield stamps that are none, each with the signature that would be right for its text."""
    family, name = target.family, target.speaker.stamp_field
    soon = int(time.time()) + 600
    wrong: dict[str, tuple[Any, str]] = {
        "a fraction": (soon + 0.5, f"{soon}.5"), "true": (True, "true"), "True": (True, "True"), "1": (1, "1"),
        "negative": (-soon, f"-{soon}"), "huge": (10**17, str(10**17)), "milliseconds": (soon * 1000, f"{soon}000"),
        "Arabic digits": (f"{soon}".translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")), str(soon)),
        "a plus sign": (f"+{soon}", f"+{soon}"), "a space": (f" {soon}", f" {soon}"), "empty": ("", ""),
        "a line": (f"{soon}\n", f"{soon}\n"), "leading zero": (f"0{soon}", f"0{soon}"), "null": (None, ""),
        "an array": ([soon], str(soon)),
        "over for a day": (soon - 86_400, str(soon - 86_400)), "5000 digits": ("9" * 5000, "9" * 5000),
        "underscores": (f"{soon}"[:5] + "_" + f"{soon}"[5:], str(soon)), "year 1": (YEAR_1, str(YEAR_1)),
    }  # fmt: skip
    for what, (stamp, text) in wrong.items():
        raw = json.dumps({**told, name: stamp, target.speaker.sign_field: _md5(target.key, text)}).encode()
        yield Hostile(f"{family} {name}: {what}", http(target.path, raw), UNSIGNED)
    # Whoever has the key may sign for as long as he likes, and TIW's own sample does so for five months.
    far = {name: YEAR_2099, target.speaker.sign_field: _md5(target.key, str(YEAR_2099))}
    yield Hostile(f"{family} {name}: far away", http(target.path, json.dumps({**told, **far}).encode()), KEPT)


def _md5(key: str, text: str) -> str:
    return hashlib.md5(f"{key}{text}".encode()).hexdigest()  # noqa: S324 - the vendor's


# --- all of them


def of_bodies(targets: Mapping[str, Target]) -> Iterator[Hostile]:
    """Yield every hostile body, signature and stamp."""
    for target in targets.values():
        for group in (values, bodies, costs, applications, signatures):
            yield from group(target)
    yield from files(targets)
    gme = targets["gme"]
    request = signed(gme, base(gme))
    mac = bytes.fromhex(hashlib.sha1(request.body).hexdigest())  # noqa: S324 - a hash is no signature
    unkeyed = [("Signature", b64encode(mac).decode())]
    yield Hostile("gme a hash without a key", http(gme.path, request.body, unkeyed), UNSIGNED)
