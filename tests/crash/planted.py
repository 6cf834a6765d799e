"""Bugs of the kind that wrappers of this vendor have, to see that the checker finds each. Never in the product."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db import connection, transaction

from tests.crash.planted_settings import PLANTED

# A recording's own exit, and what shows that it runs.
EXITS = frozenset({"recorder_left", "upload_finished", "transcode_finished", "exit_assumed", "task_gone"})
LIFE = frozenset({"recorder_started", "upload_started", "slice_created", "slice_uploaded"})


def _ours(module: str) -> Any:
    """Return a module of ours, once the apps are there."""
    return import_module(f"recordings.{module}")


class Planted(AppConfig):
    """Puts the bug that PLANTED names into this process."""

    name = "tests.crash"
    label = "planted"

    def ready(self) -> None:
        BUGS[PLANTED]()


def random_robot_name() -> None:
    """Every create has a robot's name of its own."""
    gateway = _ours("trtc.gateway").TrtcGateway
    honest = gateway.create_recording

    def create(self: object, *, robot_user_id: str, **rest: Any) -> Any:
        return honest(self, robot_user_id=f"robot_{uuid.uuid4().hex[:20]}", **rest)

    gateway.create_recording = create


def look_then_insert() -> None:
    """Whether a slot is free is looked up, then the recording is inserted. The test drops the index."""
    start = _ours("services.start")
    honest = start._insert

    def insert(request: Any, *rest: Any, **more: Any) -> Any:
        if holder := start._slot_holder(request):
            raise start.SlotTaken(holder.uuid)
        return honest(request, *rest, **more)

    start._insert = insert


def no_token() -> None:
    """Whoever answers last is believed, though it had lost its lease; and nobody clears up behind it."""
    duties, fold = _ours("states.duties"), _ours("states.fold")
    honest = duties._deletes

    def by_arrival(ledger: Any) -> list[Any]:
        return sorted(ledger.tasks.values(), key=lambda task: task.first_seen)

    def deletes(snapshot: Any, *rest: Any) -> Iterator[Any]:
        return (duty for duty in honest(snapshot, *rest) if duty[1].task_id == snapshot.task_id)

    fold.by_age = by_arrival
    duties._deletes = deletes


def no_lease() -> None:
    """Everybody may work on everything, and a create without an answer yet is sent again at once."""
    advance, ledger, duties = _ours("services.advance"), _ours("services.ledger"), _ours("states.duties")
    honest, wake = duties._create_due, ledger.wake

    def take_lease(recording_id: uuid.UUID) -> uuid.UUID:
        token = uuid.uuid4()
        advance.Recording.objects.filter(pk=recording_id).update(lease_token=token)
        return token

    def create_due(last: Any, policy: Any) -> datetime | None:
        due: datetime | None = last.sent_at if last.outcome is None else honest(last, policy)
        return due

    def wake_twice(recording_id: uuid.UUID, *urgency: Any) -> None:
        wake(recording_id, *urgency)
        wake(recording_id, *urgency)

    ledger.wake = wake_twice  # as an engine may do: only the lease makes the second a no-op
    advance.take_lease = take_lease
    duties._create_due = create_due


def last_arrival_wins() -> None:
    """What arrived last is believed, whenever it happened: a late sign of life undoes an exit."""
    ledger = _ours("services.ledger")
    honest = ledger.fold

    def fold(facts: Iterable[Any], **rest: Any) -> Any:
        known = list(facts)
        alive_at = max((fact.received_at for fact in known if fact.kind in LIFE), default=None)
        return honest([f for f in known if f.kind not in EXITS or alive_at is None or f.received_at > alive_at], **rest)

    ledger.fold = fold


def open_transaction() -> None:
    """The vendor is asked with a transaction open."""
    advance = _ours("services.advance")
    honest = advance.perform

    def perform(*call: Any, **rest: Any) -> Any:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return honest(*call, **rest)

    advance.perform = perform


BUGS: Mapping[str, Callable[[], None]] = {
    bug.__name__: bug
    for bug in (random_robot_name, look_then_insert, no_token, no_lease, last_arrival_wins, open_transaction)
}
