"""What is counted where it happens."""

import time
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from applications.models import Application, CallbackEndpoint
from recordings import metrics
from recordings.jobs import forget_keys
from recordings.models import IdempotencyKey, Recording
from recordings.services.lease import take_lease
from recordings.services.ledger import apply_facts, lock_recording
from recordings.services.vendor import account_of
from recordings.states.facts import Fact, FactKind, Source
from recordings.trtc.gateway import TrtcGateway
from tests.callbacks.deliver import deliver, event
from tests.operations.conftest import Counted
from tests.vendor import Vendor, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def recording(api: APIClient, body: dict[str, Any], vendor: Vendor) -> Recording:
    """Return a recording that the vendor accepted."""
    found: Recording = Recording.objects.get(pk=api.post("/api/v1/recordings", body).json()["id"])
    return found


def test_a_vendor_call_is_timed_and_its_error_counted_by_code(
    api: APIClient, body: dict[str, Any], vendor: Vendor, counted: Counted
) -> None:
    vendor.will("CreateCloudRecording", refusal("FailedOperation.SdkAppIdNotExist"))
    api.post("/api/v1/recordings", body)

    assert counted("recordings_vendor_call_seconds_count", action="CreateCloudRecording") == 1
    labels = {"action": "CreateCloudRecording", "code": "FailedOperation.SdkAppIdNotExist", "fault": "operator"}
    assert counted("recordings_vendor_errors_total", **labels) == 1


def test_what_a_call_waits_for_its_moment_is_not_the_vendors_time(
    application: Application, vendor: Vendor, counted: Counted
) -> None:
    account = account_of(application)

    TrtcGateway().delete_recording(account=account, task_id="task-1", depart=lambda: time.sleep(0.5))

    assert counted("recordings_vendor_call_seconds_count", action="DeleteCloudRecording") == 1
    assert counted("recordings_vendor_call_seconds_sum", action="DeleteCloudRecording") < 0.4


def test_codes_that_somebody_makes_up_make_no_more_series(counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_codes", {f"Known{n}" for n in range(metrics.MOST_CODES)})
    for code in ("Known7", "MadeUp.8", 'forged"} 1\n', ""):
        metrics.count_vendor_error("CreateCloudRecording", code, "vendor")

    same = {"action": "CreateCloudRecording", "fault": "vendor"}
    assert counted("recordings_vendor_errors_total", code="Known7", **same) == 1
    assert counted("recordings_vendor_errors_total", code=metrics.OTHER, **same) == 3


def test_the_time_to_recording_is_observed_once(
    recording: Recording, counted: Counted, django_capture_on_commit_callbacks: Any
) -> None:
    now = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        tell(recording, FactKind.RECORDER_STARTED, at=now)
        tell(recording, FactKind.RECORDER_STARTED, at=now + timedelta(seconds=1))
        tell(recording, FactKind.RECORDER_LEFT, at=now + timedelta(seconds=2), reason="room_closed")

    assert counted("recordings_time_to_recording_seconds_count") == 1
    assert counted("recordings_time_to_files_seconds_count") == 0  # it is finalizing


def test_what_was_rolled_back_is_not_counted(
    recording: Recording, counted: Counted, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=False):
        tell(recording, FactKind.RECORDER_STARTED, at=timezone.now())

    assert counted("recordings_time_to_recording_seconds_count") == 0


def test_an_end_is_counted_with_its_reason_and_the_time_since_the_exit(
    recording: Recording, counted: Counted, django_capture_on_commit_callbacks: Any
) -> None:
    now = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        tell(recording, FactKind.RECORDER_STARTED, at=now)
        tell(recording, FactKind.RECORDER_LEFT, at=now + timedelta(seconds=1), reason="room_closed")
        tell(recording, FactKind.SETTLED, at=now + timedelta(seconds=9), state="lost", reason="vanished", because="x")

    recording.refresh_from_db()
    assert counted("recordings_ended_total", state=recording.state, reason=recording.reason or "none") == 1
    assert counted("recordings_time_to_files_seconds_count") == 1


def tell(recording: Recording, kind: FactKind, *, at: Any, **data: Any) -> None:
    with transaction.atomic():
        row = lock_recording(recording.uuid)
        fact = Fact(
            kind=kind, source=Source.CALLBACK, key=f"{kind}:{at}", occurred_at=at, received_at=at,
            task_id=row.task_id, data=data,
        )  # fmt: skip
        apply_facts(recording=row, facts=[fact])


# --- callbacks


def test_a_callback_is_counted_by_family_and_verdict(recording: Recording, counted: Counted) -> None:
    endpoint = CallbackEndpoint.objects.select_related("application").get(family="trtc")
    told = event(301, {"Status": 0}, TaskId=recording.task_id)
    deliver(endpoint, told)
    deliver(endpoint, told)

    assert counted("recordings_callbacks_total", family="trtc", verdict="new") == 1
    assert counted("recordings_callbacks_total", family="trtc", verdict="repeated") == 1
    assert counted("recordings_callback_lag_seconds_count", family="trtc") == 1


def test_a_family_that_somebody_makes_up_makes_no_series(counted: Counted) -> None:
    for family in ("made-up-1", "made-up-2"):
        Client().post(f"/callbacks/{family}/token", b"{}", content_type="application/json")

    assert counted("recordings_callbacks_total", family="unknown", verdict="unknown_address") == 2


# --- rescues


def test_a_lease_that_its_holder_never_gave_back_is_a_rescue(recording: Recording, counted: Counted) -> None:
    Recording.objects.update(lease_token=uuid.uuid4(), lease_until=Now() - timedelta(seconds=1))

    assert take_lease(recording.uuid) is not None
    assert counted("recordings_rescues_total", kind="recording") == 1


def test_a_free_or_a_held_lease_is_none(recording: Recording, counted: Counted) -> None:
    Recording.objects.update(lease_token=None, lease_until=None)
    first, second = take_lease(recording.uuid), take_lease(recording.uuid)

    assert (first is not None, second) == (True, None)
    assert take_lease(uuid.uuid4()) is None
    assert counted("recordings_rescues_total", kind="recording") == 0


# --- idempotency keys


def test_keys_are_forgotten_after_their_days(recording: Recording, application: Application, settings: Any) -> None:
    settings.IDEMPOTENCY_KEY_DAYS = 7
    for days in (6, 8):
        made = IdempotencyKey.objects.create(
            application=application, key=f"{days} days old", fingerprint="f", recording=recording
        )
        IdempotencyKey.objects.filter(pk=made.pk).update(created_at=Now() - timedelta(days=days))
    forget_keys(timestamp=0)

    assert [key.key for key in IdempotencyKey.objects.all()] == ["6 days old"]
    assert Recording.objects.filter(pk=recording.pk).exists()
