"""Delete files whose days are over: marked first, deleted after a grace period, and believed when storage says so.

Only what is under `<prefix>/<TaskId>/` of a task of a recording of ours is ever listed or deleted.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, QuerySet, Value
from django.utils import timezone

from recordings.models import Recording, RecordingFile
from recordings.services.hold import purge_canceled
from recordings.services.ledger import apply_facts, lock_recording
from recordings.services.places import place_of_recording
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.vocabulary import TERMINAL_BY_MERIT, FileStatus, StorageProblem
from recordings.storage.client import Bucket
from recordings.storage.errors import StorageError
from recordings.storage.place import Place

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 200  # recordings in one run; the next one goes on


@dataclass(frozen=True, slots=True)
class Purge:
    """What a run did, or in a dry run would do, to one recording.

    Attributes:
        act: mark, delete, cancel or fail.
        keys: Of the objects, where objects are concerned.
        why: Of a failure or a cancellation.
    """

    recording: Recording
    act: str
    keys: tuple[str, ...] = ()
    why: str = ""


def purge(*, dry_run: bool) -> Iterator[Purge]:
    """Mark what is due, and delete what was marked long enough ago; yield what was done to each recording."""
    for recording in _to_mark()[:MOST_AT_ONCE]:
        if not dry_run:
            _mark(recording.uuid)
        yield Purge(recording, "mark")
    for recording in _marked(timezone.now())[:MOST_AT_ONCE]:
        yield _delete(recording, dry_run=dry_run)


def _to_mark() -> QuerySet[Recording]:
    found: QuerySet[Recording] = _due().filter(purge_after=None)
    return found


def _due() -> QuerySet[Recording]:
    """Return recordings that are over for longer than their profile keeps files, and that nothing holds."""
    kept_for = ExpressionWrapper(
        F("storage_profile__keep_days") * Value(timedelta(days=1)), output_field=DurationField()
    )
    found: QuerySet[Recording] = (
        Recording.objects.filter(
            storage_profile__keep_days__isnull=False,
            state__in=TERMINAL_BY_MERIT,
            purged_at=None,
            legal_hold=False,
            live_tasks=0,
        )
        .exclude(task_id="")
        .annotate(kept_until=F("ended_at") + kept_for)
        .filter(kept_until__lt=timezone.now())
        .select_related("storage_profile")
        .order_by("ended_at")
    )
    return found


def _marked(now: datetime) -> QuerySet[Recording]:
    found: QuerySet[Recording] = (
        Recording.objects.filter(purge_after__lt=now).select_related("storage_profile").order_by("purge_after")
    )
    return found


def _mark(recording_id: UUID) -> None:
    with transaction.atomic():
        recording = lock_recording(recording_id)
        if not _due().filter(pk=recording_id, purge_after=None).exists():
            return
        now = timezone.now()
        profile = recording.storage_profile
        delete_after = now + timedelta(days=settings.PURGE_GRACE_DAYS)
        data = {"keep_days": profile.keep_days if profile else None, "delete_after": delete_after.isoformat()}
        mark = _fact(FactKind.PURGE_MARKED, "marked", now, data=data, source=Source.CLOCK)
        apply_facts(recording=recording, facts=[mark])


def _delete(recording: Recording, *, dry_run: bool) -> Purge:
    if not _due().filter(pk=recording.pk).exists():
        # Its profile keeps files for longer by now, or it is held.
        if not dry_run:
            _cancel(recording.uuid, "not_due")
        return Purge(recording, "cancel", why="not_due")
    place = place_of_recording(recording)
    if place is None:
        return Purge(recording, "fail", why="no_bucket")
    tasks = list(recording.tasks.values_list("task_id", flat=True))
    deleted: dict[str, list[tuple[str, int]]] = {}
    try:
        for task_id in tasks:
            deleted[task_id] = _empty_folder(place, task_id, dry_run=dry_run)
    except (StorageError, ValueError) as error:
        why = str(error.problem) if isinstance(error, StorageError) else "no_folder"
        logger.warning("purge_failed", extra={"recording_id": recording.pk, "why": why})
        return Purge(recording, "fail", why=why)
    if not dry_run:
        _record(recording.uuid, deleted)
    return Purge(recording, "delete", keys=tuple(key for found in deleted.values() for key, _size in found))


def _empty_folder(place: Place, task_id: str, *, dry_run: bool) -> list[tuple[str, int]]:
    """Delete everything in a task's folder and return it as keys with their bytes.

    Raises:
        StorageError: Something is left; what was deleted is gone, and the next run goes on.
    """
    bucket, folder = Bucket(place), place.folder_of(task_id)
    found = [(entry.key, entry.size) for entry in bucket.list_objects(folder)]
    if dry_run:
        return found
    for key, _size in found:
        bucket.delete_object(key)
    if any(True for _left in bucket.list_objects(folder, most=1)):
        raise StorageError(StorageProblem.REFUSED, code="NotGone")
    return found


def _record(recording_id: UUID, deleted: dict[str, list[tuple[str, int]]]) -> None:
    now = timezone.now()
    with transaction.atomic():
        recording = lock_recording(recording_id)
        names = {task: {key.rpartition("/")[2] for key, _size in found} for task, found in deleted.items()}
        files = RecordingFile.objects.filter(recording=recording).exclude(status=FileStatus.DELETED)
        known = {(file.task_id, file.name.rpartition("/")[2]) for file in files}
        facts = [
            _fact(
                FactKind.PURGED,
                task_id,
                now,
                task_id=task_id,
                data={
                    "names": sorted(name for name in names[task_id] if (task_id, name) in known),
                    "objects": len(found),
                    "bytes": sum(size for _key, size in found),
                },
            )
            for task_id, found in deleted.items()
        ]
        apply_facts(recording=recording, facts=facts)
    objects = sum(len(found) for found in deleted.values())
    logger.info("files_purged", extra={"recording_id": recording_id, "objects": objects})


def _cancel(recording_id: UUID, why: str) -> None:
    with transaction.atomic():
        recording = lock_recording(recording_id)
        if recording.purge_after is not None:
            apply_facts(recording=recording, facts=[purge_canceled(why)])


def _fact(
    kind: FactKind,
    name: str,
    at: datetime,
    *,
    data: Mapping[str, Any],
    task_id: str = "",
    source: Source = Source.STORAGE,
) -> Fact:
    return Fact(
        kind=kind,
        source=source,
        key=f"purge:{name}:{at.isoformat()}",
        occurred_at=at,
        received_at=at,
        task_id=task_id,
        data=data,
    )
