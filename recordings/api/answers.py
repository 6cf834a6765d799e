"""The answer to a start, and the same answer to its repetition."""

import time
from typing import Any

from rest_framework.response import Response

from recordings.api.serializers import RecordingSerializer
from recordings.models import IdempotencyKey, Recording
from recordings.policy import current_policy
from recordings.services.errors import VendorRefused
from recordings.services.start import Started
from recordings.states.vocabulary import State
from recordings.trtc.errors import Rejected

POLL_SECONDS = 0.05


def answer_start(started: Started) -> Response:
    """Return 201 when the vendor accepted, 202 while a worker carries on; the stored answer for a repetition.

    Raises:
        VendorRefused: The vendor will not record this; the recording stays, as failed.
    """
    idempotency = started.idempotency
    if started.repeated and idempotency is not None:
        stored = _await_answer(idempotency)
        if stored.answer is not None:
            if stored.status_code == 422:
                raise_refusal(stored.recording)
            return _response(stored.recording, stored.answer, stored.status_code or 202)
        return _response(stored.recording, dict(RecordingSerializer(stored.recording).data), 202)

    recording = started.recording
    body: dict[str, Any] = dict(RecordingSerializer(recording).data)
    refused = recording.state == State.FAILED
    status = 422 if refused else 201 if recording.task_id else 202
    if idempotency is not None:
        IdempotencyKey.objects.filter(pk=idempotency.pk).update(status_code=status, answer=body)
    if refused:
        raise_refusal(recording)
    return _response(recording, body, status)


def raise_refusal(recording: Recording) -> None:
    """Raise the vendor's refusal of *recording* in its own words."""
    raise VendorRefused(
        Rejected(
            code=recording.vendor_code,
            message=recording.vendor_message,
            request_id=recording.vendor_request_id,
            fault=recording.fault,  # type: ignore[arg-type]  # a gateway's fault is one of ours
        ),
        recording_id=recording.uuid,
    )


def _response(recording: Recording, body: dict[str, Any], status: int) -> Response:
    headers = {"Location": f"/api/v1/recordings/{recording.pk}", "ETag": f'"{body["version"]}"'}
    return Response(body, status=status, headers=headers)


def _await_answer(idempotency: IdempotencyKey) -> IdempotencyKey:
    """Wait while the first request with this key is at work, so that every repetition gets its answer."""
    give_up_at = time.monotonic() + current_policy().vendor_timeout_seconds + 1
    while idempotency.answer is None and time.monotonic() < give_up_at:
        time.sleep(POLL_SECONDS)
        idempotency.refresh_from_db()
    return idempotency
