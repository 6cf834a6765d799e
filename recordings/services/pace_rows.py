"""The statements on `Pace`, each on the database's clock and each a step that no other process can come between."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from recordings.models import Pace, Recording
from recordings.states.vocabulary import LIVE

# Codes that refuse one action to keys that may be good for others.
OF_ONE_ACTION = ("UnauthorizedOperation", "AuthFailure.UnauthorizedOperation")


class Row(NamedTuple):
    """A pace as it stands, in seconds from now; negative for what is past.

    Attributes:
        is_open: These keys were refused.
        was_opened: Some keys were, since the last success.
        code: What the vendor said when it stopped the calls; empty while it has not.
    """

    pace_id: int
    free_in: float
    repeat_free_in: float
    throttles: int
    is_open: bool
    was_opened: bool
    probe_in: float | None
    code: str


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


def slow_down(pace_id: int, *, longest: float, share: float, code: str, message: str) -> None:
    """Let nobody call for 2, 4, 8 … seconds, at most *longest*, times *share*."""
    _one(_PAUSE, [longest, share, code, message, pace_id])


def open_circuit(pace_id: int, *, keys: str, probe_seconds: float, code: str, message: str) -> None:
    """Let nobody call with *keys* but probes."""
    _one(_OPEN, {"pace": pace_id, "keys": keys, "probe": probe_seconds, "code": code, "message": message})


def recover(pace_id: int) -> None:
    """Let all call again."""
    _one(_RECOVER, [pace_id])


def believe_keys(pace_id: int) -> None:
    """Let all call again, of the application's other actions too: keys that are good for one are good.

    Not where it was the permission for the action that was refused.
    """
    _one(_RECOVER, [pace_id])
    _one(_RECOVER_OTHERS, [pace_id, [f"{code}%" for code in OF_ONE_ACTION]])


def forget_refusal(pace_id: int, *, keys: str) -> bool:
    """Let all call again unless keys with another digest were refused meanwhile; tell whether it was so."""
    return _one(_FORGET, [pace_id, keys]) is not None


def hasten(pace_id: int, *, within: float) -> None:
    """Let the application's recordings that would be looked at within so many seconds be looked at now."""
    _one(_HASTEN, [list(LIVE), within, pace_id])


def _one(statement: str, parameters: Any) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone() if cursor.description else None


_TABLE, _RECORDINGS = Pace._meta.db_table, Recording._meta.db_table
_LOCK = f"""
    SELECT id,
           EXTRACT(EPOCH FROM next_at - clock_timestamp())::float8,
           EXTRACT(EPOCH FROM GREATEST(next_at, retry_at) - clock_timestamp())::float8,
           throttles,
           opened_at IS NOT NULL AND opened_for = %s,
           opened_at IS NOT NULL,
           EXTRACT(EPOCH FROM probe_at - clock_timestamp())::float8,
           code
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
        throttles = LEAST(throttles + 1, 10),
        code = CASE WHEN opened_at IS NULL THEN %s ELSE code END,
        message = CASE WHEN opened_at IS NULL THEN %s ELSE message END
    WHERE id = %s
"""  # noqa: S608
_OPEN = f"""
    UPDATE {_TABLE} SET
        opened_at = COALESCE(CASE WHEN opened_for = %(keys)s THEN opened_at END, clock_timestamp()),
        probe_at = clock_timestamp() + make_interval(secs => %(probe)s),
        opened_for = %(keys)s, code = %(code)s, message = %(message)s
    WHERE id = %(pace)s
"""  # noqa: S608
_WELL = "throttles = 0, opened_at = NULL, probe_at = NULL, opened_for = '', code = '', message = ''"
_RECOVER = f"UPDATE {_TABLE} SET {_WELL} WHERE id = %s"  # noqa: S608
_FORGET = f"{_RECOVER} AND opened_for = %s RETURNING id"
# Nobody is waited for: who is at work on one of them will see for itself.
_HASTEN = f"""
    UPDATE {_RECORDINGS} SET next_check_at = clock_timestamp() WHERE id IN (
        SELECT recording.id FROM {_RECORDINGS} AS recording JOIN {_TABLE} AS pace USING (application_id)
        WHERE recording.state = ANY(%s) AND recording.lease_token IS NULL
          AND recording.next_check_at BETWEEN clock_timestamp() AND clock_timestamp() + make_interval(secs => %s)
          AND pace.id = %s
        FOR UPDATE OF recording SKIP LOCKED
    )
"""  # noqa: S608
# Never waited for: whoever holds one of them may wait for the first.
_RECOVER_OTHERS = f"""
    UPDATE {_TABLE} SET {_WELL} WHERE id IN (
        SELECT other.id FROM {_TABLE} AS other JOIN {_TABLE} AS good USING (application_id)
        WHERE good.id = %s AND other.opened_at IS NOT NULL AND NOT other.code LIKE ANY (%s)
        FOR UPDATE OF other SKIP LOCKED
    )
"""  # noqa: S608
