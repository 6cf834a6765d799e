"""What the TRTC provider verifies and reads."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from callbacks.providers.base import Malformed, SignatureRejected, Terms
from callbacks.providers.trtc import parse, verify
from recordings.states.facts import FactKind
from tests.callbacks.deliver import SAMPLES, event, read_sample, sign

# Published with its body and key: https://trtc.io/document/54912
PUBLISHED_BODY = (
    b'{\n\t"EventGroupId":\t2,\n\t"EventType":\t204,\n\t"CallbackTs":\t1664209748188,\n'
    b'\t"EventInfo":\t{\n\t\t"RoomId":\t8489,\n\t\t"EventTs":\t1664209748,\n'
    b'\t\t"EventMsTs":\t1664209748180,\n\t\t"UserId":\t"user_85034614",\n\t\t"Reason":\t0\n\t}\n}'
)
PUBLISHED_SIGN = "kkoFeO3Oh2ZHnjtg8tEAQhtXK16/KI05W3BQff8IvGA="
# The second input of that page; the value is what the formula gives.
SECOND_BODY = (
    b'{\n\t"EventGroupId":\t1,\n\t"EventType":\t101,\n\t"CallbackTs":\t1608086882372,\n\t"EventInfo":\t{\n'
    b'\t\t"RoomId":\t20222,\n\t\t"EventTs":\t1608086882,\n\t\t"UserId":\t"222222_phone"\n\t}\n}'
)
SECOND_SIGN = "t2Yq1R4wilV/RIMRyygkgdhxWO8dgTdXXrfNVtz7V3k="


def terms(keys: list[str]) -> Terms:
    return Terms(keys=keys, now=datetime.now(UTC))


@pytest.mark.parametrize(
    ("body", "key", "signature"),
    [(PUBLISHED_BODY, "123654", PUBLISHED_SIGN), (SECOND_BODY, "789", SECOND_SIGN)],
)
def test_published_vectors_verify(body: bytes, key: str, signature: str) -> None:
    verify({"Sign": signature}, body, terms([key]))


@pytest.mark.parametrize(
    "misprint", ["LvKyTq86nULm22HssZHPn1L7gkGafhnxpO//kNZ31TM=", "yrzVI9hvT5cQ6MT48HrNgtKy9sWGjINv8EG/2aDkXT8="]
)
def test_signatures_over_escaped_text_are_refused(misprint: str) -> None:
    """The signature covers the raw bytes, not their printed escapes."""
    with pytest.raises(SignatureRejected):
        verify({"Sign": misprint}, PUBLISHED_BODY, terms(["123654"]))


@pytest.mark.parametrize("sent", ["", "x", PUBLISHED_SIGN[:-2], "签名", "\udcff", PUBLISHED_SIGN.lower()])
def test_any_other_signature_is_refused(sent: str) -> None:
    with pytest.raises(SignatureRejected):
        verify({"Sign": sent}, PUBLISHED_BODY, terms(["123654"]))


def test_a_missing_signature_is_refused() -> None:
    with pytest.raises(SignatureRejected):
        verify({}, PUBLISHED_BODY, terms(["123654"]))


def test_either_of_two_keys_verifies_and_an_empty_one_never_does() -> None:
    verify({"Sign": PUBLISHED_SIGN}, PUBLISHED_BODY, terms(["new", "123654"]))
    with pytest.raises(SignatureRejected):
        verify({"Sign": sign(PUBLISHED_BODY, key="")}, PUBLISHED_BODY, terms(["", ""]))


KINDS = {
    "301_recorder_start": FactKind.RECORDER_STARTED,
    "302_recorder_stop": FactKind.RECORDER_LEFT,
    "303_upload_start": FactKind.UPLOAD_STARTED,
    "304_file_info": FactKind.SLICE_UPLOADED,
    "305_upload_stop": FactKind.UPLOAD_FINISHED,
    "306_failover": FactKind.FAILED_OVER,
    "307_file_slice": FactKind.SLICE_CREATED,
    "308_upload_error": FactKind.UPLOAD_ERROR,
    "309_download_image_error": FactKind.IMAGE_ERROR,
    "310_mp4_stop": FactKind.TRANSCODE_FINISHED,
    "311_vod_commit": FactKind.VOD_FILE_COMMITTED,
    "311_vod_commit_failed": FactKind.VOD_FILE_STUCK,
    "312_vod_stop": FactKind.VOD_FINISHED,
}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_of_the_vendor_is_read(name: str) -> None:
    read = parse({}, read_sample(name))

    assert read.kind == KINDS[name]
    assert (read.task_id, read.robot_user_id) == ("xx", "xx")
    assert read.occurred_at.year == 2021


def test_samples_cover_every_event_type() -> None:
    assert {int(name[:3]) for name in SAMPLES} == set(range(301, 313))


@pytest.mark.parametrize(
    ("status", "kind"),
    [(0, FactKind.UPLOAD_FINISHED), (1, FactKind.UPLOAD_STUCK), (2, FactKind.UPLOAD_FINISHED), (9, None)],
)
def test_upload_stop_reads_its_status(status: int, kind: FactKind | None) -> None:
    assert parse({}, event(305, {"Status": status})).kind == kind


def test_upload_stop_reads_leave_code_where_a_page_calls_it_so() -> None:
    assert parse({}, event(305, {"LeaveCode": 1})).kind == FactKind.UPLOAD_STUCK


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 99, 100, 101])
def test_leave_codes_become_words(code: int) -> None:
    assert parse({}, event(302, {"LeaveCode": code})).data["leave_code"] == code
    assert parse({}, event(302, {"LeaveCode": str(code)})).data == parse({}, event(302, {"LeaveCode": code})).data


def test_times_and_ids_are_read_as_strings_or_numbers() -> None:
    numbers = parse({}, event(301, {"Status": 0}, RoomId=1234, EventTs=1622186275, EventMsTs=1622186275123))
    strings = parse({}, event(301, {"Status": "0"}, RoomId="1234", EventTs="1622186275", EventMsTs="1622186275123"))

    assert numbers.occurred_at == strings.occurred_at
    assert (numbers.room_id, numbers.kind) == (strings.room_id, strings.kind) == ("1234", FactKind.RECORDER_STARTED)


def test_seconds_are_taken_where_a_deployment_sends_no_milliseconds() -> None:
    assert parse({}, event(301, {"Status": 0}, EventMsTs=None)).occurred_at.timestamp() == 1622186275


def test_file_list_is_read_as_a_string_or_a_list() -> None:
    one = parse({}, event(304, {"FileList": "a.m3u8"}))
    many = parse({}, event(304, {"FileList": ["a.m3u8"]}))

    assert one.data == many.data == {"files": [{"name": "a.m3u8"}]}


def test_file_message_and_file_list_are_told_once() -> None:
    message = {"FileName": "a.mp4", "UserId": "alice", "TrackType": "audio_video", "MediaId": "main"}
    read = parse({}, event(310, {"Status": 0, "FileList": ["a.mp4", "b.mp4"], "FileMessage": [message]}))

    assert [file["name"] for file in read.data["files"]] == ["a.mp4", "b.mp4"]
    assert read.data["files"][0]["user_id"] == "alice"


def test_vod_file_is_read_nested_or_flat() -> None:
    file = {"UserId": "a", "TrackType": "audio", "MediaId": "main", "FileId": "1", "VideoUrl": "http://x"}
    nested = parse({}, event(311, {"Status": 0, "TencentVod": file}))
    flat = parse({}, event(311, {"Status": 0, **file}))

    assert nested.data == flat.data
    assert nested.data["files"][0]["file_id"] == "1"


def test_sending_time_is_no_part_of_the_natural_key() -> None:
    first = event(301, {"Status": 0})
    assert parse({}, first).natural_key == parse({}, first.replace(b"1622186275913", b"1622186285913")).natural_key
    assert parse({}, first).natural_key != parse({}, event(301, {"Status": 1})).natural_key
    assert parse({}, first).natural_key != parse({}, event(301, {"Status": 0}, TaskId="task-2")).natural_key


@pytest.mark.parametrize("group", [1, 2, 8, 77])
def test_other_groups_are_kept_and_move_nothing(group: int) -> None:
    body = {"EventGroupId": group, "EventType": 103, "CallbackTs": 1, "EventInfo": {"RoomId": 7, "EventTs": 1608086882}}
    read = parse({}, json.dumps(body).encode())

    assert (read.kind, read.event_type) == (None, f"{group}/103")


def test_unknown_event_types_are_kept() -> None:
    assert parse({}, event(399)).kind is None


WRONG: list[Any] = [
    b"", b"null", b"[]", b'"x"', b"{}", b"{", b"\xff\xfe", b"\xef\xbb\xbf{}", b'{"EventType": 301}',
    b'{"EventType": 301, "EventInfo": []}', b'{"EventType": 301, "EventInfo": null}',
    event(301).replace(b"301", b"301.5", 1), event(301).replace(b"301", b"true", 1),
    event(301).replace(b"301", b'"x"', 1), event(301).replace(b"301", b"[301]", 1),
    event(301).replace(b"301", b"1e400", 1), event(301).replace(b"301", b"NaN", 1),
    event(301).replace(b"301", b"2147483648", 1), event(301).replace(b"301", b"9" * 5000, 1),
    event(301, TaskId=None), event(301, TaskId=""), event(301, TaskId={"a": 1}), event(301, TaskId="x" * 300),
    event(301, TaskId="a\r\nb"), event(301, TaskId="a\0b"), event(301).replace(b'"task-1"', b'"\\ud800"'),
    event(301, TaskId=True), event(301, EventMsTs=2**63), event(301, EventMsTs=-1), event(301, EventMsTs="1.5"),
    event(301, EventTs=None, EventMsTs=None), event(301).replace(b'"task-1"', b'"task-1", "TaskId": "task-2"'),
    event(307), event(301).replace(b'"Payload": {}', b'"Payload": []'), event(301, {"Status": True}),
    event(301, {"Status": -1}),
    b'{"a":' * 40 + b"1" + b"}" * 40, b"[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("body", WRONG, ids=range(len(WRONG)))
def test_what_is_no_callback_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse({}, body)


def test_new_fields_of_the_vendor_are_ignored() -> None:
    assert parse({}, event(301, {"Status": 0, "New": {"deep": [1]}}, Newer="x")).kind == FactKind.RECORDER_STARTED
