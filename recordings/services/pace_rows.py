"""The statements on `Pace`, each on the database's clock and each a step that no other process can come between."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from recordings.models import Pace


class Row(NamedTuple):
    """A pace as it stands, in seconds from now; negative for what is past.

    Attributes:
        is_open: These keys were refused.
    """

    pace_id: int
    free_in: float
    repeat_free_in: float
    throttles: int
    is_open: bool
    probe_in: float | None


def lock(application_id: int, action: str, *, keys: str) -> Row:
    """Return the pace of *action*, made if it is missing, and locked until the transaction ends.

    Args:
        keys: A digest of the account's keys.
    """
    row = _one(_LOCK, [keys, application_id, action])
    if row is None:
        _one(_MAKE, [application_id, action])
        row = _one(_LOCK, [keys, application_id, action])
        assert row is not None  # noqa: S101 - made just now, and paces are never deleted alone
    return Row(*row)


def take_moment(
    pace_id: int, *, interval: float, repeat_interval: float | None, probe_seconds: float | None
) -> tuple[float, datetime]:
    """Take the next free moment, and return in how many seconds it is, and the moment after it.

    Args:
        interval: Seconds to the moment after it.
        repeat_interval: Of a repeated call: seconds to the next moment for repeats; None for a first one.
        probe_seconds: Of a probe: when the next one may go; None for other calls.
    """
    row = _one(_TAKE, {"pace": pace_id, "interval": interval, "repeat": repeat_interval, "probe": probe_seconds})
    assert row is not None  # noqa: S101 - paces are never deleted alone
    return row[0], row[1]


def put_off(pace_id: int, *, interval: float, next_at: datetime) -> bool:
    """Make now the moment of the call after which *next_at* comes; False when somebody took that one already."""
    return _one(_PUT_OFF, [interval, pace_id, next_at]) is not None


def slow_down(pace_id: int, *, longest: float, share: float) -> None:
    """Let nobody call for 2, 4, 8 … seconds, at most *longest*, times *share*."""
    _one(_PAUSE, [longest, share, pace_id])


def open_circuit(pace_id: int, *, keys: str, probe_seconds: float, code: str, message: str) -> None:
    """Let nobody call with *keys* but probes."""
    _one(_OPEN, [probe_seconds, keys, code, message, pace_id])


def recover(pace_id: int) -> None:
    """Let all call again."""
    _one(_RECOVER, [pace_id])


def _one(statement: str, parameters: Any) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone() if cursor.description else None


_TABLE = Pace._meta.db_table
_LOCK = f"""
    SELECT id,
           EXTRACT(EPOCH FROM next_at - clock_timestamp())::float8,
           EXTRACT(EPOCH FROM GREATEST(next_at, retry_at) - clock_timestamp())::float8,
           throttles,
           opened_at IS NOT NULL AND opened_for = %s,
           EXTRACT(EPOCH FROM probe_at - clock_timestamp())::float8
    FROM {_TABLE} WHERE application_id = %s AND action = %s FOR UPDATE
"""  # noqa: S608 - the table's own name
_MAKE = f"INSERT INTO {_TABLE} (application_id, action) VALUES (%s, %s) ON CONFLICT DO NOTHING"  # noqa: S608
_TAKE = f"""
    UPDATE {_TABLE} SET
        next_at = GREATEST(next_at, CASE WHEN %(repeat)s::float8 IS NOT NULL THEN retry_at END, clock_timestamp())
                  + make_interval(secs => %(interval)s),
        retry_at = COALESCE(
            GREATEST(next_at, retry_at, clock_timestamp()) + make_interval(secs => %(repeat)s::float8), retry_at
        ),
        probe_at = COALESCE(clock_timestamp() + make_interval(secs => %(probe)s::float8), probe_at)
    WHERE id = %(pace)s
    RETURNING EXTRACT(EPOCH FROM next_at - clock_timestamp())::float8 - %(interval)s, next_at
"""  # noqa: S608
_PUT_OFF = f"""
    UPDATE {_TABLE} SET next_at = clock_timestamp() + make_interval(secs => %s)
    WHERE id = %s AND next_at = %s RETURNING id
"""  # noqa: S608
_PAUSE = f"""
    UPDATE {_TABLE} SET
        next_at = GREATEST(
            next_at, clock_timestamp() + make_interval(secs => LEAST(power(2, throttles + 1), %s)::float8 * %s)
        ),
        throttles = LEAST(throttles + 1, 10)
    WHERE id = %s
"""  # noqa: S608
_OPEN = f"""
    UPDATE {_TABLE} SET
        opened_at = COALESCE(opened_at, clock_timestamp()),
        probe_at = clock_timestamp() + make_interval(secs => %s),
        opened_for = %s, code = %s, message = %s
    WHERE id = %s
"""  # noqa: S608
_RECOVER = f"""
    UPDATE {_TABLE}
    SET throttles = 0, opened_at = NULL, probe_at = NULL, opened_for = '', code = '', message = '' WHERE id = %s
"""  # noqa: S608
