"""One line per log record: time, level, event, then the values given in `extra`."""

import json
import logging

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class LineFormatter(logging.Formatter):
    """`2026-01-01T00:00:00+0000 INFO recording_moved recording_id=… state=recording`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base class's name
        extra = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        values = "".join(f" {key}={_readable(value)}" for key, value in extra.items())
        return super().formatMessage(record) + values


def _readable(value: object) -> str:
    # JSON escapes control characters, so that a value cannot forge a line.
    return json.dumps(value, default=str, ensure_ascii=False)
