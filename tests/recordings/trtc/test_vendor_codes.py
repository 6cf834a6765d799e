"""The vendor's error codes, each with one meaning."""

import logging
import re

import pytest
from tencentcloud.trtc.v20190722 import errorcodes

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
from recordings.trtc.vendor_codes import CODES, FAMILIES, classify

# Error: the documented codes that become it. A brace group stands for each of its members.
DOCUMENTED: dict[type[GatewayError], str] = {
    Throttled: """
        RequestLimitExceeded RequestLimitExceeded.{IPLimitExceeded,UinLimitExceeded,GlobalRegionUinLimitExceeded}
        FailedOperation.RestrictedFrequency OperationDenied.FreqOverLimit""",
    QuotaReached: """
        FailedOperation.RestrictedConcurrency LimitExceeded.ConcurrencyLimit UnsupportedOperation.TaskLimit""",
    Unavailable: """
        FailedOperation InternalError InternalError.CRInternalError ServiceUnavailable ResourceUnavailable
        ResourceInsufficient.RequestRejection""",
    ClockRejected: "AuthFailure.SignatureExpire",
    CredentialsRejected: """
        AuthFailure AuthFailure.{UnRealNameAuthenticated,UnauthorizedOperation,UnsupportedOperation}
        AuthFailure.{SignatureFailure,SecretIdNotFound,TokenFailure,InvalidSecretId,MFAFailure}
        UnauthorizedOperation UnauthorizedOperation.SdkAppId InvalidParameter.{SdkAppId,UserSig}
        IpInBlacklist IpNotInWhitelist FailedOperation.{SdkAppIdNotExist,SdkAppIdNotUnderAppId}""",
    TaskGone: """
        ResourceNotFound ResourceNotFound.ResourceNotFound FailedOperation.{TaskNotExist,TaskFinished}""",
    TaskExists: "FailedOperation.TaskExist",
    Rejected: """
        InvalidParameter.{OutOfRange,RoomId,UserId,TaskId,BodyParamsError}
        MissingParameter.{RoomId,SdkAppId,TaskId,UserId,AccessKey,Bucket,CloudStorage,RecordMode,RecordParams}
        MissingParameter.{Region,SecretKey,StorageParams,StreamType,UserSig,Vendor}
        UnsupportedOperation UnsupportedOperation.NotAllowed FailedOperation.{CRUnsupportMethod,NotAbility}
        FailedOperation.{NotAllowed,RequestOutdated} UnknownParameter UnsupportedRegion InvalidAction
        NoSuchVersion LimitExceeded RequestSizeLimitExceeded DryRunOperation""",
}

# In the SDK's list, and answers of other products' actions: for ours they would be news.
FOREIGN = {
    "FailedOperation.CSUnsupportMethod",
    "FailedOperation.CTUnsupportMethod",
    "FailedOperation.GenVoicePrintIdFailed",
    "FailedOperation.MixSessionNotExist",
    "FailedOperation.UpdateVoicePrintIdNotFound",
    "FailedOperation.VoicePrintAudioCheckFailed",
    "FailedOperation.VoicePrintRegistrationLimit",
}


def expand(pattern: str) -> list[str]:
    head, _, group = pattern.rstrip("}").partition("{")
    return [head + member for member in group.split(",")]


LISTED = [
    (code, error) for error, patterns in DOCUMENTED.items() for pattern in patterns.split() for code in expand(pattern)
]


def test_every_documented_code_is_listed_once() -> None:
    codes = [code for code, _ in LISTED]

    assert len(codes) == len(set(codes)) == 71


@pytest.mark.parametrize(("code", "error"), LISTED)
def test_a_documented_code_becomes_its_error(
    code: str, error: type[GatewayError], caplog: pytest.LogCaptureFixture
) -> None:
    assert classify(code, "CreateCloudRecording").error is error
    assert classify(code, "DescribeCloudRecording").error is error
    assert caplog.records == []


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("InvalidParameter.OutOfRange", "caller"),
        ("MissingParameter.RoomId", "caller"),
        ("MissingParameter.SecretKey", "operator"),
        ("AuthFailure.SignatureFailure", "operator"),
        ("FailedOperation.RestrictedConcurrency", "operator"),
        ("InternalError.CRInternalError", "vendor"),
        ("RequestLimitExceeded", "vendor"),
    ],
)
def test_a_code_says_whose_doing_it_is(code: str, fault: str) -> None:
    assert classify(code, "CreateCloudRecording").fault == fault


def test_every_code_of_the_sdk_is_known_or_foreign(caplog: pytest.LogCaptureFixture) -> None:
    codes = [value for name, value in vars(errorcodes).items() if re.fullmatch("[A-Z_]+", name)]
    for code in codes:
        classify(code, "CreateCloudRecording")

    assert len(codes) > 150
    assert {record.code for record in caplog.records} == FOREIGN  # type: ignore[attr-defined]  # from extra


def test_no_whole_code_repeats_what_its_family_says() -> None:
    assert [code for code, meaning in CODES.items() if FAMILIES.get(code.partition(".")[0]) == meaning] == []


@pytest.mark.parametrize("code", ["Surprise", "Surprise.Inner", "FailedOperation.Surprise", "internalerror"])
def test_an_unknown_code_leaves_a_create_open_and_is_reported(code: str, caplog: pytest.LogCaptureFixture) -> None:
    assert classify(code, "CreateCloudRecording").error is OutcomeUnknown
    assert classify(code, "DescribeCloudRecording").error is Unavailable
    assert classify(code, "ModifyCloudRecording").error is Unavailable
    assert classify(code, "DeleteCloudRecording").error is Unavailable

    assert {(record.levelno, record.message) for record in caplog.records} == {(logging.WARNING, "vendor_code_unknown")}
