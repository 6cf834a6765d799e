"""Recordings that nobody asked us for: a callback tells of a task that we did not start."""

from dataclasses import dataclass
from datetime import datetime

from recordings.ids import new_recording_id, recording_id_of
from recordings.models import Recording
from recordings.models.recording import Origin
from recordings.services.ledger import TaskName
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.vocabulary import Reason, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """The first event of a task that no recording of ours explains.

    Attributes:
        room_id: Or what the family has instead, such as a stream.
        robot: The recorder's user name; empty where the family has none.
        quiet_seconds: As configured now; None for a family with a last event.
    """

    name: TaskName
    room_id: str
    robot: str
    quiet_seconds: int | None
    occurred_at: datetime
    received_at: datetime


def observe(sighting: Sighting) -> tuple[Recording, list[Fact]]:
    """Return a recording that is not stored yet, and the facts that begin its ledger.

    A TRTC task is *foreign*: another system or the console started it, and it goes on. One whose robot has a name of
    our making was ours, and its row is gone, by a restored backup perhaps: it is told to stop, since nobody else will,
    and takes its old id where that is free.
    """
    lost_id = recording_id_of(sighting.robot) if sighting.name.family == "trtc" else None
    recording = Recording(
        id=lost_id if lost_id and not Recording.objects.filter(pk=lost_id).exists() else new_recording_id(),
        application_id=sighting.name.application_id,
        origin=Origin.CALLBACK,
        provider=sighting.name.family,
        room_id=sighting.room_id,
        robot_user_id=sighting.robot,
        state=State.STARTING,
        created_at=sighting.received_at,
    )
    recording.known_facts = []
    facts = [_observed(sighting)]
    if lost_id is not None:
        facts.append(_stop(sighting))
    return recording, facts


def _observed(sighting: Sighting) -> Fact:
    return Fact(
        kind=FactKind.OBSERVED,
        source=Source.CALLBACK,
        key="observed",
        occurred_at=sighting.occurred_at,
        received_at=sighting.received_at,
        task_id=sighting.name.task_id,
        data={"family": sighting.name.family, "quiet_seconds": sighting.quiet_seconds},
    )


def _stop(sighting: Sighting) -> Fact:
    return Fact(
        kind=FactKind.STOP_REQUESTED,
        source=Source.CLOCK,
        key=f"stop:{Reason.ORPHANED}",
        occurred_at=sighting.received_at,
        received_at=sighting.received_at,
        data={"reason": Reason.ORPHANED},
    )
