"""The names of recorded files, read and written.

Source: naming of recording files, https://trtc.io/document/45169. VOD names with single underscores:
https://cloud.tencent.com/document/product/647/76497; UserDefineRecordId: https://trtc.io/document/36760 (TencentVod).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from recordings.files.encoding import decode_id, encode_id

RoomIdType = Literal["integer", "string"]
RECORD_ID_END = "__UserDefine_u_"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileName:
    """What the name of a recorded file says.

    Attributes:
        room_id: Plain, decimal digits in an integer room.
        extension: m3u8, ts, mp4 or aac.
        user_id: Plain; None for a picture of all (mixed).
        media_id: main or aux; empty where mixed.
        track_type: audio, video or audio_video; empty where the name says none.
        started_ms: When a segment begins, Unix milliseconds; None for all but segments.
        index: 1 and up for the parts of a split MP4 or AAC; None for one that was not split.
        recovery: 1 to 3: written after so many failovers; 0 for the original.
        prefix: Folders above the task's, as the request gave them.
        task_id: Folder that the file is in; empty for a bare name.
        record_id: UserDefineRecordId, which goes before the name in VOD.
        separator: What stands around the user: two underscores, in some VOD names one.
    """

    sdk_app_id: int
    room_id: str
    room_id_type: RoomIdType
    extension: str
    user_id: str | None = None
    media_id: str = ""
    track_type: str = ""
    started_ms: int | None = None
    index: int | None = None
    recovery: int = 0
    prefix: tuple[str, ...] = ()
    task_id: str = ""
    record_id: str = ""
    separator: str = "__"


def parse_name(name: str, *, room_id_type: RoomIdType | None = None) -> FileName | None:
    """Read a file's name or storage key; None where the vendor gives no such name.

    Args:
        room_id_type: Of the recording's room. None where nobody knows: digits that fit an integer room are taken for
            one, although the encoded id of a string room may look the same.

    Returns:
        What `build_name` makes the very same name of.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    room = _read_room(found["room"], room_id_type)
    user_id = decode_id(found["user"]) if found["user"] is not None else None
    started_ms = read_stamp(found["stamp"]) if found["stamp"] else None
    if room is None or (user_id is None) != (found["user"] is None) or (started_ms is None) != (found["stamp"] is None):
        return None
    *prefix, task_id = found["folder"].split("/")[:-1] or [""]
    return FileName(
        sdk_app_id=int(found["app"]),
        room_id=room[0],
        room_id_type=room[1],
        extension=found["extension"],
        user_id=user_id,
        media_id=found["media"] or "",
        track_type=found["type"] or "",
        started_ms=started_ms,
        index=int(found["index"]) if found["index"] else None,
        recovery=int(found["recovery"] or 0),
        prefix=tuple(prefix),
        task_id=task_id,
        record_id=(found["record"] or "").removesuffix(RECORD_ID_END),
        separator=found["separator"] or "__",
    )


# What encodes an id holds no underscore, so each one in a name separates.
_NAME = re.compile(
    r"(?P<folder>(?:[^/]+/)*)"
    rf"(?P<record>[A-Za-z0-9_-]{{1,64}}{RECORD_ID_END})?"
    r"(?:ha(?P<recovery>[123])_)?"
    r"(?P<app>[1-9][0-9]{0,19})_(?P<room>[A-Za-z0-9+.-]+)"
    r"(?:(?P<separator>__?)UserId_s_(?P<user>[A-Za-z0-9+.-]*)(?P=separator)UserId_e_(?P<media>main|aux)"
    r"(?:_(?P<type>audio_video|audio|video))?)?"
    r"(?:_(?P<stamp>[0-9]{17})(?=\.ts)|_(?P<index>[1-9][0-9]{0,8})(?=\.(?:mp4|aac)))?"
    r"\.(?P<extension>m3u8|ts|mp4|aac)"
)


def build_name(name: FileName) -> str:
    """Write a file's name, below its folders where it has a task."""
    room = encode_id(name.room_id) if name.room_id_type == "string" else name.room_id
    parts = [f"ha{name.recovery}"] if name.recovery else []
    parts += [str(name.sdk_app_id), room]
    stem = "_".join(parts)
    if name.user_id is not None:
        user = encode_id(name.user_id)
        stem += f"{name.separator}UserId_s_{user}{name.separator}UserId_e_{name.media_id}"
    tail = [name.track_type] if name.track_type else []
    tail += [write_stamp(name.started_ms)] if name.started_ms is not None else []
    tail += [str(name.index)] if name.index is not None else []
    record = name.record_id + RECORD_ID_END if name.record_id else ""
    file = record + "_".join([stem, *tail]) + f".{name.extension}"
    return "/".join([*name.prefix, name.task_id, file]) if name.task_id else file


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def read_stamp(stamp: str) -> int | None:
    """Return a segment's 17 digits, YYYYMMDDhhmmssSSS in UTC, as Unix milliseconds; None where they are no moment."""
    try:
        moment = datetime.fromisoformat(f"{stamp[:8]}T{stamp[8:14]}.{stamp[14:]}+00:00")
    except ValueError:
        return None
    return (moment - _EPOCH) // _MILLISECOND


def write_stamp(unix_ms: int) -> str:
    """Return Unix milliseconds as 17 digits, YYYYMMDDhhmmssSSS in UTC."""
    moment = _EPOCH + unix_ms * _MILLISECOND
    return f"{moment.year:04}{moment:%m%d%H%M%S}{moment.microsecond // 1000:03}"


def _read_room(written: str, told: RoomIdType | None) -> tuple[str, RoomIdType] | None:
    is_number = written.isdecimal()
    if told == "integer" or (told is None and is_number and _fits_integer_room(written)):
        return (written, "integer") if is_number else None
    plain = decode_id(written)
    if plain is not None:
        return plain, "string"
    return (written, "integer") if is_number and told is None else None


def _fits_integer_room(digits: str) -> bool:
    return not digits.startswith("0") and int(digits) <= LARGEST_INTEGER_ROOM


LARGEST_INTEGER_ROOM = 2**32 - 1
