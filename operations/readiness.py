"""Is this process able to serve, and is all well around it? Pure: findings in, checks out.

What fails takes the process out of a load balancer, so only that may fail which another process, or the same one later,
does better. All else is a warning: a person should look, and callers are served meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from operations.findings import Findings, SpoolFindings
from operations.models import SILENT_AFTER

Value = int | float | None

SPOOL_OLD_SECONDS = 60.0  # with the database there, a batch waits for about a second
SPOOL_FULL = 0.95  # of its limit: a burst of callbacks is larger than what is left


class Status(StrEnum):
    OK = "ok"
    WARNING = "warning"  # somebody should look; requests are served
    FAILED = "failed"  # requests are not served as they should be
    UNKNOWN = "unknown"  # it could not be found out, because of another check that failed


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `values` are numbers: this is told to anybody who asks."""

    name: str
    status: Status
    values: dict[str, Value] = field(default_factory=dict)


def assess(*, missing: Sequence[str] | None, findings: Findings | None, spool: SpoolFindings | None) -> list[Check]:
    """Return every check, the same ones in the same order whatever has failed.

    Args:
        missing: Migrations that the database does not have; None when it did not answer.
        findings: None when they could not be read.
        spool: None when no spool is configured.
    """
    return [
        Check("database", Status.FAILED if missing is None else Status.OK),
        _migrations(missing),
        _spool(spool),
        *_of_findings(findings),
    ]


def worst(checks: Sequence[Check]) -> Status:
    """Return the status of the whole."""
    found = {check.status for check in checks}
    return next((status for status in (Status.FAILED, Status.WARNING) if status in found), Status.OK)


def _migrations(missing: Sequence[str] | None) -> Check:
    if missing is None:
        return Check("migrations", Status.UNKNOWN)
    return Check("migrations", Status.FAILED if missing else Status.OK, {"missing": len(missing)})


def _spool(spool: SpoolFindings | None) -> Check:
    if spool is None:
        return Check("spool", Status.OK, {"files": 0, "bytes": 0, "refused": 0})
    if not spool.is_readable:
        return Check("spool", Status.FAILED, {"writable": 0})
    status = Status.OK
    if spool.share >= SPOOL_FULL or not spool.is_writable:
        status = Status.FAILED  # the next outage of the database would cost callbacks
    elif spool.refused or spool.oldest_seconds > SPOOL_OLD_SECONDS:
        status = Status.WARNING
    told = {"writable": int(spool.is_writable), "files": spool.files, "bytes": spool.bytes, "refused": spool.refused}
    return Check("spool", status, {**told, "oldest_seconds": round(spool.oldest_seconds, 1)})


def _of_findings(found: Findings | None) -> list[Check]:
    if found is None:
        return [Check(name, Status.UNKNOWN) for name in ("worker", "overdue", "quarantine", "circuits")]
    silence = found.worker_seconds
    works = silence is not None and silence < SILENT_AFTER.total_seconds()
    return [
        _warn_unless(
            works, "worker", workers=found.workers, age_seconds=None if silence is None else round(silence, 1)
        ),
        _warn_unless(not found.overdue, "overdue", recordings=found.overdue),
        _warn_unless(not found.unreadable, "quarantine", unreadable=found.unreadable),
        _warn_unless(not found.circuits, "circuits", open=len(found.circuits)),
    ]


def _warn_unless(is_well: bool, name: str, **values: Value) -> Check:
    return Check(name, Status.OK if is_well else Status.WARNING, values)
