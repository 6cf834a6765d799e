"""The four actions against a server that behaves badly in every way we know."""

import json
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import requests
import responses
from hypothesis import given
from hypothesis import strategies as st
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import MaxRetryError, SSLError

from recordings.parameters import RecordingParameters
from recordings.trtc import client
from recordings.trtc.account import Account, CloudStorage
from recordings.trtc.answers import CreateAnswer, read_answer
from recordings.trtc.errors import (
    ClockRejected,
    CredentialsRejected,
    GatewayError,
    OutcomeUnknown,
    QuotaReached,
    Rejected,
    TaskExists,
    TaskGone,
    Throttled,
    Unavailable,
)
from recordings.trtc.gateway import Gateway, TrtcGateway
from recordings.trtc.results import Created, DescribedFile, Description
from recordings.trtc.transport import BODY_LIMIT_BYTES
from recordings.trtc.usersig import RoomTicket
from tests.recordings.trtc.conftest import SECRETS
from tests.recordings.trtc.vendor import (
    Behaviour,
    Vendor,
    answer,
    chunked,
    failure,
    http,
    hung_up,
    reset,
    silent,
    trickling,
    truncated,
)

TASK_ID = "-gCTFWt+abc.."
CREATED = answer(TaskId=TASK_ID)
HTML = b"<html><body>Bad gateway</body></html>"

Start = Callable[[], Created]
Describe = Callable[[], Description]


@pytest.fixture
def start(gateway: Gateway, account: Account, bucket: CloudStorage, mixed: RecordingParameters) -> Start:
    def create() -> Created:
        return gateway.create_recording(
            account=account, robot_user_id="rec_1", parameters=mixed, storage=bucket, lifetime_seconds=60
        )

    return create


@pytest.fixture
def describe(gateway: Gateway, account: Account) -> Describe:
    return lambda: gateway.describe_recording(account=account, task_id="t")


def failed(call: Callable[[], object]) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        call()
    return caught.value


def test_a_start_returns_the_task_and_is_signed(vendor: Vendor, account: Account, start: Start) -> None:
    vendor.script.append(CREATED)

    assert start() == Created(task_id=TASK_ID, request_id="req-1")

    (call,) = vendor.calls
    assert call.action == "CreateCloudRecording"
    assert call.body["UserId"] == "rec_1"
    assert call.body["UserSig"]
    assert call.headers["Authorization"].startswith("TC3-HMAC-SHA256 Credential=AKIDtest/")
    assert call.headers["X-TC-Region"] == "ap-singapore"
    assert call.headers["X-TC-Language"] == "en-US"
    assert call.headers["Host"] == account.host


def test_a_description_names_its_files(vendor: Vendor, gateway: TrtcGateway, account: Account) -> None:
    file = {"UserId": None, "FileName": "a.m3u8", "TrackType": "audio_video", "BeginTimeStamp": 1622186279144}
    vendor.script.append(answer(TaskId="t", Status="InProgress", StorageFileList=[file], RecorderKey=None))

    description = gateway.describe_recording(account=account, task_id="t")

    assert description.status == "in_progress"
    assert description.request_id == "req-1"
    assert description.files == (
        DescribedFile(user_id="", file_name="a.m3u8", track_type="audio_video", begin_timestamp_ms=1622186279144),
    )


@pytest.mark.parametrize(
    ("said", "status"),
    [("Idle", "idle"), ("idle", "idle"), ("InProgress", "in_progress"), ("Exited", "exited"), ("NewWord", "new_word")],
)
@pytest.mark.parametrize("files", [{}, {"StorageFileList": None}, {"StorageFileList": []}])
def test_a_status_is_read_in_any_case_and_without_files(
    said: str, status: str, files: dict[str, Any], vendor: Vendor, describe: Describe
) -> None:
    vendor.script.append(answer(Status=said, **files))

    description = describe()
    assert (description.status, description.files) == (status, ())


def test_a_change_and_a_stop_name_their_task(
    vendor: Vendor, gateway: TrtcGateway, account: Account, mixed: RecordingParameters
) -> None:
    vendor.script.extend([answer(TaskId=TASK_ID), answer(TaskId=TASK_ID)])

    modified = gateway.modify_recording(account=account, task_id=TASK_ID, parameters=mixed)
    deleted = gateway.delete_recording(account=account, task_id=TASK_ID)

    assert (modified.request_id, deleted.request_id) == ("req-1", "req-1")
    assert [call.action for call in vendor.calls] == ["ModifyCloudRecording", "DeleteCloudRecording"]
    assert {call.body["TaskId"] for call in vendor.calls} == {TASK_ID}


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("RequestLimitExceeded", Throttled),
        ("FailedOperation.RestrictedConcurrency", QuotaReached),
        ("InternalError.CRInternalError", Unavailable),
        ("InvalidParameter.OutOfRange", Rejected),
        ("AuthFailure.SignatureFailure", CredentialsRejected),
        ("AuthFailure.SignatureExpire", ClockRejected),
        ("ResourceNotFound", TaskGone),
        ("FailedOperation.TaskExist", TaskExists),
        ("Surprise", OutcomeUnknown),
    ],
)
@pytest.mark.parametrize(
    "content_type",
    ["Content-Type: application/json\r\n", "Content-Type: application/json; charset=utf-8\r\n", ""],
)
def test_an_error_inside_a_200_is_an_error(
    code: str, error: type[GatewayError], content_type: str, vendor: Vendor, start: Start
) -> None:
    """Whatever the type of the body is called."""
    response = {"Error": {"Code": code, "Message": "words"}, "RequestId": "req-1"}
    vendor.script.append(http(json.dumps({"Response": response}).encode(), headers=content_type))

    caught = failed(start)

    assert type(caught) is error
    assert (caught.code, caught.message, caught.request_id) == (code, "words", "req-1")


def test_an_error_without_a_request_id_is_still_its_error(vendor: Vendor, start: Start) -> None:
    vendor.script.append(http(b'{"Response": {"Error": {"Code": "ResourceNotFound"}}}'))

    caught = failed(start)
    assert isinstance(caught, TaskGone)
    assert (caught.message, caught.request_id) == ("", "")


UNCLEAR: dict[str, tuple[Behaviour, str]] = {
    "html with 502": (http(HTML, status="502 Bad Gateway", headers=""), "UnexpectedStatus"),
    "json with 500": (http(b'{"Response": {}}', status="500 Oops"), "UnexpectedStatus"),
    "redirect": (http(b"", status="307 Go", headers="Location: http://127.0.0.1:1/\r\n"), "UnexpectedStatus"),
    "html with 200": (http(HTML, headers="Content-Type: text/html\r\n"), "UnreadableAnswer"),
    "empty": (http(b""), "UnreadableAnswer"),
    "half of the json": (http(b'{"Response": {"TaskId": "a'), "UnreadableAnswer"),
    "no response": (http(b'{"TaskId": "a"}'), "UnreadableAnswer"),
    "null": (http(b"null"), "UnreadableAnswer"),
    "deep": (http(b"[" * 100_000), "UnreadableAnswer"),
    "not utf-8": (http(b'{"Response": {"TaskId": "\xff", "Status": "\xff"}}'), "UnreadableAnswer"),
    "an error without a code": (http(b'{"Response": {"Error": {}}}'), "UnreadableAnswer"),
    "too large": (http(b" " * (BODY_LIMIT_BYTES + 1)), "AnswerTooLarge"),
    "less than promised": (truncated, "ConnectionLost"),
    "silence": (silent, "Timeout"),
    "a trickle": (trickling, "Timeout"),
    "hung up": (hung_up, "ConnectionLost"),
    "reset": (reset, "ConnectionLost"),
}


@pytest.mark.parametrize(("behaviour", "code"), UNCLEAR.values(), ids=UNCLEAR)
def test_a_call_without_a_readable_answer_may_have_acted(
    behaviour: Behaviour, code: str, vendor: Vendor, start: Start, describe: Describe
) -> None:
    """Except a describe, which never acts."""
    vendor.script.extend([behaviour] * 2)

    created = failed(start)
    described = failed(describe)

    assert (type(created), type(described)) == (OutcomeUnknown, Unavailable)
    assert (created.may_have_acted, described.may_have_acted) == (True, False)
    assert created.code == described.code == code


def test_a_change_and_a_stop_without_an_answer_may_have_acted(
    vendor: Vendor, gateway: TrtcGateway, account: Account, mixed: RecordingParameters
) -> None:
    vendor.script.extend([hung_up, hung_up])

    modified = failed(lambda: gateway.modify_recording(account=account, task_id="t", parameters=mixed))
    deleted = failed(lambda: gateway.delete_recording(account=account, task_id="t"))

    assert (type(modified), type(deleted)) == (OutcomeUnknown, OutcomeUnknown)


@pytest.mark.parametrize("task", [{}, {"TaskId": None}, {"TaskId": ""}, {"TaskId": 7}, {"TaskId": "a\x00"}])
def test_a_start_without_a_task_id_may_have_acted(task: dict[str, Any], vendor: Vendor, start: Start) -> None:
    vendor.script.append(answer(**task))

    caught = failed(start)
    assert type(caught) is OutcomeUnknown
    assert "TaskId" in caught.message


def test_a_refused_connection_never_acted(account: Account, gateway: TrtcGateway) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    nowhere = replace(account, endpoint=f"http://127.0.0.1:{port}")

    caught = failed(lambda: gateway.delete_recording(account=nowhere, task_id="t"))
    assert (type(caught), caught.code, caught.fault) == (Unavailable, "ConnectionFailed", "network")


def test_a_name_that_does_not_resolve_never_acted(account: Account, gateway: TrtcGateway) -> None:
    nowhere = replace(account, endpoint="trtc.invalid")

    caught = failed(lambda: gateway.delete_recording(account=nowhere, task_id="t"))
    assert (type(caught), caught.code) == (Unavailable, "ConnectionFailed")


def tls_failure(inner: ssl.SSLError) -> requests.exceptions.SSLError:
    return requests.exceptions.SSLError(MaxRetryError(HTTPConnectionPool("h"), "/", SSLError(inner)))


@responses.activate
@pytest.mark.parametrize(
    ("raised", "error"),
    [
        (requests.ConnectTimeout("slow"), Unavailable),
        (requests.exceptions.ProxyError("no"), Unavailable),
        (tls_failure(ssl.SSLCertVerificationError("untrusted")), Unavailable),
        (tls_failure(ssl.SSLError("odd")), OutcomeUnknown),
        (requests.ReadTimeout("slow"), OutcomeUnknown),
        (requests.ConnectionError("reset"), OutcomeUnknown),
        (requests.exceptions.SSLError("odd"), OutcomeUnknown),
        (OSError("odd"), OutcomeUnknown),
    ],
)
def test_only_what_failed_before_sending_never_acted(
    raised: Exception, error: type[GatewayError], account: Account, gateway: TrtcGateway
) -> None:
    responses.post("https://trtc.tencentcloudapi.com/", body=raised)
    remote = replace(account, endpoint="trtc.tencentcloudapi.com")

    caught = failed(lambda: gateway.delete_recording(account=remote, task_id="t"))
    assert (type(caught), caught.fault) == (error, "network")
    assert caught.__cause__ is raised


@pytest.mark.parametrize("broken", ["http://", "http://[", "http://a b", "http://127.0.0.1:99999"])
def test_an_address_that_is_none_is_the_operators_to_mend(broken: str, account: Account, gateway: TrtcGateway) -> None:
    caught = failed(lambda: gateway.delete_recording(account=replace(account, endpoint=broken), task_id="t"))

    assert (type(caught), caught.fault) == (Rejected, "operator")


@pytest.mark.parametrize(
    ("lack", "error"),
    [
        ({"region": ""}, Rejected),
        ({"secret_id": ""}, CredentialsRejected),
        ({"secret_key": ""}, CredentialsRejected),
    ],
)
def test_an_incomplete_account_calls_nobody(
    lack: dict[str, Any], error: type[GatewayError], vendor: Vendor, account: Account, gateway: TrtcGateway
) -> None:
    incomplete = replace(account, **lack)

    caught = failed(lambda: gateway.delete_recording(account=incomplete, task_id="t"))

    assert (type(caught), caught.fault) == (error, "operator")
    assert vendor.connections == 0


def test_nothing_is_called_twice(vendor: Vendor, start: Start) -> None:
    vendor.script.extend([failure("InternalError"), failure("RequestLimitExceeded"), hung_up])

    for _ in range(3):
        failed(start)

    assert len(vendor.calls) == 3


@pytest.mark.parametrize("behaviour", [CREATED, chunked(b'{"Response": {"TaskId": "t"}}'), failure("InternalError")])
def test_calls_share_one_connection(behaviour: Behaviour, vendor: Vendor, start: Start) -> None:
    vendor.script.extend([behaviour, CREATED, failure("ResourceNotFound"), CREATED])

    for _ in range(4):
        try:
            start()
        except GatewayError:
            continue

    assert (len(vendor.calls), vendor.connections) == (4, 1)


def test_a_connection_left_idle_is_not_trusted(vendor: Vendor, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server may be closing it just now, and a start sent into that has no known outcome."""
    vendor.script.extend([CREATED, CREATED])
    start()
    monkeypatch.setattr(client, "IDLE_SECONDS", 0.0)
    start()

    assert vendor.connections == 2


def test_threads_and_accounts_have_connections_of_their_own(
    vendor: Vendor, gateway: TrtcGateway, account: Account
) -> None:
    vendor.script.extend([answer()] * 3)

    def stop(caller: Account) -> None:
        gateway.delete_recording(account=caller, task_id="t")

    stop(account)
    stop(replace(account, secret_key="rotated-key"))
    thread = threading.Thread(target=stop, args=(account,))
    thread.start()
    thread.join()

    assert (len(vendor.calls), vendor.connections) == (3, 3)


def test_an_entry_of_netrc_does_not_replace_the_signature(
    vendor: Vendor, start: Start, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    vendor.script.append(CREATED)

    start()

    assert vendor.calls[0].headers["Authorization"].startswith("TC3-HMAC-SHA256")


def test_a_proxy_is_taken_from_the_environment_unless_it_exempts_the_host(
    vendor: Vendor, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.script.append(CREATED)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    start()
    monkeypatch.delenv("no_proxy")
    monkeypatch.delenv("NO_PROXY", raising=False)

    caught = failed(start)
    assert (type(caught), len(vendor.calls)) == (Unavailable, 1)


def test_secrets_are_neither_logged_nor_shown(
    vendor: Vendor,
    account: Account,
    bucket: CloudStorage,
    start: Start,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Even when everything logs at DEBUG and the vendor quotes what it refuses."""
    caplog.set_level(logging.DEBUG)
    vendor.script.extend([CREATED, failure("InvalidParameter", "AccessKey bucket-access-key is odd"), hung_up])
    start()
    refused = failed(start)
    lost = failed(start)

    ticket = vendor.calls[0].body["UserSig"]
    told = [caplog.text, *(str(vars(record)) for record in caplog.records), repr(account), repr(bucket)]
    told += [repr(RoomTicket(user_sig=ticket, private_map_key=None)), repr(refused), str(refused), repr(lost)]
    assert refused.message == "AccessKey *** is odd"
    assert [secret for secret in (*SECRETS, ticket) if any(secret in text for text in told)] == []


def test_each_call_leaves_one_line(vendor: Vendor, start: Start, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="recordings.trtc")
    vendor.script.extend([CREATED, failure("InternalError")])
    start()
    failed(start)

    lines = [(record.levelname, record.message) for record in caplog.records if record.name.startswith("recordings")]
    assert lines == [("DEBUG", "vendor_called"), ("WARNING", "vendor_call_failed")]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps({"Response": value}).encode()))
def test_no_body_is_taken_for_a_start_by_accident(body: bytes) -> None:
    assert isinstance(failed(lambda: read_answer("CreateCloudRecording", body, CreateAnswer)), OutcomeUnknown)
