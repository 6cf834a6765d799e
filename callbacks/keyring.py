"""Which application an address belongs to, and on which terms its vendor is believed."""

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime

from django.db import InterfaceError, OperationalError

from applications.families import find_family
from applications.models import CallbackEndpoint
from callbacks.pause import the_pause

# A revoked key is refused everywhere after this long. Reading and decrypting the keys for every callback would cost
# more than all the rest of its verification.
REMEMBER_SECONDS = 2.0
MOST_REMEMBERED = 10_000


class UnknownAddress(Exception):
    """No endpoint has this token."""


class KeysUnknown(Exception):
    """The database is away, and this process never read the keys of this address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """What one endpoint accepts.

    Attributes:
        vendor_app_id: The application's id in this family, in digits.
        quiet_seconds: None for a family whose recordings have a last event.
    """

    application_id: int
    vendor_app_id: str
    current_key: str = field(repr=False)
    previous_key: str = field(repr=False)
    previous_key_until: datetime | None
    variant: str
    is_trusted: bool
    quiet_seconds: int | None

    def keys(self, *, now: datetime) -> tuple[str, ...]:
        """Return the keys that verify at *now*; an empty one never does."""
        previous_holds = self.previous_key_until is None or now < self.previous_key_until
        previous = self.previous_key.splitlines() if previous_holds else []
        return tuple(key for key in (self.current_key, *previous) if key)


_guard = threading.Lock()
_remembered: dict[tuple[str, str], tuple[float, Ring]] = {}


def find_ring(*, family: str, token: str) -> Ring:
    """Return the terms behind an address, at most two seconds old; while the database is away, the last known.

    Raises:
        UnknownAddress: There is none; nothing is remembered, so guessing costs the guesser, not us.
        KeysUnknown: They cannot be read now and never were.
    """
    now = time.monotonic()
    with _guard:
        read_at, ring = _remembered.get((family, token), (0.0, None))
    if ring is not None and now - read_at < REMEMBER_SECONDS:
        return ring
    if the_pause.excuses():
        if ring is None:
            raise KeysUnknown
        return ring
    try:
        ring = _read_ring(family, token)
    except UnknownAddress:
        the_pause.end()
        with _guard:
            _remembered.pop((family, token), None)
        raise
    except (OperationalError, InterfaceError) as error:
        the_pause.begin()
        if ring is None:
            raise KeysUnknown from error
        return ring
    the_pause.end()
    with _guard:
        if len(_remembered) >= MOST_REMEMBERED:
            _remembered.clear()
        _remembered[family, token] = (now, ring)
    return ring


def forget_rings() -> None:
    """Read every key anew from now on."""
    with _guard:
        _remembered.clear()


def _read_ring(family: str, token: str) -> Ring:
    if find_family(family) is None or "\0" in token:
        raise UnknownAddress
    endpoint = CallbackEndpoint.objects.select_related("application").filter(family=family, token=token).first()
    if endpoint is None:
        raise UnknownAddress
    return Ring(
        application_id=endpoint.application_id,
        vendor_app_id=str(endpoint.effective_app_id),
        current_key=endpoint.current_key,
        previous_key=endpoint.previous_key,
        previous_key_until=endpoint.previous_key_until,
        variant=endpoint.signature_variant,
        is_trusted=endpoint.is_trusted,
        quiet_seconds=endpoint.effective_quiet_seconds,
    )
