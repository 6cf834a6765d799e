"""TC3-HMAC-SHA256, verified for real."""

import time

import pytest

from tests.sandbox.driver import Application, Sandbox, create_params

DESCRIBE = "DescribeCloudRecording"


def test_the_sdk_is_believed(app: Application) -> None:
    task_id = app.create()

    assert app.describe(task_id)["Status"] == "Idle"


def test_a_wrong_secret_key_is_refused(app: Application) -> None:
    client = app.client(secret_key="wrong")

    assert app.refusal("CreateCloudRecording", create_params(), client=client) == "AuthFailure.SignatureFailure"


def test_an_unknown_secret_id_is_refused(sandbox: Sandbox, app: Application) -> None:
    sandbox.control("PUT", f"/apps/{app.sdk_app_id}", {"secret_id": "AKIDother"})

    assert app.refusal(DESCRIBE, {"TaskId": "T."}) == "AuthFailure.SecretIdNotFound"


@pytest.mark.parametrize("offset", [-301, 301])
def test_a_timestamp_five_minutes_off_is_refused(app: Application, offset: int) -> None:
    answer = app.post({"SdkAppId": app.sdk_app_id, "TaskId": "T."}, timestamp=int(time.time()) + offset)

    assert answer["Error"]["Code"] == "AuthFailure.SignatureExpire"


@pytest.mark.parametrize("offset", [-290, 290])
def test_a_timestamp_within_five_minutes_passes(app: Application, offset: int) -> None:
    answer = app.post({"SdkAppId": app.sdk_app_id, "TaskId": "T."}, timestamp=int(time.time()) + offset)

    assert answer["Error"]["Code"] == "ResourceNotFound"


def test_a_changed_body_is_refused(app: Application) -> None:
    answer = app.post({"SdkAppId": app.sdk_app_id, "TaskId": "T."}, body_sent=b'{"SdkAppId": 1}')

    assert answer["Error"]["Code"] == "AuthFailure.SignatureFailure"


def test_every_signed_header_counts(app: Application) -> None:
    signed = ("content-type", "host", "x-tc-action")
    params = {"SdkAppId": app.sdk_app_id, "TaskId": "T."}

    assert app.post(params, signed=signed)["Error"]["Code"] == "ResourceNotFound"
    changed = app.post(params, signed=signed, changes={"x-tc-action": "DeleteCloudRecording"})
    assert changed["Error"]["Code"] == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"authorization": None}, "MissingParameter"),
        ({"authorization": "TC3-HMAC-SHA256 nonsense"}, "AuthFailure.SignatureFailure"),
        ({"x-tc-action": None}, "MissingParameter"),
        ({"x-tc-action": "StartRecording"}, "InvalidAction"),
        ({"x-tc-version": "2017-03-12"}, "NoSuchVersion"),
        ({"x-tc-region": "eu-frankfurt"}, "UnsupportedRegion"),
        ({"x-tc-region": None}, "MissingParameter"),
        ({"x-tc-timestamp": "soon"}, "InvalidParameter"),
    ],
)
def test_common_headers_are_checked(app: Application, changes: dict[str, str | None], code: str) -> None:
    answer = app.post({"SdkAppId": app.sdk_app_id, "TaskId": "T."}, changes=changes)

    assert answer["Error"]["Code"] == code
    assert len(answer["RequestId"]) == 36


def test_create_knows_fewer_regions_than_the_later_calls(app: Application) -> None:
    mumbai = app.client(region="ap-mumbai")

    assert app.refusal("CreateCloudRecording", create_params(), client=mumbai) == "UnsupportedRegion"
    assert app.call(DESCRIBE, {"TaskId": app.create()}, client=mumbai)["Status"] == "Idle"


def test_another_accounts_application_is_refused(app: Application, sandbox: Sandbox) -> None:
    other = Application(sandbox)

    assert app.refusal(DESCRIBE, {"SdkAppId": other.sdk_app_id, "TaskId": "T."}) == "InvalidParameter.SdkAppId"
    assert app.refusal(DESCRIBE, {"SdkAppId": 7, "TaskId": "T."}) == "InvalidParameter.SdkAppId"


def test_a_task_of_another_application_is_not_found(app: Application, sandbox: Sandbox) -> None:
    task_id = Application(sandbox).create()

    assert app.refusal(DESCRIBE, {"TaskId": task_id}) == "ResourceNotFound"


def test_a_body_that_is_not_an_object_is_refused(app: Application) -> None:
    assert app.post([1])["Error"]["Code"] == "InvalidParameter"
