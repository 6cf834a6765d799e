"""Refused deliveries: counted, and kept within bounds that whoever sends them cannot move."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from applications.models import Application
from callbacks import quarantine
from callbacks.models import Quarantined, Refusal, RefusalCount
from callbacks.quarantine import flush_refusals, forget_refusals, purge_quarantine, refuse
from tests.conftest import Clock

pytestmark = pytest.mark.django_db


class Stopwatch:
    """The clock of the budget: stands still until a test moves it."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture(autouse=True)
def stopwatch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stopwatch]:
    watch = Stopwatch()
    monkeypatch.setattr(quarantine, "time", watch)
    forget_refusals()
    yield watch
    forget_refusals()


def send(application: Application | None = None, number: int = 1, **fields: Any) -> None:
    """Refuse deliveries that differ in their bodies alone."""
    told = {"why": Refusal.BAD_SIGNATURE, "family": "trtc", "sender": "203.0.113.7"} | fields
    body = told.pop("body", None)
    for i in range(number):
        refuse(application_id=application.pk if application else None, body=body or b'{"n":%d}' % i, **told)


def counted() -> dict[tuple[int | None, str], int]:
    return {(row.application_id, row.why): row.number for row in RefusalCount.objects.all()}


def test_a_refused_delivery_is_kept_and_counted(application: Application) -> None:
    send(application, why=Refusal.EXPIRED, detail="two hours ago", body=b'{"EventType":301}')

    row = Quarantined.objects.get()
    assert (row.application, row.family, row.why, row.detail) == (application, "trtc", "expired", "two hours ago")
    assert (bytes(row.body), row.size, row.sender) == (b'{"EventType":301}', 17, "203.0.113.7")
    assert row.is_authentic is False
    assert counted() == {(application.pk, "expired"): 1}


def test_counts_of_one_day_add_up_each_kind_apart(application: Application, stopwatch: Stopwatch) -> None:
    for _ in range(2):
        send(application, 3)
        send(None, 2, why=Refusal.UNKNOWN_ADDRESS)
    stopwatch.seconds += 2
    send(application)

    assert counted() == {(application.pk, "bad_signature"): 7, (None, "unknown_address"): 4}


def test_the_day_is_utc(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    late = datetime(2026, 1, 2, 7, 30, tzinfo=UTC).astimezone(timezone.get_fixed_timezone(-12 * 60))
    monkeypatch.setattr(timezone, "now", lambda: late)
    send(application)

    assert f"{RefusalCount.objects.get().day}" == "2026-01-02"


def test_secrets_are_not_kept(application: Application) -> None:
    body = json.dumps({"sign": "canary", "callback_ext": json.dumps({"mine": "canary", "room": 7})}).encode()
    send(application, body=body, secrets=frozenset({"mine"}))

    kept = bytes(Quarantined.objects.get().body)
    assert b"canary" not in kept
    assert b"room" in kept


def test_of_a_forged_body_the_beginning_is_kept_without_its_secrets(application: Application) -> None:
    """Also one that the cut goes through."""
    body = b'{"a":"' + b"x" * (quarantine.FORGED_BYTES - 20) + b'","sign":"canary-canary-canary"}'
    send(application, body=body)

    row = Quarantined.objects.get()
    assert len(row.body) <= quarantine.FORGED_BYTES
    assert b"canary" not in bytes(row.body)
    assert row.size == len(body)


def test_an_authentic_body_is_kept_whole_and_once(
    application: Application, other_application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    body = b"[" + b"1," * 100_000 + b"1]"
    for school in (application, application, other_application):
        send(school, why=Refusal.UNREADABLE, body=body, is_authentic=True)

    assert [bytes(row.body) for row in Quarantined.objects.all()] == [body, body]
    assert counted() == {(application.pk, "unreadable"): 2, (other_application.pk, "unreadable"): 1}
    assert caplog.records == []


def test_a_flood_is_counted_and_not_kept(application: Application, stopwatch: Stopwatch) -> None:
    """Beyond the budget a refusal costs no statement, until the next second."""
    send(application, quarantine.FORGED_A_SECOND)
    with transaction.atomic(), connection.execute_wrapper(_refuse_statements):
        send(application, 500)
    assert Quarantined.objects.count() == quarantine.FORGED_A_SECOND
    assert counted() == {(application.pk, "bad_signature"): quarantine.FORGED_A_SECOND}

    stopwatch.seconds += 1
    send(application)
    assert counted() == {(application.pk, "bad_signature"): quarantine.FORGED_A_SECOND + 501}
    assert Quarantined.objects.count() == quarantine.FORGED_A_SECOND + 1


def _refuse_statements(*_call: Any) -> None:
    raise AssertionError("a statement was sent")


def test_the_budget_is_one_for_all(application: Application) -> None:
    """Whether a body is kept tells nothing of the address: who floods unknown ones uses up the budget of known ones."""
    send(None, quarantine.FORGED_A_SECOND, why=Refusal.UNKNOWN_ADDRESS)
    send(application)

    assert not Quarantined.objects.filter(application=application).exists()


def test_an_authentic_body_needs_no_budget(application: Application) -> None:
    send(application, quarantine.FORGED_A_SECOND + 5)
    send(application, why=Refusal.UNREADABLE, is_authentic=True)

    assert Quarantined.objects.filter(is_authentic=True).exists()


def test_an_unknown_address_and_a_bad_signature_cost_the_same(
    application: Application, django_assert_num_queries: Any
) -> None:
    """The same statements but for what they are about."""
    told = []
    for school in (application, None):
        with django_assert_num_queries(6) as captured:
            send(school)
        told.append([query["sql"].partition(" ")[0] for query in captured.captured_queries])

    assert told[0] == told[1]


@pytest.mark.parametrize(("is_authentic", "most"), [(False, "MOST_FORGED"), (True, "MOST_AUTHENTIC")])
def test_the_newest_are_kept_of_each_application(
    application: Application, monkeypatch: pytest.MonkeyPatch, stopwatch: Stopwatch, is_authentic: bool, most: str
) -> None:
    monkeypatch.setattr(quarantine, most, 3)
    send(None, 1, body=b"of nobody")
    send(application, 1, body=b"of another kind", is_authentic=not is_authentic)
    for i in range(6):
        stopwatch.seconds += 1
        send(application, body=b"%d" % i, is_authentic=is_authentic)

    kept = [bytes(row.body) for row in Quarantined.objects.filter(is_authentic=is_authentic, application=application)]
    assert kept == [b"5", b"4", b"3"]
    assert Quarantined.objects.count() == 5


def test_what_is_too_old_is_purged(application: Application, clock: Clock) -> None:
    send(application)
    send(application, is_authentic=True)

    clock.forward(quarantine.FORGED_AGE.total_seconds() - 60)
    assert purge_quarantine() == 0
    clock.forward(120)
    assert purge_quarantine() == 1
    assert Quarantined.objects.get().is_authentic is True
    clock.forward((quarantine.AUTHENTIC_AGE - quarantine.FORGED_AGE).total_seconds())
    assert purge_quarantine() == 1
    assert RefusalCount.objects.exists()
    clock.forward((quarantine.COUNTS_AGE + timedelta(days=1)).total_seconds())
    purge_quarantine()
    assert not RefusalCount.objects.exists()


def test_the_worker_purges_every_day() -> None:
    app.perform_import_paths()  # type: ignore[no-untyped-call]  # untyped library
    tasks = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}

    minute, hour, *rest = tasks["callbacks.purge_quarantine"].split()
    assert minute.isdecimal()
    assert hour.isdecimal()
    assert rest == ["*", "*", "*"]


# --- trouble


def test_counts_wait_for_the_database(
    application: Application, monkeypatch: pytest.MonkeyPatch, stopwatch: Stopwatch
) -> None:
    def fail(*_call: Any) -> None:
        raise OperationalError("server closed the connection")

    with monkeypatch.context() as broken:
        broken.setattr(quarantine, "_add", fail)
        send(application, 3)
    assert not Quarantined.objects.exists()

    stopwatch.seconds += 2
    send(application)
    assert counted() == {(application.pk, "bad_signature"): 4}


def test_what_is_left_is_written_at_the_end(application: Application) -> None:
    send(application, quarantine.FORGED_A_SECOND + 7)
    flush_refusals()
    flush_refusals()

    assert counted() == {(application.pk, "bad_signature"): quarantine.FORGED_A_SECOND + 7}


@pytest.mark.django_db(transaction=True)
def test_an_application_that_is_deleted_meanwhile_harms_nobody(application: Application) -> None:
    gone = Application(pk=application.pk + 1000)
    send(application, quarantine.FORGED_A_SECOND)
    send(application, 2)
    send(gone, is_authentic=True)
    send(gone, quarantine.FORGED_A_SECOND)
    flush_refusals()

    assert counted() == {(application.pk, "bad_signature"): quarantine.FORGED_A_SECOND + 2}
    assert set(Quarantined.objects.values_list("application", flat=True)) == {application.pk}


@pytest.mark.parametrize("sender", [None, "", "unix:", "::ffff:203.0.113.7", "fe80::1%eth0", "1.2.3.4.5"])
def test_any_sender_and_any_words_are_taken(application: Application, sender: str | None) -> None:
    send(application, sender=sender, detail="\0\ud800" + "x" * 1000, body=b"\0\xff")

    assert bytes(Quarantined.objects.get().body) == b"\0\xff"


@pytest.mark.django_db(transaction=True)
def test_many_threads_lose_no_count(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "time", time)
    forget_refusals()
    start = threading.Barrier(8)

    def work() -> None:
        start.wait()
        try:
            send(application, 20, why=Refusal.BAD_SIGNATURE)
            send(None, 20, why=Refusal.UNKNOWN_ADDRESS)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    flush_refusals()

    assert counted() == {(application.pk, "bad_signature"): 160, (None, "unknown_address"): 160}
    assert Quarantined.objects.count() < 320
