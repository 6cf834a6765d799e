"""What probes and scrapers are told."""

import errno
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone

from applications.models import Application
from callbacks.outage import the_spool
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
    for looker in (looking.the_tables, looking.the_disk):
        if looker.under_way is not None:
            looker.under_way.done.wait(10)


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
        looks = [thread for thread in threading.enumerate() if thread.name == "database"]
    assert looking.the_tables.under_way is not None
    looking.the_tables.under_way.done.wait(10)
    monkeypatch.setattr(looking, "PATIENCE_SECONDS", 10.0)

    assert [answer.status_code for answer in answers] == [503, 503, 200, 503]
    assert b"recordings_database_up 0.0" in answers[2].content
    assert len(looks) == 1
    assert probe.get("/readyz").json()["checks"]["database"] == {"status": "ok"}


@pytest.mark.django_db(transaction=True)
def test_what_hung_too_long_ago_is_not_believed(probe: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that got its first answers and then froze says nothing about the database of now."""
    old = looking.Look(looking.Tables(missing=[]), began_at=time.monotonic() - 60)
    monkeypatch.setattr(looking, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(looking.the_tables, "under_way", old)
    answer = probe.get("/readyz")
    old.done.set()

    assert answer.status_code == 503


# --- the spool


@pytest.fixture
def spool_folder(tmp_path: Path, settings: Any) -> Path:
    """Return where this process now has its spool; it is not there yet."""
    folder = tmp_path / "spool"
    settings.SPOOL_FOLDER = str(folder)
    the_spool.cache_clear()
    return folder


@pytest.mark.django_db(transaction=True)
def test_a_spool_that_can_no_longer_be_written_is_told_and_forgiven_when_it_can(
    probe: Client, spool_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A folder that is removed is made anew; one that cannot be is a callback lost in the next outage."""
    assert probe.get("/readyz").json()["checks"]["spool"]["writable"] == 1
    rmtree(spool_folder)
    assert probe.get("/readyz").json()["checks"]["spool"]["writable"] == 1
    assert b"recordings_spool_writable 1.0" in probe.get("/metrics").content
    rmtree(spool_folder)
    spool_folder.write_text("in its place")
    ready, scraped = probe.get("/readyz"), probe.get("/metrics").content.decode()
    spool_folder.unlink()
    again = probe.get("/readyz")

    assert (ready.status_code, again.status_code) == (503, 200)
    assert ready.json()["checks"]["spool"] == {"status": "failed", "writable": 0}
    assert "recordings_spool_writable 0.0" in scraped
    assert "recordings_spool_files" not in scraped  # nobody knows how many
    assert str(spool_folder) not in ready.content.decode()
    (told, *_) = [record for record in caplog.records if record.getMessage() == "spool_not_writable"]
    assert vars(told)["why"] == "File exists"


@pytest.mark.django_db(transaction=True)
def test_a_disk_that_only_reads_fails_and_says_what_waits_there(
    probe: Client, spool_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (spool_folder / "refused").mkdir(parents=True)
    (spool_folder / "1.batch").write_bytes(b"x")

    def refuse(descriptor: int) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("callbacks.spool.os.fsync", refuse)
    spool = probe.get("/readyz").json()["checks"]["spool"]

    assert (spool["status"], spool["writable"], spool["files"]) == ("failed", 0, 1)
    assert [path.name for path in spool_folder.iterdir() if path.is_file()] == ["1.batch"]  # the trial is gone


@pytest.mark.django_db(transaction=True)
def test_a_disk_that_stands_still_is_told_in_time_and_says_nothing_of_the_database(
    probe: Client, spool_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves_again = threading.Event()
    monkeypatch.setattr("callbacks.spool.os.fsync", lambda descriptor: moves_again.wait(20))
    monkeypatch.setattr(looking, "PATIENCE_SECONDS", 1.0)
    checks = probe.get("/readyz").json()["checks"]
    moves_again.set()

    assert checks["spool"] == {"status": "failed", "writable": 0}
    assert checks["database"] == {"status": "ok"}


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
