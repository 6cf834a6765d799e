"""Who may start next: the vendor's quota of live tasks is held by rows, and what has no place waits in a queue.

A place is taken by each task that may run (`live_tasks`, from the ledger) and by each queued recording that was let
through (`admitted_at`), so a crash cannot leak one. All who take places hold the lock on the pace of creates.

The order: the highest priority; among equals the API key that holds the fewest places; then the oldest.
"""

import math
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from applications.models import Application
from recordings.failpoints import reach
from recordings.models import Recording
from recordings.services.calls import ACTIONS
from recordings.services.pacing import HORIZON_SECONDS, Denied, Permit, Turn, Waiting, await_approach, lock_turn, take
from recordings.services.vendor import account_of
from recordings.services.wake import wake, wake_admission, wake_admission_later
from recordings.states.snapshot import Snapshot
from recordings.states.steps import Create
from recordings.states.urgency import Urgency
from recordings.states.vocabulary import State

CREATE = ACTIONS[Create]
# How many are let through ahead of their moments, at most; see _room.
MOST_ADMITTED = 20
# One that was let through may find that requests took the moments it was let through for.
ADMITTED_PATIENCE_SECONDS = 2.0
# A request that would wait longer than this for its moment is answered 202 instead.
REQUEST_PATIENCE_SECONDS = 0.5
# What a caller is told who does not want to wait: nobody knows when a task of theirs ends.
RETRY_AFTER_QUOTA_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Places:
    """How full an application's quota is.

    Attributes:
        taken: By tasks that may run and by recordings that were let through.
        entering: Of those, the ones let through.
        waiting: Queued, and not let through.
    """

    taken: int
    entering: int
    waiting: int


def count_places(application_id: int, *, from_priority: int = 0) -> Places:
    """Return how many places are taken; *waiting* counts the ones of at least this priority."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"application": application_id, "priority": from_priority})
        running, entering, waiting = cursor.fetchone()
    return Places(running + entering, entering, waiting)


def enter_at_once(application: Application, *, priority: int) -> Permit | Denied:
    """Let a new recording through before it is stored, if there is room, nobody is before it, and its moment is near.

    Runs in the transaction that stores it.
    """
    turn = lock_turn(application, CREATE, account_of(application))
    places = count_places(application.pk, from_priority=priority)
    if places.waiting or places.taken >= application.task_limit:
        return _denied_place(application, places, turn)
    return take(turn, within=REQUEST_PATIENCE_SECONDS)


def enter(recording: Recording, snapshot: Snapshot) -> Permit | Denied:
    """Let a stored recording send its next create; one that holds no place needs its turn in the queue.

    Runs in the transaction that writes the create's intent, with the recording locked.
    """
    application = recording.application
    turn = lock_turn(application, CREATE, account_of(application))
    if snapshot.live_tasks == 0 and recording.admitted_at is None:
        places = count_places(application.pk)
        room = _room(application, places, turn)
        if recording.pk not in _first(application.pk, room):
            denied = _denied_place(application, places, turn)
            return denied if denied.why == Waiting.CREDENTIALS else replace(denied, seconds=math.inf)
    # Another try of a recording that was throttled or had no place is no repeat: the vendor only said "later".
    return take(turn, is_repeat=snapshot.live_tasks > 0, within=ADMITTED_PATIENCE_SECONDS)


def admit(application_id: int) -> int:
    """Let the next queued recordings through, wake a worker for each, and return their number.

    Runs outside any transaction.
    """
    application = Application.objects.get(pk=application_id)
    with transaction.atomic():
        turn = lock_turn(application, CREATE, account_of(application))
        places = count_places(application_id)
        chosen = _first(application_id, _room(application, places, turn))
        # Whoever holds one of them is at work on it just now, and it keeps its place in the order.
        locked = Recording.objects.filter(pk__in=chosen).select_for_update(skip_locked=True)
        free = set(locked.values_list("pk", flat=True))
        admitted = [recording_id for recording_id in chosen if recording_id in free]
        Recording.objects.filter(pk__in=admitted).update(admitted_at=Now(), next_check_at=Now())
        for recording_id in admitted:
            wake(recording_id, Urgency.START)
    reach("admit")
    if turn.free_in > HORIZON_SECONDS and places.waiting:  # a pause: nobody is on the way who would call the next ones
        wake_admission_later(application_id, seconds=turn.free_in)
    return len(admitted)


def admit_behind(recording: Recording, permit: Permit) -> None:
    """Let the next ones through shortly before a create goes, so that no moment after its own stays unused.

    Earlier, the moments that may be given away could all be given away, and nobody would be left to call the next.
    """
    if _is_anyone_waiting(recording.application_id):
        await_approach(permit, seconds=HORIZON_SECONDS / 2)
        admit(recording.application_id)


def admit_after(application_id: int) -> None:
    """Have a worker let the next ones through, now that a place may be free; inside the caller's transaction."""
    if _is_anyone_waiting(application_id):
        wake_admission(application_id)


def waiting_applications() -> list[int]:
    """Return the applications with recordings that wait to be let through."""
    return list(_waiting().values_list("application_id", flat=True).distinct())


def _is_anyone_waiting(application_id: int) -> bool:
    return _waiting().filter(application_id=application_id).exists()


def _waiting() -> QuerySet[Recording]:
    return Recording.objects.filter(state=State.QUEUED, live_tasks=0, admitted_at=None).order_by()


def _room(application: Application, places: Places, turn: Turn) -> int:
    """Return how many of the queue may be let through now: no more than there are places, and moments soon."""
    if turn.is_open:
        return 1 if turn.probe_in <= 0 and not places.entering else 0
    soon = HORIZON_SECONDS - max(turn.free_in, 0.0)
    moments = min(math.floor(soon / turn.interval) + 1, MOST_ADMITTED) if soon >= 0 else 0
    return max(min(application.task_limit - places.taken, moments - places.entering), 0)


def _denied_place(application: Application, places: Places, turn: Turn) -> Denied:
    """Return what who has no place waits for, and how long at least."""
    if turn.is_open:
        return Denied(Waiting.CREDENTIALS, max(turn.probe_in, 1.0))
    if turn.is_full or places.taken >= application.task_limit:
        return Denied(Waiting.QUOTA, RETRY_AFTER_QUOTA_SECONDS)
    # There are places; the ones before it take a moment each.
    return Denied(Waiting.RATE, max(turn.free_in, 0.0) + (places.waiting + 1) * turn.interval)


def _first(application_id: int, number: int) -> list[UUID]:
    return list_waiting(application_id, limit=number) if number > 0 else []


def list_waiting(application_id: int, *, limit: int | None = None) -> list[UUID]:
    """Return the recordings that wait to be let through, the next one first."""
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, {"application": application_id, "limit": limit})
        return [recording_id for (recording_id,) in cursor.fetchall()]


_TABLE = Recording._meta.db_table
_COUNT = f"""
    SELECT COALESCE(SUM(live_tasks), 0)::int,
           COUNT(*) FILTER (WHERE live_tasks = 0 AND admitted_at IS NOT NULL),
           COUNT(*) FILTER (WHERE live_tasks = 0 AND admitted_at IS NULL AND priority >= %(priority)s)
    FROM {_TABLE} WHERE application_id = %(application)s AND (live_tasks > 0 OR state = 'queued')
"""  # noqa: S608 - the table's own name
_QUEUE = f"""
    WITH held AS (
        SELECT created_by_id, COUNT(*) AS places FROM {_TABLE}
        WHERE application_id = %(application)s AND (live_tasks > 0 OR state = 'queued')
          AND (live_tasks > 0 OR admitted_at IS NOT NULL)
        GROUP BY created_by_id
    )
    SELECT id FROM {_TABLE} LEFT JOIN held USING (created_by_id)
    WHERE application_id = %(application)s AND state = 'queued' AND live_tasks = 0 AND admitted_at IS NULL
    ORDER BY priority DESC,
             COALESCE(places, 0) + ROW_NUMBER() OVER (PARTITION BY priority, created_by_id ORDER BY id),
             id
    LIMIT %(limit)s
"""  # noqa: S608
