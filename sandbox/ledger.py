"""What happened, append-only: every API call, event, callback and injected fault."""

from typing import Any

from sandbox.clock import wall_ms
from sandbox.log import log_event

SECRETS = frozenset({"UserSig", "AccessKey", "SecretKey", "PrivateMapKey"})
LOGGED = ("action", "code", "family", "sdk_app_id", "task_id", "event_type", "outcome", "fault", "what")


class Ledger:
    """Entries are numbered from 1 and never change once they are written."""

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []

    def append(self, kind: str, **values: Any) -> dict[str, Any]:
        """Write one entry: {"n", "at_ms", "kind", ...values}."""
        entry = {"n": len(self._entries) + 1, "at_ms": wall_ms(), "kind": kind, **values}
        self._entries.append(entry)
        log_event(kind, **{key: values[key] for key in LOGGED if values.get(key) is not None})
        return entry

    def after(self, number: int) -> list[dict[str, Any]]:
        """Return the entries with a larger number, oldest first."""
        return self._entries[max(number, 0) :]

    @property
    def last(self) -> int:
        return len(self._entries)


def redact(value: Any) -> Any:
    """Return a deep copy of request parameters with every secret replaced by "***"."""
    if isinstance(value, dict):
        return {key: "***" if key in SECRETS else redact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [redact(item) for item in value]
    return value
