"""What tables and disk say, with the rows as they come."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from applications.models import Application
from callbacks.outage import the_spool
from operations.findings import find_out, find_spool, missing_migrations
from operations.models import Worker
from recordings.states.vocabulary import State
from tests.operations.test_endpoints import make_recording


@pytest.mark.django_db
def test_a_database_that_is_up_to_date_lacks_nothing() -> None:
    assert missing_migrations() == []


@pytest.mark.django_db
def test_a_migration_that_was_not_applied_is_missing_and_one_too_many_is_not() -> None:
    """During a deploy the old code runs on the new tables."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'operations'")
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('operations', '0099_next', now())")

    assert missing_migrations() == ["operations.0001_workers"]


@pytest.mark.django_db
def test_recordings_that_are_over_are_not_counted(application: Application) -> None:
    make_recording(application, 1, state=State.COMPLETED, ended_at=timezone.now())
    make_recording(application, 2, state=State.RECORDING, deadline_at=timezone.now() - timedelta(seconds=5))
    found = find_out()

    assert [(lane.state, lane.number, lane.overdue) for lane in found.lanes] == [("recording", 1, 1)]
    assert found.overdue == 1


@pytest.mark.django_db
def test_what_is_due_and_free_says_how_far_workers_are_behind(application: Application) -> None:
    make_recording(application, 1, next_check_at=Now() - timedelta(seconds=50))
    make_recording(
        application, 2, next_check_at=Now() - timedelta(seconds=90), lease_until=Now() + timedelta(seconds=9)
    )
    found = find_out()

    assert found.due == 1
    assert 50 <= found.due_seconds < 80


@pytest.mark.django_db
def test_the_last_worker_that_was_heard_of_counts() -> None:
    assert find_out().worker_seconds is None

    for pid, seconds in enumerate((400, 20, 3)):
        Worker.objects.create(host="h", pid=pid, beat_at=Now() - timedelta(seconds=seconds))
    found = find_out()

    assert found.workers == 2
    assert 3 <= (found.worker_seconds or 0) < 20


def test_the_spool_is_read_from_disk(tmp_path: Path, settings: Any) -> None:
    assert find_spool() is None  # none is configured

    settings.SPOOL_FOLDER, settings.SPOOL_MOST_BYTES = str(tmp_path / "spool"), 1000
    the_spool.cache_clear()
    empty = find_spool()
    assert empty is not None
    assert (empty.is_writable, empty.files, empty.share, empty.oldest_seconds) == (True, 0, 0.0, 0.0)

    refused = tmp_path / "spool" / "refused"
    (tmp_path / "spool" / "1.batch").write_bytes(b"x" * 300)
    (refused / "0.batch").write_bytes(b"x" * 200)
    full = find_spool()
    assert full is not None
    assert (full.files, full.refused, full.bytes, full.share) == (1, 1, 500, 0.5)
