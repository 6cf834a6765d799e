"""What the database and the disk say about how the service is: read at once, told as plain values."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, F, Max, Min, Q
from django.db.models.functions import Now

from callbacks.models import Quarantined
from callbacks.outage import the_spool
from callbacks.spool import Spool
from operations.models import Worker
from recordings.models import Pace, Recording

logger = logging.getLogger(__name__)

LATELY = timedelta(days=1)  # how far back the quarantine is looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """Live recordings of one application in one state, for one reason."""

    application_id: int
    application: str
    state: str
    reason: str
    number: int
    overdue: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """An action of an application whose keys the vendor refuses: its tasks wait."""

    application_id: int
    application: str
    action: str
    code: str
    open_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """How the service is, by its tables.

    Attributes:
        due: Recordings that need a step now and that nobody works on; `due_seconds`, for how long the oldest has.
        quarantined: Refused deliveries of the last day that were kept, by reason.
        unreadable: Those of them that the vendor signed: callbacks that were not understood.
        workers: How many beat; `worker_seconds`, since when the last one was heard of: None when none ever was.
    """

    lanes: Sequence[Lane]
    due: int
    due_seconds: float
    circuits: Sequence[Circuit]
    quarantined: Mapping[str, int]
    unreadable: int
    workers: int
    worker_seconds: float | None

    @property
    def overdue(self) -> int:
        """Live recordings past their deadline, which should not exist."""
        return sum(lane.overdue for lane in self.lanes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolFindings:
    """Callbacks on local disk; None of it where no spool is configured.

    Attributes:
        is_writable: Whether a callback could be kept there now.
        is_readable: Whether the other values are known; they are 0 when not.
        refused: Files that could not be stored when the database was there.
        share: Of the limit that is used, 0 to 1.
        oldest_seconds: Since when the oldest waits.
    """

    is_writable: bool
    is_readable: bool
    files: int
    bytes: int
    refused: int
    share: float
    oldest_seconds: float


# Of a disk that gives no answer, or a wrong one.
UNREADABLE_SPOOL = SpoolFindings(
    is_writable=False, is_readable=False, files=0, bytes=0, refused=0, share=0.0, oldest_seconds=0.0
)


def missing_migrations() -> list[str]:
    """Return what this code needs and the database does not have; more than it needs is fine during a deploy."""
    applied = MigrationRecorder(connection).applied_migrations().keys()
    missing = [key for key, replaced in _needed_migrations().items() if key not in applied and not replaced <= applied]
    return sorted(f"{app}.{name}" for app, name in missing)


@cache
def _needed_migrations() -> Mapping[tuple[str, str], frozenset[tuple[str, str]]]:
    """Return the migrations on disk, each with those that it stands for (all of them applied is as good)."""
    found = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    squashed = {key for migration in found.values() for key in migration.replaces}
    return {
        key: frozenset(migration.replaces) or frozenset({key})
        for key, migration in found.items()
        if key not in squashed
    }


def find_out() -> Findings:
    """Read how the service is; a handful of queries over partial indexes, whatever the number of old recordings."""
    lanes = _lanes()
    due = Recording.objects.due().order_by().aggregate(number=Count("pk"), waits=Now() - Min("next_check_at"))
    quarantined = Quarantined.objects.filter(received_at__gte=Now() - LATELY).order_by()
    beats = Worker.objects.aggregate(
        number=Count("pk", filter=Q(pk__in=Worker.objects.beating())), silence=Now() - Max("beat_at")
    )
    return Findings(
        lanes=lanes,
        due=due["number"],
        due_seconds=_seconds(due["waits"]),
        circuits=_circuits(),
        quarantined=dict(quarantined.values_list("why").annotate(Count("pk"))),
        unreadable=quarantined.filter(is_authentic=True).count(),
        workers=beats["number"],
        worker_seconds=None if beats["silence"] is None else _seconds(beats["silence"]),
    )


def _lanes() -> list[Lane]:
    # Every live row has a next check (a constraint of the table), and few that are over have: the index is small.
    live = Recording.objects.live().filter(next_check_at__isnull=False).order_by()
    rows = live.values("application_id", "state", "reason", application__name=F("application__name")).annotate(
        number=Count("pk"), overdue=Count("pk", filter=Q(deadline_at__lt=Now())), age=Now() - Min("created_at")
    )
    return [
        Lane(
            application_id=row["application_id"],
            application=row["application__name"],
            state=row["state"],
            reason=row["reason"] or "none",
            number=row["number"],
            overdue=row["overdue"],
            oldest_seconds=_seconds(row["age"]),
        )
        for row in rows
    ]


def _circuits() -> list[Circuit]:
    rows = Pace.objects.filter(opened_at__isnull=False).values_list(
        "application_id", "application__name", "action", "code", Now() - F("opened_at")
    )
    return [
        Circuit(application_id=pk, application=name, action=action, code=code, open_seconds=_seconds(open_for))
        for pk, name, action, code, open_for in rows
    ]


def find_spool() -> SpoolFindings | None:
    """Look at the spool of this host, and whether a file can be made there: rights and free room do not say it."""
    spool = the_spool()
    if spool is None:
        return None
    is_writable = _can_be_written(spool)
    try:
        (files, size), (refused, refused_size) = spool.size(), spool.size(refused=True)
        oldest_seconds = spool.oldest_seconds()
    except OSError:
        return UNREADABLE_SPOOL
    return SpoolFindings(
        is_writable=is_writable,
        is_readable=True,
        files=files,
        bytes=size + refused_size,
        refused=refused,
        share=(size + refused_size) / settings.SPOOL_MOST_BYTES,
        oldest_seconds=oldest_seconds,
    )


def _can_be_written(spool: Spool) -> bool:
    try:
        spool.try_out()
    except OSError as error:
        logger.error("spool_not_writable", extra={"folder": str(spool.folder), "why": str(error.strerror or error)})
        return False
    return True


def _seconds(length: timedelta | None) -> float:
    return max(length.total_seconds(), 0.0) if length else 0.0
