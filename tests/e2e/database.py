"""The PostgreSQL server of a stack, for tests that take it away."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import psycopg
from psycopg import sql

GONE_SECONDS = 20


class Database:
    """A server that outlives the processes that use it, until `close`. Whichever command needs it next starts it."""

    def __init__(self) -> None:
        # Not in the folder of pytest, each run of which shuts other users out there: the server may run as another one.
        self._home = TemporaryDirectory(prefix="recordings-")
        self.folder = Path(self._home.name) / "postgres"
        self._data = self.folder / "data"
        self.folder.mkdir()
        self._share: IO[bytes] = (self.folder / "in-use.lock").open("ab")
        fcntl.flock(self._share, fcntl.LOCK_SH)  # or else the server would end with each command

    @property
    def url(self) -> str:
        """Where a process connects that is not to start the server itself."""
        return f"postgres://postgres@/recordings?host={self._line(4)}"

    def connect(self) -> "psycopg.Connection[tuple[Any, ...]]":
        """Return a connection of its own, for one that asks often; each statement commits."""
        return psycopg.connect(host=self._line(4), user="postgres", dbname="recordings", autocommit=True)

    def query(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return the rows of one statement, none for one that has no rows."""
        with self.connect() as connection:
            cursor = connection.execute(statement.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def count(self, table: str, where: str = "true", *parameters: Any) -> int:
        """Return the number of rows of *table* for which *where* holds."""
        statement = sql.SQL("SELECT count(*) FROM {} WHERE ").format(sql.Identifier(table)).as_string() + where
        return int(self.query(statement, *parameters)[0][0])

    def shut_down_at_once(self) -> None:
        """End the server as PostgreSQL's immediate mode does: it recovers from its log at the next start."""
        self._end(signal.SIGQUIT)

    def shut_down_in_order(self) -> None:
        """End the server as `pg_ctl stop` does."""
        self._end(signal.SIGINT)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let no process of the server go on for the length of a with block: its connections stay, nothing answers."""
        postmaster = int(self._line(0))
        pids = [postmaster]
        os.kill(postmaster, signal.SIGSTOP)  # first, so that it makes no more
        try:
            for pid in _children_of(postmaster):
                os.kill(pid, signal.SIGSTOP)
                pids.append(pid)
            yield
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):  # had ended already, and the postmaster has only now heard of it
                    os.kill(pid, signal.SIGCONT)

    def close(self) -> None:
        """End the server in order."""
        self._end(signal.SIGINT)
        self._share.close()
        self._home.cleanup()

    def _end(self, how: signal.Signals) -> None:
        if not self._pid_file.exists():
            return
        pid = int(self._line(0))
        with suppress(ProcessLookupError):
            os.kill(pid, how)
        give_up_at = time.monotonic() + GONE_SECONDS
        while _is_running(pid):
            assert time.monotonic() < give_up_at, f"PostgreSQL, process {pid}, does not end"
            time.sleep(0.01)

    @property
    def _pid_file(self) -> Path:
        return self._data / "postmaster.pid"

    def _line(self, number: int) -> str:
        return self._pid_file.read_text().splitlines()[number]


def _children_of(parent: int) -> list[int]:
    tasks = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(pid) for task in tasks for pid in task.read_text().split()]


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
