"""The requests the vendor gets."""

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args

import pytest
from tencentcloud.trtc.v20190722 import models

from layouts.parameters import Font, MediaId, MixLayoutMode, Position, RenderMode
from recordings.parameters import RecordingParameters
from recordings.parameters.record import FillType, OutputFormat, RecordMediaId, RecordMode, StreamType
from recordings.parameters.recording import RoomIdType
from recordings.parameters.storage import VodMediaType
from recordings.trtc import codes
from recordings.trtc.account import Account, CloudStorage, VodStorage
from recordings.trtc.requests import build_create, build_modify, build_task_request, preview_create, redact
from recordings.trtc.usersig import RoomTicket
from tests.recordings.trtc.conftest import SECRETS

TICKET = RoomTicket(user_sig="signed-user-sig", private_map_key="signed-map-key")
BOX = {"top": 1, "left": 2, "width": 3, "height": 4}
PICTURE = "https://example.com/a.png"
LISTS = {
    "subscribe_audio_user_ids": ["alice"],
    "un_subscribe_audio_user_ids": [],
    "subscribe_video_user_ids": [],
    "un_subscribe_video_user_ids": ["1.*$"],
}
FULL: dict[str, Any] = {
    "room_id": "1234",
    "record_params": {
        "record_mode": "mixed",
        "output_format": "mp4",
        "media_id": "aux",
        "fill_type": "black_frame",
        "subscribe_stream_user_ids": LISTS,
    },
    "mix_transcode_params": {
        "video_params": {"width": 1280, "height": 720, "fps": 15, "bit_rate": 1_000_000, "gop": 10},
        "audio_params": {"sample_rate": 16000, "channel": 1, "bit_rate": 64000},
    },
    "mix_layout_params": {
        "mix_layout_mode": "custom",
        "mix_layout_list": [{**BOX, "user_id": "alice", "media_id": "aux", "sub_background_image": PICTURE}],
        "max_resolution_user_id": "alice",
        "background_image_url": PICTURE,
        "background_image_render_mode": "letterbox",
        "default_sub_background_image": PICTURE,
        "render_mode": "smart",
        "max_resolution_user_align": "right",
        "water_mark_list": [
            {"water_mark_type": "image", "water_mark_url": PICTURE, **BOX},
            {
                "water_mark_type": "text",
                "chars": "x",
                "font_color": "#ABCDEF",
                "back_ground_color": "#102030",
                "font": "source_han_sans",
                **BOX,
            },
            {"water_mark_type": "timestamp", "pos": "center", "time_zone": -3},
        ],
    },
    "storage_params": {"file_name_prefix": ["maths"]},
}
VOD = VodStorage(
    procedure="p",
    expire_time=0,
    storage_region="ap-shanghai",
    class_id=1,
    sub_app_id=2,
    session_context="s",
    source_context="c",
    media_type="hls_mp4",
    user_define_record_id="u",
)

# Model and field of the SDK that no request of ours fills, with the reason.
UNREACHED = {
    ("DescribeCloudRecordingRequest", "RecorderKey"): "only for recordings that a relay started",
}


def create(parameters: Mapping[str, Any], account: Account, storage: CloudStorage | VodStorage) -> dict[str, Any]:
    return build_create(
        account=account,
        robot_user_id="rec_1",
        parameters=RecordingParameters.model_validate(parameters),
        storage=storage,
        ticket=TICKET,
    )


def fields_of(model: str) -> Iterator[tuple[str, str, str | None]]:
    """Yield (model, field, model of the field) for every request field the SDK knows below *model*."""
    instance = getattr(models, model)()
    types = dict(re.findall(r":type (\w+): (.*)", type(instance).__init__.__doc__))
    for name in (attribute.removeprefix("_") for attribute in vars(instance)):
        inner = re.search(r"(?:models\.|list of )([A-Z]\w+)", types[name])
        yield model, name, inner and inner[1]
        if inner:
            yield from fields_of(inner[1])


def filled(model: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield (model, field) for every field that the request *value* fills, and fail on fields it makes up."""
    known = {name: inner for owner, name, inner in fields_of(model) if owner == model}
    for name, part in value.items():
        assert name in known, f"{model} has no {name}"
        yield model, name
        inner = known[name]
        for item in (part if isinstance(part, list) else [part]) if inner else ():
            assert inner is not None
            yield from filled(inner, item)


def test_every_request_field_of_the_sdk_is_reachable(account: Account, bucket: CloudStorage) -> None:
    parameters = RecordingParameters.model_validate(FULL)
    single = {"room_id": "1", "record_params": {"record_mode": "single"}}
    task = build_task_request(account=account, task_id="t")
    reached = {
        *filled("CreateCloudRecordingRequest", create(FULL, account, bucket)),
        *filled("CreateCloudRecordingRequest", create(single, account, VOD)),
        *filled("ModifyCloudRecordingRequest", build_modify(account=account, task_id="t", parameters=parameters)),
        *filled("DescribeCloudRecordingRequest", task),
        *filled("DeleteCloudRecordingRequest", task),
    }

    actions = ("Create", "Describe", "Modify", "Delete")
    offered = {field[:2] for action in actions for field in fields_of(f"{action}CloudRecordingRequest")}
    assert {("TencentVod", "SubAppId"), ("WaterMarkTimestamp", "Font")} <= offered
    assert offered - reached == UNREACHED.keys()


def test_the_whole_request_is_the_vendors(account: Account, bucket: CloudStorage) -> None:
    assert create(FULL, account, bucket) == {
        "SdkAppId": 1400000000,
        "RoomId": "1234",
        "RoomIdType": 1,
        "UserId": "rec_1",
        "UserSig": "signed-user-sig",
        "PrivateMapKey": "signed-map-key",
        "RecordParams": {
            "RecordMode": 2,
            "MaxIdleTime": 30,
            "StreamType": 0,
            "SubscribeStreamUserIds": {
                "SubscribeAudioUserIds": ["alice"],
                "UnSubscribeAudioUserIds": [],
                "SubscribeVideoUserIds": [],
                "UnSubscribeVideoUserIds": ["1.*$"],
            },
            "OutputFormat": 3,
            "MaxMediaFileDuration": 1440,
            "MediaId": 2,
            "FillType": 1,
            "SubscribeAbility": 0,
        },
        "StorageParams": {
            "CloudStorage": {
                "Vendor": 0,
                "Region": "ap-singapore",
                "Bucket": "classes-1250000000",
                "AccessKey": "bucket-access-key",
                "SecretKey": "bucket-secret-key",
                "FileNamePrefix": ["school", "maths"],
            }
        },
        "MixTranscodeParams": {
            "VideoParams": {"Width": 1280, "Height": 720, "Fps": 15, "BitRate": 1_000_000, "Gop": 10},
            "AudioParams": {"SampleRate": 3, "Channel": 1, "BitRate": 64000},
        },
        "MixLayoutParams": {
            "MixLayoutMode": 4,
            "MixLayoutList": [
                {
                    "Top": 1,
                    "Left": 2,
                    "Width": 3,
                    "Height": 4,
                    "UserId": "alice",
                    "Alpha": 0,
                    "RenderMode": 1,
                    "MediaId": 1,
                    "ImageLayer": 0,
                    "SubBackgroundImage": PICTURE,
                }
            ],
            "BackGroundColor": "#000000",
            "MaxResolutionUserId": "alice",
            "MediaId": 0,
            "BackgroundImageUrl": PICTURE,
            "PlaceHolderMode": 0,
            "BackgroundImageRenderMode": 2,
            "DefaultSubBackgroundImage": PICTURE,
            "WaterMarkList": [
                {
                    "WaterMarkType": 0,
                    "WaterMarkImage": {"WaterMarkUrl": PICTURE, "Top": 1, "Left": 2, "Width": 3, "Height": 4},
                },
                {
                    "WaterMarkType": 1,
                    "WaterMarkChar": {
                        "Top": 1,
                        "Left": 2,
                        "Width": 3,
                        "Height": 4,
                        "Chars": "x",
                        "FontSize": 14,
                        "FontColor": "0xABCDEF",
                        "BackGroundColor": "0x102030",
                        "Font": "SourceHanSans",
                    },
                },
                {"WaterMarkType": 2, "WaterMarkTimestamp": {"Pos": 6, "TimeZone": -3, "Font": "Tencent"}},
            ],
            "RenderMode": 3,
            "MaxResolutionUserAlign": 1,
            "PureAudioDisableLayout": False,
        },
        "ResourceExpiredHour": 72,
    }


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (codes.ROOM_ID_TYPE, RoomIdType),
        (codes.RECORD_MODE, RecordMode),
        (codes.STREAM_TYPE, StreamType),
        (codes.OUTPUT_FORMAT, OutputFormat),
        (codes.FILL_TYPE, FillType),
        (codes.RECORD_MEDIA_ID, RecordMediaId),
        (codes.MIX_LAYOUT_MODE, MixLayoutMode),
        (codes.LAYOUT_MEDIA_ID, MediaId),
        (codes.RENDER_MODE, RenderMode),
        (codes.FONT, Font),
        (codes.POSITION, Position),
        (codes.VOD_MEDIA_TYPE, VodMediaType),
    ],
)
def test_every_word_has_one_code(table: Mapping[str, Any], words: Any) -> None:
    assert table.keys() == set(get_args(words))
    assert len(set(table.values())) == len(table)


def test_camera_and_screen_are_coded_differently_in_recordings_and_layouts() -> None:
    assert (codes.RECORD_MEDIA_ID["main"], codes.RECORD_MEDIA_ID["aux"]) == (1, 2)
    assert (codes.LAYOUT_MEDIA_ID["main"], codes.LAYOUT_MEDIA_ID["aux"]) == (0, 1)


@pytest.mark.parametrize(("mode", "merge"), list(itertools.product(["single", "mixed"], [False, True])))
def test_merging_is_said_for_single_recordings_alone(
    mode: str, merge: bool, account: Account, bucket: CloudStorage
) -> None:
    record = {"record_mode": mode, "av_merge": merge}

    built = create({"room_id": "1", "record_params": record}, account, bucket)["RecordParams"]
    assert built.get("AvMerge") == (int(merge) if mode == "single" else None)


def test_a_string_room_is_coded_0(account: Account, bucket: CloudStorage) -> None:
    built = create({**FULL, "room_id_type": "string"}, account, bucket)

    assert (built["RoomId"], built["RoomIdType"]) == ("1234", 0)


def test_vod_gets_the_profile_with_what_the_request_changes(account: Account) -> None:
    asked = {"storage_params": {"tencent_vod": {"media_type": "mp4", "expire_time": 86400}}}
    built = create({"room_id": "1", "record_params": {"record_mode": "single"}, **asked}, account, VOD)

    assert built["StorageParams"] == {
        "CloudVod": {
            "TencentVod": {
                "Procedure": "p",
                "ExpireTime": 86400,
                "StorageRegion": "ap-shanghai",
                "ClassId": 1,
                "SubAppId": 2,
                "SessionContext": "s",
                "SourceContext": "c",
                "MediaType": 0,
                "UserDefineRecordId": "u",
            }
        }
    }
    assert "OutputFormat" not in built["RecordParams"]


def test_a_modify_of_a_mixed_recording_says_everything(account: Account, mixed: RecordingParameters) -> None:
    """It overwrites: what it leaves out would be wiped, so that defaults are written out, too."""
    built = build_modify(account=account, task_id="-t.", parameters=mixed)

    assert (built["SdkAppId"], built["TaskId"]) == (1400000000, "-t.")
    assert built["MixLayoutParams"]["MixLayoutMode"] == 3
    assert built["MixLayoutParams"]["WaterMarkList"] == []
    assert built["SubscribeStreamUserIds"] == {
        "SubscribeAudioUserIds": [],
        "UnSubscribeAudioUserIds": [],
        "SubscribeVideoUserIds": [],
        "UnSubscribeVideoUserIds": [],
    }


def test_a_modify_of_a_single_recording_has_no_layout(account: Account, single: RecordingParameters) -> None:
    assert "MixLayoutParams" not in build_modify(account=account, task_id="t", parameters=single)


def test_a_shown_request_holds_no_secret(account: Account, bucket: CloudStorage) -> None:
    request = create(FULL, account, bucket)
    shown = json.dumps(redact(request))

    assert not [secret for secret in (*SECRETS, TICKET.user_sig, TICKET.private_map_key or "") if secret in shown]
    assert shown.count('"***"') == 4
    assert request["UserSig"] == TICKET.user_sig


@pytest.mark.parametrize("needs_map_key", [False, True])
def test_a_preview_is_the_request_without_its_secrets(
    needs_map_key: bool, account: Account, bucket: CloudStorage
) -> None:
    preview = preview_create(
        account=replace(account, private_map_key=needs_map_key),
        robot_user_id="rec_1",
        parameters=RecordingParameters.model_validate(FULL),
        storage=bucket,
    )

    expected = redact(create(FULL, account, bucket))
    if not needs_map_key:
        del expected["PrivateMapKey"]
    assert preview == expected
