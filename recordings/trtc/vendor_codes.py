"""What each of the vendor's error codes means to a caller.

Source: https://trtc.io/document/34270 (TRTC and common codes), 46957 to 46960 (codes of each action).
"""

import logging
from collections.abc import Mapping
from typing import Literal, NamedTuple

from recordings.trtc.errors import (
    ClockRejected,
    CredentialsRejected,
    Fault,
    GatewayError,
    OutcomeUnknown,
    QuotaReached,
    Rejected,
    TaskExists,
    TaskGone,
    Throttled,
    Unavailable,
)

logger = logging.getLogger(__name__)

Action = Literal[
    "CreateCloudRecording",
    "DescribeCloudRecording",
    "ModifyCloudRecording",
    "DeleteCloudRecording",
    "DescribeMediaInfos",  # of VOD
]


class Meaning(NamedTuple):
    """The error that a code becomes, and whose doing it is."""

    error: type[GatewayError]
    fault: Fault


# Whole codes. They win over the families below.
CODES: Mapping[str, Meaning] = {
    "AuthFailure.SignatureExpire": Meaning(ClockRejected, "operator"),
    "DryRunOperation": Meaning(Rejected, "operator"),
    "FailedOperation": Meaning(Unavailable, "vendor"),
    "FailedOperation.CRUnsupportMethod": Meaning(Rejected, "operator"),
    "FailedOperation.CosOperationFailed": Meaning(Unavailable, "vendor"),
    "FailedOperation.DbOperationFailed": Meaning(Unavailable, "vendor"),
    "FailedOperation.NotAbility": Meaning(Rejected, "operator"),
    "FailedOperation.NotAllowed": Meaning(Rejected, "operator"),
    "FailedOperation.QueryTaskInfoFailed": Meaning(Unavailable, "vendor"),
    "FailedOperation.RequestOutdated": Meaning(Rejected, "vendor"),
    "FailedOperation.RequestRejection": Meaning(Unavailable, "vendor"),
    "FailedOperation.RestrictedConcurrency": Meaning(QuotaReached, "operator"),
    "FailedOperation.RestrictedFrequency": Meaning(Throttled, "vendor"),
    "FailedOperation.RoomNotExist": Meaning(Rejected, "caller"),
    "FailedOperation.SdkAppIdNotExist": Meaning(CredentialsRejected, "operator"),
    "FailedOperation.SdkAppIdNotUnderAppId": Meaning(CredentialsRejected, "operator"),
    "FailedOperation.TaskExist": Meaning(TaskExists, "vendor"),
    "FailedOperation.TaskFinished": Meaning(TaskGone, "vendor"),
    "FailedOperation.TaskNotExist": Meaning(TaskGone, "vendor"),
    "InvalidParameter.InvalidSdkAppId": Meaning(CredentialsRejected, "operator"),
    "InvalidParameter.SdkAppId": Meaning(CredentialsRejected, "operator"),
    "InvalidParameter.UserSig": Meaning(CredentialsRejected, "operator"),
    "InvalidParameter.UserSigNotAdmin": Meaning(CredentialsRejected, "operator"),
    "LimitExceeded.ConcurrencyLimit": Meaning(QuotaReached, "operator"),
    # What the storage profile or the application lacks.
    "MissingParameter.AccessKey": Meaning(Rejected, "operator"),
    "MissingParameter.Bucket": Meaning(Rejected, "operator"),
    "MissingParameter.CloudStorage": Meaning(Rejected, "operator"),
    "MissingParameter.Region": Meaning(Rejected, "operator"),
    "MissingParameter.SdkAppId": Meaning(Rejected, "operator"),
    "MissingParameter.SecretKey": Meaning(Rejected, "operator"),
    "MissingParameter.StorageParams": Meaning(Rejected, "operator"),
    "MissingParameter.UserSig": Meaning(Rejected, "operator"),
    "MissingParameter.Vendor": Meaning(Rejected, "operator"),
    "OperationDenied.FreqOverLimit": Meaning(Throttled, "vendor"),
    "ResponseSizeLimitExceeded": Meaning(OutcomeUnknown, "vendor"),
    "UnsupportedOperation.InternalError": Meaning(Unavailable, "vendor"),
    "UnsupportedOperation.TaskLimit": Meaning(QuotaReached, "operator"),
}

# The part before the first dot. FailedOperation is absent: its codes have nothing in common.
FAMILIES: Mapping[str, Meaning] = {
    "ActionOffline": Meaning(Rejected, "operator"),
    "AuthFailure": Meaning(CredentialsRejected, "operator"),
    "InternalError": Meaning(Unavailable, "vendor"),
    "InvalidAction": Meaning(Rejected, "operator"),
    "InvalidParameter": Meaning(Rejected, "caller"),
    "InvalidParameterValue": Meaning(Rejected, "caller"),
    "InvalidRequest": Meaning(Rejected, "caller"),
    "IpInBlacklist": Meaning(CredentialsRejected, "operator"),
    "IpNotInWhitelist": Meaning(CredentialsRejected, "operator"),
    "LimitExceeded": Meaning(Rejected, "operator"),
    "MissingParameter": Meaning(Rejected, "caller"),
    "NoSuchProduct": Meaning(Rejected, "operator"),
    "NoSuchVersion": Meaning(Rejected, "operator"),
    "OperationDenied": Meaning(Rejected, "operator"),
    "RequestLimitExceeded": Meaning(Throttled, "vendor"),
    "RequestSizeLimitExceeded": Meaning(Rejected, "caller"),
    "ResourceInUse": Meaning(Rejected, "operator"),
    "ResourceInsufficient": Meaning(Unavailable, "vendor"),
    "ResourceNotFound": Meaning(TaskGone, "vendor"),
    "ResourceUnavailable": Meaning(Unavailable, "vendor"),
    "ResourcesSoldOut": Meaning(Unavailable, "vendor"),
    "ServiceUnavailable": Meaning(Unavailable, "vendor"),
    "UnauthorizedOperation": Meaning(CredentialsRejected, "operator"),
    "UnknownParameter": Meaning(Rejected, "caller"),
    "UnsupportedOperation": Meaning(Rejected, "operator"),
    "UnsupportedProtocol": Meaning(Rejected, "operator"),
    "UnsupportedRegion": Meaning(Rejected, "operator"),
}


def classify(code: str, action: Action) -> Meaning:
    """Return what *code* means as the answer to *action*.

    A code nobody listed is reported in the log; after a create it leaves the outcome open.
    """
    meaning = CODES.get(code) or FAMILIES.get(code.partition(".")[0])
    if meaning is None:
        logger.warning("vendor_code_unknown", extra={"code": code, "action": action})
        return Meaning(OutcomeUnknown if action == "CreateCloudRecording" else Unavailable, "vendor")
    return Meaning(unclear(action), meaning.fault) if meaning.error is OutcomeUnknown else meaning


def unclear(action: Action) -> type[GatewayError]:
    """Return the error of a call without a readable answer: a describe at least changed nothing."""
    return Unavailable if action.startswith("Describe") else OutcomeUnknown


def is_quota(code: str) -> bool:
    """Tell whether *code* says that no more tasks may run."""
    return code in CODES and CODES[code].error is QuotaReached
