"""What the vendor refuses, field by field."""

import base64
import hashlib
import hmac
import json
import time
import zlib
from typing import Any

import pytest

from tests.sandbox.driver import CLOUD_STORAGE, Application, Sandbox, create_params

OUT_OF_RANGE = "InvalidParameter.OutOfRange"
SUBSCRIPTION = "RecordParams__SubscribeStreamUserIds__"
VIDEO = {"Width": 1280, "Height": 720, "Fps": 15, "BitRate": 1_000_000, "Gop": 10}
AUDIO = {"SampleRate": 1, "Channel": 2, "BitRate": 64_000}
WINDOW = {"Top": 0, "Left": 0, "Width": 360, "Height": 640}
IMAGE = {"WaterMarkUrl": "https://e.com/a.png?x=1", "Top": 0, "Left": 0, "Width": 10, "Height": 10}


def layout(**fields: Any) -> dict[str, Any]:
    return {"MixLayoutParams": {"MixLayoutMode": 4, **fields}}


def mark(**fields: Any) -> dict[str, Any]:
    return layout(WaterMarkList=[fields])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"RoomId": None}, "MissingParameter.RoomId"),
        ({"UserId": ""}, "MissingParameter.UserId"),
        ({"UserSig": None}, "MissingParameter.UserSig"),
        ({"RecordParams": None}, "MissingParameter.RecordParams"),
        ({"RecordParams__RecordMode": None}, "MissingParameter.RecordMode"),
        ({"StorageParams": None}, "MissingParameter.StorageParams"),
        ({"StorageParams": {}}, "MissingParameter.CloudStorage"),
        *[
            ({f"StorageParams__CloudStorage__{name}": None}, f"MissingParameter.{name}")
            for name in ("Vendor", "Region", "Bucket", "AccessKey", "SecretKey")
        ],
        ({"Colour": 1}, "UnknownParameter"),
        ({"RecordParams__Speed": 1}, "UnknownParameter"),
        ({"RoomId": 1234}, "InvalidParameter"),
        ({"RoomIdType": "1"}, "InvalidParameter"),
        ({"RecordParams__MaxIdleTime": "30"}, "InvalidParameter"),
        ({"RecordParams__MaxIdleTime": True}, "InvalidParameter"),
        ({"RecordParams__MaxIdleTime": 30.5}, "InvalidParameter"),
        ({"RecordParams": []}, "InvalidParameter"),
        ({SUBSCRIPTION + "SubscribeAudioUserIds": [1]}, "InvalidParameter"),
        ({"RoomIdType": 2}, OUT_OF_RANGE),
        ({"ResourceExpiredHour": 5}, OUT_OF_RANGE),
        ({"ResourceExpiredHour": 721}, OUT_OF_RANGE),
        ({"RecordParams__RecordMode": 3}, OUT_OF_RANGE),
        ({"RecordParams__MaxIdleTime": 4}, OUT_OF_RANGE),
        ({"RecordParams__MaxIdleTime": 86_401}, OUT_OF_RANGE),
        ({"RecordParams__StreamType": 3}, OUT_OF_RANGE),
        ({"RecordParams__OutputFormat": 5}, OUT_OF_RANGE),
        ({"RecordParams__AvMerge": 2}, OUT_OF_RANGE),
        ({"RecordParams__MaxMediaFileDuration": 0}, OUT_OF_RANGE),
        ({"RecordParams__MediaId": 3}, OUT_OF_RANGE),
        ({"StorageParams__CloudStorage__Vendor": 2}, OUT_OF_RANGE),
        ({SUBSCRIPTION + "SubscribeAudioUserIds": ["u"] * 33}, OUT_OF_RANGE),
        ({"RoomId": "0"}, "InvalidParameter.RoomId"),
        ({"RoomId": "4294967295"}, "InvalidParameter.RoomId"),
        ({"RoomId": "room"}, "InvalidParameter.RoomId"),
        ({"RoomId": "a/b", "RoomIdType": 0}, "InvalidParameter.RoomId"),
        ({"RoomId": "x" * 65, "RoomIdType": 0}, "InvalidParameter.RoomId"),
        ({"UserId": "x" * 33}, "InvalidParameter.UserId"),
        ({"StorageParams__CloudVod": {"TencentVod": {}}}, "InvalidParameter"),
        ({"StorageParams__CloudStorage__FileNamePrefix": ["a/b"]}, "InvalidParameter"),
        ({"StorageParams": {"CloudVod": {"TencentVod": {"MediaType": 2}}}}, "InvalidParameter"),
        ({"StorageParams": {"CloudVod": {"TencentVod": {"MediaType": 5}}}}, OUT_OF_RANGE),
        ({"StorageParams": {"CloudVod": {"TencentVod": {"UserDefineRecordId": "a b"}}}}, "InvalidParameter"),
        (
            {SUBSCRIPTION + "SubscribeAudioUserIds": ["a"], SUBSCRIPTION + "UnSubscribeAudioUserIds": ["b"]},
            "InvalidParameter",
        ),
        *[({"MixTranscodeParams__VideoParams": {**VIDEO, name: None}}, "MissingParameter") for name in VIDEO],
        *[({"MixTranscodeParams__AudioParams": {**AUDIO, name: None}}, "MissingParameter") for name in AUDIO],
        ({"MixTranscodeParams__VideoParams": {**VIDEO, "Width": 1921}}, OUT_OF_RANGE),
        ({"MixTranscodeParams__VideoParams": {**VIDEO, "Width": 1920, "Height": 1081}}, OUT_OF_RANGE),
        ({"MixTranscodeParams__VideoParams": {**VIDEO, "BitRate": 63_999}}, OUT_OF_RANGE),
        ({"MixTranscodeParams__AudioParams": {**AUDIO, "SampleRate": 48_000}}, OUT_OF_RANGE),
        ({"MixLayoutParams": {}}, "MissingParameter"),
        ({"MixLayoutParams": {"MixLayoutMode": 5}}, OUT_OF_RANGE),
        ({"MixLayoutParams": {"MixLayoutMode": 3}, "RecordParams__RecordMode": 1}, "InvalidParameter"),
        (layout(MixLayoutList=[WINDOW] * 26), OUT_OF_RANGE),
        (layout(MixLayoutList=[{**WINDOW, "Left": 1}]), OUT_OF_RANGE),
        (layout(MixLayoutList=[{**WINDOW, "Top": 1}]), OUT_OF_RANGE),
        (layout(MixLayoutList=[{**WINDOW, "Alpha": 256}]), OUT_OF_RANGE),
        (layout(MixLayoutList=[{**WINDOW, "Top": None}]), "MissingParameter"),
        (layout(BackGroundColor="0xFFFFFF"), "InvalidParameter"),
        (layout(BackgroundImageUrl="https://e.com/a.gif"), "InvalidParameter"),
        (layout(BackgroundImageUrl="https://e.com/a;b.png"), "InvalidParameter"),
        (layout(PureAudioDisableLayout=1), "InvalidParameter"),
        (mark(WaterMarkType=3), OUT_OF_RANGE),
        (mark(WaterMarkType=1, WaterMarkImage=IMAGE), "MissingParameter"),
        (mark(WaterMarkImage={**IMAGE, "Left": 351}), OUT_OF_RANGE),
        (mark(WaterMarkImage={**IMAGE, "WaterMarkUrl": None}), "MissingParameter"),
        (mark(WaterMarkType=2, WaterMarkTimestamp={"Pos": 7}), OUT_OF_RANGE),
        (mark(WaterMarkType=2, WaterMarkTimestamp={"Pos": 0, "Font": "Arial"}), "InvalidParameter"),
    ],
)
def test_a_bad_create_is_refused(sandbox: Sandbox, refusing_app: Application, changes: Any, code: str) -> None:
    assert refusing_app.refusal("CreateCloudRecording", create_params(**changes)) == code
    assert refusing_app.tasks() == []


@pytest.fixture(scope="session")
def refusing_app(sandbox: Sandbox) -> Application:
    return Application(sandbox, requests_per_second=1000)


@pytest.mark.parametrize(
    "changes",
    [
        {"RoomId": "room_366 !#$", "RoomIdType": 0},
        {"StorageParams": {"CloudVod": {}}},
        {"StorageParams": {"CloudVod": {"TencentVod": {"MediaType": 2}}}, "RecordParams__StreamType": 1},
        {"StorageParams": {"CloudStorage": {**CLOUD_STORAGE, "Vendor": 1, "FileNamePrefix": ["a", "b-1_2"]}}},
        {"MixTranscodeParams": {"VideoParams": {**VIDEO, "Width": 1920, "Height": 1080}, "AudioParams": AUDIO}},
        {SUBSCRIPTION + "SubscribeAudioUserIds": ["a"], SUBSCRIPTION + "UnSubscribeVideoUserIds": ["b"]},
        layout(MixLayoutList=[WINDOW] * 25, PureAudioDisableLayout=True, BackGroundColor="#ffA500"),
        mark(WaterMarkImage=IMAGE),
        mark(WaterMarkType=1, WaterMarkChar={**WINDOW, "Chars": "hi", "FontColor": "0xFFFFFF", "BackGroundColor": ""}),
        mark(WaterMarkType=2, WaterMarkTimestamp={"Pos": 6, "TimeZone": -5, "Font": "SourceHanSans"}),
    ],
)
def test_a_good_create_is_accepted(app: Application, changes: Any) -> None:
    assert len(app.create(**changes)) == 84


def test_modify_measures_windows_against_the_canvas_of_create(app: Application) -> None:
    task_id = app.create(MixTranscodeParams={"VideoParams": VIDEO})
    fits = {"TaskId": task_id, **layout(MixLayoutList=[{**WINDOW, "Left": 920}])}
    sticks_out = {"TaskId": task_id, **layout(MixLayoutList=[{**WINDOW, "Left": 921}])}

    assert app.call("ModifyCloudRecording", fits)["TaskId"] == task_id
    assert app.refusal("ModifyCloudRecording", sticks_out) == OUT_OF_RANGE


@pytest.mark.parametrize("action", ["DescribeCloudRecording", "ModifyCloudRecording", "DeleteCloudRecording"])
def test_the_later_calls_check_their_task_id(app: Application, action: str) -> None:
    assert app.refusal(action, {}) == "MissingParameter.TaskId"
    assert app.refusal(action, {"TaskId": 5}) == "InvalidParameter"
    assert app.refusal(action, {"TaskId": "unknown"}) == "ResourceNotFound"
    assert app.refusal(action, {"TaskId": "unknown", "RoomId": "1"}) == "UnknownParameter"


def user_sig(sdk_app_id: int, *, user_id: str = "rec_1", key: str = "sdk-key", age: int = 0) -> str:
    now, expire = int(time.time()) - age, 3600
    text = f"TLS.identifier:{user_id}\nTLS.sdkappid:{sdk_app_id}\nTLS.time:{now}\nTLS.expire:{expire}\n"
    claims = {
        "TLS.ver": "2.0",
        "TLS.identifier": user_id,
        "TLS.sdkappid": sdk_app_id,
        "TLS.expire": expire,
        "TLS.time": now,
        "TLS.sig": base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode(),
    }
    packed = base64.b64encode(zlib.compress(json.dumps(claims).encode())).decode()
    return packed.replace("+", "*").replace("/", "-").replace("=", "_")


def test_a_user_sig_is_checked_when_the_key_is_known(sandbox: Sandbox) -> None:
    app = Application(sandbox, sdk_secret_key="sdk-key")
    bad = ["nonsense", user_sig(app.sdk_app_id, key="other"), user_sig(app.sdk_app_id, age=3700), user_sig(1)]
    bad.append(user_sig(app.sdk_app_id, user_id="rec_2"))

    for sig in bad:
        code = app.refusal("CreateCloudRecording", create_params(UserSig=sig))
        assert code == "InvalidParameter.UserSig"
    assert app.create(UserSig=user_sig(app.sdk_app_id))


def test_the_check_of_user_sigs_can_be_switched_off(sandbox: Sandbox) -> None:
    app = Application(sandbox, sdk_secret_key="sdk-key", check_user_sig=False)

    assert app.create(UserSig="anything")
