"""While the database is away, callbacks go to the spool on local disk; when it is back, from there into it."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from callbacks.delivery import Delivery
from callbacks.drain import Drainer
from callbacks.metrics import observe_lag
from callbacks.spool import Spool
from callbacks.spooled import Spooled
from callbacks.store import keep_failed, store

# The database's own troubles: what it refuses because of the data is another error.
AWAY = (OperationalError, InterfaceError)


def first_line(error: BaseException) -> str:
    """Return what happened, without the lines that follow, in which PostgreSQL tells of rows and their values."""
    lines = (line.strip() for line in str(error).splitlines())
    return next((line for line in lines if line), type(error).__name__)


def let_connection_go() -> None:
    """Close this thread's connection, so that the next query makes a new one."""
    if not connection.in_atomic_block:
        connection.close()


@cache
def the_spool() -> Spool | None:
    """Return the spool of this host; None when `SPOOL_FOLDER` is empty."""
    return Spool(Path(settings.SPOOL_FOLDER), most_bytes=settings.SPOOL_MOST_BYTES) if settings.SPOOL_FOLDER else None


@cache
def the_drainer() -> Drainer:
    """Return what empties the spool; its thread runs once it was started.

    Raises:
        RuntimeError: There is no spool.
    """
    spool = the_spool()
    if spool is None:
        raise RuntimeError("SPOOL_FOLDER is empty")
    return Drainer(spool, _store_spooled, is_away=is_away, after_round=close_old_connections)


def drain(*, take_back: bool = False) -> int:
    """Empty the spool now and return how many callbacks were stored; 0 too while another process does it.

    Args:
        take_back: Try those again, too, that were refused before.

    Raises:
        RuntimeError: There is no spool.
    """
    drainer, spool = the_drainer(), the_spool()
    if take_back and spool is not None:
        with spool.lock() as is_ours:
            if is_ours:
                spool.take_back()
    return drainer.drain_once()


def start_draining() -> None:
    """Empty in the background what an earlier process left in the spool, and what comes into it."""
    if the_spool() is not None:
        the_drainer().start()


def _store_spooled(items: Sequence[Spooled]) -> None:
    deliveries = [Delivery.from_spooled(item) for item in items]
    try:
        store(deliveries)
    except AWAY:
        raise
    except Exception as error:
        if len(deliveries) > 1:
            raise  # each comes again alone
        keep_failed(deliveries[0], error)
    else:
        for delivery in deliveries:
            observe_lag(delivery.family, delivery.occurred_at)


def is_away(error: BaseException) -> bool:
    """Tell whether waiting helps: one callback that the database chokes on must not hold up all behind it."""
    if not isinstance(error, AWAY):
        return False
    try:
        let_connection_go()
        connection.ensure_connection()
    except Exception:
        return True
    return False
