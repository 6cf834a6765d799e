"""Look at the database for at most a moment, whatever has become of it: a frozen one never holds whoever asks."""

import logging
import threading
import time
from dataclasses import dataclass, field

from django.db import connection, transaction

from operations.findings import Findings, find_out, missing_migrations

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.5
STATEMENT_MILLISECONDS = 2_000


@dataclass(eq=False)
class Look:
    """What one look has seen so far; what it has not is None.

    Attributes:
        missing: Migrations that this code needs and the database does not have.
    """

    missing: list[str] | None = None
    findings: Findings | None = None
    began_at: float = field(default_factory=time.monotonic)
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def is_reached(self) -> bool:
        """True when the database answered."""
        return self.missing is not None


_guard = threading.Lock()
_under_way = Look()
_under_way.done.set()


def look() -> Look:
    """Return what the database says within PATIENCE_SECONDS; who asks meanwhile shares the look.

    So there is one at a time: a database that hangs holds one thread, and a busy scraper costs no more than a slow one.
    """
    global _under_way  # noqa: PLW0603 - one for the process
    with _guard:
        current = _under_way
        if current.done.is_set():
            current = _under_way = Look()
            threading.Thread(target=_see, args=(current,), name="look", daemon=True).start()
    current.done.wait(PATIENCE_SECONDS)
    # One that has hung for longer saw a database that is no more.
    return current if time.monotonic() - current.began_at < 2 * PATIENCE_SECONDS else Look()


def _see(seen: Look) -> None:
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(STATEMENT_MILLISECONDS)])
            seen.missing = missing_migrations()
            if not seen.missing:  # the tables are as this code knows them
                seen.findings = find_out()
    except Exception as error:
        logger.warning("look_failed", extra={"why": next(iter(str(error).splitlines()), type(error).__name__)})
    finally:
        connection.close()
        seen.done.set()
