"""One line per event on stderr: time, event name, key=value pairs."""

import json
import logging
import sys
from typing import Any

logger = logging.getLogger("sandbox")


class LineFormatter(logging.Formatter):
    """Event name as message, values under the extra key `values`."""

    def format(self, record: logging.LogRecord) -> str:
        values: dict[str, Any] = getattr(record, "values", {})
        pairs = [f"{key}={json.dumps(value, default=str)}" for key, value in values.items()]
        trace = []
        if record.exc_info:
            trace = ["trace=" + json.dumps(self.formatException(record.exc_info))]
        return " ".join([self.formatTime(record), record.levelname.lower(), record.getMessage(), *pairs, *trace])


def set_up(level: str) -> None:
    """Send the log of the whole process to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def log_event(name: str, **values: Any) -> None:
    """Log an event of ordinary life; secrets never come here."""
    logger.info(name, extra={"values": values})
