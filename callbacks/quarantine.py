"""Refused deliveries: counted, and kept for diagnosis, in bounds that whoever sends them cannot move."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, timedelta
from hashlib import sha256
from ipaddress import ip_address

from django.db import Error, connection, transaction
from django.db.models import Q
from django.utils import timezone

from callbacks.models import Quarantined, Refusal, RefusalCount
from callbacks.redaction import redact_body

logger = logging.getLogger(__name__)

# What anybody can send: the start of the newest, for a week.
MOST_FORGED = 200  # of one application, and of none
FORGED_AGE = timedelta(days=7)
FORGED_BYTES = 8 * 1024
FORGED_A_SECOND = 20  # kept by one process; the rest is counted, and written with the next that is kept
# What the vendor signed and we could not read: whole, for as long as it takes to mend the provider.
MOST_AUTHENTIC = 1_000  # of one application
AUTHENTIC_AGE = timedelta(days=90)
AUTHENTIC_BYTES = 256 * 1024
COUNTS_AGE = timedelta(days=400)

Kind = tuple[date, int | None, str, Refusal]


class _Memory:
    """What this process counted and has not written yet, and how many bodies it may keep now."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self.empty()

    def empty(self) -> None:
        with self._guard:
            self._counts: Counter[Kind] = Counter()
            self._tokens, self._filled_at = float(FORGED_A_SECOND), time.monotonic()

    def count(self, kind: Kind, *, is_authentic: bool) -> Counter[Kind] | None:
        """Count a refusal; return all that is to be written with its body, or None when it is only counted for now.

        One budget for all: where it depended on the address or the signature, the time of an answer would tell which
        of them was right.
        """
        now = time.monotonic()
        with self._guard:
            self._counts[kind] += 1
            self._tokens = min(self._tokens + (now - self._filled_at) * FORGED_A_SECOND, float(FORGED_A_SECOND))
            self._filled_at = now
            may_keep = is_authentic or self._tokens >= 1
            self._tokens -= may_keep and not is_authentic
            return self._take() if may_keep else None

    def take(self) -> Counter[Kind]:
        """Return all that is to be written."""
        with self._guard:
            return self._take()

    def put_back(self, counts: Mapping[Kind, int]) -> None:
        """Have *counts* written with the next: the database did not take them."""
        with self._guard:
            self._counts.update(counts)

    def _take(self) -> Counter[Kind]:
        taken, self._counts = self._counts, Counter()
        return taken


_memory = _Memory()


def refuse(
    *,
    why: Refusal,
    family: str,
    application_id: int | None,
    body: bytes,
    sender: str | None,
    detail: str = "",
    secrets: frozenset[str] = frozenset(),
    is_authentic: bool = False,
) -> None:
    """Count a refused delivery, and keep it if there is room; trouble with the database is logged and nothing else.

    Args:
        family: One that a provider declares, or empty.
        application_id: Whose address it came to; None for an address of nobody.
        sender: Its network address.
        secrets: Names of body fields that are not kept, beside those that are secret anywhere.
        is_authentic: The vendor signed it.
    """
    now = timezone.now()
    kind = (now.astimezone(UTC).date(), application_id, family, why)
    counts = _memory.count(kind, is_authentic=is_authentic)
    if counts is None:
        return
    kept = body[: AUTHENTIC_BYTES if is_authentic else FORGED_BYTES]  # cut first: hiding costs by the byte
    row = Quarantined(
        application_id=application_id,
        family=family,
        why=why,
        detail=_line(detail),
        is_authentic=is_authentic,
        sender=_address(sender),
        body=redact_body(kept, secrets),
        size=len(body),
        digest=sha256(body).hexdigest(),
        received_at=now,
    )
    _write(counts, row)


def flush_refusals() -> None:
    """Write what was counted and not written yet; for a process that ends."""
    counts = _memory.take()
    if counts:
        _write(counts, None)


def forget_refusals() -> None:
    """Begin anew, as a process that just started."""
    _memory.empty()


def purge_quarantine() -> int:
    """Delete what is older than its kind is kept; return how many deliveries."""
    now = timezone.now()
    old = Q(is_authentic=False, received_at__lt=now - FORGED_AGE) | Q(received_at__lt=now - AUTHENTIC_AGE)
    number, _by_model = Quarantined.objects.filter(old).delete()
    RefusalCount.objects.filter(day__lt=(now - COUNTS_AGE).date()).delete()
    return number


def _line(text: str) -> str:
    """Return *text* as a column takes it: parts of a body may stand in it."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")[:255]


def _address(sender: str | None) -> str | None:
    try:
        return str(ip_address(sender or ""))
    except ValueError:
        return None


def _write(counts: Counter[Kind], row: Quarantined | None) -> None:
    try:
        with transaction.atomic():
            if row is None or not row.is_authentic:
                _do_without_fsync()
            if row is not None:
                Quarantined.objects.bulk_create([row], ignore_conflicts=True)
                _make_room(row)
            _add(counts)  # last: many wait for these few rows
    except Error:  # of a deleted application, too: its counts are left out the next time
        _memory.put_back(counts)
        logger.warning("refusals_not_stored", exc_info=True)


def _do_without_fsync() -> None:
    # A crash of the database may lose these last rows; waiting for the disk would let a sender keep it busy.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")


def _make_room(row: Quarantined) -> None:
    """Delete the oldest of its application and kind beyond what is kept of them."""
    alike = Quarantined.objects.filter(application=row.application_id, is_authentic=row.is_authentic)
    most = MOST_AUTHENTIC if row.is_authentic else MOST_FORGED
    newest_gone = alike.order_by("-pk").values("pk")[most : most + 1]
    alike.filter(pk__lte=newest_gone).delete()


def _add(counts: Mapping[Kind, int]) -> None:
    rows = sorted(
        (day, application or 0, family, why, number) for (day, application, family, why), number in counts.items()
    )
    with connection.cursor() as cursor:
        # In one order everywhere, so that two processes wait for each other and not for ever. Of an application that
        # was deleted meanwhile nothing is counted.
        cursor.execute(
            "INSERT INTO callbacks_refusalcount AS known (day, application_id, family, why, number) "
            "SELECT told.day, NULLIF(told.app, 0), told.family, told.why, told.number "
            "FROM unnest(%s::date[], %s::bigint[], %s::text[], %s::text[], %s::bigint[]) "
            "AS told (day, app, family, why, number) "
            "WHERE app = 0 OR EXISTS (SELECT FROM applications_application AS known_app WHERE known_app.id = app) "
            "ON CONFLICT (day, application_id, family, why) DO UPDATE SET number = known.number + EXCLUDED.number",
            [list(column) for column in zip(*rows, strict=True)],
        )
