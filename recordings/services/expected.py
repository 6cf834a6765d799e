"""The names that a recording's files should have, told before any event."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from recordings.files.expected import Request, expected_names
from recordings.files.names import FileName, RoomIdType, parse_name
from recordings.models import Recording, RecordingFile
from recordings.services.places import place_of_recording
from recordings.states.vocabulary import KIND_OF_EXTENSION, FileKind

_STREAM_TYPES = {"audio_only": "audio", "video_only": "video"}
_MEDIA_IDS = {"main": ("main",), "aux": ("aux",)}
_VOD_FORMATS = {"hls": ("m3u8",), "aac": ("aac",), "hls_mp4": ("m3u8", "mp4"), "hls_aac": ("m3u8", "aac")}


@dataclass(frozen=True, slots=True)
class ExpectedFile:
    """One file that should come to be, if whom it is of sends what it is of.

    Attributes:
        key: Where it will be in the bucket; None before the task is known, and in VOD.
        said: What the name says.
    """

    name: str
    key: str | None
    kind: FileKind
    said: FileName


def list_expected(recording: Recording, *, user_ids: Sequence[str]) -> list[ExpectedFile]:
    """Return the files of a task of *recording*, unsplit and without failover; segments cannot be told beforehand.

    Args:
        user_ids: Whom it records, where each has files of their own; those who are known by now when empty.
    """
    request = _request_of(recording)
    files = RecordingFile.objects.filter(recording=recording).exclude(user_id="").order_by("id")
    users = list(dict.fromkeys(user_ids or files.values_list("user_id", flat=True)))
    media_ids = _MEDIA_IDS.get(recording.parameters.get("record_params", {}).get("media_id", "all"), ("main", "aux"))
    streams = [(user_id, media_id) for user_id in users for media_id in media_ids]
    return [_expected(name, request) for name in expected_names(request, streams=streams)]


def _expected(path: str, request: Request) -> ExpectedFile:
    said = parse_name(path, room_id_type=request.room_id_type)
    assert said is not None  # noqa: S101 - build_name wrote it
    name = path.rpartition("/")[2]
    kind = FileKind.VOD if "vod" in request.outputs else KIND_OF_EXTENSION[said.extension]
    return ExpectedFile(name, path if said.task_id else None, kind, said)


def _request_of(recording: Recording) -> Request:
    record: dict[str, Any] = recording.parameters.get("record_params", {})
    place = place_of_recording(recording)
    format_ = record.get("output_format") or "hls"
    stream_type = record.get("stream_type", "audio_video")
    vod = _vod_options(recording)
    return Request(
        sdk_app_id=recording.application.sdk_app_id,
        room_id=recording.room_id,
        room_id_type=cast(RoomIdType, recording.room_id_type),
        task_id=recording.task_id if place is not None else "",
        prefix=place.prefix if place is not None and recording.task_id else (),
        mixed=record.get("record_mode") == "mixed",
        outputs=format_.split("_") if place is not None else ("vod",),
        stream_type=_STREAM_TYPES.get(stream_type, stream_type),
        av_merge=record.get("av_merge", False),
        vod_formats=_VOD_FORMATS.get(vod.get("media_type", "mp4"), ("mp4",)),
        record_id=vod.get("user_define_record_id", ""),
    )


def _vod_options(recording: Recording) -> dict[str, Any]:
    profile = recording.storage_profile
    asked = (recording.parameters.get("storage_params") or {}).get("tencent_vod") or {}
    return {**(profile.tencent_vod if profile is not None else {}), **asked}
