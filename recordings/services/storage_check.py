"""Look into storage for the files of a recording, and tell what is there as facts. No transaction is open here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from applications.models import StorageProfile
from recordings.models import Recording
from recordings.policy import current_policy
from recordings.services.backoff import jittered_backoff
from recordings.services.calls import Answer
from recordings.services.lease import renew_lease
from recordings.services.pacing import Denied, Waiting
from recordings.services.places import place_of_recording, vod_place_of_recording
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.snapshot import Snapshot
from recordings.states.steps import CheckStorage
from recordings.states.vocabulary import StorageProblem
from recordings.storage.client import Bucket
from recordings.storage.errors import StorageError
from recordings.storage.folder import read_folder
from recordings.storage.place import Place, VodPlace
from recordings.storage.vod import read_media

# Looks into one profile's bucket, each of a few calls.
LOOKS_PER_SECOND = 5.0
# A look that would have to wait longer comes back instead.
LONGEST_WAIT_SECONDS = 0.5
FIRST_RETRY_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that one look into storage needs, gathered while the row was locked.

    Attributes:
        place: None when the files of its profile are not checked any more.
        file_ids: What events told of each task's files in VOD; in a bucket nobody needs to know of a file to see it.
        last: What the last look found, by task: the fact's key and its files.
        tries: How often was looked before.
        seconds: For the whole look.
    """

    step: CheckStorage
    place: Place | VodPlace | None
    file_ids: Mapping[str, tuple[str, ...]]
    last: Mapping[str, tuple[str, Sequence[Any]]]
    tries: int
    seconds: float


def prepare_look(recording: Recording, snapshot: Snapshot, step: CheckStorage) -> Look | Denied:
    """Return what a look needs, or how long to wait: looks into one bucket keep a distance of their own.

    Runs inside the caller's transaction with the row locked.
    """
    profile = recording.storage_profile
    is_checked = profile is not None and profile.check_files
    if profile is not None and is_checked:
        wait = _take_moment(profile)
        if wait > LONGEST_WAIT_SECONDS:
            return Denied(Waiting.RATE, wait)
    if recording.lease_token is not None:
        renew_lease(recording.uuid, recording.lease_token)
    last = {
        fact.task_id: (fact.key, fact.data["files"])
        for fact in sorted(recording.known_facts or (), key=lambda fact: fact.occurred_at)
        if fact.kind == FactKind.STORAGE_CHECKED and "files" in fact.data
    }
    return Look(
        step=step,
        place=(place_of_recording(recording) or vod_place_of_recording(recording)) if is_checked else None,
        file_ids={task.task_id: task.file_ids for task in snapshot.tasks if task.file_ids},
        last=last,
        tries=snapshot.storage.tries,
        seconds=current_policy().lease_seconds * 2 / 3,
    )


def look_into_storage(look: Look) -> Answer:
    """Read what the tasks have in storage and return it as facts; a refusal is an answer too."""
    asked_at = timezone.now()
    retry_in = jittered_backoff(look.tries + 1, first=FIRST_RETRY_SECONDS)
    if look.place is None:
        return Answer([_unreadable(StorageError(StorageProblem.NOT_ASKED), asked_at, retry_in)])
    try:
        found = _read_vod(look, look.place) if isinstance(look.place, VodPlace) else _read_folders(look, look.place)
    except StorageError as error:
        return Answer([_unreadable(error, asked_at, retry_in)])
    return Answer([_checked(look, task_id, files, asked_at, retry_in) for task_id, files in found.items()])


def _read_folders(look: Look, place: Place) -> dict[str, list[dict[str, Any]]]:
    bucket = Bucket(place)
    share = look.seconds / len(look.step.task_ids)
    return {task_id: read_folder(bucket, task_id, seconds=share) for task_id in look.step.task_ids}


def _read_vod(look: Look, place: VodPlace) -> dict[str, list[dict[str, Any]]]:
    """Ask for the files of all tasks at once; a task of which no file is known has nothing to be asked for."""
    wanted = [file_id for file_ids in look.file_ids.values() for file_id in file_ids]
    found = {file["file_id"]: file for file in read_media(place, wanted, seconds=look.seconds)}
    return {
        task_id: [found[file_id] for file_id in file_ids if file_id in found]
        for task_id, file_ids in look.file_ids.items()
    }


def _checked(look: Look, task_id: str, files: list[dict[str, Any]], asked_at: datetime, retry_in: float) -> Fact:
    key, known = look.last.get(task_id, ("", None))
    data: dict[str, Any] = {"same_as": key} if files == known else {"files": files}
    if task_id in look.file_ids:
        data["asked"] = list(look.file_ids[task_id])
    return _fact(FactKind.STORAGE_CHECKED, asked_at, task_id, data | {"retry_in": retry_in})


def _unreadable(error: StorageError, asked_at: datetime, retry_in: float) -> Fact:
    data = {
        "problem": str(error.problem),
        "code": error.code,
        "message": error.message,
        "request_id": error.request_id,
        "retry_in": retry_in,
    }
    return _fact(FactKind.STORAGE_UNREADABLE, asked_at, "", data)


def _fact(kind: FactKind, asked_at: datetime, task_id: str, data: dict[str, Any]) -> Fact:
    return Fact(
        kind=kind,
        source=Source.STORAGE,
        key=f"storage:{task_id}:{asked_at.isoformat()}",
        occurred_at=asked_at,
        received_at=timezone.now(),
        task_id=task_id,
        data=data,
    )


def _take_moment(profile: StorageProfile) -> float:
    """Take the next free moment of a profile's bucket and return in how many seconds it is; none, if that is long."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE applications_storageprofile AS paced SET paced_until = CASE WHEN wait <= %s "
            "THEN greatest(paced_until, statement_timestamp()) + %s * interval '1 second' ELSE paced_until END "
            "FROM (SELECT id, greatest(extract(epoch FROM paced_until - statement_timestamp()), 0) AS wait "
            "FROM applications_storageprofile WHERE id = %s FOR NO KEY UPDATE) AS now "
            "WHERE paced.id = now.id RETURNING coalesce(wait, 0)",
            [LONGEST_WAIT_SECONDS, 1 / LOOKS_PER_SECOND, profile.pk],
        )
        row = cursor.fetchone()
    return float(row[0]) if row else 0.0
