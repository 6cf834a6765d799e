"""What a storage answers when it does not do what it was asked, told apart by what an operator can do."""

from collections.abc import Mapping

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
)
from botocore.exceptions import ConnectionError as BotoConnectionError

from recordings.states.vocabulary import StorageProblem

# What is not permitted, by what was tried.
Action = str  # list, read, write or delete
_FORBIDDEN: Mapping[Action, StorageProblem] = {
    "list": StorageProblem.NO_LIST_PERMISSION,
    "read": StorageProblem.NO_READ_PERMISSION,
    "write": StorageProblem.NO_WRITE_PERMISSION,
    "delete": StorageProblem.NO_DELETE_PERMISSION,
}
# Error codes of S3 and COS. Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and
# https://cloud.tencent.com/document/product/436/7730.
_PROBLEMS: Mapping[str, StorageProblem] = {
    **dict.fromkeys(
        ("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "301", "307"),
        StorageProblem.WRONG_REGION,
    ),
    **dict.fromkeys(("NoSuchBucket", "InvalidBucketName"), StorageProblem.NO_SUCH_BUCKET),
    **dict.fromkeys(
        ("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSecretId", "AuthFailure", "ExpiredToken"),
        StorageProblem.WRONG_KEYS,
    ),
    **dict.fromkeys(("RequestTimeTooSkewed", "RequestExpired", "RequestIsExpired"), StorageProblem.CLOCK_SKEW),
    **dict.fromkeys(
        ("SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "Throttling", "500", "502", "503", "504"),
        StorageProblem.UNAVAILABLE,
    ),
}


class StorageError(Exception):
    """A storage did not do what it was asked. Holds no secret: boto3's own errors may quote a signed address.

    Attributes:
        code: The storage's own.
        message: Its own words; empty where it gave none.
    """

    def __init__(self, problem: StorageProblem, *, code: str = "", message: str = "", request_id: str = "") -> None:
        super().__init__(f"{problem} {code}".rstrip())
        self.problem = problem
        self.code = code
        self.message = message[:LONGEST_MESSAGE]
        self.request_id = request_id


class NoSuchObject(StorageError):
    """The bucket has nothing under this key."""

    def __init__(self) -> None:
        super().__init__(StorageProblem.REFUSED, code="NoSuchKey")


LONGEST_MESSAGE = 300


def read_error(error: Exception, *, action: Action) -> StorageError:
    """Return what an error of boto3 means for somebody who tried *action*."""
    if isinstance(error, ClientError):
        return _read_answer(error, action)
    if isinstance(error, BotoConnectionError | HTTPClientError):
        return StorageError(StorageProblem.UNREACHABLE, code=type(error).__name__)
    if isinstance(error, BotoCoreError | ValueError):  # of a region or a bucket that no address can be made of
        return StorageError(StorageProblem.REFUSED, code=type(error).__name__)
    raise error


def _read_answer(error: ClientError, action: Action) -> StorageError:
    answer = error.response
    told, meta = answer.get("Error", {}), answer.get("ResponseMetadata", {})
    code, status = str(told.get("Code", "")), int(meta.get("HTTPStatusCode", 0))
    if code in ("NoSuchKey", "404", "NotFound") or (status == 404 and code not in _PROBLEMS):
        return NoSuchObject()
    problem = _PROBLEMS.get(code)
    if problem is None and status in (301, 307):
        problem = StorageProblem.WRONG_REGION
    if problem is None and (status == 403 or code in ("AccessDenied", "UnauthorizedOperation")):
        problem = _FORBIDDEN[action]
    if problem is None and (status >= 500 or status == 429):
        problem = StorageProblem.UNAVAILABLE
    return StorageError(
        problem or StorageProblem.REFUSED,
        code=code,
        message=str(told.get("Message", "")),
        request_id=str(meta.get("RequestId", "")),
    )
