"""The life of a CSS recording, as its callbacks tell it."""

import json
import time

import pytest

from tests.sandbox.driver import wait_until
from tests.sandbox.player import APPID, Player


def record_events(player: Player, task_id: str) -> list[str]:
    return [body["record_event"] for body in player.payloads(task_id, 332)]


def test_a_recording_tells_its_status_and_its_files(player: Player) -> None:
    task_id = player.play("css", formats=["flv", "hls"], domain="push.test", app_name="live")

    assert player.event_types(task_id) == [332, 332, 100, 100]
    assert sorted(map(str, player.received())) == ["100", "100", "332", "332"]
    assert record_events(player, task_id) == ["record_start_succeeded", "record_ended"]
    statuses, files = player.payloads(task_id, 332), player.payloads(task_id, 100)
    where = (APPID, "push.test", "live", "s-1")
    for body in statuses:
        assert (body["appid"], body["domain"], body["appname"], body["stream_id"]) == (
            APPID,
            "push.test",
            "live",
            "s-1",
        )
        assert isinstance(json.loads(body["record_detail"])["file_format"], int)
    assert [body["seq"] for body in statuses] == ["1", "2"]
    for body in files:
        assert (body["appid"], body["app"], body["appname"], body["stream_id"]) == where
        assert json.loads(body["callback_ext"])["session_id"] == statuses[0]["session_id"]
        assert 0 <= body["start_time_usec"] < 1_000_000
        assert body["start_time"] <= body["end_time"]
    assert sorted(body["file_format"] for body in files) == ["flv", "hls"]
    assert len({body["file_id"] for body in files}) == 2


def test_a_template_task_carries_its_session_and_push_credentials(player: Player) -> None:
    task_id = player.play("css")
    (file,) = player.payloads(task_id, 100)
    session_id = player.get("css", task_id)["session_id"]

    assert file["task_id"] == task_id == session_id
    assert session_id.isdecimal()
    assert file["record_temp_id"]
    assert "txSecret=" in file["stream_param"]
    assert not [body for body in player.payloads(task_id, 332) if "task_id" in body]


def test_a_task_of_the_api_carries_its_own_id_and_no_credentials(player: Player) -> None:
    task_id = player.play("css", api_task=True)
    (file,) = player.payloads(task_id, 100)

    assert not task_id.isdecimal()
    assert player.get("css", task_id)["session_id"] != task_id
    assert {body["task_id"] for body in [file, *player.payloads(task_id, 332)]} == {task_id}
    assert (file["record_temp_id"], "stream_param" in file) == ("", False)


def test_pauses_and_errors_are_told(player: Player) -> None:
    task_id = player.record("css")
    for action in ("pause", "resume", "error"):
        player.ask("css", task_id, action)
    player.stop("css", task_id)

    assert record_events(player, task_id) == [
        "record_start_succeeded",
        "record_paused",
        "record_resumed",
        "record_error",
        "record_ended",
    ]


def test_an_exception_is_told_on_demand(player: Player) -> None:
    task_id = player.record("css", status_events=False)
    player.ask("css", task_id, "exception", {"type": -17, "level": "error", "occurs": 3, "desc": "no audio"})

    wait_until(lambda: bool(player.receiver.callbacks))
    body = player.receiver.callbacks[0].json
    assert (body["event_type"], body["path"], body["exception_level"]) == (341, "live", "error")
    assert body["exception"] == {"type": -17, "occurs": 3, "desc": "no audio"}
    assert body["session_id"] == task_id


def test_without_an_address_for_status_only_files_are_told(player: Player) -> None:
    assert player.event_types(player.play("css", status_events=False)) == [100]


def test_formats_are_cut_into_segments_but_hls_is_not(player: Player) -> None:
    task_id = player.record("css", formats=["flv", "hls"], segment_seconds=8)
    wait_until(lambda: bool(player.payloads(task_id, 100)))
    player.stop("css", task_id)

    files = player.payloads(task_id, 100)
    formats = [body["file_format"] for body in files]
    assert (formats[0], formats.count("hls")) == ("flv", 1)
    assert formats.count("flv") >= 2
    whole = next(body for body in files if body["file_format"] == "hls")
    assert whole["file_size"] > max(body["file_size"] for body in files if body["file_format"] == "flv")


def test_a_pause_holds_a_segment_open(player: Player) -> None:
    task_id = player.record("css", segment_seconds=20)
    player.ask("css", task_id, "pause")
    time.sleep(30 / 50)

    assert player.payloads(task_id, 100) == []
    player.ask("css", task_id, "resume")
    wait_until(lambda: len(player.payloads(task_id, 100)) == 1)


@pytest.mark.parametrize(
    ("ends", "statuses"),
    [("empty", ["record_start_succeeded", "record_ended"]), ("start_failed", ["record_start_failed"])],
)
def test_a_recording_may_leave_no_file(player: Player, ends: str, statuses: list[str]) -> None:
    task_id = player.begin("css", ends=ends)["task_id"]
    if ends == "empty":
        player.wait_for_state("css", task_id, "recording")
        player.ask("css", task_id, "stop")
    player.wait_for_end("css", task_id)

    assert player.event_types(task_id) == [332] * len(statuses)
    assert record_events(player, task_id) == statuses
