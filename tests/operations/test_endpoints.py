"""What probes and scrapers are told."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone

from applications.models import Application
from operations import look as looking
from operations.models import Worker
from recordings.models import Pace, Recording
from recordings.states.vocabulary import State


@pytest.fixture
def probe() -> Client:
    """Return a client under a name that is not in ALLOWED_HOSTS: probes go by address."""
    return Client(HTTP_HOST="10.9.8.7:8000")


@pytest.fixture(autouse=True)
def _no_look_under_way() -> Iterator[None]:
    yield
    looking._under_way.done.wait(10)


def make_recording(application: Application, number: int = 0, **columns: Any) -> Recording:
    """Return a live recording as its row stands, past its deadline if *columns* say so."""
    now = timezone.now()
    row = {
        "room_id": str(number),
        "room_id_type": "integer",
        "robot_user_id": f"robot-{number}",
        "state": State.QUEUED,
        "deadline_at": now + timedelta(hours=1),
        "next_check_at": now + timedelta(hours=1),
    }
    made: Recording = Recording.objects.create(application=application, **(row | columns))
    return made


def test_healthz_asks_no_database(probe: Client) -> None:
    """The test has no `db` mark: a query would raise."""
    answer = probe.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db(transaction=True)
def test_readyz_tells_each_check(probe: Client) -> None:
    Worker.objects.create(host="h", pid=1)
    answer = probe.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["checks"]["migrations"] == {"status": "ok", "missing": 0}
    assert answer.json()["checks"]["worker"]["workers"] == 1
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db(transaction=True)
def test_a_warning_does_not_take_the_process_away(probe: Client, application: Application) -> None:
    make_recording(application, deadline_at=timezone.now() - timedelta(minutes=1))
    answer = probe.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "warning"
    assert answer.json()["checks"]["overdue"] == {"status": "warning", "recordings": 1}


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_is_not_applied_takes_it_away(probe: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("operations.look.missing_migrations", lambda: ["recordings.0099_tomorrow"])
    answer = probe.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == {"status": "failed", "missing": 1}


@pytest.mark.django_db(transaction=True)
def test_without_a_database_it_says_so_and_nothing_more(probe: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = {"ENGINE": "django.db.backends.postgresql", "HOST": "127.0.0.1", "PORT": "1", "PASSWORD": "s3cret"}
    for name, value in nobody.items():
        monkeypatch.setitem(connections.settings["default"], name, value)
    ready, scraped = probe.get("/readyz"), probe.get("/metrics")

    assert ready.status_code == 503
    assert ready.json()["checks"]["database"] == {"status": "failed"}
    assert b"s3cret" not in ready.content
    assert b"127.0.0.1" not in ready.content
    assert b"recordings_database_up 0.0" in scraped.content


@pytest.mark.django_db(transaction=True)
def test_a_database_that_hangs_is_answered_for_by_one_thread(probe: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many ask: all are told in time, and one look is under way. When it is back, so are we."""
    monkeypatch.setattr(looking, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(looking, "STATEMENT_MILLISECONDS", 60_000)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE")
        answers = [probe.get(path) for path in ("/readyz", "/readyz", "/metrics", "/readyz")]
        looks = [thread for thread in threading.enumerate() if thread.name == "look"]
    looking._under_way.done.wait(10)
    monkeypatch.setattr(looking, "PATIENCE_SECONDS", 10.0)

    assert [answer.status_code for answer in answers] == [503, 503, 200, 503]
    assert b"recordings_database_up 0.0" in answers[2].content
    assert len(looks) == 1
    assert probe.get("/readyz").json()["checks"]["database"] == {"status": "ok"}


@pytest.mark.django_db(transaction=True)
def test_what_hung_too_long_ago_is_not_believed(probe: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that got its first answers and then froze says nothing about the database of now."""
    old = looking.Look(missing=[], began_at=time.monotonic() - 60)
    monkeypatch.setattr(looking, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(looking, "_under_way", old)
    answer = probe.get("/readyz")
    old.done.set()

    assert answer.status_code == 503


# --- metrics


@pytest.mark.django_db(transaction=True)
def test_metrics_tell_what_the_tables_say(probe: Client, application: Application) -> None:
    for number in range(3):
        make_recording(application, number)
    make_recording(application, 9, state=State.STOPPING, reason="max_duration", deadline_at=timezone.now())
    Pace.objects.create(application=application, action="CreateCloudRecording", opened_at=timezone.now())
    Worker.objects.create(host="h", pid=1)
    lines = probe.get("/metrics").content.decode().splitlines()

    assert 'recordings_live{application="school",reason="none",state="queued"} 3.0' in lines
    assert 'recordings_live{application="school",reason="max_duration",state="stopping"} 1.0' in lines
    assert 'recordings_queue_length{application="school"} 3.0' in lines
    assert "recordings_overdue 1.0" in lines
    assert "recordings_workers 1.0" in lines
    assert any(line.startswith("recordings_circuit_open_seconds{") for line in lines)
    assert "# TYPE recordings_vendor_call_seconds histogram" in lines


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("header", "status"), [("", 401), ("Bearer wrong", 401), ("Bearer t0ken", 200)])
def test_a_token_closes_metrics(probe: Client, settings: Any, header: str, status: int) -> None:
    settings.METRICS_TOKEN = "t0ken"
    answer = probe.get("/metrics", headers={"Authorization": header})

    assert answer.status_code == status
    assert (b"recordings_" in answer.content) == (status == 200)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_nothing_but_reading_is_allowed(probe: Client, path: str) -> None:
    assert probe.post(path).status_code == 405
