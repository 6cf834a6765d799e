"""When a call to the vendor may go: 20 requests a second for each application and action, whoever makes them.

Each call reserves a moment of its own in one row that all processes share, on the database's clock. A bucket or a
window of a second would let twice as many through across its edge. A vendor who says that it is too much pauses
everybody; one who refuses the account's keys is asked again by a probe a minute, and what needs it waits.

Source of the limit: https://trtc.io/document/46960 and its siblings.
"""

import hashlib
import random
import time
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from applications.models import Application
from recordings.metrics import observe_limiter_wait
from recordings.models import Pace
from recordings.services import pace_rows
from recordings.services.vendor import account_of
from recordings.trtc.account import Account
from recordings.trtc.errors import (
    CredentialsRejected,
    GatewayError,
    QuotaReached,
    Rejected,
    TaskExists,
    TaskGone,
    Throttled,
)
from recordings.trtc.vendor_codes import Action, is_quota

# Moments lie a little further apart than they must, so that calls which reach the vendor unevenly still fit its second.
SPACING = 1.04
# A call that is later than this at its moment takes another one.
LATEST_SECONDS = 0.01
# How far ahead a moment is given away; who would wait longer comes back.
HORIZON_SECONDS = 1.0
# Of the calls, one in so many may be a repeated one.
REPEAT_SHARE = 10
PROBE_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 60.0
# A full quota is asked about more often: tasks of others, that nobody tells us of, end at any time.
LONGEST_QUOTA_PAUSE_SECONDS = 15.0


class Waiting(StrEnum):
    """What a call that may not go yet waits for."""

    RATE = "rate"
    QUOTA = "quota"
    CREDENTIALS = "credentials"


@dataclass(frozen=True, slots=True)
class Denied:
    """Not now.

    Attributes:
        seconds: When to come back; infinite for who is called when there is room.
    """

    why: Waiting
    seconds: float


class Trouble(StrEnum):
    """What the last answers said to everybody."""

    NONE = "none"
    THROTTLED = "throttled"
    KEYS_REFUSED = "keys_refused"


@dataclass(frozen=True, slots=True)
class Turn:
    """The pace of one action, locked until the transaction ends.

    Attributes:
        free_in: Seconds until the next free moment; negative when there is one now.
        trouble: What a success would be news about.
        is_full: The vendor says that its quota is, whatever ours says.
        is_open: The account's keys are refused.
    """

    pace_id: int
    action: Action
    interval: float
    free_in: float
    repeat_free_in: float
    trouble: Trouble
    is_full: bool
    is_open: bool
    probe_in: float


@dataclass(frozen=True, slots=True)
class Permit:
    """The leave to make one call.

    Attributes:
        at: Its moment, on the clock of `time.monotonic`.
        next_at: The moment after it, on the database's; nobody is behind this call while the pace says the same.
    """

    pace_id: int
    action: Action
    interval: float
    at: float
    next_at: datetime
    trouble: Trouble


def lock_turn(application: Application, action: Action, account: Account) -> Turn:
    """Lock the pace of *action*: whoever else wants a moment, or a place, waits for the end of the transaction."""
    row = pace_rows.lock(application.pk, action, keys=digest_of(account))
    return Turn(
        pace_id=row.pace_id,
        action=action,
        interval=SPACING / application.requests_per_second,
        free_in=row.free_in,
        repeat_free_in=row.repeat_free_in,
        trouble=_trouble_of(row),
        is_full=is_out_of_room(row),
        is_open=row.is_open,
        probe_in=row.probe_in or 0.0,
    )


def _trouble_of(row: pace_rows.Row) -> Trouble:
    if row.was_opened:  # for these keys or for earlier ones
        return Trouble.KEYS_REFUSED
    return Trouble.THROTTLED if row.throttles else Trouble.NONE


def take(turn: Turn, *, is_repeat: bool = False, within: float = HORIZON_SECONDS) -> Permit | Denied:
    """Reserve the next moment of a locked pace.

    Args:
        is_repeat: The call was made before and did not succeed.
        within: Seconds; a moment that is further away is left to others.
    """
    if turn.is_open and turn.probe_in > 0:
        return Denied(Waiting.CREDENTIALS, turn.probe_in)
    free_in = max(turn.free_in, turn.repeat_free_in) if is_repeat else turn.free_in
    if free_in > within:
        return Denied(Waiting.QUOTA if turn.is_full else Waiting.RATE, free_in)
    wait, next_at = pace_rows.take_moment(
        turn.pace_id,
        interval=turn.interval,
        repeat_interval=turn.interval * REPEAT_SHARE if is_repeat else None,
        probe_seconds=PROBE_SECONDS if turn.is_open else None,
    )
    return Permit(turn.pace_id, turn.action, turn.interval, time.monotonic() + wait, next_at, turn.trouble)


def reserve(application: Application, action: Action, account: Account, *, is_repeat: bool = False) -> Permit | Denied:
    """Reserve a moment for one call, inside the caller's transaction."""
    return take(lock_turn(application, action, account), is_repeat=is_repeat)


def await_approach(permit: Permit, *, seconds: float) -> None:
    """Sleep until so many seconds before the call's moment. No transaction is open here."""
    pause(max(permit.at - seconds - time.monotonic(), 0.0))


def await_moment(permit: Permit) -> None:
    """Sleep until the call's moment; one that was missed is given up for the next, unless nobody is behind.

    No transaction is open here.
    """
    began = time.monotonic()
    while True:
        pause(max(permit.at - time.monotonic(), 0.0))
        if time.monotonic() - permit.at <= LATEST_SECONDS:
            break
        if pace_rows.put_off(permit.pace_id, interval=permit.interval, next_at=permit.next_at):
            break
        wait, next_at = pace_rows.take_moment(
            permit.pace_id, interval=permit.interval, repeat_interval=None, probe_seconds=None
        )
        permit = replace(permit, at=time.monotonic() + wait, next_at=next_at)
    observe_limiter_wait(permit.action, time.monotonic() - began)


def pause(seconds: float) -> None:
    """Sleep. A seam for simulations, in which time is not waited for."""
    time.sleep(seconds)


def heed(permit: Permit, account: Account, error: GatewayError | None) -> None:
    """Let everybody know what an answer says to all: slow down, no room, keys refused; or all is well again."""
    if isinstance(error, CredentialsRejected):
        pace_rows.open_circuit(
            permit.pace_id,
            keys=digest_of(account),
            probe_seconds=PROBE_SECONDS,
            code=error.code[:128],
            message=error.message,
        )
        return
    # Whoever gets such an answer was let in.
    is_let_in = error is None or isinstance(error, Rejected | TaskGone | TaskExists | QuotaReached)
    if is_let_in and permit.trouble == Trouble.KEYS_REFUSED:
        pace_rows.believe_keys(permit.pace_id)
        pace_rows.hasten(permit.pace_id, within=PROBE_SECONDS)
    match error:
        case Throttled():
            _slow_down(permit, error, LONGEST_PAUSE_SECONDS)
        case QuotaReached():
            _slow_down(permit, error, LONGEST_QUOTA_PAUSE_SECONDS)
        case _ if is_let_in and permit.trouble == Trouble.THROTTLED:
            pace_rows.recover(permit.pace_id)


def forget_old_keys() -> None:
    """Let all of an application call again at once when its keys are no longer the ones that were refused."""
    for pace in Pace.objects.filter(opened_at__isnull=False).select_related("application"):
        if not is_refused(pace) and pace_rows.forget_refusal(pace.pk, keys=pace.opened_for):
            pace_rows.hasten(pace.pk, within=PROBE_SECONDS)


def is_refused(pace: Pace) -> bool:
    """Tell whether the keys that the application has now were refused."""
    return pace.opened_at is not None and pace.opened_for == digest_of(account_of(pace.application))


def is_out_of_room(pace: Pace | pace_rows.Row) -> bool:
    """Tell whether the vendor says that the quota is full, whatever ours says."""
    return bool(pace.throttles) and is_quota(pace.code)


def digest_of(account: Account) -> str:
    """Return what tells these keys from others, and nothing else about them."""
    keys = "\0".join((account.secret_id, account.secret_key, account.sdk_secret_key))
    return hashlib.sha256(keys.encode()).hexdigest()[:16]


def _slow_down(permit: Permit, error: GatewayError, longest: float) -> None:
    """Pause longer each time; the jitter keeps what was throttled together from coming back together."""
    share = random.uniform(0.6, 1.0)
    pace_rows.slow_down(permit.pace_id, longest=longest, share=share, code=error.code[:128], message=error.message)
