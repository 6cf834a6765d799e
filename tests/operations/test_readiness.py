"""What takes a process out of a load balancer, and what only calls for a person."""

from dataclasses import replace

import pytest

from operations.findings import UNREADABLE_SPOOL, Circuit, Findings, Lane, SpoolFindings
from operations.readiness import Check, Status, assess, worst

CALM = Findings(
    lanes=[], due=0, due_seconds=0.0, circuits=[], quarantined={}, unreadable=0, workers=1, worker_seconds=2.0
)
EMPTY = SpoolFindings(is_writable=True, is_readable=True, files=0, bytes=0, refused=0, share=0.0, oldest_seconds=0.0)
LATE = Lane(
    application_id=1, application="school", state="stopping", reason="none", number=2, overdue=1, oldest_seconds=9.0
)
OPEN = Circuit(
    application_id=1, application="school", action="CreateCloudRecording", code="AuthFailure", open_seconds=9
)
NAMES = ["database", "migrations", "spool", "worker", "overdue", "quarantine", "circuits"]


def of(name: str, checks: list[Check]) -> Status:
    return next(check.status for check in checks if check.name == name)


def test_a_calm_service_is_ok_in_every_check() -> None:
    checks = assess(missing=[], findings=CALM, spool=EMPTY)

    assert [check.name for check in checks] == NAMES
    assert {check.status for check in checks} == {Status.OK}
    assert worst(checks) == Status.OK


@pytest.mark.parametrize(
    ("name", "findings"),
    [
        ("worker", replace(CALM, workers=0, worker_seconds=None)),
        ("worker", replace(CALM, workers=0, worker_seconds=31.0)),
        ("overdue", replace(CALM, lanes=[LATE])),
        ("quarantine", replace(CALM, unreadable=1)),
        ("circuits", replace(CALM, circuits=[OPEN])),
    ],
)
def test_what_another_web_process_would_do_no_better_is_a_warning(name: str, findings: Findings) -> None:
    checks = assess(missing=[], findings=findings, spool=EMPTY)

    assert of(name, checks) == Status.WARNING
    assert worst(checks) == Status.WARNING


@pytest.mark.parametrize(
    ("spool", "status"),
    [
        (replace(EMPTY, files=3, bytes=900, share=0.01, oldest_seconds=2.0), Status.OK),
        (replace(EMPTY, files=3, bytes=900, share=0.01, oldest_seconds=61.0), Status.WARNING),
        (replace(EMPTY, refused=1, bytes=300, share=0.01), Status.WARNING),
        (replace(EMPTY, files=3, share=0.96), Status.FAILED),
        (replace(EMPTY, is_writable=False), Status.FAILED),
        (UNREADABLE_SPOOL, Status.FAILED),
        (None, Status.OK),
    ],
)
def test_a_spool_warns_while_it_is_behind_and_fails_when_it_takes_no_more(
    spool: SpoolFindings | None, status: Status
) -> None:
    checks = assess(missing=[], findings=CALM, spool=spool)

    assert of("spool", checks) == worst(checks) == status


def test_without_the_database_the_process_fails_and_claims_nothing_about_the_rest() -> None:
    checks = assess(missing=None, findings=None, spool=EMPTY)

    assert worst(checks) == of("database", checks) == Status.FAILED
    assert {of(name, checks) for name in NAMES[1:2] + NAMES[3:]} == {Status.UNKNOWN}


def test_missing_migrations_fail() -> None:
    checks = assess(missing=["recordings.0009_x"], findings=None, spool=EMPTY)

    assert worst(checks) == of("migrations", checks) == Status.FAILED
    assert of("database", checks) == Status.OK


def test_a_database_that_answers_and_is_slow_is_not_failed() -> None:
    """A long lock on one table keeps the findings away; requests that do not need the table are served."""
    checks = assess(missing=[], findings=None, spool=EMPTY)

    assert worst(checks) == Status.OK
    assert of("overdue", checks) == Status.UNKNOWN
