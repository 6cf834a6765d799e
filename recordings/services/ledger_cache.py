"""Ledgers that this process folded lately, so that the next callback of a recording need not read them again.

A ledger is append-only and its recording locked, so its length says which ledger it is: an entry of the same length is
the same ledger, in whichever process it grew. Entries are put in only after the commit.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from recordings.states.facts import Fact
from recordings.states.policy import Policy
from recordings.states.snapshot import Snapshot

MOST_LEDGERS = 2_000
LONGEST_LEDGER = 500  # facts; longer ones are read each time


@dataclass(frozen=True, slots=True)
class Folded:
    """A whole ledger and what it says under a policy."""

    facts: Sequence[Fact]
    snapshot: Snapshot
    policy: Policy


_guard = threading.Lock()
_ledgers: OrderedDict[UUID, Folded] = OrderedDict()


def recall(recording_id: UUID, *, length: int, policy: Policy) -> Folded | None:
    """Return the ledger of *recording_id* if it is the one of *length* facts, folded under *policy*."""
    with _guard:
        folded = _ledgers.get(recording_id)
        if folded is None or len(folded.facts) != length or folded.policy is not policy:
            return None
        _ledgers.move_to_end(recording_id)
        return folded


def remember(recording_id: UUID, folded: Folded) -> None:
    """Keep a committed ledger; the one used longest ago makes room."""
    if len(folded.facts) > LONGEST_LEDGER:
        return
    with _guard:
        _ledgers[recording_id] = folded
        _ledgers.move_to_end(recording_id)
        while len(_ledgers) > MOST_LEDGERS:
            _ledgers.popitem(last=False)
