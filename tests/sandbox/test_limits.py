"""Quota, request rate, and two robots of one name."""

import time

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from tests.sandbox.driver import Application, Sandbox, create_params


def test_the_next_task_over_the_quota_is_refused(sandbox: Sandbox) -> None:
    app = Application(sandbox, max_tasks=2)
    first = app.create(UserId="rec_1")
    app.create(UserId="rec_2")

    refused = app.refusal("CreateCloudRecording", create_params(UserId="rec_3"))
    assert refused == "FailedOperation.RestrictedConcurrency"
    app.finish(first)
    assert app.create(UserId="rec_3")


def test_twenty_requests_in_any_second_per_action(app: Application) -> None:
    params = {"SdkAppId": app.sdk_app_id, "TaskId": "T."}
    started = time.monotonic()
    codes = [app.post(params)["Error"]["Code"] for _ in range(21)]
    assert time.monotonic() - started < 1, "too slow a machine to tell"

    assert codes == ["ResourceNotFound"] * 20 + ["RequestLimitExceeded"]
    assert app.post(params, action="DeleteCloudRecording")["Error"]["Code"] == "ResourceNotFound"
    time.sleep(1)
    assert app.post(params)["Error"]["Code"] == "ResourceNotFound"


def test_the_same_robot_in_the_same_room_evicts_the_first(app: Application) -> None:
    first, second = app.create(), app.create()
    app.wait_for_state(first, "ended")

    assert app.payloads(first, 302) == [{"LeaveCode": 101}]
    assert app.describe(second)["Status"] == "Idle"


@pytest.mark.parametrize("other", [{"UserId": "rec_2"}, {"RoomId": "99"}, {"RoomIdType": 0}])
def test_other_robots_and_rooms_do_not_collide(app: Application, other: dict[str, object]) -> None:
    first = app.create()
    second = app.create(**other)
    app.wait_for_state(second, "recording")

    assert [task["leave_code"] for task in app.tasks() if task["task_id"] == first] == [None]


def test_twins_both_go_on_if_told_so(sandbox: Sandbox) -> None:
    app = Application(sandbox, repeat_robot="twin")
    tasks = [app.create(), app.create()]
    app.wait_for_state(tasks[1], "recording")

    assert [app.describe(task)["Status"] for task in tasks] == ["Idle", "Idle"]


def test_a_second_robot_is_refused_if_told_so(sandbox: Sandbox) -> None:
    app = Application(sandbox, repeat_robot="refuse")
    first = app.create()

    with pytest.raises(TencentCloudSDKException, match="TaskExist"):
        app.create()
    assert app.describe(first)["Status"] == "Idle"


def test_an_anchor_of_the_robots_name_displaces_it(app: Application) -> None:
    task_id = app.create()
    app.wait_for_state(task_id, "recording")
    app.publish("rec_1")
    app.wait_for_state(task_id, "ended")

    assert app.payloads(task_id, 302) == [{"LeaveCode": 101}]
