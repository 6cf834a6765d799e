"""JSON on a page: readable, short where it can be, and without what opens something."""

import json
import re
from typing import Any

# A signed address is a key to a file, wherever it stands: the host is told, the rest is not.
_ADDRESS = re.compile(r"(?P<host>https?://[^/\s\"'?#]+)[/?#][^\s\"']*")
_QUERY = re.compile(r"(?P<place>https?://[^\s\"'?#]+)[?#][^\s\"']*")
LONGEST_INLINE = 160


def hide_addresses(value: Any) -> Any:
    """Return *value* with the path and query of every web address replaced by ***."""
    if isinstance(value, str):
        return _ADDRESS.sub(r"\g<host>/***", value)
    if isinstance(value, dict):
        return {hide_addresses(name): hide_addresses(item) for name, item in value.items()}
    if isinstance(value, list):
        return [hide_addresses(item) for item in value]
    return value


def hide_queries(value: Any) -> Any:
    """Return *value* with the query of every web address replaced by ***: where it leads is told."""
    if isinstance(value, str):
        return _QUERY.sub(r"\g<place>?***", value)
    if isinstance(value, dict):
        return {name: hide_queries(item) for name, item in value.items()}
    if isinstance(value, list):
        return [hide_queries(item) for item in value]
    return value


def pretty_json(value: Any) -> str:
    """Return indented JSON; a template escapes it."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def short_pairs(data: dict[str, Any]) -> tuple[list[tuple[str, str]], str]:
    """Return what of a fact's data fits a line as names with values, and the rest as indented JSON ("" for none)."""
    short: list[tuple[str, str]] = []
    long: dict[str, Any] = {}
    for name, value in data.items():
        if value in (None, "", [], {}):
            continue
        text = value if isinstance(value, str) else _line(value)
        if len(text) > LONGEST_INLINE and not isinstance(value, str):
            long[name] = value
        else:
            short.append((name, text))
    return short, pretty_json(long) if long else ""


def _line(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, dict) and item.get("name") for item in value):
        return ", ".join(str(item["name"]) for item in value)
    return json.dumps(value, ensure_ascii=False)
