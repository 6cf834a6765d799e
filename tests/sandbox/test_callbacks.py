"""How callbacks look, are signed, and are retried."""

import base64
import hashlib
import hmac
import itertools
import json
import time

import pytest

from tests.sandbox.conftest import SPEED
from tests.sandbox.driver import CALLBACK_KEY, VOD, Application, Sandbox, wait_until
from tests.sandbox.receiver import Receiver


def record(app: Application, **changes: object) -> str:
    """Record alice from beginning to end, until every callback has its outcome."""
    app.publish("alice")
    task_id = app.create(RecordParams__OutputFormat=1, **changes)
    wait_until(lambda: bool(app.task(task_id)["files"]))
    app.finish(task_id)
    wait_for_outcomes(app)
    return task_id


def wait_for_outcomes(app: Application) -> None:
    wait_until(lambda: len(app.entries("callback")) >= max(1, len(app.entries("event"))))


def test_every_event_arrives_once(calling_app: Application, receiver: Receiver) -> None:
    task_id = record(calling_app)

    assert sorted(callback.event_type for callback in receiver.callbacks) == [301, 302, 303, 304, 305, 307, 310]
    assert {entry["outcome"] for entry in calling_app.entries("callback")} == {"delivered"}
    assert {callback.json["EventInfo"]["TaskId"] for callback in receiver.callbacks} == {task_id}


def test_the_signature_covers_the_raw_body(calling_app: Application, receiver: Receiver) -> None:
    record(calling_app)

    for callback in receiver.callbacks:
        digest = hmac.digest(CALLBACK_KEY.encode(), callback.body, hashlib.sha256)
        assert callback.headers["Sign"] == base64.b64encode(digest).decode()
        assert callback.headers["SdkAppId"] == str(calling_app.sdk_app_id)
        assert callback.headers["Content-Type"] == "application/json"


def test_bodies_look_like_the_vendors(calling_app: Application, receiver: Receiver) -> None:
    record(calling_app)

    (body,) = [callback.body for callback in receiver.of_type(301)]
    assert body.startswith(b'{\n\t"EventGroupId":\t3,\n\t"EventType":\t301,\n\t"CallbackTs":\t')
    info = json.loads(body)["EventInfo"]
    assert list(info) == ["RoomId", "EventTs", "EventMsTs", "UserId", "TaskId", "Payload"]
    assert (info["RoomId"], info["UserId"]) == ("1234", "rec_1")
    assert abs(info["EventMsTs"] / 1000 - time.time()) < 60


def test_event_times_are_strings_in_some_events_only(calling_app: Application, receiver: Receiver) -> None:
    record(calling_app)

    strings = {
        callback.event_type for callback in receiver.callbacks if isinstance(callback.json["EventInfo"]["EventTs"], str)
    }
    assert strings == {301, 302, 307}


def test_vod_events_arrive(calling_app: Application, receiver: Receiver) -> None:
    record(calling_app, **VOD)

    assert sorted(callback.event_type for callback in receiver.callbacks) == [301, 302, 311, 312]


def test_without_a_key_there_is_no_signature(sandbox: Sandbox, receiver: Receiver) -> None:
    app = Application(sandbox, callback_url=receiver.url, callback_key="")
    app.create()
    wait_until(lambda: bool(receiver.callbacks))

    assert "Sign" not in receiver.callbacks[0].headers


def test_a_failed_callback_is_repeated_at_once(calling_app: Application, receiver: Receiver) -> None:
    receiver.statuses = [500]
    with calling_app.sandbox.at_speed(5):
        calling_app.create(StorageParams=VOD["StorageParams"])
        wait_for_outcomes(calling_app)

    first, second = receiver.of_type(301)
    assert first.json["EventInfo"] == second.json["EventInfo"]
    assert first.json["CallbackTs"] <= second.json["CallbackTs"]
    (entry,) = calling_app.entries("callback")
    assert [attempt["status"] for attempt in entry["attempts"]] == [500, 200]
    assert entry["attempts"][1]["at_ms"] - entry["attempts"][0]["at_ms"] < 10_000 / 5


def test_a_refused_callback_is_dropped_after_a_minute(calling_app: Application, receiver: Receiver) -> None:
    receiver.status = 302
    calling_app.create(StorageParams=VOD["StorageParams"])
    wait_for_outcomes(calling_app)

    (entry,) = calling_app.entries("callback")
    assert entry["outcome"] == "dropped"
    times = [attempt["at_ms"] for attempt in entry["attempts"]]
    assert len(times) in (7, 8)  # at 0, at once, then each 10 s up to 60 s
    gaps = [later - earlier for earlier, later in itertools.pairwise(times[1:])]
    assert all(gap >= 10_000 / SPEED - 2 for gap in gaps)
    assert len({callback.json["CallbackTs"] for callback in receiver.callbacks}) > 1


def test_a_receiver_that_is_away_gets_the_callback_later(calling_app: Application, receiver: Receiver) -> None:
    receiver.statuses = [503, 503, 503]
    calling_app.create(StorageParams=VOD["StorageParams"])
    wait_for_outcomes(calling_app)

    (entry,) = calling_app.entries("callback")
    assert (entry["outcome"], len(entry["attempts"])) == ("delivered", 4)


def test_without_an_address_callbacks_are_only_written_down(app: Application) -> None:
    app.create(StorageParams=VOD["StorageParams"])
    wait_until(lambda: bool(app.entries("callback")))

    (entry,) = app.entries("callback")
    assert (entry["outcome"], entry["reason"], entry["attempts"]) == ("dropped", "no callback_url", [])


@pytest.mark.parametrize("user", ["张三", "~~~"])
def test_any_user_id_survives_the_journey(calling_app: Application, receiver: Receiver, user: str) -> None:
    calling_app.publish(user, video=False)
    task_id = calling_app.create(RecordParams__RecordMode=1)
    calling_app.wait_for_event(task_id, 304)
    wait_for_outcomes(calling_app)

    payload = receiver.of_type(307)[0].json["EventInfo"]["Payload"]
    encoded = base64.b64encode(user.encode()).decode()
    assert payload["UserId"] == user
    assert f"_s_{encoded}__" in payload["FileName"]
