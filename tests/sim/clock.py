"""Virtual time, for Python and for PostgreSQL alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest import mock

from django.db import connection

# Later than any real run: a column that PostgreSQL fills by a default of its own is in the past, never in the future.
DAY_BEGINS = datetime(2040, 3, 5, 6, 0, tzinfo=UTC)  # a Monday

# Functions of these names in a schema that comes first win over those of pg_catalog. CURRENT_TIMESTAMP cannot be
# replaced: nothing of ours uses it (test_clock.py).
_TELL = "SELECT set_config('sim.now', %s, false)"
_FUNCTIONS = {"statement_timestamp": "STABLE", "now": "STABLE", "clock_timestamp": "VOLATILE"}


class VirtualClock:
    """The moment at which everything of ours believes to be.

    Attributes:
        seconds: Since DAY_BEGINS. Two events never share a moment.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._told = -1.0  # what PostgreSQL was told last

    def now(self) -> datetime:
        """Return the moment as `timezone.now()` would."""
        return DAY_BEGINS + timedelta(seconds=self.seconds)

    def advance_to(self, seconds: float) -> None:
        """Move on; never backwards, and by a microsecond at least."""
        self.seconds = max(seconds, self.seconds + 1e-6)

    def tell_database(self) -> None:
        """Let PostgreSQL know, outside any transaction: a rollback would take it back."""
        if self._told != self.seconds:
            connection.ensure_connection()
            # Before each event, so past Django's cursor, which would take several times as long.
            connection.connection.execute(_TELL, [self.now().isoformat()], prepare=True)
            self._told = self.seconds


@contextmanager
def virtual_time(clock: VirtualClock) -> Iterator[None]:
    """Let Python's and this connection's time be that of *clock*."""
    nanoseconds = SimpleNamespace(time_ns=lambda: int(clock.now().timestamp() * 1_000_000) * 1000)
    _make_functions()
    try:
        with (
            mock.patch("django.utils.timezone.now", clock.now),
            mock.patch("recordings.ids.time", nanoseconds),
            # Its two seconds are of the process's own clock, which stands still beside a simulated day.
            mock.patch("callbacks.keyring.REMEMBER_SECONDS", 1e9),
        ):
            clock.tell_database()
            yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET search_path")
            cursor.execute("DROP SCHEMA sim CASCADE")


def _make_functions() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS sim CASCADE")
        cursor.execute("CREATE SCHEMA sim")
        for name, volatility in _FUNCTIONS.items():
            cursor.execute(
                f"CREATE FUNCTION sim.{name}() RETURNS timestamptz LANGUAGE sql {volatility} "
                "AS $$ SELECT pg_catalog.current_setting('sim.now')::pg_catalog.timestamptz $$"
            )
        cursor.execute("SET search_path = sim, public, pg_catalog")
        cursor.execute("SET synchronous_commit = off")  # nobody pulls the plug here; tests/crash does
