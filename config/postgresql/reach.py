"""Whether the database can be reached, and in which words that is said."""

import logging
import threading

import psycopg
from django.db import OperationalError, connection

logger = logging.getLogger(__name__)

# What the server says when it takes a connection away: it shuts down, it crashed, it starts.
_TAKEN_AWAY = ("08", "57P")


class Unreachable(psycopg.OperationalError):
    """No connection came about.

    Attributes:
        is_first: Whether this process never had one: nothing was done yet, and the setting may be wrong.
    """

    def __init__(self, words: str, *, is_first: bool) -> None:
        super().__init__(words)
        self.is_first = is_first


def is_unreachable(error: BaseException | None) -> bool:
    """Tell whether Django's *error* says that the database is away; a deadlock or a full disk says that it is there."""
    if not isinstance(error, OperationalError):
        return False
    cause = error.__cause__
    if isinstance(cause, Unreachable):
        return True
    if not isinstance(cause, psycopg.OperationalError):
        return False
    # Without a code it was not the server who spoke: the connection broke, or no answer came.
    return cause.sqlstate is None or cause.sqlstate.startswith(_TAKEN_AWAY)


def was_never_reached(error: OperationalError) -> bool:
    """Tell whether *error* ended the first try of this process to connect."""
    return isinstance(error.__cause__, Unreachable) and error.__cause__.is_first


def in_one_line(error: BaseException) -> str:
    """Return the words of PostgreSQL, which has several lines for hosts with several addresses."""
    return " ".join(str(error).split()) or type(error).__name__


def warn_if_unreachable() -> None:
    """Log one line that names the setting while the database is away, for those who start all the same.

    It is found out in a thread: a host that says nothing holds nobody up.
    """
    threading.Thread(target=_warn_if_unreachable, name="first-contact", daemon=True).start()


def _warn_if_unreachable() -> None:
    try:
        connection.ensure_connection()
    except Exception as error:
        logger.warning("database_unreachable", extra={"setting": "DATABASE_URL", "why": in_one_line(error)})
    finally:
        connection.close()
