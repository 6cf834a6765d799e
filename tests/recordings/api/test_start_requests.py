"""What a start can say, what the vendor gets for it, and what is refused before the vendor is asked."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from applications.models import Application, StorageKind, StorageProfile
from tests.recordings.steps import RECORDINGS, start
from tests.vendor import CREATE, Fields, Vendor

EXAMPLES = Path(__file__).parent / "examples"


def read(name: str) -> Fields:
    example: Fields = json.loads((EXAMPLES / name).read_text())
    return example


# What the vendor takes where nothing is said (https://trtc.io/document/36760); we say it.
RECORD_DEFAULTS = {"MaxMediaFileDuration": 1440, "MediaId": 0, "SubscribeAbility": 0}
LAYOUT_DEFAULTS = {
    "MixLayoutList": [],
    "BackGroundColor": "#000000",
    "MediaId": 0,
    "PlaceHolderMode": 0,
    "WaterMarkList": [],
    "MaxResolutionUserAlign": 0,
    "PureAudioDisableLayout": False,
}


def in_full(documented: Fields) -> Fields:
    """Return a vendor's example with the defaults that it leaves out."""
    full = {"ResourceExpiredHour": 72} | documented
    full["RecordParams"] = RECORD_DEFAULTS | documented["RecordParams"]
    if "MixLayoutParams" in documented:
        full["MixLayoutParams"] = LAYOUT_DEFAULTS | documented["MixLayoutParams"]
    return full


@pytest.mark.parametrize("name", ["design", "mixed_to_cos", "single_to_cos", "vod"])
def test_a_request_reaches_the_vendor_as_documented(
    name: str, api: APIClient, vendor: Vendor, application: Application
) -> None:
    StorageProfile.objects.create(application=application, name="vod", kind=StorageKind.VOD, tencent_vod={})
    StorageProfile.objects.create(
        application=application,
        name="docs-cos",
        region="cn-shanghai-1",
        bucket="bucket",
        access_key="bucket-access-key",
        secret_key="bucket-secret-key",
        file_name_prefix=["prefix1", "prefix2"],
    )
    recording = start(api, read(f"{name}.ours.json"))

    (asked,) = vendor.asked(CREATE)
    assert asked.pop("UserSig")
    assert asked.pop("UserId") == recording.robot_user_id
    assert asked == in_full(read(f"{name}.vendor.json"))


BOX = {"top": 0, "left": 0, "width": 360, "height": 640}
VIDEO = {"width": 360, "height": 640, "fps": 15, "bit_rate": 550000, "gop": 10}
AUDIO = {"sample_rate": 48000, "channel": 2, "bit_rate": 64000}
TEXT = {"water_mark_type": "text", "chars": "x", **BOX}
LISTS = "record_params.subscribe_stream_user_ids"

# What is set, to which value, and which field is named.
BEYOND_LIMITS: list[tuple[str, Any, str]] = [
    ("room_id", "0", "room_id"),
    ("room_id", "4294967295", "room_id"),
    ("room_id", "a/b", "room_id"),
    ("room_id", 1234, "room_id"),
    ("room_id_type", "number", "room_id_type"),
    ("slot", "two words", "slot"),
    ("slot", "x" * 65, "slot"),
    ("storage_profile", "nowhere", "storage_profile"),
    ("storage_profile", None, "storage_profile"),
    ("max_duration", 9, "max_duration"),
    ("max_duration", 73 * 3600, "max_duration"),
    ("resource_expired_hour", 5, "resource_expired_hour"),
    ("resource_expired_hour", 721, "resource_expired_hour"),
    ("labels", {"": "x"}, "labels"),
    ("labels", {f"k{n}": "v" for n in range(33)}, "labels"),
    ("labels", {"k": 1}, "labels.k"),
    ("record_params", None, "record_params"),
    ("record_params.record_mode", "both", "record_params.record_mode"),
    ("record_params.max_idle_time", 4, "record_params.max_idle_time"),
    ("record_params.max_idle_time", 86401, "record_params.max_idle_time"),
    ("record_params.max_idle_time", True, "record_params.max_idle_time"),
    ("record_params.stream_type", 0, "record_params.stream_type"),
    ("record_params.output_format", "mkv", "record_params.output_format"),
    ("record_params.max_media_file_duration", 1441, "record_params.max_media_file_duration"),
    ("record_params.max_media_file_duration", 0, "record_params.max_media_file_duration"),
    ("record_params.media_id", "mix", "record_params.media_id"),
    ("record_params.fill_type", "white", "record_params.fill_type"),
    ("record_params.subscribe_ability", 1, "record_params.subscribe_ability"),
    ("record_params.av_merge", True, "record_params.av_merge"),
    (LISTS, {"subscribe_audio_user_ids": ["a"] * 33}, f"{LISTS}.subscribe_audio_user_ids"),
    (LISTS, {"subscribe_audio_user_ids": ["x" * 33]}, f"{LISTS}.subscribe_audio_user_ids.0"),
    (
        LISTS,
        {"subscribe_video_user_ids": ["a"], "un_subscribe_video_user_ids": ["b"]},
        f"{LISTS}.un_subscribe_video_user_ids",
    ),
    ("mix_transcode_params", {"video_params": VIDEO | {"width": 1921}}, "mix_transcode_params.video_params.width"),
    (
        "mix_transcode_params",
        {"video_params": VIDEO | {"width": 1920, "height": 1081}},
        "mix_transcode_params.video_params.height",
    ),
    ("mix_transcode_params", {"video_params": VIDEO | {"fps": 61}}, "mix_transcode_params.video_params.fps"),
    ("mix_transcode_params", {"video_params": {"width": 1}}, "mix_transcode_params.video_params.gop"),
    (
        "mix_transcode_params",
        {"video_params": VIDEO | {"bit_rate": 63999}},
        "mix_transcode_params.video_params.bit_rate",
    ),
    (
        "mix_transcode_params",
        {"audio_params": AUDIO | {"sample_rate": 8000}},
        "mix_transcode_params.audio_params.sample_rate",
    ),
    ("mix_transcode_params", {"audio_params": AUDIO | {"channel": 3}}, "mix_transcode_params.audio_params.channel"),
    (
        "mix_transcode_params",
        {"audio_params": AUDIO | {"bit_rate": 128001}},
        "mix_transcode_params.audio_params.bit_rate",
    ),
    ("mix_layout_params", {"mix_layout_mode": "pip"}, "mix_layout_params.mix_layout_mode"),
    ("mix_layout_params", {"mix_layout_mode": "custom"}, "mix_layout_params.mix_layout_list"),
    (
        "mix_layout_params",
        {"mix_layout_mode": "custom", "mix_layout_list": [BOX] * 26},
        "mix_layout_params.mix_layout_list",
    ),
    (
        "mix_layout_params",
        {"mix_layout_mode": "custom", "mix_layout_list": [BOX, BOX | {"left": 1}]},
        "mix_layout_params.mix_layout_list.1.width",
    ),
    (
        "mix_layout_params",
        {"mix_layout_mode": "custom", "mix_layout_list": [BOX | {"alpha": 256}]},
        "mix_layout_params.mix_layout_list.0.alpha",
    ),
    (
        "mix_layout_params",
        {"mix_layout_mode": "grid", "back_ground_color": "red"},
        "mix_layout_params.back_ground_color",
    ),
    (
        "mix_layout_params",
        {"mix_layout_mode": "grid", "water_mark_list": [TEXT | {"width": 361}]},
        "mix_layout_params.water_mark_list.0.width",
    ),
    (
        "mix_layout_params",
        {"mix_layout_mode": "grid", "water_mark_list": [{"water_mark_type": "timestamp", "pos": "left"}]},
        "mix_layout_params.water_mark_list.0.pos",
    ),
    (
        "mix_layout_params",
        {"mix_layout_mode": "grid", "background_image_url": "file:///etc/passwd.png"},
        "mix_layout_params.background_image_url",
    ),
    ("storage_params", {"file_name_prefix": ["a/b"]}, "storage_params.file_name_prefix.0"),
    ("storage_params", {"tencent_vod": {"class_id": 1}}, "storage_params.tencent_vod"),
    ("storage_params", {"access_key": "x"}, "storage_params.access_key"),
    ("task_id", "mine", "task_id"),
    ("state", "completed", "state"),
    ("application", "clinic", "application"),
]


@pytest.mark.parametrize(("path", "value", "attr"), BEYOND_LIMITS, ids=[f"{p}={v!r:.40}" for p, v, _ in BEYOND_LIMITS])
def test_what_the_vendor_would_not_take_is_refused_by_name(
    path: str, value: Any, attr: str, *, api: APIClient, vendor: Vendor, body: Fields
) -> None:
    *parents, last = path.split(".")
    place = body
    for parent in parents:
        place = place[parent]
    place[last] = value

    answer = api.post(RECORDINGS, body)

    assert answer.status_code == 400
    assert answer.json()["type"] == "validation_error"
    assert any(problem["attr"].startswith(attr) for problem in answer.json()["errors"]), answer.json()
    assert vendor.calls == []


def test_every_problem_is_told_at_once(api: APIClient, vendor: Vendor, body: Fields) -> None:
    body |= {"room_id": "x", "slot": "a b", "storage_profile": "nowhere", "color": 1, "resource_expired_hour": 1}
    body["record_params"] = {"record_mode": "mixed", "av_merge": True, "max_idle_time": 1}

    problems = {problem["attr"] for problem in api.post(RECORDINGS, body).json()["errors"]}

    assert problems == {
        *("room_id", "slot", "storage_profile", "color", "resource_expired_hour"),
        *("record_params.av_merge", "record_params.max_idle_time"),
    }


def test_a_refused_start_leaves_nothing(api: APIClient, vendor: Vendor, body: Fields) -> None:
    api.post(RECORDINGS, body | {"slot": "a b"})

    assert api.get(RECORDINGS).json()["results"] == []


def test_another_applications_profile_is_unknown(
    api: APIClient, vendor: Vendor, body: Fields, other_application: Application
) -> None:
    answer = api.post(RECORDINGS, body | {"storage_profile": "wards-cos"})

    absent = api.post(RECORDINGS, body | {"storage_profile": "no-such"})
    assert answer.status_code == 400
    assert answer.json() == absent.json()
    assert answer.json()["errors"][0]["code"] == "unknown"


def test_a_problem_is_told_in_the_callers_language(api: APIClient, vendor: Vendor, body: Fields) -> None:
    """Untranslated text passes through; the header alone must not break anything."""
    answer = api.post(RECORDINGS, body | {"slot": "a b"}, headers={"Accept-Language": "zh-hans"})

    assert answer.status_code == 400
    assert answer["Content-Language"] == "zh-hans"


def test_validate_tells_every_problem_and_stores_nothing(api: APIClient, vendor: Vendor, body: Fields) -> None:
    wrong = copy.deepcopy(body) | {"room_id": "x", "storage_profile": "nowhere"}

    answer = api.post(f"{RECORDINGS}/validate", wrong)

    told = answer.json()
    assert (answer.status_code, told["valid"], told["request"]) == (200, False, None)
    assert {problem["attr"] for problem in told["problems"]} == {"room_id", "storage_profile"}
    assert api.get(RECORDINGS).json()["results"] == []


def test_validate_shows_the_exact_request_without_its_secrets(api: APIClient, vendor: Vendor, body: Fields) -> None:
    told = api.post(f"{RECORDINGS}/validate", body).json()
    assert (told["valid"], vendor.calls) == (True, [])

    start(api, body)
    (sent,) = vendor.asked(CREATE)
    sent |= {"UserSig": "***", "UserId": told["request"]["UserId"]}
    sent["StorageParams"]["CloudStorage"] |= {"AccessKey": "***", "SecretKey": "***"}
    assert told["request"] == sent
