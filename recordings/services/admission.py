"""Who may start next: the vendor's quota of live tasks is held by rows, and what has no place waits in a queue.

A place is taken by each task that may run (`live_tasks`, from the ledger) and by each queued recording that was let
through (`admitted_at`), so a crash cannot leak one. All who take places hold the lock on the pace of creates.

The order: the highest priority; among equals the API key that holds the fewest places; then the oldest.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now

from applications.models import Application
from recordings.failpoints import reach
from recordings.models import Recording
from recordings.services.calls import ACTIONS
from recordings.services.pacing import HORIZON_SECONDS, Denied, Permit, Turn, Waiting, lock_turn, take
from recordings.services.vendor import account_of
from recordings.services.wake import wake, wake_admission
from recordings.states.snapshot import Snapshot
from recordings.states.steps import Create
from recordings.states.urgency import Urgency
from recordings.states.vocabulary import State

CREATE = ACTIONS[Create]
# How many are let through ahead of their moments: a second's worth, so that no worker waits for work.
MOST_ADMITTED = 20
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
        return _denied_place(turn)
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
            return _denied_place(turn)
    # Another try of a recording that was throttled or had no place is no repeat: the vendor only said "later".
    return take(turn, is_repeat=snapshot.live_tasks > 0)


def admit(application_id: int) -> int:
    """Let the next queued recordings through, wake a worker for each, and return their number."""
    application = Application.objects.get(pk=application_id)
    with transaction.atomic():
        turn = lock_turn(application, CREATE, account_of(application))
        places = count_places(application_id)
        room = min(_room(application, places, turn), MOST_ADMITTED - places.entering)
        chosen = _first(application_id, room)
        # Whoever holds one of them is at work on it just now, and it keeps its place in the order.
        free = Recording.objects.filter(pk__in=chosen).select_for_update(skip_locked=True).values_list("pk", flat=True)
        admitted = [recording_id for recording_id in chosen if recording_id in set(free)]
        Recording.objects.filter(pk__in=admitted).update(admitted_at=Now(), next_check_at=Now())
        for recording_id in admitted:
            wake(recording_id, Urgency.START)
    reach("admit")
    return len(admitted)


def admit_next(recording: Recording) -> None:
    """Let the next ones through while a create is on its way, so that its successor's moment is not missed."""
    if count_places(recording.application_id).waiting:
        admit(recording.application_id)


def admit_after(application_id: int) -> None:
    """Have a worker let the next ones through, now that a place may be free; inside the caller's transaction."""
    if count_places(application_id).waiting:
        wake_admission(application_id)


def waiting_applications() -> list[int]:
    """Return the applications with recordings that wait to be let through."""
    waiting = Recording.objects.filter(state=State.QUEUED, admitted_at=None).order_by()
    return list(waiting.values_list("application_id", flat=True).distinct())


def _room(application: Application, places: Places, turn: Turn) -> int:
    """Return how many of the queue may be let through now."""
    if turn.is_open:
        return 1 if turn.probe_in <= 0 and not places.entering else 0
    if turn.free_in > HORIZON_SECONDS:
        return 0
    return max(application.task_limit - places.taken, 0)


def _denied_place(turn: Turn) -> Denied:
    if turn.is_open:
        return Denied(Waiting.CREDENTIALS, max(turn.probe_in, 1.0))
    return Denied(Waiting.QUOTA, RETRY_AFTER_QUOTA_SECONDS)


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
