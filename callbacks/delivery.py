"""One verified callback on its way into the database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from json import dumps

from applications.families import Assurance
from callbacks.providers import PROVIDERS
from callbacks.providers.base import ProviderEvent
from callbacks.spooled import Spooled
from recordings.services.ledger import TaskName
from recordings.states.facts import Fact, Source

# A vendor's clock may be ahead of ours by so much. An event from further ahead counts as of now: what waits for a time
# after it must not wait for years.
CLOCKS_APART = timedelta(minutes=5)
EARLIEST = datetime(2010, 1, 1, tzinfo=UTC)  # before any of these products


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One verified callback.

    Attributes:
        body: Without the family's secrets.
        is_late: Its stamp had expired, within the skew.
        is_trusted: The application believes this family's word.
        quiet_seconds: With which a recording that this event makes known would close; None: its family ends it.
    """

    family: str
    application_id: int
    event: ProviderEvent
    body: bytes
    received_at: datetime
    is_late: bool = False
    is_trusted: bool = False
    quiet_seconds: int | None = None

    @property
    def identity(self) -> tuple[int, str, str]:
        """What the unique constraint of events is over."""
        return self.application_id, self.family, self.event.natural_key

    @property
    def task_name(self) -> TaskName | None:
        """The task that it tells of; None when it is about none."""
        event = self.event
        if not event.task_id or event.is_test:
            return None
        robot = event.robot_user_id if self.family == "trtc" else ""
        return TaskName(self.application_id, self.family, event.task_id, robot)

    @property
    def digest(self) -> str:
        """What it says, by whatever types, times of sending excepted: equal for two tellings with the same words."""
        event = self.event
        told = [event.event_type, event.task_id, event.room_id, event.robot_user_id, event.kind, event.data]
        return sha256(dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    @property
    def occurred_at(self) -> datetime:
        """When it was so; when we heard of it, where the vendor's time cannot be."""
        told = self.event.occurred_at
        return told if EARLIEST <= told <= self.received_at + CLOCKS_APART else self.received_at

    def to_fact(self) -> Fact:
        """Return the fact that it tells."""
        event = self.event
        assert event.kind is not None  # noqa: S101 - the verdict says so
        data = {**event.data, "event_type": event.event_type}
        if PROVIDERS[self.family].family.assurance == Assurance.WEAK and not self.is_trusted:
            data["assurance"] = Assurance.WEAK
        return Fact(
            kind=event.kind,
            source=Source.CALLBACK,
            key=f"callback:{event.natural_key}",
            occurred_at=self.occurred_at,
            received_at=self.received_at,
            task_id=event.task_id,
            data=data,
        )

    def to_spooled(self) -> Spooled:
        """Return what the spool keeps of it: the event is read again from its body."""
        return Spooled(
            family=self.family,
            application_id=self.application_id,
            body=self.body,
            received_at=self.received_at,
            is_late=self.is_late,
            is_trusted=self.is_trusted,
            quiet_seconds=self.quiet_seconds,
        )

    @classmethod
    def from_spooled(cls, spooled: Spooled) -> "Delivery":
        """Read a spooled callback again.

        Raises:
            Malformed: Today's provider cannot read it.
        """
        return cls(
            family=spooled.family,
            application_id=spooled.application_id,
            event=PROVIDERS[spooled.family].parse({}, spooled.body),
            body=spooled.body,
            received_at=spooled.received_at,
            is_late=spooled.is_late,
            is_trusted=spooled.is_trusted,
            quiet_seconds=spooled.quiet_seconds,
        )
