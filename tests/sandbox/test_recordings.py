"""What the control API makes of recordings of every family, and of events written by hand."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest

from tests.sandbox.driver import CALLBACK_KEY, Application, Params, Sandbox, wait_until
from tests.sandbox.player import FAMILIES, KEYS, LEAST, Player, is_signed, stamp_of

by_family = pytest.mark.parametrize("family", FAMILIES)

GIVEN: dict[str, Params] = {
    "tiw": {"EventType": "TaskQueuedAmountLimitWarning", "EventData": {"TaskId": "t1", "Total": 3}, "Sign": "old"},
    "gme": {"EventType": 9, "TaskID": 446946705284000000, "Timestamp": 5, "Detail": {}},
    "css": {"event_type": 1, "stream_id": "s-1", "sign": "old", "t": 5},
}


@by_family
def test_every_callback_is_signed(player: Player, family: str) -> None:
    player.play(family)

    assert player.receiver.callbacks
    for callback in player.receiver.callbacks:
        assert is_signed(family, callback)
        assert not is_signed(family, callback, key="another")
        assert callback.headers["Content-Type"] == "application/json"


@by_family
def test_a_stamp_tells_the_time_of_sending(player: Player, family: str) -> None:
    player.play(family)

    ahead = 0 if family == "gme" else 600
    for callback in player.receiver.callbacks:
        assert abs(stamp_of(family, callback) - ahead - time.time()) < 10


@by_family
def test_without_a_key_there_is_no_signature(player: Player, family: str) -> None:
    player.set_target(family, key="")
    player.play(family)

    assert player.receiver.callbacks
    for callback in player.receiver.callbacks:
        assert not {"Sign", "ExpireTime", "sign", "t"} & set(callback.json)
        assert "Signature" not in callback.headers


@by_family
def test_what_happens_is_an_event_and_its_delivery_a_callback(player: Player, family: str) -> None:
    task_id = player.play(family)

    events, outcomes = player.events(task_id), player.outcomes(task_id)
    assert {entry["family"] for entry in [*events, *outcomes]} == {family}
    assert {entry["outcome"] for entry in outcomes} == {"delivered"}
    assert sorted(str(entry["event_type"]) for entry in outcomes) == sorted(str(one["event_type"]) for one in events)
    assert all(entry["body"] in [event["payload"] for event in events] for entry in outcomes)


def test_trtc_is_a_family_too(app: Application) -> None:
    app.create()
    wait_until(lambda: bool(app.entries("callback")))

    assert {entry["family"] for entry in [*app.entries("event"), *app.entries("callback")]} == {"trtc"}


@by_family
def test_without_an_address_callbacks_are_only_written_down(app: Application, family: str) -> None:
    app.sandbox.control("POST", f"/{family}/{app.sdk_app_id}/recordings", LEAST[family] | {"start_seconds": 0})
    wait_until(lambda: bool(app.entries("callback")))

    entry = app.entries("callback")[0]
    assert (entry["outcome"], entry["reason"], entry["attempts"]) == ("dropped", "no callback_url", [])


@by_family
def test_recordings_are_listed(player: Player, family: str) -> None:
    first, second = player.play(family), player.record(family)

    listed = player.sandbox.control("GET", player.path(family))["recordings"]
    assert (listed[0]["state"], bool(listed[0]["files"])) == ("ended", True)
    assert [one["task_id"] for one in listed] == [first, second]
    assert listed[1] == player.get(family, second)
    others = [name for name in FAMILIES if name != family]
    assert [player.sandbox.control("GET", player.path(name))["recordings"] for name in others] == [[], []]


@by_family
def test_a_recording_stops_once(player: Player, family: str) -> None:
    task_id = player.record(family)
    player.ask(family, task_id, "stop")

    assert player.ask(family, task_id, "stop", status=409)["error"]
    player.wait_for_end(family, task_id)
    assert player.ask(family, task_id, "stop", status=409)["error"]


@by_family
def test_a_recording_may_be_stopped_before_it_begins(player: Player, family: str) -> None:
    task_id = player.begin(family, start_seconds=20)["task_id"]
    player.ask(family, task_id, "stop")

    player.ask(family, task_id, "stop", status=409)
    player.wait_for_end(family, task_id)
    assert len(player.event_types(task_id)) == 3  # it begins, ends, and has a file


@pytest.mark.parametrize("family", ["tiw", "css"])
def test_what_is_paused_is_not_paused_again(player: Player, family: str) -> None:
    task_id = player.record(family)

    player.ask(family, task_id, "resume", status=409)
    assert player.ask(family, task_id, "pause")["state"] == "paused"
    player.ask(family, task_id, "pause", status=409)
    assert player.ask(family, task_id, "resume")["state"] == "recording"
    player.stop(family, task_id)


def test_unknown_recordings_and_actions_are_not_found(player: Player) -> None:
    task_id = player.record("gme")

    player.ask("gme", task_id, "pause", status=404)
    player.ask("gme", "123", "stop", status=404)
    player.ask("tiw", task_id, "stop", status=404)
    player.sandbox.control("POST", "/gme/9/recordings", LEAST["gme"], status=404)


@pytest.mark.parametrize(
    ("family", "options"),
    [
        ("tiw", {"room_id": "880528"}),
        ("tiw", {"ends": "badly"}),
        ("tiw", {"users": "alice"}),
        ("tiw", {"pause_stop_seconds": -1}),
        ("gme", {"room_id": 100}),
        ("gme", {"mode": "all"}),
        ("gme", {"segment_seconds": 0}),
        ("css", {"formats": ["avi"]}),
        ("css", {"api_task": 1}),
        ("css", {"colour": "red"}),
    ],
)
def test_a_bad_recording_is_refused(player: Player, family: str, options: dict[str, object]) -> None:
    assert player.begin(family, status=400, **options)["error"]
    assert player.sandbox.control("GET", player.path(family))["recordings"] == []


@by_family
def test_a_recording_needs_to_know_what_it_records(player: Player, family: str) -> None:
    (name,) = LEAST[family]

    answer = player.sandbox.control("POST", player.path(family), {}, status=400)
    assert answer["error"] == f"{name} is needed"


@by_family
def test_any_body_can_be_sent(player: Player, family: str) -> None:
    path = f"/{family}/{player.app.sdk_app_id}/events"
    player.app.break_with({"kind": "drift"})
    sent = player.sandbox.control("POST", path, {"body": GIVEN[family]})
    wait_until(lambda: bool(player.receiver.callbacks))

    (callback,) = player.receiver.callbacks
    stamps = {"Sign", "ExpireTime", "Timestamp", "sign", "t"}
    assert {key: value for key, value in callback.json.items() if key not in stamps} == {
        key: value for key, value in GIVEN[family].items() if key not in stamps
    }
    assert is_signed(family, callback)
    assert abs(stamp_of(family, callback) - time.time()) < 700
    (event,) = player.app.entries("event")
    assert (event["family"], event["event_type"], event["task_id"]) == (family, sent["event_type"], sent["task_id"])
    player.sandbox.control("POST", path, {"body": []}, status=400)


@by_family
def test_a_stamp_given_as_text_stays_text(player: Player, family: str) -> None:
    name = {"tiw": "ExpireTime", "gme": "Timestamp", "css": "t"}[family]
    body: dict[str, Any] = {**GIVEN[family], name: "5"}
    player.sandbox.control("POST", f"/{family}/{player.app.sdk_app_id}/events", {"body": body})
    wait_until(lambda: bool(player.receiver.callbacks))

    (callback,) = player.receiver.callbacks
    assert isinstance(callback.json[name], str)
    assert is_signed(family, callback)


def test_any_body_can_be_sent_for_trtc(player: Player) -> None:
    body = {"EventType": 399, "CallbackTs": 5, "EventInfo": {"TaskId": "t"}}
    player.sandbox.control("POST", f"/trtc/{player.app.sdk_app_id}/events", {"body": body})
    wait_until(lambda: bool(player.receiver.callbacks))

    (callback,) = player.receiver.callbacks
    digest = hmac.digest(CALLBACK_KEY.encode(), callback.body, hashlib.sha256)
    assert callback.headers["Sign"] == base64.b64encode(digest).decode()
    assert abs(callback.json["CallbackTs"] / 1000 - time.time()) < 10


def test_keys_are_never_shown(player: Player) -> None:
    for family in FAMILIES:
        player.play(family)
    app = player.sandbox.control("GET", f"/apps/{player.app.sdk_app_id}")
    shown = json.dumps([app, player.sandbox.ledger()])

    assert {family: app["callbacks"][family]["key"] for family in FAMILIES} == dict.fromkeys(FAMILIES, "***")
    assert not [key for key in KEYS.values() if key in shown]


def test_targets_are_changed_one_by_one(player: Player) -> None:
    before = player.sandbox.control("GET", f"/apps/{player.app.sdk_app_id}")["callbacks"]
    player.set_target("css", appid=7)
    after = player.sandbox.control("GET", f"/apps/{player.app.sdk_app_id}")["callbacks"]

    assert after == {**before, "css": {**before["css"], "appid": 7}}


@pytest.mark.parametrize(
    "callbacks",
    [
        {"sms": {}},
        {"trtc": {"url": "http://127.0.0.1/"}},
        {"tiw": "http://127.0.0.1/"},
        {"tiw": {"appid": 1}},
        {"css": {"appid": "1"}},
        {"gme": {"signature": "base32"}},
        {"gme": {"post_prefix": 1}},
    ],
)
def test_a_bad_target_is_refused(player: Player, callbacks: dict[str, object]) -> None:
    path = f"/apps/{player.app.sdk_app_id}"
    before = player.sandbox.control("GET", path)

    assert player.sandbox.control("PUT", path, {"callbacks": callbacks}, status=400)["error"]
    assert player.sandbox.control("GET", path) == before


def test_targets_can_come_from_the_command_line() -> None:
    settings = {"sdk_app_id": 5, "secret_id": "a", "secret_key": "b", "callbacks": {"css": {"appid": 77}}}
    sandbox = Sandbox(speed=1, arguments=["--app", json.dumps(settings)])

    assert sandbox.control("GET", "/apps/5")["callbacks"]["css"]["appid"] == 77
    assert sandbox.stop() == 0
