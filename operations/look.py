"""Look for at most a moment at what may hang: neither a frozen database nor a disk that stands still holds who asks."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.db import connection, transaction

from callbacks.outage import first_line, the_spool
from operations.findings import UNREADABLE_SPOOL, Findings, SpoolFindings, find_out, find_spool, missing_migrations

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.5
STATEMENT_MILLISECONDS = 2_000

T = TypeVar("T")


@dataclass
class Tables:
    """What the database has said so far; what it has not is None.

    Attributes:
        missing: Migrations that this code needs and the database does not have.
    """

    missing: list[str] | None = None
    findings: Findings | None = None

    @property
    def is_reached(self) -> bool:
        """True when the database answered."""
        return self.missing is not None


@dataclass
class Disk:
    """What the disk has said so far. One that says nothing keeps no callback."""

    spool: SpoolFindings | None = field(default_factory=lambda: None if the_spool() is None else UNREADABLE_SPOOL)


@dataclass(eq=False)
class Look(Generic[T]):
    """One look, and what it has seen so far."""

    seen: T
    began_at: float = field(default_factory=time.monotonic)
    done: threading.Event = field(default_factory=threading.Event)


class Looker(Generic[T]):
    """Looks in a thread; who asks meanwhile shares the look.

    So there is one at a time: what hangs holds one thread, and a busy scraper costs no more than a slow one.
    """

    def __init__(self, name: str, blank: Callable[[], T], see: Callable[[T], None]) -> None:
        self._name, self._blank, self._see = name, blank, see
        self._guard = threading.Lock()
        self.under_way: Look[T] | None = None

    def begin(self) -> Look[T]:
        """Return the look that is under way, or a new one."""
        with self._guard:
            current = self.under_way
            if current is None or current.done.is_set():
                current = self.under_way = Look(self._blank())
                threading.Thread(target=self._run, args=(current,), name=self._name, daemon=True).start()
            return current

    def end(self, current: Look[T], *, began: float) -> T:
        """Return what it has seen within PATIENCE_SECONDS from *began*."""
        current.done.wait(max(began + PATIENCE_SECONDS - time.monotonic(), 0.0))
        # One that has hung for longer saw a database or a disk that is no more.
        return current.seen if time.monotonic() - current.began_at < 2 * PATIENCE_SECONDS else self._blank()

    def _run(self, current: Look[T]) -> None:
        try:
            self._see(current.seen)
        except Exception as error:
            logger.warning("look_failed", extra={"at": self._name, "why": first_line(error)})
        finally:
            current.done.set()


def look() -> tuple[Tables, SpoolFindings | None]:
    """Return what the database and this host's disk say within PATIENCE_SECONDS."""
    began = time.monotonic()
    tables, disk = the_tables.begin(), the_disk.begin()
    return the_tables.end(tables, began=began), the_disk.end(disk, began=began).spool


def look_at_spool() -> SpoolFindings | None:
    """Return what this host's disk says within PATIENCE_SECONDS."""
    return the_disk.end(the_disk.begin(), began=time.monotonic()).spool


def _see_tables(seen: Tables) -> None:
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(STATEMENT_MILLISECONDS)])
            seen.missing = missing_migrations()
            if not seen.missing:  # the tables are as this code knows them
                seen.findings = find_out()
    finally:
        connection.close()


def _see_disk(seen: Disk) -> None:
    seen.spool = find_spool()


the_tables = Looker("database", Tables, _see_tables)
the_disk = Looker("disk", Disk, _see_disk)
