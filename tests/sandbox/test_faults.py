"""Every knob does its harm, as often as it was told, and is written down."""

import json
from typing import Any

import pytest
import requests
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from tests.sandbox.driver import VOD, Application, create_params, wait_until
from tests.sandbox.receiver import Receiver
from tests.sandbox.test_callbacks import record, wait_for_outcomes

CREATE = "CreateCloudRecording"


def record_alice(app: Application, **changes: Any) -> str:
    app.publish("alice")
    task_id = app.create(**changes)
    wait_until(lambda: bool(app.task(task_id)["files"]))
    return task_id


def test_a_lost_answer_leaves_a_running_task(app: Application) -> None:
    app.break_with({"kind": "lose_answer", "action": CREATE, "times": 1})
    with pytest.raises(TencentCloudSDKException) as caught:
        app.create()

    assert caught.value.code == "ClientNetworkError"
    assert [task["is_in_room"] for task in app.tasks()] == [True]
    assert app.entries("fault")[0]["fault"] == "lose_answer"
    (entry,) = app.entries("api")
    assert (entry["is_done"], entry["code"], entry["fault"]) == (True, None, "lose_answer")


def test_a_lost_request_leaves_nothing(app: Application) -> None:
    app.break_with({"kind": "lose_answer", "act": False, "times": 1})
    with pytest.raises(TencentCloudSDKException):
        app.create()

    assert app.tasks() == []


def test_a_hanging_answer_comes_too_late(app: Application) -> None:
    app.break_with({"kind": "hang", "action": CREATE, "seconds": 3, "times": 1})
    with pytest.raises(TencentCloudSDKException):
        app.call(CREATE, create_params(), client=app.client(timeout=1))

    assert len(app.tasks()) == 1


def test_a_failing_action_does_nothing(app: Application) -> None:
    app.break_with({"kind": "fail", "action": CREATE, "code": "InternalError.CRInternalError", "times": 2})

    for _ in range(2):
        assert app.refusal(CREATE, create_params()) == "InternalError.CRInternalError"
    assert app.tasks() == []
    assert app.create()


def test_a_knob_for_one_action_spares_the_others(app: Application) -> None:
    app.break_with({"kind": "fail", "action": "DeleteCloudRecording", "code": "InternalError"})
    task_id = app.create()

    assert app.describe(task_id)["Status"] == "Idle"
    assert app.refusal("DeleteCloudRecording", {"TaskId": task_id}) == "InternalError"
    assert app.task(task_id)["leave_code"] is None


@pytest.mark.parametrize("status", [500, 502])
def test_a_broken_front_answers_in_html(app: Application, status: int) -> None:
    app.break_with({"kind": "http_status", "status": status})

    assert app.refusal(CREATE, create_params()) == "ServerNetworkError"
    assert app.tasks() == []


@pytest.mark.parametrize("body", ["truncated", "empty", "html"])
def test_garbage_answers_hide_a_running_task(app: Application, body: str) -> None:
    app.break_with({"kind": "garbage", "body": body})
    with pytest.raises((ValueError, KeyError, AttributeError, TencentCloudSDKException)):
        app.create()

    assert len(app.tasks()) == 1


def test_probability_nought_never_strikes(app: Application) -> None:
    app.break_with({"kind": "fail", "probability": 0})

    assert app.create()
    assert app.entries("fault") == []


def test_a_failed_start_ends_the_task(app: Application) -> None:
    app.break_with({"kind": "fail_start", "times": 1})
    task_id = app.create()
    app.wait_for_state(task_id, "ended")

    assert app.events(task_id) == [(301, {"Status": 1})]


def test_an_upload_that_fails_at_the_end(app: Application) -> None:
    app.break_with({"kind": "fail_upload", "code": "AccessDenied", "repair_after": 20})
    task_id = record_alice(app)

    assert app.finish(task_id) == [301, 303, 307, 304, 302, 308, 305, 305]
    assert app.payloads(task_id, 308)[0]["Code"] == "AccessDenied"
    assert app.payloads(task_id, 305) == [{"Status": 1}, {"Status": 2}]


def test_an_upload_that_fails_from_the_start(app: Application) -> None:
    app.break_with({"kind": "fail_upload", "stage": "start"})
    task_id = record_alice(app, RecordParams__OutputFormat=1)

    assert app.finish(task_id) == [301, 303, 307, 302, 305, 310]
    assert app.payloads(task_id, 303) == app.payloads(task_id, 305) == [{"Status": 1}]
    assert app.payloads(task_id, 310)[0]["Status"] == 2


@pytest.mark.parametrize(("status", "files"), [(1, 1), (2, 0)])
def test_a_failed_mp4(app: Application, status: int, files: int) -> None:
    app.break_with({"kind": "fail_mp4", "status": status})
    task_id = record_alice(app, RecordParams__OutputFormat=1)
    app.finish(task_id)

    (payload,) = app.payloads(task_id, 310)
    assert (payload["Status"], len(payload["FileList"]), len(payload["FileMessage"])) == (status, files, files)


def test_a_failed_vod_upload(app: Application) -> None:
    app.break_with({"kind": "fail_vod", "status": 1})
    task_id = record_alice(app, **VOD)
    app.finish(task_id)

    (payload,) = app.payloads(task_id, 311)
    assert payload["Status"] == 1
    assert set(payload["TencentVod"]) == {"UserId", "TrackType", "CacheFile"}
    assert app.payloads(task_id, 312) == [{"Status": 1}]


def test_a_file_that_vod_lost_is_told_of_as_there(app: Application) -> None:
    app.break_with({"kind": "lose_vod"})
    task_id = record_alice(app, **VOD)
    app.finish(task_id)

    (payload,) = app.payloads(task_id, 311)
    file_id = payload["TencentVod"]["FileId"]
    assert app.media(file_id) == {"MediaInfoSet": [], "NotExistFileIdSet": [file_id]}


def test_a_failover_writes_new_files_under_the_same_task(app: Application) -> None:
    app.break_with({"kind": "failover", "after": 5, "times": 1})
    task_id = record_alice(app)
    app.wait_for_event(task_id, 306)
    app.finish(task_id)

    name = f"{app.sdk_app_id}_1234.m3u8"
    assert [payload["FileList"] for payload in app.payloads(task_id, 304)] == [name, f"ha1_{name}"]
    assert app.payloads(task_id, 306) == [{"Status": 0}]


def test_a_task_fails_over_three_times_at_most(app: Application) -> None:
    task_id = record_alice(app)
    for number in (1, 2, 3, 3):
        app.sandbox.control("POST", f"/tasks/{task_id}/failover")
        wait_until(lambda number=number: app.task(task_id)["failovers"] == number)  # type: ignore[misc]
    app.finish(task_id)

    assert app.event_types(task_id).count(306) == 3


def test_an_image_that_cannot_be_fetched(app: Application) -> None:
    app.break_with({"kind": "image_error", "times": 1})
    url = "https://example.com/back.png"
    task_id = app.create(MixLayoutParams={"MixLayoutMode": 3, "BackgroundImageUrl": url})
    app.wait_for_event(task_id, 309)

    assert app.payloads(task_id, 309) == [{"Url": url}]


def test_callbacks_are_dropped_by_type(calling_app: Application, receiver: Receiver) -> None:
    calling_app.break_with({"kind": "drop_callbacks", "event_types": [302, 305]})
    record(calling_app)

    assert sorted(callback.event_type for callback in receiver.callbacks) == [301, 303, 304, 307, 310]
    dropped = [entry for entry in calling_app.entries("callback") if entry["outcome"] == "dropped"]
    assert {(entry["event_type"], entry["reason"]) for entry in dropped} == {(302, "fault"), (305, "fault")}


def test_callbacks_are_duplicated(calling_app: Application, receiver: Receiver) -> None:
    calling_app.break_with({"kind": "duplicate_callbacks", "copies": 2, "event_types": [301]})
    record(calling_app)
    wait_until(lambda: len(receiver.of_type(301)) == 3)

    assert len(receiver.of_type(302)) == 1


def test_callbacks_are_delayed(calling_app: Application, receiver: Receiver) -> None:
    calling_app.break_with({"kind": "delay_callbacks", "seconds": 25, "event_types": [301]})
    calling_app.create(StorageParams=VOD["StorageParams"])
    wait_until(lambda: bool(receiver.callbacks))

    body = receiver.callbacks[0].json
    assert body["CallbackTs"] - body["EventInfo"]["EventMsTs"] >= 500  # 25 s, 50 times as fast


def test_callbacks_are_reordered(calling_app: Application, receiver: Receiver) -> None:
    calling_app.break_with({"kind": "reorder_callbacks", "window": 20})
    for number in range(6):
        calling_app.create(UserId=f"rec_{number}", RoomId=str(number + 1))
    wait_until(lambda: len(calling_app.entries("callback")) == 12)

    happened = [callback.json["EventInfo"]["EventMsTs"] for callback in receiver.callbacks]
    assert happened != sorted(happened)


def test_first_attempts_are_lost(calling_app: Application, receiver: Receiver) -> None:
    calling_app.break_with({"kind": "drop_first_attempt"})
    calling_app.create(StorageParams=VOD["StorageParams"])
    wait_for_outcomes(calling_app)

    (entry,) = calling_app.entries("callback")
    assert [attempt["status"] for attempt in entry["attempts"]] == [None, 200]
    assert len(receiver.callbacks) == 1


def test_drift_changes_types_and_shapes(calling_app: Application, receiver: Receiver) -> None:
    calling_app.break_with({"kind": "drift"})
    record(calling_app)

    info = {callback.event_type: callback.json["EventInfo"] for callback in receiver.callbacks}
    assert isinstance(info[301]["EventTs"], int)
    assert isinstance(info[305]["EventTs"], str)
    assert info[301]["RoomId"] == 1234
    assert info[301]["Payload"]["Status"] == "0"
    assert isinstance(info[304]["Payload"]["FileList"], list)
    assert isinstance(info[310]["Payload"]["FileList"], str)
    assert "LeaveCode" in info[305]["Payload"]
    assert "EventMsTs" not in info[301]


def test_drift_can_be_limited(calling_app: Application, receiver: Receiver) -> None:
    calling_app.break_with({"kind": "drift", "variants": ["flat_311"]})
    record(calling_app, **VOD)

    (callback,) = receiver.of_type(311)
    payload = callback.json["EventInfo"]["Payload"]
    assert payload["TrackType"] == "audio_video"
    assert "TencentVod" not in payload


def test_knobs_are_read_added_and_cleared(app: Application) -> None:
    path = f"/apps/{app.sdk_app_id}/faults"
    app.break_with({"kind": "fail", "times": 1})
    app.refusal(CREATE, create_params())
    added = app.sandbox.control("POST", path, {"faults": [{"kind": "hang", "seconds": 1}]})["faults"]

    assert [(fault["kind"], fault["injected"]) for fault in added] == [("fail", 1), ("hang", 0)]
    assert app.sandbox.control("GET", path)["faults"] == added
    assert app.sandbox.control("DELETE", path) == {"faults": []}


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "fail"},
        {"faults": [{"kind": "explode"}]},
        {"faults": [{"kind": "fail", "seconds": 1}]},
        {"faults": [{"kind": "fail", "action": "Create"}]},
        {"faults": [{"kind": "fail", "probability": 2}]},
        {"faults": [{"kind": "hang", "seconds": "1"}]},
        {"faults": [{"kind": "drift", "variants": ["all"]}]},
        {"faults": [{"kind": "fail", "times": -1}]},
    ],
)
def test_a_misspelt_knob_is_refused(app: Application, body: Any) -> None:
    answer = app.sandbox.control("PUT", f"/apps/{app.sdk_app_id}/faults", body, status=400)

    assert answer["error"]


def test_a_lost_answer_closes_the_connection(app: Application) -> None:
    app.break_with({"kind": "lose_answer"})
    with pytest.raises(requests.ConnectionError):
        app.post(json.loads("{}") | {"SdkAppId": app.sdk_app_id, "TaskId": "T."})
