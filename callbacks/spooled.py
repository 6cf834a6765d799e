"""A verified callback as it lies on disk while the database is away."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Spooled:
    """One verified callback, without headers and secrets."""

    family: str
    application_id: int
    body: bytes
    received_at: datetime  # aware
    is_late: bool
    is_trusted: bool
    quiet_seconds: int | None


def encode(items: Sequence[Spooled]) -> bytes:
    """Return *items* as one file holds them, sealed with a checksum."""
    rows = [
        asdict(item) | {"body": base64.b64encode(item.body).decode(), "received_at": item.received_at.isoformat()}
        for item in items
    ]
    told = json.dumps(rows).encode()
    return _seal(told) + b"\n" + told


def decode(data: bytes) -> list[Spooled]:
    """Return the items of a file.

    Raises:
        ValueError, TypeError, KeyError: It was cut off or damaged, or is no such file.
    """
    seal, _, told = data.partition(b"\n")
    if seal != _seal(told):
        raise ValueError("cut off, damaged, or no batch at all")
    return [_item(**row) for row in json.loads(told)]


def _item(*, body: str, received_at: str, **row: Any) -> Spooled:
    return Spooled(body=base64.b64decode(body), received_at=datetime.fromisoformat(received_at), **row)


def _seal(told: bytes) -> bytes:
    return f"spool 1 {hashlib.sha256(told).hexdigest()}".encode()
