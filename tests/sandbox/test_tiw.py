"""The life of a TIW recording, as its callbacks tell it."""

import time

import pytest

from tests.sandbox.driver import Params, wait_until
from tests.sandbox.player import Player

START, STOP, END = "OnlineRecordStarted", "OnlineRecordStopped", "OnlineRecordFinished"
WARNING, FORCED = "OnlineRecordLongPauseWarning", "OnlineRecordLongPauseForceStopped"


def test_a_recording_is_started_stopped_and_finished(player: Player) -> None:
    task_id = player.play("tiw", users=["alice", "bob"])

    assert player.event_types(task_id) == [START, STOP, END]
    assert sorted(map(str, player.received())) == sorted([START, STOP, END])
    (callback,) = [one for one in player.receiver.callbacks if one.json["EventType"] == END]
    assert set(callback.json) == {"EventData", "EventType", "ExpireTime", "SdkAppId", "Sign", "Timestamp"}
    assert callback.json["SdkAppId"] == player.app.sdk_app_id
    data = callback.json["EventData"]
    assert (data["TaskId"], data["RoomId"], data["GroupId"]) == (task_id, 880528, "880528")
    assert data["FinishReason"] == "USER_CALL"
    assert [(video["UserId"], video["VideoType"]) for video in data["VideoInfos"]] == [
        ("alice", 0),
        ("bob", 0),
        ("tic_mixstream_880528_101", 3),
        ("", 2),
    ]
    assert "Error" not in data


def test_times_are_real_and_lengths_milliseconds(player: Player) -> None:
    began = time.time()
    (data,) = [body["EventData"] for body in player.payloads(player.play("tiw"), END)]

    assert began - 1 <= data["RecordStartTime"] <= data["RecordStopTime"] <= time.time()
    assert 0 < data["TotalTime"] < (time.time() - began) * 1000
    assert {video["VideoDuration"] for video in data["VideoInfos"]} == {data["TotalTime"]}


def test_a_recording_that_never_begins(player: Player) -> None:
    task_id = player.begin("tiw", ends="failed")["task_id"]
    player.wait_for_end("tiw", task_id)

    assert player.event_types(task_id) == [END]
    data = player.payloads(task_id, END)[0]["EventData"]
    assert (data["FinishReason"], data["RecordStartTime"], data["VideoInfos"]) == ("EXCEPTION", 0, [])
    assert data["Error"]["Code"] == "FailedOperation.Record"


@pytest.mark.parametrize(
    ("options", "reason", "exceptions", "has_files"),
    [
        ({"ends": "exception"}, "EXCEPTION", 1, True),
        ({"ends": "empty", "ends_after_seconds": 1}, "AUTO", 0, False),
        ({"ends_after_seconds": 1}, "AUTO", 0, True),
    ],
)
def test_a_recording_may_end_by_itself(
    player: Player, options: Params, reason: str, exceptions: int, has_files: bool
) -> None:
    task_id = player.begin("tiw", **options)["task_id"]
    player.wait_for_end("tiw", task_id)

    assert player.event_types(task_id) == [START, STOP, END]
    data = player.payloads(task_id, END)[0]["EventData"]
    assert (data["FinishReason"], data["ExceptionCnt"]) == (reason, exceptions)
    assert bool(data["VideoInfos"]) == has_files
    assert "Error" not in data


def test_a_pause_that_is_too_long_is_warned_of_and_ended(player: Player) -> None:
    task_id = player.record("tiw", pause_warning_seconds=5, pause_stop_seconds=15)
    player.ask("tiw", task_id, "pause")
    player.wait_for_end("tiw", task_id)

    assert player.event_types(task_id) == [START, WARNING, FORCED, STOP, END]
    (warning,) = player.payloads(task_id, WARNING)
    (forced,) = player.payloads(task_id, FORCED)
    paused = warning["EventData"]["PauseTime"]
    assert forced["EventData"]["PauseTime"] == paused
    assert paused <= warning["EventData"]["EstimateStopTime"] <= paused + 1  # 15 s, 50 times as fast
    assert paused <= forced["EventData"]["StopTime"]
    warned, ended = (entry["at_ms"] for entry in player.events(task_id)[1:3])
    assert ended - warned >= 100  # 10 s, 50 times as fast, less what the warning came late


def test_a_warning_comes_after_twenty_minutes_and_the_end_after_ninety(player: Player) -> None:
    task_id = player.record("tiw")
    with player.sandbox.at_speed(10_000):
        asked_ms = time.time() * 1000
        player.ask("tiw", task_id, "pause")
        wait_until(lambda: FORCED in player.event_types(task_id))

    _, warning, forced, *_ = player.events(task_id)
    assert warning["at_ms"] - asked_ms >= 119
    assert forced["at_ms"] - warning["at_ms"] >= 200
    assert forced["at_ms"] - asked_ms >= 539


def test_a_resumed_pause_has_no_end_of_its_own(player: Player) -> None:
    task_id = player.record("tiw", pause_warning_seconds=5, pause_stop_seconds=10)
    player.ask("tiw", task_id, "pause")
    player.ask("tiw", task_id, "resume")
    time.sleep(15 / 50)

    assert player.event_types(task_id) == [START]
    player.stop("tiw", task_id)
    assert player.event_types(task_id) == [START, STOP, END]


@pytest.mark.parametrize("concat", [True, False])
def test_pauses_are_left_out_of_the_videos(player: Player, concat: bool) -> None:
    task_id = player.record("tiw", concat=concat)
    player.ask("tiw", task_id, "pause")
    time.sleep(0.1)
    player.ask("tiw", task_id, "resume")
    player.stop("tiw", task_id)

    data = player.payloads(task_id, END)[0]["EventData"]
    pauses = data["OmittedDurations"]
    assert len(pauses) == int(concat)
    for pause in pauses:
        assert 100 <= pause["ResumeTime"] - pause["PauseTime"] < 5000
        assert pause["VideoTime"] <= data["TotalTime"]
