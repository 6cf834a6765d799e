"""What every provider gives: a verdict on the signature, and one normalised event."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from recordings.states.facts import FactKind


class SignatureRejected(Exception):
    """The request was not signed with a key of this application: refuse it and store nothing of it."""


class Malformed(Exception):
    """An authentic body that cannot be read: a retry cannot help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent:
    """One vendor event in our words.

    Attributes:
        event_type: The vendor's own, as text.
        natural_key: Equal for two deliveries of one event; leaves out sending times and signatures.
        occurred_at: The vendor's event time; timezone-aware.
        kind: The fact it tells; None for an event that is kept and moves nothing.
        data: The fact's data.
    """

    event_type: str
    natural_key: str
    occurred_at: datetime
    task_id: str = ""
    room_id: str = ""
    robot_user_id: str = ""
    kind: FactKind | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Provider:
    """A vendor family.

    Attributes:
        verify: `(headers, body, keys)`; raises SignatureRejected unless one of the keys fits.
        claimed_application: `(headers)`; the application id that the request names, None when it names none.
        parse: `(body)`; raises Malformed.
    """

    family: str
    verify: Callable[[Mapping[str, str], bytes, Sequence[str]], None]
    claimed_application: Callable[[Mapping[str, str]], str | None]
    parse: Callable[[bytes], ProviderEvent]
