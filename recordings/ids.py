"""Recording ids and the robot names derived from them."""

import os
import re
import time
import uuid

ROBOT_PREFIX = "rec_"
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


def new_recording_id() -> uuid.UUID:
    """Return a UUIDv7: its order is the order of creation, so a page of a list needs no other column."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76  # version
    value = value & ~(0x3 << 62) | 0x2 << 62  # variant
    return uuid.UUID(int=value)


def robot_name(recording_id: uuid.UUID) -> str:
    """Return the user name under which the vendor's recorder enters the room: 29 letters, digits and `_`.

    It is the correlation key: fixed before the first create, carried by every callback (`EventInfo.UserId`), and a
    second create under it displaces a surviving first. The vendor advises at most 32 bytes.
    """
    number, digits = recording_id.int, ""
    for _ in range(25):  # 36**25 > 2**128
        number, digit = divmod(number, 36)
        digits = _ALPHABET[digit] + digits
    return ROBOT_PREFIX + digits


def recording_id_of(robot: str) -> uuid.UUID | None:
    """Return the recording whose robot has this name; None when the name is not of our making."""
    if not _ROBOT_NAME.fullmatch(robot):
        return None
    number = int(robot.removeprefix(ROBOT_PREFIX), 36)
    if number >= 1 << 128:
        return None
    found = uuid.UUID(int=number)
    return found if found.version == 7 else None


_ROBOT_NAME = re.compile(ROBOT_PREFIX + r"[0-9a-z]{25}", re.ASCII)
