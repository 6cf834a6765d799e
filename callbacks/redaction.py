"""Takes secrets out of bodies. Pure, and linear in a body's length whatever its bytes.

What is hidden is cut out where it stands, so that all the rest stays byte for byte: long numbers, spaces, order.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

# Vendors' names for what opens something, without case, underscores and hyphens.
SECRET_NAMES = frozenset(
    {
        *("sign", "signature", "token", "password", "usersig", "privatemapkey"),
        *("secretid", "secretkey", "accesskey", "streamparam", "txsecret"),
    }
)

_HIDDEN = b'"***"'
_EMPTY = frozenset({b"", b'""', b"null", b"***", _HIDDEN})
_LOWER = bytes(range(256)).lower()
# A body may have been cut, so the closing quote may be missing.
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
_SPACE = rb"[ \t\r\n]*+"
_REST = rb'[-+.\w{}\[\],: \t\r\n]*+(?="|\Z)'  # all up to the next string
_BEGIN = re.compile(_SPACE + rb'(?:[{\[]|(?="))' + _REST)
_REST_ONLY = re.compile(_REST)
# Two strings never stand side by side in JSON; one before a colon is a name.
_STEP = re.compile(
    rb"(?P<string>" + _STRING + rb")" + _SPACE
    + rb"(?:(?P<colon>:)" + _SPACE + rb"(?P<value>[{\[]|[-+.\w]++)?|[{}\[\],]|\Z)" + _REST,
    re.DOTALL,
)  # fmt: skip
_BRACKET = re.compile(_STRING + rb"|[{}\[\]]", re.DOTALL)
_NAME = re.compile(rb'"([^"\\]{1,64}+)\\*+"\s*+:\s*+|(?<![\w-])([\w-]{1,64}+)=')
_VALUE = re.compile(rb'(\\++)".*?(?:(?<!\\)\1"|\Z)|' + _STRING + rb'|[{\[][^}\]]*+[}\]]?|[^\s",}\]]*+', re.DOTALL)
_FORM_VALUE = re.compile(rb"\"[^\"]*+\"?|'[^']*+'?|[^&\s\"']*+")


@dataclass(frozen=True, slots=True)
class _Cut:
    """Bytes from `start` to `stop`, and what is shown in their place."""

    start: int
    stop: int
    shown: bytes


def redact_body(body: bytes, secrets: frozenset[str] = frozenset()) -> bytes:
    """Return *body* without the values of *secrets*, and of every name that is a secret anywhere."""
    return scrub(body, SECRET_NAMES | secrets)


def scrub(body: bytes, names: frozenset[str]) -> bytes:
    """Return *body* with the value of every field in *names* replaced by `"***"`; untouched when there is none.

    In JSON, whole or cut off at its end, fields are found at any depth, also in strings that hold JSON; in other bytes
    as `"name": value` and `name=value`.

    Args:
        names: Compared without case, underscores and hyphens.
    """
    return _scrub(body, _fold_names(names))


@lru_cache(maxsize=32)
def _fold_names(names: frozenset[str]) -> frozenset[bytes]:
    return frozenset(_fold(name.encode()) for name in names)


def _fold(text: bytes) -> bytes:
    return text.translate(_LOWER, b"_-")


def _scrub(body: bytes, wanted: frozenset[bytes]) -> bytes:
    if not _may_hold(body, wanted):
        return body
    cuts = _find_in_json(body, wanted)
    return _make(body, _find_in_text(body, wanted) if cuts is None else cuts)


def _may_hold(body: bytes, wanted: frozenset[bytes]) -> bool:
    folded = _fold(body)
    return b"\\u" in folded or any(name in folded for name in wanted)  # a name may be written in escapes


def _make(body: bytes, cuts: Iterable[_Cut]) -> bytes:
    pieces, end = [], 0
    for cut in cuts:
        pieces += [body[end : cut.start], cut.shown]
        end = cut.stop
    return b"".join([*pieces, body[end:]]) if pieces else body


# --- JSON


def _find_in_json(body: bytes, wanted: frozenset[bytes]) -> list[_Cut] | None:
    """Return what to cut out of *body*; None when it is no JSON object, array or string."""
    cuts: list[_Cut] = []
    step, is_awaited = _BEGIN.match(body), False  # is_awaited: the next string is a secret's value
    while step is not None and step.end() < len(body):
        step = _STEP.match(body, step.end())
        if step is None:
            break
        if step["colon"] is None:
            cuts += _replace(step, "string", is_secret=is_awaited, wanted=wanted)
            is_awaited = False
        elif _is_secret(step["string"], wanted):
            is_awaited = step["value"] is None
            if step["value"] in (b"{", b"["):
                cut = _Cut(step.start("value"), _find_end(body, step.start("value")), _HIDDEN)
                cuts.append(cut)
                step = _REST_ONLY.match(body, cut.stop)
            elif not is_awaited:
                cuts += _replace(step, "value", is_secret=True, wanted=wanted)
    return None if step is None else cuts


def _is_secret(name: bytes, wanted: frozenset[bytes]) -> bool:
    plain = (_decode(name) or "").encode("utf-8", "replace") if b"\\" in name else name[1:-1]
    return _fold(plain) in wanted


def _find_end(body: bytes, start: int) -> int:
    """Return where the object or array that begins at *start* ends; the body's end if it was cut within."""
    depth = 0
    for mark in _BRACKET.finditer(body, start):
        if mark[0] in (b"{", b"["):
            depth += 1
        elif mark[0] in (b"}", b"]"):
            depth -= 1
            if depth == 0:
                return mark.end()
    return len(body)


def _replace(step: re.Match[bytes], part: str, *, is_secret: bool, wanted: frozenset[bytes]) -> Iterator[_Cut]:
    text = step[part]
    shown = _hide(text) if is_secret else _scrub_string(text, wanted)
    if shown != text:
        yield _Cut(*step.span(part), shown)


def _hide(text: bytes) -> bytes:
    return text if text in _EMPTY else _HIDDEN


def _scrub_string(text: bytes, wanted: frozenset[bytes]) -> bytes:
    """Return a JSON value without the secrets in it, if it is a string that holds JSON itself."""
    if b"\\" not in text:  # JSON in a string has quotes
        return text
    held = _decode(text)
    if held is None:
        return _make(text, _find_in_text(text, wanted))
    if not held.lstrip().startswith(("{", "[", '"')):
        return text
    raw = held.encode("utf-8", "surrogatepass")
    shown = _scrub(raw, wanted)
    return text if shown == raw else json.dumps(shown.decode("utf-8", "surrogatepass")).encode()


def _decode(text: bytes) -> str | None:
    """Return what a JSON string says; None when it was cut, or cannot be told."""
    try:
        return str(json.loads(text.decode("utf-8", "replace"), strict=False))
    except ValueError:
        return None


# --- other bytes


def _find_in_text(body: bytes, wanted: frozenset[bytes]) -> Iterator[_Cut]:
    end = 0
    for name in _NAME.finditer(body):
        if name.start() < end or _fold(name[1] or name[2]) not in wanted:
            continue
        found = (_FORM_VALUE if name[1] is None else _VALUE).match(body, name.end())
        if found is None or found[0] in _EMPTY:
            continue
        end = found.end()
        escapes = (found[1] or b"") if name[1] is not None else b""
        shown = b"***" if name[1] is None else escapes + b'"***' + escapes + b'"'
        yield _Cut(name.end(), end, shown)
