"""VOD's DescribeMediaInfos: what 311 told of is there, in its account and its application of VOD."""

import copy

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from tests.sandbox.driver import VOD, Application, Sandbox, wait_until


def put_file(app: Application, *, sub_app_id: int | None = None) -> dict[str, str]:
    """Record alice into VOD and return event 311's TencentVod."""
    changes = copy.deepcopy(VOD)
    if sub_app_id is not None:
        changes["StorageParams"]["CloudVod"]["TencentVod"]["SubAppId"] = sub_app_id
    task_id = app.create(**changes)
    app.publish("alice")
    wait_until(lambda: bool(app.describe(task_id)["Status"] == "InProgress"))
    app.finish(task_id)
    (payload,) = app.payloads(task_id, 311)
    vod: dict[str, str] = payload["TencentVod"]
    return vod


def test_a_file_of_a_task_is_there_and_no_other(app: Application) -> None:
    told = put_file(app)

    answer = app.media(told["FileId"], "1", Filters=["basicInfo", "metaData"])

    (media,) = answer["MediaInfoSet"]
    assert (media["FileId"], media["BasicInfo"]["MediaUrl"]) == (told["FileId"], told["VideoUrl"])
    assert media["MetaData"]["Duration"] > 0
    assert media["MetaData"]["Size"] > 0
    assert answer["NotExistFileIdSet"] == ["1"]


def test_what_was_not_asked_for_is_null(app: Application) -> None:
    (media,) = app.media(put_file(app)["FileId"], Filters=["metaData"])["MediaInfoSet"]

    assert media["BasicInfo"] is None


def test_another_account_and_another_application_of_vod_have_it_not(app: Application, sandbox: Sandbox) -> None:
    file_id = put_file(app, sub_app_id=7)["FileId"]

    assert app.media(file_id)["NotExistFileIdSet"] == [file_id]
    assert app.media(file_id, SubAppId=7)["NotExistFileIdSet"] == []
    assert Application(sandbox).media(file_id, SubAppId=7)["NotExistFileIdSet"] == [file_id]


@pytest.mark.parametrize(
    ("file_ids", "secret_key", "code"),
    [
        (["1"], "wrong", "AuthFailure.SignatureFailure"),
        ([], "secret-key", "InvalidParameterValue.FileIdsEmpty"),
        (["1"] * 21, "secret-key", "InvalidParameterValue.FileIdsTooMany"),
    ],
)
def test_a_wrong_call_is_refused(app: Application, file_ids: list[str], secret_key: str, code: str) -> None:
    with pytest.raises(TencentCloudSDKException) as refused:
        app.media(*file_ids, secret_key=secret_key)

    assert refused.value.code == code


def test_a_signature_for_the_other_service_is_refused(app: Application) -> None:
    asked = {"FileIds": ["1"]}
    assert app.post(asked, action="DescribeMediaInfos")["Error"]["Code"] == "NoSuchVersion"

    answer = app.post(asked, action="DescribeMediaInfos", changes={"x-tc-version": "2018-07-17"})  # signed for trtc

    assert answer["Error"]["Code"] == "AuthFailure.SignatureFailure"


def test_it_can_be_made_to_fail(app: Application) -> None:
    app.break_with({"kind": "fail", "action": "DescribeMediaInfos", "code": "UnauthorizedOperation"})

    with pytest.raises(TencentCloudSDKException) as refused:
        app.media("1")

    assert refused.value.code == "UnauthorizedOperation"
