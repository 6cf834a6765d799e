"""One line per log record: time, level, event, then the values given in `extra`."""

import json
import logging
import re

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
    """`2026-01-01T00:00:00+0000 INFO recording_moved recording_id=… state=recording`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base class's name
        extra = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        values = "".join(f" {key}={_readable(value)}" for key, value in extra.items())
        line = super().formatMessage(record) + values
        if "callbacks" not in line.lower():
            return line
        return _CALLBACK_TOKEN.sub(lambda found: f"{found['before'] or ''}***", line)


def _readable(value: object) -> str:
    # JSON escapes most control characters, so that a value cannot forge a line; a terminal obeys others as well.
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
