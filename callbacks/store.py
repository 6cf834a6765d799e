"""Store callbacks and apply them, in one transaction: of equal ones, wherever they come from, one has an effect."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from django.db import connection, transaction

from callbacks.delivery import Delivery
from callbacks.models import Event, Verdict
from recordings.models import Recording
from recordings.models.sql import Row, column_names, insert_new, insert_rows, select_values, update_rows
from recordings.services.ledger import TaskName, lock_recordings_of_tasks, plan_change, write_changes
from recordings.services.observe import Sighting, observe
from recordings.states.facts import Fact, FactKind, Source

logger = logging.getLogger(__name__)

# Of one event, so many tellings with other words are kept; whoever forges more is counted.
MOST_VARIANTS = 5


class Ingested(StrEnum):
    NEW = "new"
    REPEATED = "repeated"  # known already: nothing changed
    CONFLICTING = "conflicting"  # known with other words: kept and flagged
    EXCESSIVE = "excessive"  # one more of too many such
    SPOOLED = "spooled"  # safe on the local disk until the database is back
    FAILED = "failed"  # stored, and an error of ours kept it from being applied


class _Strangers(Exception):
    """Tasks that no recording explains: their recordings are made under a lock, in a second go."""

    def __init__(self, names: set[TaskName]) -> None:
        super().__init__()
        self.names = names


@dataclass(slots=True)
class _Batch:
    """Deliveries with what the database knows of them."""

    deliveries: Sequence[Delivery]
    recordings: list[Recording | None]
    made: set[Recording] = field(default_factory=set)
    facts: dict[Recording, list[Fact]] = field(default_factory=lambda: defaultdict(list))


def store(deliveries: Sequence[Delivery], *, again: bool = False) -> list[Ingested]:
    """Store and apply deliveries in one transaction, all or none.

    Args:
        again: Apply those that are stored already once more; what they told before changes nothing.
    """
    try:
        with transaction.atomic():
            return _store(deliveries, _match(deliveries, may_observe=False), again=again)
    except _Strangers as strangers:
        with transaction.atomic():
            # One process makes the recording of a task that nobody knew; the others wait here and find it.
            _lock_names(strangers.names)
            return _store(deliveries, _match(deliveries, may_observe=True), again=again)


def keep_failed(delivery: Delivery, error: Exception) -> None:
    """Store a callback that an error of ours kept from being applied: it can be applied again when that is mended."""
    told = {"family": delivery.family, "natural_key": delivery.event.natural_key}
    logger.error("callback_failed", extra=told, exc_info=error)
    insert_rows(Event, [_row(delivery, None, Verdict.FAILED)], once=("application_id", "family", "natural_key"))


def _lock_names(names: set[TaskName]) -> None:
    texts = sorted(f"{name.application_id}/{name.family}/{name.task_id}" for name in names)
    with connection.cursor() as cursor:
        for text in texts:  # one after the other: in this order everywhere
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [text])


def _match(deliveries: Sequence[Delivery], *, may_observe: bool) -> _Batch:
    """Find the recording that each delivery is about, locked: by its task first, else by the robot's name.

    Raises:
        _Strangers: Some have none and may not be given one yet.
    """
    names = [delivery.task_name for delivery in deliveries]
    locked = lock_recordings_of_tasks([name for name in names if name]) if any(names) else []
    known: dict[tuple[int, str, str], Recording] = {}
    for recording in locked:
        if recording.origin == "api":
            known[recording.application_id, "robot", recording.robot_user_id] = recording
        for fact in recording.known_facts or []:
            if fact.task_id:
                known[recording.application_id, recording.provider, fact.task_id] = recording
    found = [_find(known, name) if name else None for name in names]
    strangers = {
        name
        for name, recording, delivery in zip(names, found, deliveries, strict=True)
        if name and recording is None and delivery.event.kind is not None
    }
    if strangers and not may_observe:
        raise _Strangers(strangers)
    batch = _Batch(deliveries, found)
    _observe(batch, strangers, names)
    return batch


def _find(known: dict[tuple[int, str, str], Recording], name: TaskName) -> Recording | None:
    by_task = known.get((name.application_id, name.family, name.task_id))
    return by_task or (known.get((name.application_id, "robot", name.robot)) if name.robot else None)


def _observe(batch: _Batch, strangers: set[TaskName], names: Sequence[TaskName | None]) -> None:
    made: dict[TaskName, Recording] = {}
    for i, (delivery, name) in enumerate(zip(batch.deliveries, names, strict=True)):
        if name not in strangers or name is None:
            continue
        same = TaskName(name.application_id, name.family, name.task_id)
        if same not in made and delivery.event.kind is not None:
            made[same], facts = observe(
                Sighting(
                    name=name,
                    room_id=delivery.event.room_id,
                    robot=delivery.event.robot_user_id,
                    quiet_seconds=delivery.quiet_seconds,
                    occurred_at=min(delivery.event.occurred_at, delivery.received_at),
                    received_at=delivery.received_at,
                )
            )
            batch.facts[made[same]] += facts
        batch.recordings[i] = made.get(same)
    batch.made = set(made.values())


def _store(deliveries: Sequence[Delivery], batch: _Batch, *, again: bool) -> list[Ingested]:
    verdicts = [_verdict(delivery) for delivery in deliveries]
    rows = [_row(*columns) for columns in zip(deliveries, batch.recordings, verdicts, strict=True)]
    once = ("application_id", "family", "natural_key")
    new = set(insert_new(Event, rows, once=once, returning=once))
    results = []
    repeated = []
    for delivery, recording, verdict in zip(deliveries, batch.recordings, verdicts, strict=True):
        is_new = delivery.identity in new
        new.discard(delivery.identity)
        results.append(Ingested.NEW if is_new else Ingested.REPEATED)
        if not is_new:
            repeated.append(len(results) - 1)
        if verdict == Verdict.APPLIED and recording is not None and (is_new or recording in batch.made):
            batch.facts[recording].append(delivery.to_fact())
    if repeated:
        _review(batch, repeated, results, again=again)
    _apply(batch)
    return results


def _apply(batch: _Batch) -> None:
    changes = [plan_change(recording=recording, facts=told) for recording, told in batch.facts.items()]
    made = [change for change in changes if change.recording in batch.made]
    if made:
        names = column_names(Recording)
        insert_rows(Recording, [{name: getattr(change.recording, name) for name in names} for change in made])
        write_changes(made, rows_are_new=True)
    write_changes([change for change in changes if change.facts and change.recording not in batch.made])


def _verdict(delivery: Delivery) -> Verdict:
    if delivery.event.is_test:
        return Verdict.TEST
    return Verdict.APPLIED if delivery.task_name and delivery.event.kind is not None else Verdict.KEPT


def _row(delivery: Delivery, recording: Recording | None, verdict: Verdict) -> Row:
    event = delivery.event
    return {
        "application_id": delivery.application_id,
        "family": delivery.family,
        "natural_key": event.natural_key,
        "digest": delivery.digest,
        "conflicts_with_id": None,
        "event_type": event.event_type,
        "task_id": event.task_id,
        "room_id": event.room_id,
        "robot_user_id": event.robot_user_id,
        "occurred_at": event.occurred_at,
        "received_at": delivery.received_at,
        "is_late": delivery.is_late,
        "body": delivery.body,
        "recording_id": recording.pk if recording is not None else None,
        "verdict": verdict,
    }


# --- events that are known already


def _review(batch: _Batch, repeated: Sequence[int], results: list[Ingested], *, again: bool) -> None:
    """Compare repeated deliveries with what was stored first, and correct the results of those that differ."""
    first = _stored([batch.deliveries[i] for i in repeated])
    for i in repeated:
        delivery, recording = batch.deliveries[i], batch.recordings[i]
        pk, digest, verdict = first[delivery.identity]
        if digest and digest != delivery.digest:
            results[i] = _keep_variant(batch, delivery, recording, conflicts_with=pk)
        elif recording is not None and (again or recording in batch.made or verdict == Verdict.FAILED):
            if delivery.event.kind is not None:
                batch.facts[recording].append(delivery.to_fact())
            told = _verdict(delivery) if verdict != Verdict.CONFLICT else verdict  # an operator chose another telling
            update_rows(Event, [{"id": pk, "recording_id": recording.pk, "verdict": told}])


def _stored(deliveries: Sequence[Delivery]) -> dict[tuple[int, str, str], tuple[int, str, str]]:
    found = select_values(
        Event,
        "application_id, family, natural_key, id, digest, verdict",
        "(application_id, family, natural_key) IN (SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[]))",
        [list(column) for column in zip(*(delivery.identity for delivery in deliveries), strict=True)],
    )
    return {(app, family, key): (pk, digest, verdict) for app, family, key, pk, digest, verdict in found}


def _keep_variant(batch: _Batch, delivery: Delivery, recording: Recording | None, *, conflicts_with: int) -> Ingested:
    """Keep another telling of a known event: it is flagged and changes nothing else."""
    key = sha256(f"{delivery.event.natural_key}:{delivery.digest}".encode()).hexdigest()
    if not select_values(Event, "id", "conflicts_with_id = %s AND natural_key = %s", [conflicts_with, key]):
        if len(select_values(Event, "id", "conflicts_with_id = %s", [conflicts_with])) >= MOST_VARIANTS:
            return Ingested.EXCESSIVE
        row = {**_row(delivery, recording, Verdict.CONFLICT), "natural_key": key, "conflicts_with_id": conflicts_with}
        insert_new(Event, [row], once=("application_id", "family", "natural_key"), returning=("id",))
    if recording is not None:
        batch.facts[recording].append(_conflict(delivery, key))
    return Ingested.CONFLICTING


def _conflict(delivery: Delivery, key: str) -> Fact:
    return Fact(
        kind=FactKind.CONFLICTED,
        source=Source.CALLBACK,
        key=f"callback:{key}",
        occurred_at=delivery.occurred_at,
        received_at=delivery.received_at,
        task_id=delivery.event.task_id,
        data={"event_type": delivery.event.event_type},
    )
