"""What a task goes through, by mode, format and storage."""

import re
from typing import Any

import pytest

from tests.sandbox.driver import VOD, Application, Sandbox, wait_until

NAME = "{app}_1234__UserId_s_YWxpY2U.__UserId_e_{rest}"


def record_alice(app: Application, *, aux: bool = False, **changes: Any) -> str:
    """Record alice until her stream flows."""
    task_id = app.create(**changes)
    app.publish("alice", aux=aux)
    wait_until(lambda: bool(app.describe(task_id)["Status"] == "InProgress"))
    return task_id


def test_a_mixed_recording_to_storage_ends_with_305(app: Application) -> None:
    task_id = record_alice(app)
    app.wait_for_event(task_id, 304)

    assert app.describe(task_id)["StorageFileList"][0]["FileName"] == f"{app.sdk_app_id}_1234.m3u8"
    assert app.finish(task_id) == [301, 303, 307, 304, 302, 305]
    assert app.payloads(task_id, 302) == [{"LeaveCode": 0}]


def test_after_the_end_nobody_knows_the_task(app: Application) -> None:
    task_id = app.create()
    app.finish(task_id)

    for action in ("DescribeCloudRecording", "ModifyCloudRecording", "DeleteCloudRecording"):
        assert app.refusal(action, {"TaskId": task_id}) == "ResourceNotFound"


def test_a_leaving_task_says_exited(sandbox: Sandbox, app: Application) -> None:
    with sandbox.at_speed(1):
        task_id = app.create()
        app.delete(task_id)

        assert app.describe(task_id)["Status"] == "Exited"


def test_nothing_published_leaves_nothing(app: Application) -> None:
    task_id = app.create(RecordParams__OutputFormat=1)

    assert app.finish(task_id) == [301, 303, 302, 305]
    assert app.task(task_id)["files"] == []


def test_single_streams_make_one_file_per_user_media_and_track(app: Application) -> None:
    task_id = record_alice(app, aux=True, RecordParams__RecordMode=1)
    app.wait_for_event(task_id, 304, times=3)

    names = {file["FileName"] for file in app.describe(task_id)["StorageFileList"]}
    rests = ("main_audio.m3u8", "main_video.m3u8", "aux_video.m3u8")
    assert names == {NAME.format(app=app.sdk_app_id, rest=rest) for rest in rests}


def test_merged_single_streams_make_one_file_per_user_and_media(app: Application) -> None:
    task_id = record_alice(app, aux=True, RecordParams__RecordMode=1, RecordParams__AvMerge=1)
    app.finish(task_id)

    slices = {(item["UserId"], item["TrackType"], item["FileName"][-20:]) for item in app.payloads(task_id, 307)}
    assert slices == {
        ("alice", "audio_video", "ain_audio_video.m3u8"),
        ("alice", "audio_video", "aux_audio_video.m3u8"),
    }


def test_a_string_room_is_encoded_in_names(app: Application) -> None:
    task_id = app.create(RoomId="room_366", RoomIdType=0)
    app.publish("alice", room="string/room_366")
    wait_until(lambda: bool(app.task(task_id)["files"]))

    assert app.task(task_id)["files"][0]["name"] == f"{app.sdk_app_id}_cm9vbV8zNjY..m3u8"


def test_the_integer_room_and_the_string_room_of_one_name_are_two(app: Application) -> None:
    task_id = app.create(RoomIdType=0)
    app.publish("alice", room="integer/1234")

    assert app.finish(task_id) == [301, 303, 302, 305]


@pytest.mark.parametrize(("output_format", "suffix"), [(1, "mp4"), (2, "aac"), (3, "mp4"), (4, "aac")])
def test_a_transcoded_recording_ends_with_310(app: Application, output_format: int, suffix: str) -> None:
    task_id = record_alice(app, RecordParams__OutputFormat=output_format)

    assert app.finish(task_id)[-2:] == [305, 310]
    (payload,) = app.payloads(task_id, 310)
    assert payload["FileList"] == [f"{app.sdk_app_id}_1234.{suffix}"]
    (message,) = payload["FileMessage"]
    assert (message["UserId"], message["MediaId"]) == ("", "mix")
    assert message["StartTimeStamp"] < message["EndTimeStamp"]


def test_single_streams_make_one_mp4_per_user_and_media(app: Application) -> None:
    task_id = record_alice(app, aux=True, RecordParams__RecordMode=1, RecordParams__OutputFormat=1)
    app.publish("bob", video=False)
    wait_until(lambda: len(app.task(task_id)["files"]) == 4)
    app.finish(task_id)

    made = [payload["FileMessage"][0] for payload in app.payloads(task_id, 310)]
    found = {(item["UserId"], item["MediaId"], item["TrackType"]) for item in made}
    assert found == {("alice", "main", "audio_video"), ("alice", "aux", "video"), ("bob", "main", "audio")}


def test_a_long_recording_is_split(app: Application) -> None:
    task_id = record_alice(app, RecordParams__OutputFormat=3, RecordParams__MaxMediaFileDuration=1)
    started = vendor_seconds(app)
    with app.sandbox.at_speed(500):
        wait_until(lambda: vendor_seconds(app) > started + 70)
    app.finish(task_id)

    names = [payload["FileList"][0] for payload in app.payloads(task_id, 310)]
    assert names[:2] == [f"{app.sdk_app_id}_1234_1.mp4", f"{app.sdk_app_id}_1234_2.mp4"]


def vendor_seconds(app: Application) -> float:
    return float(app.sandbox.control("GET", "/health")["vendor_seconds"])


def test_vod_ends_with_311_and_312_and_never_lists_files(app: Application) -> None:
    task_id = record_alice(app, **VOD)

    assert app.describe(task_id)["StorageFileList"] == []
    assert app.finish(task_id) == [301, 302, 311, 312]
    (payload,) = app.payloads(task_id, 311)
    assert payload["Status"] == 0
    assert payload["TencentVod"]["CacheFile"] == f"{app.sdk_app_id}_1234.mp4"
    assert app.payloads(task_id, 312) == [{"Status": 0}]


def test_vod_file_names_carry_the_callers_prefix(app: Application) -> None:
    vod = {"CloudVod": {"TencentVod": {"UserDefineRecordId": "math-7", "MediaType": 3}}}
    task_id = record_alice(app, RecordParams__RecordMode=1, StorageParams=vod)
    app.finish(task_id)

    names = [payload["TencentVod"]["CacheFile"] for payload in app.payloads(task_id, 311)]
    stem = "math-7__UserDefine_u_" + NAME.format(app=app.sdk_app_id, rest="main")
    assert names == [f"{stem}.m3u8", f"{stem}.mp4"]


def test_an_empty_room_stops_the_recording(app: Application) -> None:
    task_id = app.create(RecordParams__MaxIdleTime=5)
    app.wait_for_state(task_id, "ended")

    assert app.payloads(task_id, 302) == [{"LeaveCode": 99}]


def test_a_silent_anchor_keeps_the_recording_alive(app: Application) -> None:
    app.publish("alice", audio=False, video=False)
    task_id = app.create(RecordParams__MaxIdleTime=5)
    other = app.create(RoomId="99", UserId="rec_2", RecordParams__MaxIdleTime=20)
    app.wait_for_state(other, "ended")

    assert app.describe(task_id)["Status"] == "Idle"
    app.unpublish("alice")
    app.wait_for_state(task_id, "ended")


@pytest.mark.parametrize(
    ("lists", "users"),
    [
        ({}, {"alice", "bob", "13", "1.*$"}),
        ({"SubscribeAudioUserIds": ["alice"]}, {"alice"}),
        ({"UnSubscribeAudioUserIds": ["alice", "b.*$"]}, {"13", "1.*$"}),
        ({"SubscribeAudioUserIds": ["a.*$", "bob"]}, {"alice", "bob"}),
        ({"SubscribeAudioUserIds": ["1.*$"]}, {"1.*$"}),
        ({"SubscribeVideoUserIds": ["nobody"]}, {"alice", "bob", "13", "1.*$"}),
    ],
)
def test_subscription_decides_who_is_recorded(app: Application, lists: dict[str, Any], users: set[str]) -> None:
    for user in ("alice", "bob", "13", "1.*$"):
        app.publish(user)
    params = {"RecordMode": 1, "StreamType": 1, "SubscribeStreamUserIds": lists}
    task_id = app.create(RecordParams=params)
    wait_until(lambda: bool(app.task(task_id)["files"]))

    assert {file["user_id"] for file in app.task(task_id)["files"]} == users


def test_modify_overwrites_everything_at_once(app: Application) -> None:
    app.publish("alice")
    app.publish("bob")
    lists = {"SubscribeAudioUserIds": ["alice"], "SubscribeVideoUserIds": ["alice"]}
    task_id = app.create(RecordParams={"RecordMode": 2, "SubscribeStreamUserIds": lists})
    app.call("ModifyCloudRecording", {"TaskId": task_id, "MixLayoutParams": {"MixLayoutMode": 3}})

    assert app.task(task_id)["current"] == {
        "MixLayoutParams": {"MixLayoutMode": 3},
        "SubscribeStreamUserIds": {},
    }


def test_at_most_twenty_five_anchors_are_recorded(app: Application) -> None:
    for number in range(27):
        app.publish(f"user{number:02}", video=False)
    task_id = app.create(RecordParams__RecordMode=1)
    wait_until(lambda: bool(app.task(task_id)["files"]))

    users = [file["user_id"] for file in app.task(task_id)["files"]]
    assert users == [f"user{number:02}" for number in range(25)]


@pytest.mark.parametrize("leave_code", [2, 4])
def test_a_dissolved_room_ends_its_recordings(app: Application, leave_code: int) -> None:
    task_id = record_alice(app)
    path = f"/rooms/{app.sdk_app_id}/integer/1234?leave_code={leave_code}"

    assert app.sandbox.control("DELETE", path) == {"left": [task_id]}
    app.wait_for_event(task_id, 305)
    assert app.payloads(task_id, 302) == [{"LeaveCode": leave_code}]


@pytest.mark.parametrize("leave_code", [1, 3, 100])
def test_a_robot_can_be_thrown_out(app: Application, leave_code: int) -> None:
    task_id = app.create()
    app.sandbox.control("POST", f"/tasks/{task_id}/exit", {"leave_code": leave_code})
    app.wait_for_state(task_id, "ended")

    assert app.payloads(task_id, 302) == [{"LeaveCode": leave_code}]
    app.sandbox.control("POST", f"/tasks/{task_id}/exit", {}, status=409)


def test_an_expired_task_goes_on_out_of_reach(sandbox: Sandbox, app: Application) -> None:
    task_id = record_alice(app, ResourceExpiredHour=6)
    with sandbox.at_speed(50_000):
        wait_until(lambda: refused(app, task_id))

    assert app.task(task_id)["is_recording"]
    assert app.refusal("DeleteCloudRecording", {"TaskId": task_id}) == "ResourceNotFound"
    sandbox.control("DELETE", f"/rooms/{app.sdk_app_id}/integer/1234")


def refused(app: Application, task_id: str) -> bool:
    answer = app.post({"SdkAppId": app.sdk_app_id, "TaskId": task_id}, action="DescribeCloudRecording")
    return bool(answer.get("Error", {}).get("Code") == "ResourceNotFound")


def test_task_ids_look_like_the_vendors(sandbox: Sandbox) -> None:
    app = Application(sandbox, requests_per_second=1000)
    task_ids = [app.create(UserId=f"rec_{number}") for number in range(60)]

    assert all(re.fullmatch(r"[A-Za-z0-9+.-]{82}\.\.", task_id) for task_id in task_ids)
    assert any(task_id.startswith("-") for task_id in task_ids)
