"""What every provider gives: a verdict on the signature, and one normalised event."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from applications.families import Family
from recordings.states.facts import FactKind

# A stamp is accepted for so long after it expired: the vendors' last retries come later than their own stamps allow
# (CSS: 12 retries of 60 s and up to 20 s each, under a stamp of 600 s), and clocks differ.
SKEW_SECONDS = 600
# Of families whose documents name no content type: what says that it is a form, or a page, is none of theirs.
UNDOCUMENTED_TYPES = frozenset({"application/json", "text/json", "text/plain", "application/octet-stream", ""})
# Rooms and tasks that begin so are made by `send_test_callback`: they prove the wiring and move nothing.
TEST_MARK = "wiring-test"


class SignatureRejected(Exception):
    """The request was not signed with a key of this application: refuse it and store nothing of it."""


class StampExpired(SignatureRejected):
    """Signed, but its time is over by more than the skew."""


class WrongApplication(SignatureRejected):
    """Signed, but it speaks of another application than its address."""


class Malformed(Exception):
    """An authentic body that cannot be read: a retry cannot help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one endpoint accepts, and when.

    Attributes:
        keys: Any of them may have signed; an empty one verifies nothing.
        variant: One of the family's `signature_variants`; empty for the documented way alone.
        now: Timezone-aware.
    """

    keys: Sequence[str] = field(repr=False)
    now: datetime
    variant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a verified signature showed besides being right.

    Attributes:
        is_late: Its stamp had expired, within the skew.
    """

    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent:
    """One vendor event in our words.

    Attributes:
        event_type: The vendor's own, as text.
        natural_key: Equal for two deliveries of one event; leaves out sending times and signatures. 64 hex digits.
        occurred_at: The vendor's event time; timezone-aware.
        claimed_application: The application id that the request names, None when it names none.
        task_id: What tells this recording from every other of its application and family.
        kind: The fact it tells; None for an event that is kept and moves nothing.
        data: The fact's data.
    """

    event_type: str
    natural_key: str
    occurred_at: datetime
    claimed_application: str | None = None
    task_id: str = ""
    room_id: str = ""
    robot_user_id: str = ""
    kind: FactKind | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_test(self) -> bool:
        """True for what `send_test_callback` made."""
        return self.task_id.startswith(TEST_MARK) or self.room_id.startswith(TEST_MARK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A vendor family, as code.

    Attributes:
        verify: `(headers, body, terms)`; raises SignatureRejected unless one of the keys fits and the stamp holds.
        parse: `(headers, body)`; raises Malformed and nothing else. Headers are empty when a stored body is read again.
        sign: `(body, key, now)`; the headers and the body that the vendor would send, for tests of the wiring.
        content_types: What its requests may be declared as; anything else is refused before it is read.
        secrets: Names of body fields that are never stored and never logged, wherever they stand in the body.
        test_fields: For `send_test_callback`: paths into a sample (`EventInfo.TaskId`) that carry `TEST_MARK`.
    """

    family: Family
    verify: Callable[[Mapping[str, str], bytes, Terms], Proof]
    parse: Callable[[Mapping[str, str], bytes], ProviderEvent]
    sign: Callable[[Mapping[str, Any], str, datetime], tuple[Mapping[str, str], bytes]]
    content_types: frozenset[str] = frozenset({"application/json"})
    secrets: frozenset[str] = frozenset()
    test_fields: Sequence[str] = ()
