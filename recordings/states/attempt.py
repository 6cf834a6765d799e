"""Creates: each try to make a task."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from recordings.states.facts import FactKind

# Why a create that did not act goes back to the queue: it waits for a place, for its turn, or for an operator.
WHY_QUEUED = ("throttled", "quota", "credentials")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One create: when it was sent and what is known of its answer.

    Attributes:
        outcome: The kind of its answer's fact; None while there is none.
        learnt_at: When its answer reached us.
    """

    number: int
    sent_at: datetime
    outcome: FactKind | None = None
    answered_at: datetime | None = None
    learnt_at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def may_have_acted(self) -> bool:
        """True while nobody knows whether this create made a task."""
        return self.outcome in (None, FactKind.CREATE_UNKNOWN)

    @property
    def is_queued_again(self) -> bool:
        """True when it did not act, and the next create waits in the queue."""
        return self.data.get("why") in WHY_QUEUED
