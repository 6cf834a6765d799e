"""Bodies as other versions of TIW's callbacks have been seen or documented.

Source: https://cloud.tencent.com/document/product/876/40258, https://cloud.tencent.com/document/product/1137/40068
"""

from collections.abc import Callable

from sandbox.drift import blank, omit, write_numbers_as_strings, write_strings_as_numbers
from sandbox.family import Body

OPTIONAL = ("GroupId", "ExceptionCnt", "OmittedDurations")


def _strings_as_numbers(body: Body) -> None:
    write_strings_as_numbers(body, ("GroupId",))


def _force_stop(body: Body) -> None:
    # The query API knows this reason; the callback's page does not.
    if body["EventData"].get("FinishReason") == "AUTO":
        body["EventData"]["FinishReason"] = "FORCE_STOP"


def _video_sizes(body: Body) -> None:
    for video in body["EventData"].get("VideoInfos", ()):
        video |= {"Width": 1280, "Height": 720}


def _blank_optional(body: Body) -> None:
    blank(body["EventData"], OPTIONAL)


def _omit_optional(body: Body) -> None:
    omit(body["EventData"], OPTIONAL)


def _unknown_field(body: Body) -> None:
    body["EventData"]["NewField"] = {"Version": 2}
    body["NewField"] = "new"


VARIANTS: dict[str, Callable[[Body], None]] = {
    "numbers_as_strings": write_numbers_as_strings,
    "strings_as_numbers": _strings_as_numbers,
    "force_stop": _force_stop,
    "video_sizes": _video_sizes,
    "blank_optional": _blank_optional,
    "omit_optional": _omit_optional,
    "unknown_field": _unknown_field,
}
