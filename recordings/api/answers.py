"""The answer to a start, and the same answer to its repetition."""

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.response import Response

from recordings.api.serializers import RecordingSerializer
from recordings.models import IdempotencyKey, Recording
from recordings.policy import current_policy
from recordings.services.admission import RETRY_AFTER_QUOTA_SECONDS
from recordings.services.errors import NoRoom, VendorRefused
from recordings.services.pacing import Waiting
from recordings.services.queue import tell_queue
from recordings.services.start import Started
from recordings.states.vocabulary import Reason, State
from recordings.trtc.errors import Rejected

POLL_SECONDS = 0.05
# One for all answers: a serializer builds its thirty fields anew each time it is made.
_SERIALIZER = RecordingSerializer()


def answer_start(started: Started) -> Response:
    """Return 201 when the vendor accepted, 202 while a worker carries on; the stored answer for a repetition.

    Raises:
        VendorRefused: The vendor will not record this; the recording stays, as failed.
        NoRoom: The vendor has no room now, and the caller does not want to wait.
    """
    key = started.idempotency
    if key is not None and started.repeated:
        _await_answer(key)
    if key is None or key.answer is None:
        # Of a repetition whose first request died: what is known by now.
        status, body = _describe(started.recording)
        if key is not None and not started.repeated:
            IdempotencyKey.objects.filter(pk=key.pk).update(status_code=status, answer=body)
            body = _as_kept(body)
    else:
        status, body = key.status_code or 202, key.answer
    if status == 422:
        raise _refusal(body)
    if status == 429:
        raise NoRoom(Waiting.QUOTA, retry_after_seconds=RETRY_AFTER_QUOTA_SECONDS)
    headers = {"Location": f"/api/v1/recordings/{body['id']}", "ETag": f'"{body["version"]}"'}
    if started.repeated:
        headers["Idempotency-Replayed"] = "true"
    return Response(body, status=status, headers=headers)


def _describe(recording: Recording) -> tuple[int, dict[str, Any]]:
    tell_queue([recording])
    body: dict[str, Any] = dict(_SERIALIZER.to_representation(recording))
    if recording.state == State.FAILED and not recording.task_id and recording.vendor_code:
        return (429 if recording.reason == Reason.QUOTA else 422), body
    return (201 if recording.task_id else 202), body


def _as_kept(value: Any) -> Any:
    """Return *value* with its keys in PostgreSQL's order, so that a repetition's answer is the same text."""
    if isinstance(value, dict):
        return {name: _as_kept(value[name]) for name in sorted(value, key=lambda name: (len(name.encode()), name))}
    return [_as_kept(one) for one in value] if isinstance(value, list | tuple) else value


def _refusal(body: dict[str, Any]) -> VendorRefused:
    words = {name: text or "" for name, text in body["vendor"].items()}
    return VendorRefused(Rejected(**words, fault=body["fault"]), recording_id=UUID(body["id"]))


def _await_answer(key: IdempotencyKey) -> None:
    """Wait while the first request with this key is at work, so that every repetition gets its answer."""
    longest = timedelta(seconds=current_policy().vendor_timeout_seconds + 1)
    while key.answer is None and timezone.now() < key.created_at + longest:
        time.sleep(POLL_SECONDS)
        key.refresh_from_db()
