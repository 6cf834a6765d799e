"""The vendor's answers, read against a declared shape.

Source: https://trtc.io/document/46957 to 46960.
"""

from functools import cache
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, StringConstraints, ValidationError

from recordings.trtc.errors import GatewayError
from recordings.trtc.vendor_codes import Action, classify, unclear


def _or_empty(value: object) -> str:
    return value if isinstance(value, str) else ""


def _without_nul(value: str) -> str:
    return value.replace("\x00", "")  # which PostgreSQL cannot store


LenientText = Annotated[str, BeforeValidator(_or_empty), AfterValidator(_without_nul)]
TaskIdText = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,255}$")]


class VendorError(BaseModel):
    Code: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,255}$")]
    Message: LenientText = ""


class Answer(BaseModel):
    RequestId: LenientText = ""


class ErrorAnswer(Answer):
    Error: VendorError | None = None


class CreateAnswer(Answer):
    TaskId: TaskIdText


class StorageFile(BaseModel):
    UserId: LenientText = ""
    FileName: Annotated[str, AfterValidator(_without_nul)]
    TrackType: LenientText = ""
    # A number in the reference; tolerated as a string, as in the vendor's callbacks.
    BeginTimeStamp: int | None = None


class DescribeAnswer(Answer):
    Status: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,64}$")]
    StorageFileList: list[StorageFile] | None = None


A = TypeVar("A", bound=Answer)


class Envelope(BaseModel, Generic[A]):
    Response: A


@cache
def _envelope(shape: type[A]) -> type[Envelope[A]]:
    # Made once for each shape: pydantic keeps such a class only for as long as somebody holds it.
    return Envelope[shape]  # type: ignore[valid-type]  # a class, at run time


def read_answer(action: Action, body: bytes, shape: type[A]) -> A:
    """Return the answer in *body*.

    Raises:
        GatewayError: The vendor answered with an error (see vendor_codes), or with something unreadable;
            that leaves open whether the call acted.
    """
    try:
        failed = _envelope(ErrorAnswer).model_validate_json(body).Response
        if failed.Error is not None:
            raise _vendor_error(action, failed, failed.Error)
        answer: A = _envelope(shape).model_validate_json(body).Response
        return answer
    except ValidationError as error:
        places = [".".join(map(str, fault["loc"])) or "body" for fault in error.errors(include_input=False)]
        message = f"unreadable: {', '.join(sorted(set(places))[:5])}"
        raise unclear(action)(code="UnreadableAnswer", message=message) from None


def _vendor_error(action: Action, answer: ErrorAnswer, error: VendorError) -> GatewayError:
    meaning = classify(error.Code, action)
    return meaning.error(code=error.Code, message=error.Message, request_id=answer.RequestId, fault=meaning.fault)
