"""What the vendor refuses beyond single fields: exclusions, the canvas, rooms.

Source: https://trtc.io/document/46960 and https://trtc.io/document/36760
"""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.errors import VendorError, invalid, missing, out_of_range

Params = Mapping[str, Any]
Canvas = tuple[int, int]  # width, height in pixels

DEFAULT_CANVAS: Canvas = (360, 640)
MOST_PIXELS = 1920 * 1080
STRING_ROOM = re.compile(r"[A-Za-z0-9 !#$%&()+\-:;<=.>?@\[\]^_{}|~,]{1,64}")
LARGEST_INTEGER_ROOM = 4_294_967_294
MIXED = 2
AUDIO_ONLY = 1
WATER_MARKS = ("WaterMarkImage", "WaterMarkChar", "WaterMarkTimestamp")  # by WaterMarkType


def check_create(params: Params) -> None:
    """Check a well-shaped Create.

    Raises:
        VendorError: For the first rule that is broken.
    """
    record = params["RecordParams"]
    _check_room(params)
    _check_storage(params["StorageParams"], stream_type=record.get("StreamType") or 0)
    check_subscription(record.get("SubscribeStreamUserIds") or {}, prefix="RecordParams.")
    for name in ("MixTranscodeParams", "MixLayoutParams"):
        if params.get(name) and record["RecordMode"] != MIXED:
            raise invalid(name, "it needs RecordMode 2")
    canvas = canvas_of(params)
    if canvas[0] * canvas[1] > MOST_PIXELS:
        raise out_of_range("MixTranscodeParams.VideoParams", f"Width x Height is at most {MOST_PIXELS}")
    check_layout(params.get("MixLayoutParams") or {}, canvas=canvas)


def canvas_of(create_params: Params) -> Canvas:
    """Return the size of the mixed picture."""
    video = (create_params.get("MixTranscodeParams") or {}).get("VideoParams")
    return (video["Width"], video["Height"]) if video else DEFAULT_CANVAS


def check_subscription(lists: Params, *, prefix: str = "") -> None:
    """An allow list and a block list of one kind of media exclude each other."""
    for media in ("Audio", "Video"):
        if lists.get(f"Subscribe{media}UserIds") and lists.get(f"UnSubscribe{media}UserIds"):
            raise invalid(
                f"{prefix}SubscribeStreamUserIds",
                f"Subscribe{media}UserIds and UnSubscribe{media}UserIds cannot be set together",
            )


def check_layout(layout: Params, *, canvas: Canvas) -> None:
    """Every custom window and image watermark lies inside the canvas."""
    for index, window in enumerate(layout.get("MixLayoutList") or []):
        _check_inside(window, canvas, f"MixLayoutParams.MixLayoutList.{index}")
    for index, mark in enumerate(layout.get("WaterMarkList") or []):
        path = f"MixLayoutParams.WaterMarkList.{index}"
        name = WATER_MARKS[mark.get("WaterMarkType") or 0]
        if not mark.get(name):
            raise missing(f"{path}.{name}")
        if "Width" in mark[name]:
            _check_inside(mark[name], canvas, f"{path}.{name}")


def _check_inside(box: Params, canvas: Canvas, path: str) -> None:
    width, height = canvas
    if box["Left"] + box["Width"] > width:
        raise out_of_range(f"{path}.Width", f"Left + Width is at most {width}")
    if box["Top"] + box["Height"] > height:
        raise out_of_range(f"{path}.Height", f"Top + Height is at most {height}")


def _check_room(params: Params) -> None:
    room_id = params["RoomId"]
    if is_string_room(params):
        if not STRING_ROOM.fullmatch(room_id):
            raise invalid("RoomId", "a string room has 1 to 64 of the allowed characters", field="RoomId")
    elif not re.fullmatch(r"[1-9][0-9]{0,9}", room_id) or int(room_id) > LARGEST_INTEGER_ROOM:
        raise invalid("RoomId", f"an integer room is 1 to {LARGEST_INTEGER_ROOM}", field="RoomId")


def is_string_room(params: Params) -> bool:
    """RoomIdType: 0 string, 1 integer; absent means integer."""
    return params.get("RoomIdType") == 0


def _check_storage(storage: Params, *, stream_type: int) -> None:
    has_cloud, has_vod = (storage.get(name) is not None for name in ("CloudStorage", "CloudVod"))
    if has_cloud and has_vod:
        raise invalid("StorageParams", "CloudStorage and CloudVod cannot be set together")
    if not has_cloud and not has_vod:
        raise VendorError("MissingParameter.CloudStorage", "CloudStorage or CloudVod is needed.")
    vod = (storage.get("CloudVod") or {}).get("TencentVod") or {}
    if vod.get("MediaType") in (2, 4) and stream_type != AUDIO_ONLY:
        raise invalid("StorageParams.CloudVod.TencentVod.MediaType", "aac needs StreamType 1")
