"""Bodies as other versions of CSS's callbacks have been seen or documented.

Source: https://cloud.tencent.com/document/product/267/47026 and captured bodies of 2018 to 2026
"""

import hashlib
import json
from collections.abc import Callable

from sandbox.drift import blank, omit, write_numbers_as_strings, write_strings_as_numbers
from sandbox.family import Body

IDS = ("file_id", "record_file_id", "record_temp_id", "task_id", "session_id", "seq")
OPTIONAL = ("stream_param", "record_temp_id", "channel_id")
# What bodies of 2018 did not have yet.
LATER_FIELDS = ("app", "appname", "start_time_usec", "end_time_usec", "record_bps", "callback_ext", "record_temp_id")


def _cos_storage(body: Body) -> None:
    # With COS instead of VOD a file has another kind of id and address.
    if body["event_type"] == 100:
        digest = hashlib.md5(body["file_id"].encode(), usedforsecurity=False).hexdigest()
        body["file_id"] = body["record_file_id"] = f"{body['appid']}_{digest}"
        suffix = "_eof.m3u8" if body["file_format"] == "hls" else f".{body['file_format']}"
        host = f"http://live-{body['appid']}.cos.ap-shanghai.myqcloud.com"
        body["video_url"] = f"{host}/{body['appname']}/{body['stream_id']}/{digest}{suffix}"


def _task_id_is_session(body: Body) -> None:
    # Bodies of template tasks carry the session there, at times beyond 2^63; let those of API tasks, too.
    if body["event_type"] == 100:
        body["task_id"] = json.loads(body["callback_ext"])["session_id"]
    elif body["event_type"] == 332:
        body["task_id"] = body["session_id"]


def _no_callback_ext(body: Body) -> None:
    omit(body, ("callback_ext",))


def _shape_of_2018(body: Body) -> None:
    if body["event_type"] == 100:
        omit(body, LATER_FIELDS)


def _upper_case_format(body: Body) -> None:
    if "file_format" in body:
        body["file_format"] = body["file_format"].upper()


def _escaped_detail(body: Body) -> None:
    # The page's sample escapes the quotes twice, which is not valid JSON inside the string.
    if "record_detail" in body:
        body["record_detail"] = body["record_detail"].replace('"', '\\"')


def _numbers_as_strings(body: Body) -> None:
    write_numbers_as_strings(body, besides="event_type")


def _strings_as_numbers(body: Body) -> None:
    write_strings_as_numbers(body, IDS)


def _event_type(body: Body) -> None:
    body["event_type"] = str(body["event_type"])


def _blank_optional(body: Body) -> None:
    blank(body, OPTIONAL)


def _omit_optional(body: Body) -> None:
    omit(body, OPTIONAL)


def _unknown_field(body: Body) -> None:
    body["new_field"] = {"version": 2}


VARIANTS: dict[str, Callable[[Body], None]] = {
    "cos_storage": _cos_storage,
    "task_id_is_session": _task_id_is_session,
    "no_callback_ext": _no_callback_ext,
    "shape_of_2018": _shape_of_2018,
    "upper_case_format": _upper_case_format,
    "escaped_detail": _escaped_detail,
    "numbers_as_strings": _numbers_as_strings,
    "strings_as_numbers": _strings_as_numbers,
    "blank_optional": _blank_optional,
    "omit_optional": _omit_optional,
    "unknown_field": _unknown_field,
    "event_type": _event_type,
}
