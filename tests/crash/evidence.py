"""What the vendor and our tables say once everything is quiet: all that the checker reads."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.e2e.stack import APP_ID, Stack

FACTS = (
    "SELECT id, recording_id::text, kind, task_id, received_at, data FROM recordings_factrow "
    "WHERE kind LIKE 'create%%' OR task_id <> '' OR kind = 'stop_requested' ORDER BY id"
)
RECORDINGS = (
    "SELECT id::text, origin, state, coalesce(reason, ''), task_id, robot_user_id, room_id_type || ':' || room_id "
    "|| ':' || slot, created_at, ended_at, deadline_at < now() FROM recordings_recording"
)
LIVE = frozenset({"queued", "starting", "recording", "paused", "stopping", "finalizing"})


@dataclass(frozen=True, slots=True)
class Row:
    """One recording as our table has it."""

    id: str
    origin: str
    state: str
    reason: str
    task_id: str
    robot: str
    slot: str
    created_at: datetime
    ended_at: datetime | None
    is_past_deadline: bool | None

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


@dataclass(frozen=True, slots=True)
class KnownFact:
    """One fact. `number` is the order in which the facts of a recording were stored, under its row's lock."""

    number: int
    kind: str
    task_id: str
    received_at: datetime
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Both sides.

    Attributes:
        vendor_tasks: As the sandbox's control API shows them.
        vendor_entries: The sandbox's ledger.
        differences: What `rebuild_state --check` prints.
    """

    vendor_tasks: list[dict[str, Any]]
    vendor_entries: list[dict[str, Any]]
    recordings: list[Row]
    facts: dict[str, list[KnownFact]]
    differences: str = "0 recordings, 0 different."
    vendor_timeout_seconds: float = 3.0

    @property
    def asked(self) -> list[Row]:
        return [row for row in self.recordings if row.origin == "api"]

    @property
    def running(self) -> list[dict[str, Any]]:
        return [task for task in self.vendor_tasks if task["is_in_room"]]

    @property
    def made(self) -> dict[str, list[dict[str, Any]]]:
        """The creates that made a task, by robot, in the vendor's order."""
        by_robot = defaultdict(list)
        for entry in self.vendor_entries:
            if entry["kind"] == "api" and entry["action"] == "CreateCloudRecording" and entry["is_done"]:
                by_robot[entry["params"]["UserId"]].append(entry)
        return by_robot

    def unheard(self) -> Iterator[str]:
        """Yield the tasks of which neither an answer was stored nor a callback delivered: nobody could know of them."""
        heard = {fact.task_id for facts in self.facts.values() for fact in facts}
        return (task["task_id"] for task in self.vendor_tasks if task["task_id"] not in heard)

    def vendor_faults(self) -> Counter[str]:
        """Return how often the vendor did which harm."""
        entries = [entry for entry in self.vendor_entries if entry["kind"] == "fault"]
        return Counter(f"{entry['fault']} {entry['action'] or entry['event_type'] or ''}".strip() for entry in entries)


def gather(stack: Stack) -> Evidence:
    """Read both sides."""
    facts = defaultdict(list)
    for number, recording, kind, task_id, received_at, data in stack.database.query(FACTS):
        facts[recording].append(KnownFact(number, kind, task_id, received_at, data))
    return Evidence(
        vendor_tasks=stack.control("GET", f"tasks?sdk_app_id={APP_ID}")["tasks"],
        vendor_entries=stack.control("GET", "ledger?after=0")["entries"],
        recordings=[Row(*row) for row in stack.database.query(RECORDINGS)],
        facts=dict(facts),
        differences=stack.try_to_manage("rebuild_state", "--check").stdout.strip(),
        vendor_timeout_seconds=float(stack.environment["RECORDINGS_VENDOR_TIMEOUT_SECONDS"]),
    )
