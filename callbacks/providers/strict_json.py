"""JSON as a database and a log can keep it: what other parsers let pass silently is refused here."""

import json
import math
from typing import Any

MOST_DEPTH = 32
MOST_DIGITS = 19  # of a signed 64-bit integer


class NotStrictJson(ValueError):
    """The bytes are not JSON, or JSON that two parsers would read differently."""


def read_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in *body*.

    Raises:
        NotStrictJson: Not UTF-8, not an object, duplicate keys, NaN or infinity, integers beyond 64 bits, nesting
            beyond 32, a NUL or a lone surrogate in a string.
    """
    try:
        value = _DECODER.decode(body.decode("utf-8"))
    except RecursionError as error:
        raise NotStrictJson("nested too deeply") from error
    except ValueError as error:
        raise NotStrictJson(str(error)) from error
    if not isinstance(value, dict):
        raise NotStrictJson("not an object")
    if b"\\u" in body or body.count(b"{") + body.count(b"[") > MOST_DEPTH:
        _walk(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotStrictJson("a key stands twice")
    return found


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MOST_DIGITS or not -(2**63) <= (number := int(digits)) < 2**63:
        raise NotStrictJson("an integer beyond 64 bits")
    return number


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise NotStrictJson("a number beyond all bounds")
    return number


def _constant(name: str) -> float:
    raise NotStrictJson(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant)


def _walk(value: Any) -> None:
    pending = [(value, 1)]
    while pending:
        item, depth = pending.pop()
        if isinstance(item, str):
            _check_text(item)
        elif isinstance(item, dict | list):
            if depth > MOST_DEPTH:
                raise NotStrictJson("nested too deeply")
            children = [*item.keys(), *item.values()] if isinstance(item, dict) else item
            pending += [(child, depth + 1) for child in children]


def _check_text(text: str) -> None:
    if "\0" in text:
        raise NotStrictJson("a NUL in a string")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotStrictJson("a lone surrogate in a string") from error
