"""A worker is known by its heartbeat: it ends with the loop, outlives the database, and leaves no false trace."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.models.functions import Now

from operations.heartbeat import STUCK_SECONDS, Heartbeat
from operations.models import Worker


def until(is_so: Callable[[], bool], *, seconds: float = 20) -> None:
    give_up_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


@pytest.mark.django_db
def test_a_beat_writes_the_row_and_the_next_one_moves_it() -> None:
    heart = Heartbeat()
    heart.beat()
    Worker.objects.update(beat_at=Now() - timedelta(minutes=5))
    heart.beat()

    assert Worker.objects.count() == Worker.objects.beating().count() == 1


@pytest.mark.django_db
def test_a_row_that_somebody_deleted_comes_back() -> None:
    heart = Heartbeat()
    heart.beat()
    Worker.objects.all().delete()
    heart.beat()

    assert Worker.objects.count() == 1


@pytest.mark.django_db
def test_a_killed_worker_is_shown_for_a_day() -> None:
    silent = [Worker.objects.create(host="gone", pid=pid, beat_at=Now() - timedelta(hours=pid)) for pid in (23, 25)]
    Heartbeat().beat()

    assert list(Worker.objects.filter(host="gone")) == silent[:1]
    assert Worker.objects.beating().count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_beats_until_it_is_stopped_and_deletes_its_row() -> None:
    heart = Heartbeat(every_seconds=0.05)
    heart.start()
    until(Worker.objects.exists)
    heart.stop()

    assert not Worker.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_outlives_an_outage(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    heart = Heartbeat(every_seconds=0.02)
    beat, tries = heart.beat, threading.Semaphore(0)

    def fail() -> None:
        tries.release()
        raise OperationalError("the server closed the connection\nmore")

    monkeypatch.setattr(heart, "beat", fail)
    caplog.set_level("INFO")
    heart.start()
    for _ in range(3):
        assert tries.acquire(timeout=20)
    monkeypatch.setattr(heart, "beat", beat)
    until(Worker.objects.exists)
    heart.stop()

    told = [record.getMessage() for record in caplog.records if record.name == "operations.heartbeat"]
    assert told == ["heartbeat_failed", "heartbeat_is_back"]  # once each, however long it lasted


@pytest.mark.django_db(transaction=True)
def test_a_loop_that_hangs_stops_the_heart(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread lives on in a worker that does nothing any more: that must not look like work."""
    heart = Heartbeat(every_seconds=0.02)
    beats = []
    monkeypatch.setattr(heart, "beat", lambda: beats.append(1))
    heart._turned_at = time.monotonic() - STUCK_SECONDS - 1
    heart.start()
    time.sleep(0.3)
    assert not beats

    heart.turn()
    until(lambda: bool(beats))
    heart.stop()
