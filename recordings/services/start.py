"""Start a recording: exactly once for each key, with the intent stored before the vendor is asked."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from applications.models import ApiKey, Application, StorageProfile
from recordings.failpoints import reach
from recordings.ids import new_recording_id, robot_name
from recordings.models import IdempotencyKey, Recording
from recordings.models.sql import insert_new, select_rows
from recordings.parameters import RecordingParameters
from recordings.services.admission import enter_at_once
from recordings.services.advance import drive, prepare_call, sent_fact
from recordings.services.calls import Call
from recordings.services.errors import IdempotencyMismatch, NoRoom, SlotTaken
from recordings.services.lease import renew_lease
from recordings.services.ledger import open_ledger
from recordings.services.pacing import Denied, Permit
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.steps import Create
from recordings.states.vocabulary import State
from recordings.trtc.gateway import Gateway

# The holder of a slot may leave it between the refused insert and the look for who it is.
MOST_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """A wish to record a room, already checked.

    Attributes:
        max_duration: Seconds after which the recording is stopped; None for as long as it can be controlled.
        layout_template: The template's version that the layout comes from, as `lesson@3`; empty when from none.
        priority: 0 to 9; who has more is let through first.
        queue: False refuses what would have to wait.
    """

    application: Application
    parameters: RecordingParameters
    storage_profile: StorageProfile
    slot: str = "main"
    max_duration: int | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    layout_template: str = ""
    priority: int = 0
    queue: bool = True
    asked_by: ApiKey | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """What became of a wish.

    Attributes:
        repeated: An earlier request with the same key started this recording.
        idempotency: The key's row, whose answer the caller fills in.
    """

    recording: Recording
    repeated: bool
    idempotency: IdempotencyKey | None


def start_recording(
    *,
    request: StartRequest,
    gateway: Gateway,
    idempotency_key: str = "",
    fingerprint: str = "",
    attempt_now: bool = True,
) -> Started:
    """Store the wish, then ask the vendor at once; a worker carries on where this could not finish.

    Args:
        idempotency_key: The caller's; the same key and fingerprint are the same recording, whoever comes first.
        attempt_now: False leaves the vendor to a worker.

    Raises:
        NoRoom: It would have to wait and does not want to; nothing is stored.
        SlotTaken: A recording whose recorder has not left is in the slot; nothing is stored.
        IdempotencyMismatch: The key was used with another fingerprint; nothing is stored.
    """
    for tries_left in reversed(range(MOST_TRIES)):
        try:
            with transaction.atomic():
                recording, call = _insert(request, attempt_now=attempt_now)
                idempotency = None
                if idempotency_key:
                    idempotency = _insert_key(recording, idempotency_key, fingerprint)
            break
        except IntegrityError:
            earlier = find_earlier(request.application, idempotency_key, fingerprint) if idempotency_key else None
            if earlier is not None:
                return earlier
            if holder := _slot_holder(request):
                raise SlotTaken(holder.uuid, is_leaving=holder.state == State.STOPPING) from None
            if not tries_left:  # the holder did not just leave: this is something else
                raise

    reach("start.committed")
    if call is not None and recording.lease_token is not None:
        _answer, recording = drive(recording.uuid, token=recording.lease_token, gateway=gateway, call=call)
        recording.application, recording.storage_profile = request.application, request.storage_profile
    return Started(recording, repeated=False, idempotency=idempotency)


def fingerprint_of(body: object) -> str:
    """Return a digest of a request's JSON that does not depend on the order of keys."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def find_earlier(application: Application, key: str, fingerprint: str) -> Started | None:
    """Return the recording that an earlier request with this key started.

    Raises:
        IdempotencyMismatch: That request had another body.
    """
    found = select_rows(IdempotencyKey, "application_id = %s AND key = %s", [application.pk, key])
    if not found:
        return None
    row = found[0]
    if row.fingerprint != fingerprint:
        raise IdempotencyMismatch(key)
    return Started(row.recording, repeated=True, idempotency=row)


def _insert(request: StartRequest, *, attempt_now: bool) -> tuple[Recording, Call | None]:
    """Store the recording with the facts that begin it; let through at once, it is leased and its first create due."""
    permit = enter_at_once(request.application, priority=request.priority) if attempt_now or not request.queue else None
    if isinstance(permit, Denied) and not request.queue:
        raise NoRoom(permit.why, retry_after_seconds=permit.seconds)
    now = timezone.now()
    recording_id = new_recording_id()
    recording = Recording(
        id=recording_id,
        application=request.application,
        slot=request.slot,
        room_id=request.parameters.room_id,
        room_id_type=request.parameters.room_id_type,
        robot_user_id=robot_name(recording_id),
        storage_profile=request.storage_profile,
        max_duration=request.max_duration,
        labels=dict(request.labels),
        priority=request.priority,
        created_by=request.asked_by,
        created_at=now,
    )
    facts = [_requested(request, at=now)]
    if not isinstance(permit, Permit):
        open_ledger(recording=recording, facts=facts)
        return recording, None
    first = Create(1)
    sent = sent_fact(first, at=now, profile=request.storage_profile, parameters=request.parameters.to_json())
    recording.lease_token = token = uuid.uuid4()
    snapshot = open_ledger(recording=recording, facts=[*facts, sent])
    renew_lease(recording.uuid, token)
    return recording, prepare_call(recording, snapshot, first, permit)


def _insert_key(recording: Recording, key: str, fingerprint: str) -> IdempotencyKey:
    row = IdempotencyKey(
        application_id=recording.application_id,
        key=key,
        fingerprint=fingerprint,
        recording_id=recording.pk,
        created_at=recording.created_at,
    )
    columns = ("application_id", "key", "fingerprint", "recording_id", "created_at")
    ((row.pk,),) = insert_new(
        IdempotencyKey, [{name: getattr(row, name) for name in columns}], once=(), returning=("id",)
    )
    return row


def _requested(request: StartRequest, *, at: datetime) -> Fact:
    data: dict[str, Any] = {
        "storage_kind": str(request.storage_profile.kind),
        "check_files": request.storage_profile.check_files,
        "parameters": request.parameters.to_json(),
        "max_duration": request.max_duration,
        "layout_template": request.layout_template,
        "queue": request.queue,
    }
    return Fact(kind=FactKind.REQUESTED, source=Source.API, key="requested", occurred_at=at, received_at=at, data=data)


def _slot_holder(request: StartRequest) -> Recording | None:
    in_slot = Recording.objects.holding_slot().filter(
        application=request.application,
        room_id=request.parameters.room_id,
        room_id_type=request.parameters.room_id_type,
        slot=request.slot,
    )
    holder: Recording | None = in_slot.first()
    return holder
