"""Field types for vendor bodies, in which ids and times come as strings or numbers."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

LATEST_MS = 4_102_444_800_000  # 2100: a date with room for every deadline after it
_DECIMAL = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"


def _read_integer(value: Any) -> Any:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return int(value)
    return value  # the strict type refuses the rest, true and 301.5 among it


def _read_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


# An integer, or a string of its digits.
Integer = Annotated[int, BeforeValidator(_read_integer), Field(strict=True)]
UnixMs = Annotated[int, BeforeValidator(_read_integer), Field(strict=True, ge=0, le=LATEST_MS)]
UnixSeconds = Annotated[int, BeforeValidator(_read_integer), Field(strict=True, ge=0, le=LATEST_MS // 1000)]
SmallInteger = Annotated[int, BeforeValidator(_read_integer), Field(strict=True, ge=0, lt=2**31)]
Count = Annotated[int, BeforeValidator(_read_integer), Field(strict=True, ge=0, lt=2**63)]  # bytes, milliseconds
# A string, or an integer to be read as one; without control characters.
Text = Annotated[str, BeforeValidator(_read_text), StringConstraints(strict=True, max_length=1024, pattern=_PRINTABLE)]
Identifier = Annotated[
    str, BeforeValidator(_read_text), StringConstraints(strict=True, max_length=255, pattern=_PRINTABLE)
]
# An address of a file: as long as one may be, and without control characters. Never fetched unasked.
Address = Annotated[str, StringConstraints(strict=True, max_length=4096, pattern=_PRINTABLE)]
# Free text of the vendor's; shown escaped.
Prose = Annotated[str, BeforeValidator(_read_text), StringConstraints(strict=True, max_length=4096)]


def from_ms(milliseconds: int) -> datetime:
    """Return the moment *milliseconds* after 1970, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
