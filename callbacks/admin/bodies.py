"""Bodies on a page: readable, without secrets, whatever their bytes. Pure."""

import json
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from callbacks.redaction import redact_body
from recordings.admin.render import hide_addresses, hide_queries, pretty_json

# Beside what is secret anywhere: a file's address is a key to it.
ADDRESS_NAMES = frozenset({"url", "videourl", "fileurl"})

Leaves = dict[str, str]


def show_body(body: bytes) -> str:
    """Return a callback's body as text for a page: indented if it is JSON."""
    text = _hidden(body)
    try:
        return _printable(pretty_json(hide_addresses(json.loads(text))))
    except (ValueError, RecursionError):
        return str(hide_addresses(text))


def compare_bodies(first: bytes, second: bytes) -> list[tuple[str, str, str]]:
    """Return what differs: the place, what the first says there and what the second says; secrets stay hidden."""
    try:
        told = [_leaves(json.loads(body)) for body in (first, second)]
        # Where an address leads is what a forger changes; what signs it stays hidden.
        shown = [_leaves(hide_queries(json.loads(redact_body(body)))) for body in (first, second)]
    except (ValueError, RecursionError):
        return [] if first == second else [("", show_body(first), show_body(second))]
    places = dict.fromkeys([*told[0], *told[1]])
    return [(place, *_differing(told, shown, place)) for place in places if told[0].get(place) != told[1].get(place)]


def _differing(told: list[Leaves], shown: list[Leaves], place: str) -> tuple[str, str]:
    first, second = (shown[i].get(place, "***") if place in told[i] else "–" for i in (0, 1))
    return first, _("%(hidden)s, another one") % {"hidden": second} if first == second else second


def _leaves(value: Any) -> Leaves:
    return {place: _printable(text) for place, text in _walk(value, "")}


def _walk(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _walk(item, f"{place}.{name}" if place else name)
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from _walk(item, f"{place}[{number}]")
    else:
        yield place, json.dumps(value, ensure_ascii=False)


def _hidden(body: bytes) -> str:
    return redact_body(body, ADDRESS_NAMES).decode("utf-8", "backslashreplace")


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()  # JSON may hold halves of characters
