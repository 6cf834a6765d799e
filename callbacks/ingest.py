"""Take callbacks in: verify, store, apply, commit; only then may they be acknowledged."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from callbacks.group_commit import GroupCommit
from callbacks.keyring import Ring
from callbacks.models import Event, Verdict
from callbacks.providers.base import Provider, ProviderEvent, SignatureRejected
from recordings.models import Recording
from recordings.models.sql import Row, insert_new
from recordings.services.ledger import lock_recordings_of_tasks, plan_change, write_changes
from recordings.states.facts import Fact, Source

logger = logging.getLogger(__name__)


class Ingested(StrEnum):
    NEW = "new"
    REPEATED = "repeated"  # known already: nothing changed


@dataclass(frozen=True, slots=True)
class Delivery:
    """One verified callback on its way into the database."""

    family: str
    application_id: int
    event: ProviderEvent
    body: bytes
    received_at: datetime


def ingest(*, provider: Provider, ring: Ring, headers: Mapping[str, str], body: bytes) -> Ingested:
    """Verify, store and apply one callback; when this returns, it is committed.

    Raises:
        SignatureRejected: Not signed by this application's vendor; nothing is stored.
        Malformed: Signed, but unreadable; nothing is stored.
    """
    provider.verify(headers, body, ring.keys)
    claimed = provider.claimed_application(headers)
    if claimed is not None and claimed != str(ring.sdk_app_id):
        raise SignatureRejected("the request names another application than its address")
    event = provider.parse(body)
    return _group.submit(Delivery(provider.family, ring.application_id, event, body, timezone.now()))


def store(deliveries: Sequence[Delivery]) -> list[Ingested]:
    """Store and apply deliveries in one transaction: of equal ones, wherever they come from, one has an effect."""
    with transaction.atomic():
        # Locked before anything is written: of two equal deliveries in two processes, one waits here for the other.
        recordings = _match(deliveries)
        rows = [_event(delivery, recordings[i]) for i, delivery in enumerate(deliveries)]
        new_keys = insert_new(Event, rows, once=("application_id", "family", "natural_key"), returning="natural_key")
        facts: dict[Recording, list[Fact]] = defaultdict(list)
        results = []
        for delivery, row, recording in zip(deliveries, rows, recordings, strict=True):
            results.append(Ingested.NEW if row["natural_key"] in new_keys else Ingested.REPEATED)
            new_keys.discard(row["natural_key"])
            if results[-1] == Ingested.NEW and recording is not None and row["verdict"] == Verdict.APPLIED:
                facts[recording].append(_fact(delivery))
        changes = [plan_change(recording=recording, facts=told) for recording, told in facts.items()]
        write_changes([change for change in changes if change.facts])
    return results


_group: GroupCommit[Delivery, Ingested] = GroupCommit(store)


def _match(deliveries: Sequence[Delivery]) -> list[Recording | None]:
    """Return the recording that each delivery is about, locked: by its task first, else by the robot's name."""
    named = [(d.application_id, d.event.task_id, d.event.robot_user_id) for d in deliveries if d.event.task_id]
    locked = lock_recordings_of_tasks(named) if named else []
    by_task = {
        (recording.application_id, fact.task_id): recording
        for recording in locked
        for fact in recording.known_facts or []
        if fact.task_id
    }
    by_robot = {(recording.application_id, recording.robot_user_id): recording for recording in locked}
    return [
        by_task.get((d.application_id, d.event.task_id)) or by_robot.get((d.application_id, d.event.robot_user_id))
        if d.event.task_id
        else None
        for d in deliveries
    ]


def _event(delivery: Delivery, recording: Recording | None) -> Row:
    event = delivery.event
    verdict = Verdict.KEPT
    if event.kind is not None:
        verdict = Verdict.APPLIED if recording is not None else Verdict.UNMATCHED
    return {
        "application_id": delivery.application_id,
        "family": delivery.family,
        "natural_key": event.natural_key,
        "event_type": event.event_type,
        "task_id": event.task_id,
        "room_id": event.room_id,
        "robot_user_id": event.robot_user_id,
        "occurred_at": event.occurred_at,
        "received_at": delivery.received_at,
        "body": delivery.body,
        "recording_id": recording.pk if recording is not None else None,
        "verdict": verdict,
    }


def _fact(delivery: Delivery) -> Fact:
    event = delivery.event
    assert event.kind is not None  # noqa: S101 - the verdict says so
    return Fact(
        kind=event.kind,
        source=Source.CALLBACK,
        key=f"callback:{event.natural_key}",
        occurred_at=event.occurred_at,
        received_at=delivery.received_at,
        task_id=event.task_id,
        data={**event.data, "event_type": event.event_type},
    )
