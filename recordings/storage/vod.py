"""Media in VOD, looked up by the file ids that events told: what is not known by an id cannot be found.

Error codes: https://cloud.tencent.com/document/api/266/31774
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from recordings.states.vocabulary import FileKind, StorageProblem
from recordings.storage.errors import StorageError
from recordings.storage.place import VodPlace
from recordings.trtc.account import Account
from recordings.trtc.errors import GatewayError
from recordings.trtc.media import MOST_IDS, VOD_ENDPOINT, MediaAnswer, MediaDesk, MediaInfo

CALL_SECONDS = 8.0
# No media has it: VOD's ids have many digits.
NOBODYS_ID = "1"


def read_media(place: VodPlace, file_ids: Sequence[str], *, seconds: float) -> list[dict[str, Any]]:
    """Return those of the files that VOD has, as `states.stored.StoredFile` describes them, one call for twenty.

    Args:
        seconds: For everything.

    Raises:
        StorageError: VOD could not be asked about every one of them, or not in time.
    """
    deadline = time.monotonic() + seconds
    wanted = list(dict.fromkeys(file_ids))
    found: list[dict[str, Any]] = []
    with closing(MediaDesk(_account(place))) as desk:
        for first in range(0, len(wanted), MOST_IDS):
            if time.monotonic() > deadline:
                raise StorageError(StorageProblem.TOO_SLOW)
            found += _read_some(desk, place, wanted[first : first + MOST_IDS])
    return found


def try_media(place: VodPlace) -> None:
    """Ask for a file that cannot exist, to see whether it may be asked for one.

    Raises:
        StorageError: It may not. An id that VOD finds no id at all proves the permission as well: keys come first.
    """
    try:
        read_media(place, [NOBODYS_ID], seconds=CALL_SECONDS)
    except StorageError as error:
        if not error.code.startswith("InvalidParameterValue.FileId"):
            raise


def _account(place: VodPlace) -> Account:
    return Account(
        sdk_app_id=0,  # TRTC's, which VOD does not know
        secret_id=place.secret_id,
        secret_key=place.secret_key,
        sdk_secret_key="",
        region="",
        endpoint=place.endpoint_url or VOD_ENDPOINT,
        timeout_seconds=CALL_SECONDS,
    )


def _read_some(desk: MediaDesk, place: VodPlace, file_ids: Sequence[str]) -> list[dict[str, Any]]:
    try:
        answer = desk.describe(file_ids, sub_app_id=place.sub_app_id)
    except GatewayError as error:
        raise _read_error(error) from None
    return list(_read_answer(answer, file_ids))


def _read_answer(answer: MediaAnswer, file_ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    known = {media.FileId: media for media in answer.MediaInfoSet or ()}
    absent = set(answer.NotExistFileIdSet or ())
    for file_id in file_ids:
        if file_id in known:
            yield _describe(known[file_id])
        elif file_id not in absent:  # silence is no proof that a file is gone
            raise StorageError(StorageProblem.UNAVAILABLE, code="IncompleteAnswer", request_id=answer.RequestId)


def _describe(media: MediaInfo) -> dict[str, Any]:
    file: dict[str, Any] = {"name": "", "kind": FileKind.VOD, "file_id": media.FileId, "whole": True}
    if media.basic is not None:
        file |= {"name": media.basic.Name, "url": media.basic.MediaUrl}
    if media.meta is not None and media.meta.Size is not None:
        file["size"] = media.meta.Size
    if media.meta is not None and media.meta.Duration is not None:
        file["duration_ms"] = round(media.meta.Duration * 1000)
    return file


_PROBLEMS: Mapping[str, StorageProblem] = {
    "AddressInvalid": StorageProblem.REFUSED,
    "AnswerTooLarge": StorageProblem.UNAVAILABLE,
    "AuthFailure.SignatureExpire": StorageProblem.CLOCK_SKEW,
    "AuthFailure.UnauthorizedOperation": StorageProblem.NO_READ_PERMISSION,
    "FailedOperation": StorageProblem.UNAVAILABLE,
    "FailedOperation.NetWorkError": StorageProblem.UNAVAILABLE,
    "FailedOperation.NoPrivileges": StorageProblem.NO_READ_PERMISSION,
    "InvalidCredential": StorageProblem.WRONG_KEYS,
    "UnexpectedStatus": StorageProblem.UNAVAILABLE,
    "UnreadableAnswer": StorageProblem.UNAVAILABLE,
}
# The part before the first dot.
_FAMILIES: Mapping[str, StorageProblem] = {
    "AuthFailure": StorageProblem.WRONG_KEYS,
    "InternalError": StorageProblem.UNAVAILABLE,
    "RequestLimitExceeded": StorageProblem.UNAVAILABLE,
    "ResourceInsufficient": StorageProblem.UNAVAILABLE,
    "ResourceUnavailable": StorageProblem.UNAVAILABLE,
    "ServiceUnavailable": StorageProblem.UNAVAILABLE,
    "UnauthorizedOperation": StorageProblem.NO_READ_PERMISSION,
}


def _read_error(error: GatewayError) -> StorageError:
    problem = _PROBLEMS.get(error.code) or _FAMILIES.get(error.code.partition(".")[0])
    if problem is None:
        problem = StorageProblem.UNREACHABLE if error.fault == "network" else StorageProblem.REFUSED
    return StorageError(problem, code=error.code, message=error.message, request_id=error.request_id)
