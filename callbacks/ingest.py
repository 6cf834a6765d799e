"""Take one callback in: verify, store, apply, commit; only then may it be acknowledged."""

import logging
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from applications.models import CallbackEndpoint
from callbacks.models import Event, Verdict
from callbacks.providers.base import Malformed, Provider, ProviderEvent, SignatureRejected
from recordings.models import Recording, Task
from recordings.services.ledger import apply_facts, lock_recording
from recordings.states.facts import Fact, Source

logger = logging.getLogger(__name__)


class Ingested(StrEnum):
    NEW = "new"
    REPEATED = "repeated"  # known already: nothing changed


def ingest(*, provider: Provider, endpoint: CallbackEndpoint, headers: Mapping[str, str], body: bytes) -> Ingested:
    """Verify, store and apply one callback; when this returns, it is committed.

    Raises:
        SignatureRejected: Not signed by this application's vendor; nothing is stored.
        Malformed: Signed, but unreadable; nothing is stored.
    """
    provider.verify(headers, body, endpoint.keys)
    claimed = provider.claimed_application(headers)
    if claimed is not None and claimed != str(endpoint.application.sdk_app_id):
        raise SignatureRejected("the request names another application than its address")
    event = provider.parse(body)

    received_at = timezone.now()
    with transaction.atomic():
        recording_id = _find_recording(endpoint.application_id, event)
        row = Event(
            application_id=endpoint.application_id,
            family=provider.family,
            natural_key=event.natural_key,
            event_type=event.event_type,
            task_id=event.task_id,
            room_id=event.room_id,
            robot_user_id=event.robot_user_id,
            occurred_at=event.occurred_at,
            received_at=received_at,
            body=body,
            recording_id=recording_id,
            verdict=_verdict(event, recording_id),
        )
        if not Event.objects.insert_once(row):
            return Ingested.REPEATED
        if row.verdict == Verdict.APPLIED and recording_id is not None:
            recording = lock_recording(recording_id)
            apply_facts(recording=recording, facts=[_fact(event, received_at)])
        elif row.verdict == Verdict.UNMATCHED:
            logger.warning("callback_unmatched", extra={"event_type": event.event_type, "task_id": event.task_id})
    return Ingested.NEW


def _find_recording(application_id: int, event: ProviderEvent) -> UUID | None:
    """Return the recording an event is about: by its task first, else by the robot's name, which is of our making."""
    if not event.task_id:
        return None
    task = Task.objects.filter(application_id=application_id, task_id=event.task_id)
    found: UUID | None = task.values_list("recording_id", flat=True).first()
    if found is None and event.robot_user_id:
        robot = Recording.objects.filter(application_id=application_id, robot_user_id=event.robot_user_id)
        found = robot.values_list("pk", flat=True).first()
    return found


def _verdict(event: ProviderEvent, recording_id: UUID | None) -> Verdict:
    if event.kind is None:
        return Verdict.KEPT
    return Verdict.APPLIED if recording_id is not None else Verdict.UNMATCHED


def _fact(event: ProviderEvent, received_at: datetime) -> Fact:
    assert event.kind is not None  # noqa: S101 - the verdict says so
    return Fact(
        kind=event.kind,
        source=Source.CALLBACK,
        key=f"callback:{event.natural_key}",
        occurred_at=event.occurred_at,
        received_at=received_at,
        task_id=event.task_id,
        data={**event.data, "event_type": event.event_type},
    )


__all__ = ["Ingested", "Malformed", "SignatureRejected", "ingest"]
