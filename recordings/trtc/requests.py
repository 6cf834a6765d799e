"""The vendor's requests for the four recording actions, built from our parameters.

Fields: https://trtc.io/document/46960 (create), 46957 (modify), 46958 (describe), 46959 (delete).
"""

from collections.abc import Mapping
from typing import Any

from layouts.parameters import MixLayoutParams
from recordings.parameters import MixTranscodeParams, RecordingParameters, RecordParams, SubscribeStreamUserIds
from recordings.trtc import codes
from recordings.trtc.account import Account, Storage
from recordings.trtc.layout_requests import build_layout, without_absent
from recordings.trtc.storage_requests import build_storage
from recordings.trtc.usersig import RoomTicket

REDACTED = "***"
SECRET_FIELDS = frozenset({"UserSig", "PrivateMapKey", "AccessKey", "SecretKey"})

SHORTEST_SECRET = 8

# What the vendor draws when it is given no layout.
DEFAULT_LAYOUT = MixLayoutParams(mix_layout_mode="grid")


def build_create(
    *, account: Account, robot_user_id: str, parameters: RecordingParameters, storage: Storage, ticket: RoomTicket
) -> dict[str, Any]:
    """Return a CreateCloudRecording request."""
    transcode = parameters.mix_transcode_params
    layout = parameters.mix_layout_params
    return without_absent(
        {
            "SdkAppId": account.sdk_app_id,
            "RoomId": parameters.room_id,
            "RoomIdType": codes.ROOM_ID_TYPE[parameters.room_id_type],
            "UserId": robot_user_id,
            "UserSig": ticket.user_sig,
            "PrivateMapKey": ticket.private_map_key,
            "RecordParams": _build_record(parameters.record_params, storage),
            "StorageParams": build_storage(parameters, storage),
            "MixTranscodeParams": transcode and _build_transcode(transcode),
            "MixLayoutParams": layout and build_layout(layout),
            "ResourceExpiredHour": parameters.resource_expired_hour,
        }
    )


def build_modify(*, account: Account, task_id: str, parameters: RecordingParameters) -> dict[str, Any]:
    """Return a ModifyCloudRecording request, which overwrites layout and lists: both are always whole."""
    record = parameters.record_params
    layout = parameters.mix_layout_params or DEFAULT_LAYOUT
    return without_absent(
        {
            **build_task_request(account=account, task_id=task_id),
            "MixLayoutParams": build_layout(layout) if record.record_mode == "mixed" else None,
            "SubscribeStreamUserIds": _build_lists(record.subscribe_stream_user_ids or SubscribeStreamUserIds()),
        }
    )


def build_task_request(*, account: Account, task_id: str) -> dict[str, Any]:
    """Return a DescribeCloudRecording or DeleteCloudRecording request."""
    return {"SdkAppId": account.sdk_app_id, "TaskId": task_id}


def preview_create(
    *, account: Account, robot_user_id: str, parameters: RecordingParameters, storage: Storage
) -> dict[str, Any]:
    """Return the CreateCloudRecording request that would be sent, its secrets redacted; nothing is signed."""
    ticket = RoomTicket(user_sig=REDACTED, private_map_key=REDACTED if account.private_map_key else None)
    request = build_create(
        account=account, robot_user_id=robot_user_id, parameters=parameters, storage=storage, ticket=ticket
    )
    return redact(request)


def redact(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of *request* fit to be shown and logged."""
    return {
        name: REDACTED if name in SECRET_FIELDS else redact(value) if isinstance(value, Mapping) else value
        for name, value in request.items()
    }


def list_secrets(request: Mapping[str, Any]) -> list[str]:
    """Return the secrets in *request*, except those too short to be told from other text."""
    inner = [secret for value in request.values() if isinstance(value, Mapping) for secret in list_secrets(value)]
    own = [value for name, value in request.items() if name in SECRET_FIELDS]
    return [secret for secret in own + inner if isinstance(secret, str) and len(secret) >= SHORTEST_SECRET]


def _build_record(record: RecordParams, storage: Storage) -> dict[str, Any]:
    lists = record.subscribe_stream_user_ids
    return without_absent(
        {
            "RecordMode": codes.RECORD_MODE[record.record_mode],
            "MaxIdleTime": record.max_idle_time,
            "StreamType": codes.STREAM_TYPE[record.stream_type],
            "SubscribeStreamUserIds": lists and _build_lists(lists),
            # Without effect in VOD, which has TencentVod.MediaType.
            "OutputFormat": None if storage.kind == "vod" else codes.OUTPUT_FORMAT[record.output_format or "hls"],
            # Without meaning in mixed mode.
            "AvMerge": int(record.av_merge) if record.record_mode == "single" else None,
            "MaxMediaFileDuration": record.max_media_file_duration,
            "MediaId": codes.RECORD_MEDIA_ID[record.media_id],
            "FillType": None if record.fill_type is None else codes.FILL_TYPE[record.fill_type],
            "SubscribeAbility": int(record.subscribe_ability),
        }
    )


def _build_lists(lists: SubscribeStreamUserIds) -> dict[str, list[str]]:
    return {
        "SubscribeAudioUserIds": list(lists.subscribe_audio_user_ids),
        "UnSubscribeAudioUserIds": list(lists.un_subscribe_audio_user_ids),
        "SubscribeVideoUserIds": list(lists.subscribe_video_user_ids),
        "UnSubscribeVideoUserIds": list(lists.un_subscribe_video_user_ids),
    }


def _build_transcode(transcode: MixTranscodeParams) -> dict[str, Any]:
    video, audio = transcode.video_params, transcode.audio_params
    return without_absent(
        {
            "VideoParams": video
            and {
                "Width": video.width,
                "Height": video.height,
                "Fps": video.fps,
                "BitRate": video.bit_rate,
                "Gop": video.gop,
            },
            "AudioParams": audio
            and {
                "SampleRate": codes.SAMPLE_RATE[audio.sample_rate],
                "Channel": audio.channel,
                "BitRate": audio.bit_rate,
            },
        }
    )
