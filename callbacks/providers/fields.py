"""Field types for vendor bodies, in which ids and times come as strings or numbers."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

LATEST_MS = 253_402_300_799_999  # 9999-12-31, the last that datetime can hold
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
# A string, or an integer to be read as one; without control characters.
Text = Annotated[str, BeforeValidator(_read_text), StringConstraints(strict=True, max_length=1024, pattern=_PRINTABLE)]
Identifier = Annotated[
    str, BeforeValidator(_read_text), StringConstraints(strict=True, max_length=255, pattern=_PRINTABLE)
]
# Free text of the vendor's; shown escaped.
Prose = Annotated[str, BeforeValidator(_read_text), StringConstraints(strict=True, max_length=4096)]


def from_ms(milliseconds: int) -> datetime:
    """Return the moment *milliseconds* after 1970, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
