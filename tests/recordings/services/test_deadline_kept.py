"""A vendor that gives no answer does not hold a deadline up."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from recordings.models import Recording
from recordings.policy import current_policy
from recordings.services.advance import advance
from recordings.trtc.gateway import TrtcGateway
from tests.conftest import Clock
from tests.vendor import DESCRIBE, Vendor, timed_out


@pytest.mark.django_db(transaction=True)
def test_a_silent_start_is_given_up_although_every_look_fails(
    api: APIClient, body: dict[str, object], vendor: Vendor, clock: Clock
) -> None:
    """An accepted task that shows no sign of life, with every look timing out, ends at its deadline, not later."""
    vendor.will(DESCRIBE, *[timed_out()] * 40)
    api.post("/api/v1/recordings", body)
    recording = Recording.objects.get()
    assert recording.deadline_at is not None
    deadline = recording.deadline_at

    while timezone.now() < deadline + timedelta(seconds=2 * current_policy().first_describe_seconds):
        recording.refresh_from_db()
        if recording.state != "starting":
            break
        assert recording.next_check_at is not None
        clock.forward(max((recording.next_check_at - timezone.now()).total_seconds(), 0) + 0.1)
        advance(recording.uuid, gateway=TrtcGateway())

    recording.refresh_from_db()
    assert (recording.state, recording.reason) == ("lost", "vanished")
    assert timezone.now() < deadline + timedelta(seconds=2 * current_policy().first_describe_seconds)
