"""Log records as lines to read or as JSON: time, level, event, then the values given in `extra`.

Both carry what the work at hand is about (recordings/log_context.py), and neither shows a callback's token.
"""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from recordings.log_context import log_values

# `request` is Django's own: its line names method and address already.
_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request"}
# The token in a callback's address is what picks the application: whoever reads a log shall not learn it.
# However the address is misspelt: a token is long, and nothing else in such a line is.
_CALLBACK_TOKEN = re.compile(r"(?P<before>/callbacks/[^/\s]{0,12}/)[^\s'\"]+|[A-Za-z0-9_-]{30,}")


class WithoutTraceback(logging.Filter):
    """Lets a record pass without its traceback: that of a wrong Host header says nothing but where Django looks."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = record.exc_text = None
        return True


class LineFormatter(logging.Formatter):
    """`2026-01-01T00:00:00+0000 INFO recording_moved recording_id=… new=recording`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base class's name
        line = super().formatMessage(record) + _told(_extra(record))
        return (_mask(line) if _is_about_callbacks(line) else line) + _told(_context(record))


class JsonFormatter(logging.Formatter):
    """One JSON object on one line: `time`, `level`, `event`, the values, and `traceback` where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        extra = json.dumps(_extra(record), default=str)
        event = record.getMessage()
        values = json.loads(extra)
        if _is_about_callbacks(event + extra):
            event, values = _mask(event), _masked(values)
        head = {
            "time": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "event": event,
        }
        if record.exc_info:
            head["traceback"] = self.formatException(record.exc_info)
        # Escaped beyond ASCII as well: nothing in a value moves a cursor, and no viewer breaks a line at U+2028.
        return json.dumps(head | {k: v for k, v in _all(values, record).items() if k not in head}, default=str)


def _all(values: Mapping[str, Any], record: logging.LogRecord) -> dict[str, Any]:
    return {**values, **_context(record)}


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {key: value for key, value in vars(record).items() if key not in _STANDARD}


def _context(record: logging.LogRecord) -> dict[str, Any]:
    """Return what the work at hand is about, where the call did not name it itself."""
    values = dict(log_values())
    # Django logs a refusal once the middleware is through; its record has the request.
    if request_id := getattr(getattr(record, "request", None), "request_id", None):
        values["request_id"] = request_id
    return {key: value for key, value in values.items() if not hasattr(record, key)}


def _is_about_callbacks(text: str) -> bool:
    return "callbacks" in text.lower()


def _mask(text: str) -> str:
    return _CALLBACK_TOKEN.sub(lambda found: f"{found['before'] or ''}***", text)


def _masked(value: Any) -> Any:
    match value:
        case str():
            return _mask(value)
        case list():
            return [_masked(item) for item in value]
        case dict():
            return {_mask(key): _masked(item) for key, item in value.items()}
    return value


def _told(values: Mapping[str, Any]) -> str:
    return "".join(f" {key}={_readable(value)}" for key, value in values.items())


def _readable(value: object) -> str:
    # JSON escapes most control characters, so that a value cannot forge a line; a terminal obeys others as well.
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
