"""What the TIW provider verifies and reads; the stamps of CSS go the same way."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from callbacks.providers import tiw
from callbacks.providers.base import Malformed, ProviderEvent, SignatureRejected, StampExpired, Terms
from recordings.states.facts import FactKind
from recordings.states.vocabulary import Reason

SAMPLES: list[Path] = sorted((settings.BASE_DIR / "callbacks" / "samples" / "tiw").glob("*.json"))
KEY = "Xz4ZgayTr7rMgWQrH"
STAMP = 1588040109
NOW = datetime.fromtimestamp(STAMP - 1, tz=UTC)
# Published with their keys: https://cloud.tencent.com/document/product/876/40257, and a sibling product's
# https://www.tencentcloud.com/zh/document/product/1168/53700.
VECTORS = [
    (KEY, STAMP, "a2dabb362a9b811c0e26953a6276a41c"),
    ("NjFGoDEy", 1614151508, "b9454ab5a85f9b7ad36071f5688ed34d"),
]


def sample(name: str) -> dict[str, Any]:
    path = next(path for path in SAMPLES if path.stem == name)
    body: dict[str, Any] = json.loads(path.read_bytes())
    return body


def read(body: dict[str, Any]) -> ProviderEvent:
    return tiw.parse({}, json.dumps(body).encode())


def changed(name: str, *, envelope: dict[str, Any] | None = None, **event_data: Any) -> ProviderEvent:
    body = sample(name)
    return read({**body, "EventData": body["EventData"] | event_data} | (envelope or {}))


def verify(stamp: Any, sent: Any, *, keys: tuple[str, ...] = (KEY,), now: datetime = NOW) -> bool:
    body = json.dumps({"ExpireTime": stamp, "Sign": sent}).encode()
    return tiw.verify({}, body, Terms(keys=keys, now=now)).is_late


def md5(key: str, stamp: Any) -> str:
    return hashlib.md5(f"{key}{stamp}".encode()).hexdigest()  # noqa: S324 - the vendor's choice


@pytest.mark.parametrize(("key", "stamp", "signature"), VECTORS)
def test_published_vectors_verify(key: str, stamp: int, signature: str) -> None:
    now = datetime.fromtimestamp(stamp, tz=UTC)

    assert verify(stamp, signature, keys=(key,), now=now) is False
    assert verify(str(stamp), signature.upper(), keys=("", "newer", key), now=now) is False


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples_carry_the_signature_of_another_stamp(path: Path) -> None:
    with pytest.raises(SignatureRejected):
        tiw.verify({}, path.read_bytes(), Terms(keys=[KEY], now=NOW))


@pytest.mark.parametrize("sent", [None, "", 7, ["x"], "é" * 32, "\udcff" * 32, VECTORS[0][2][:-1], VECTORS[0][2] + "0"])
def test_any_other_signature_is_refused(sent: Any) -> None:
    with pytest.raises(SignatureRejected):
        verify(STAMP, sent)


def test_an_empty_key_verifies_nothing() -> None:
    with pytest.raises(SignatureRejected):
        verify(STAMP, md5("", STAMP), keys=("", ""))


@pytest.mark.parametrize(
    "stamp",
    [
        None,
        True,
        1588040109.0,
        "1588040109.0",
        15880401090,
        "158804010",
        "١٥٨٨٠٤٠١٠٩",
        " 1588040109",
        "1588040109\n",
        "",
    ],
)
def test_a_stamp_is_ten_digits(stamp: Any) -> None:
    """Even where the signature fits what was sent."""
    with pytest.raises(SignatureRejected) as refused:
        verify(stamp, md5(KEY, stamp))
    assert not isinstance(refused.value, StampExpired)


@pytest.mark.parametrize(("seconds", "is_late"), [(0, False), (1, True), (600, True)])
def test_a_stamp_is_late_within_the_skew(seconds: int, is_late: bool) -> None:
    assert verify(STAMP, VECTORS[0][2], now=NOW + timedelta(seconds=1 + seconds)) is is_late


def test_a_stamp_is_expired_beyond_the_skew() -> None:
    with pytest.raises(StampExpired):
        verify(STAMP, VECTORS[0][2], now=NOW + timedelta(seconds=602))


def test_expiry_is_told_to_nobody_without_the_key() -> None:
    with pytest.raises(SignatureRejected) as refused:
        verify(STAMP, md5("other", STAMP), now=NOW + timedelta(days=1))
    assert not isinstance(refused.value, StampExpired)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"7", b"\xff", b"{", b"[" * 100_000, b'{"ExpireTime":' + b"9" * 5000 + b"}"]
)
def test_what_carries_no_signature_is_refused(body: bytes) -> None:
    with pytest.raises(SignatureRejected):
        tiw.verify({}, body, Terms(keys=[KEY], now=NOW))


@pytest.mark.parametrize("flaw", [b'"a":1,"a":2', b'"a":"\\ud800"', b'"a":"\\u0000"', b'"a":NaN', b'"a":1e999'])
def test_signed_json_that_is_not_strict_is_malformed_and_not_forged(flaw: bytes) -> None:
    body = b'{"ExpireTime":1588040109,"Sign":"a2dabb362a9b811c0e26953a6276a41c",' + flaw + b"}"

    tiw.verify({}, body, Terms(keys=[KEY], now=NOW))
    with pytest.raises(Malformed):
        tiw.parse({}, body)


def test_what_sign_makes_verifies_for_ten_minutes() -> None:
    headers, body = tiw.sign(sample("online_record_started"), KEY, NOW)

    assert tiw.verify(headers, body, Terms(keys=[KEY], now=NOW + timedelta(seconds=600))).is_late is False
    assert tiw.verify(headers, body, Terms(keys=[KEY], now=NOW + timedelta(seconds=601))).is_late is True
    assert tiw.parse(headers, body).occurred_at == NOW


KINDS = {
    "online_record_started": FactKind.RECORDER_STARTED,
    "online_record_stopped": FactKind.RECORDER_LEFT,
    "online_record_finished": FactKind.FINISHED,
    "online_record_finished_failed": FactKind.FINISHED,
    "online_record_finished_failed_zh": FactKind.FINISHED,
    "online_record_long_pause_warning": FactKind.PAUSED,
    "online_record_long_pause_force_stopped": FactKind.EXIT_ANNOUNCED,
}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_of_the_vendor_is_read(path: Path) -> None:
    event = tiw.parse({}, path.read_bytes())

    assert event.kind == KINDS[path.stem]
    assert event.claimed_application == "1400000001"
    assert event.room_id in ("1253", "880528")
    assert event.robot_user_id.startswith(f"tic_record_user_{event.room_id}_")
    assert event.occurred_at == datetime(2019, 12, 5, 11, 30, 12, tzinfo=UTC)


def test_finished_tells_every_file() -> None:
    data = read(sample("online_record_finished")).data

    assert (data["reason"], data["code"], data["message"]) == (Reason.STOPPED, "", "")
    assert (data["began_ms"], data["ended_ms"]) == (1568949369000, 1568949392000)
    assert data["details"]["total_ms"] == 18317
    assert [file["media_id"] for file in data["files"]] == ["main", "mix", "mix", "board"]
    assert data["files"][3] == {
        "name": "a815224f512cfe621dc965a066a5813c.mp4",
        "file_id": "a8152f8faa2cfe621dc965a066a5813c",
        "url": "http://online-recording-1259648581.file.myqcloud.com/00sp43mantgtv4r842mb/a815224f512cfe621dc965a066a5813c.mp4",
        "user_id": "",
        "size": 226337,
        "duration_ms": 17605,
        "offset_ms": 623,
        "format": "mp4",
        "media_id": "board",
        "track_type": "video",
    }


@pytest.mark.parametrize("name", ["online_record_finished_failed", "online_record_finished_failed_zh"])
def test_failed_tells_why_in_one_line_and_no_beginning(name: str) -> None:
    data = read(sample(name)).data

    assert (data["reason"], data["code"], data["files"]) == (Reason.RECORDER_ERROR, "FailedOperation.Record", [])
    assert data["message"] == "code: 40001, msg: 2020-05-21 15:20:06, invalid userid"
    assert (data["began_ms"], data["ended_ms"]) == (None, 1590045606000)


@pytest.mark.parametrize(
    ("word", "reason"),
    [("AUTO", Reason.NO_PUBLISHER), ("FORCE_STOP", Reason.FORCE_STOPPED), ("BORED", None), ("", None)],
)
def test_finish_reasons_become_words(word: str, reason: Reason | None) -> None:
    data = changed("online_record_finished", FinishReason=word).data

    assert data["reason"] == reason
    assert data["details"].get("finish_reason", "") == word


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://x/a/b.mp4?sign=1/2", "b.mp4"),
        ("http://x", "id"),
        ("http://x/", "id"),
        ("", "id"),
        ("http://[/", "id"),
        ("http://x/" + "y" * 1000, "id"),
    ],
)
def test_a_file_is_named_by_its_address_or_its_id(url: str, name: str) -> None:
    videos = [{"VideoId": "id", "VideoUrl": url, "VideoType": 4, "Width": 640, "UserId": None}]
    file = changed("online_record_finished", VideoInfos=videos).data["files"][0]

    assert (file["name"], file["track_type"], file["width"], file["user_id"]) == (name, "audio", 640, "")
    assert "height" not in file


@pytest.mark.parametrize("pause", [1568949370, 1568949370000])
def test_omitted_durations_are_read_in_seconds_or_milliseconds(pause: int) -> None:
    omitted = [{"VideoTime": 1000, "PauseTime": pause, "ResumeTime": "1568949380000"}]
    details = changed("online_record_finished", OmittedDurations=omitted).data["details"]

    assert details["omitted_durations"] == [
        {"video_time_ms": 1000, "pause_ms": 1568949370000, "resume_ms": 1568949380000}
    ]


def test_long_pauses_tell_when_it_ends() -> None:
    paused = {"paused_at_ms": 1575545412000}

    assert read(sample("online_record_long_pause_warning")).data == {"until_ms": 1575546412000, "details": paused}
    assert read(sample("online_record_long_pause_force_stopped")).data == {
        "reason": Reason.PAUSED_TOO_LONG,
        "details": paused | {"stopped_at_ms": 1575546412000},
    }


def drifted(value: Any) -> Any:
    """Return *value* with its numbers as strings, and its strings of digits as numbers."""
    if isinstance(value, dict):
        return {name: drifted(item) for name, item in value.items()}
    if isinstance(value, list):
        return [drifted(item) for item in value]
    if isinstance(value, int):
        return str(value)
    return int(value) if isinstance(value, str) and value.isdecimal() else value


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_ids_numbers_and_times_are_read_as_strings_or_numbers(path: Path) -> None:
    assert read(drifted(sample(path.stem))) == tiw.parse({}, path.read_bytes())


@pytest.mark.parametrize("name", [*KINDS, "other"])
def test_sending_is_no_part_of_the_natural_key(name: str) -> None:
    body = sample(name) if name in KINDS else sample("online_record_started") | {"EventType": "PPT2H5ProgressChanged"}
    again = body | {"Timestamp": 1575545499, "ExpireTime": 1590049999, "Sign": "0" * 32}
    stored = {field: value for field, value in body.items() if field != "Sign"}

    assert read(body).natural_key == read(again).natural_key == read(stored).natural_key


def test_events_that_differ_have_keys_that_differ() -> None:
    started = sample("online_record_started")
    keys = [read(sample(name)).natural_key for name in KINDS if "failed" not in name]
    keys += [
        read(started | {"SdkAppId": 1400000002}).natural_key,
        changed("online_record_started", TaskId="task-2").natural_key,
        changed("online_record_long_pause_warning", PauseTime=1575549999).natural_key,
        *(read(started | {"EventType": "New", "EventData": data}).natural_key for data in ({"Progress": 1}, {}, None)),
    ]

    assert len(set(keys)) == len(keys)


QUEUED = {"TaskType": "OnlineRecord", "Total": 1, "Tasks": [{"TaskID": "task-1", "CreateTime": "2022-01-01 00:00:00"}]}


@pytest.mark.parametrize(
    ("event_type", "event_data", "task_id"),
    [
        ("TaskQueuedAmountLimitWarning", QUEUED, ""),
        ("OfflineRecordProgressChanged", {"TaskID": "task-1", "Progress": "50"}, "task-1"),
        ("WhiteboardPushStarted", {"TaskId": "task-1", "RoomId": 7}, "task-1"),
        ("New", {"TaskId": {"a": 1}}, ""),
        ("New", [1], ""),
    ],
)
def test_events_of_something_else_are_kept(event_type: str, event_data: Any, task_id: str) -> None:
    event = read({"EventType": event_type, "EventData": event_data, "ExpireTime": STAMP})

    assert (event.kind, event.event_type, event.task_id) == (None, event_type, task_id)
    assert (event.claimed_application, event.occurred_at.timestamp()) == (None, STAMP)


WRONG: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"EventType": None}, {}), ({"EventType": "x" * 65}, {}), ({"EventType": True}, {}), ({"EventType": ""}, {}),
    ({"SdkAppId": None}, {}), ({"SdkAppId": "school"}, {}), ({"SdkAppId": -1}, {}), ({"EventData": []}, {}),
    ({"Timestamp": None, "ExpireTime": None}, {}), ({"Timestamp": 4102444801}, {}), ({"Timestamp": 1.5}, {}),
    ({"EventType": "New", "SdkAppId": ["1400000001"]}, {}),
    ({}, {"TaskId": None}), ({}, {"TaskId": ""}), ({}, {"TaskId": "x" * 256}), ({}, {"RoomId": "x" * 256}),
    ({}, {"RecordUserId": "x" * 256}), ({}, {"RoomId": True}), ({}, {"RecordStartTime": 10**11}),
    ({}, {"RecordStopTime": -1}), ({}, {"VideoInfos": {}}), ({}, {"VideoInfos": [{"VideoSize": -1}]}),
    ({}, {"VideoInfos": [{"VideoUrl": "http://x/a\nb"}]}), ({}, {"Error": {"Code": "x" * 129}}),
]  # fmt: skip


@pytest.mark.parametrize(("envelope", "event_data"), WRONG, ids=range(len(WRONG)))
def test_what_is_no_callback_is_malformed(envelope: dict[str, Any], event_data: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        changed("online_record_finished", envelope=envelope, **event_data)
