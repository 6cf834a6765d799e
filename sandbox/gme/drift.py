"""Bodies as other versions of GME's callbacks have been seen, or contradict one another in its pages.

Source: https://cloud.tencent.com/document/product/607/87648
"""

from collections.abc import Callable

from sandbox.drift import blank, omit, write_numbers_as_strings, write_strings_as_numbers
from sandbox.family import Body

OPTIONAL = ("UserID", "RecordMode")
SAMPLE_USER_ID = "999"


def _numbers_as_strings(body: Body) -> None:
    write_numbers_as_strings(body, besides="EventType")


def _strings_as_numbers(body: Body) -> None:
    write_strings_as_numbers(body, ("RoomID", "UserID"))


def _event_type(body: Body) -> None:
    body["EventType"] = str(body["EventType"])


def _mixed_user(body: Body) -> None:
    # The API says "0" for a mixed stream; the callback's sample has RecordMode 1 with a user.
    if body["UserID"] == "0":
        body["UserID"] = SAMPLE_USER_ID


def _blank_optional(body: Body) -> None:
    blank(body, OPTIONAL)


def _omit_optional(body: Body) -> None:
    omit(body, OPTIONAL)


def _unknown_field(body: Body) -> None:
    body["Detail"]["NewField"] = {"Version": 2}
    body["NewField"] = "new"


VARIANTS: dict[str, Callable[[Body], None]] = {
    "mixed_user": _mixed_user,
    "numbers_as_strings": _numbers_as_strings,
    "strings_as_numbers": _strings_as_numbers,
    "event_type": _event_type,
    "blank_optional": _blank_optional,
    "omit_optional": _omit_optional,
    "unknown_field": _unknown_field,
}
