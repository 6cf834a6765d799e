"""Steps that tests of the API and of the services share."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rest_framework.test import APIClient

from recordings.gateway import get_gateway
from recordings.models import FactRow, Pace, Recording
from recordings.services.advance import advance
from tests.conftest import Clock

RECORDINGS = "/api/v1/recordings"


def start(api: APIClient, body: dict[str, Any], **headers: str) -> Recording:
    """Start a recording over the API and return its row."""
    answer = api.post(RECORDINGS, body, headers=headers)
    assert answer.status_code in (201, 202), answer.content
    return reread(answer.json()["id"])


def reread(recording: Recording | UUID | str) -> Recording:
    """Return the row as it is now."""
    pk = recording.pk if isinstance(recording, Recording) else recording
    found: Recording = Recording.objects.get(pk=pk)
    return found


def carry_on(recording: Recording) -> Recording:
    """Do what a worker does when it is woken, and return the row as it is then."""
    advance(recording.uuid, gateway=get_gateway())
    return reread(recording)


def kinds(recording: Recording) -> list[str]:
    """Return the kinds of the ledger's facts in the order in which they were stored."""
    return list(FactRow.objects.filter(recording=recording).order_by("id").values_list("kind", flat=True))


def let_lease_expire(recording: Recording | UUID | str) -> None:
    """Make the lease one that ended long ago."""
    pk = recording.pk if isinstance(recording, Recording) else recording
    Recording.objects.filter(pk=pk).update(lease_until=datetime(2000, 1, 1, tzinfo=UTC))


def end_pauses() -> None:
    """Let the pause after a throttled call, and the time until the next probe, be over."""
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    Pace.objects.update(next_at=long_ago, retry_at=long_ago)
    Pace.objects.filter(probe_at__isnull=False).update(probe_at=long_ago)


def seconds_to_next(recording: Recording, clock: Clock) -> float:
    """Return in how many seconds the recording is looked at again."""
    assert recording.next_check_at is not None
    return (recording.next_check_at - clock()).total_seconds()
