"""Task ids and the names of recorded files.

Source: "Naming of recording files", https://trtc.io/document/45169
"""

import base64
import random
import secrets

TASK_ID_BYTES = 61  # 84 characters of Base64 that end in two padding signs
LEADING_DASH_SHARE = 0.25  # the real share is 1 in 64; a client has to meet the case sooner


def encode(text: str) -> str:
    """Base64 with "/" as "-" and "=" as "."; "+" stays."""
    return base64.b64encode(text.encode()).decode().replace("/", "-").replace("=", ".")


def new_task_id() -> str:
    """Return 84 characters from A-Z a-z 0-9 + - . that end in ".."."""
    raw = secrets.token_bytes(TASK_ID_BYTES)
    if random.random() < LEADING_DASH_SHARE:
        raw = bytes([0xFC | raw[0] & 0x03]) + raw[1:]  # six leading ones are "/" in Base64
    return base64.b64encode(raw).decode().replace("/", "-").replace("=", ".")


def room_part(*, sdk_app_id: int, room_id: str, is_string_room: bool) -> str:
    """Return `<sdkappid>_<roomid>`; a string room's id is encoded, an integer room's is decimal."""
    return f"{sdk_app_id}_{encode(room_id) if is_string_room else room_id}"


def user_part(*, room: str, user_id: str, media: str) -> str:
    """Return the stem of a single-stream file up to its media: main or aux."""
    return f"{room}__UserId_s_{encode(user_id)}__UserId_e_{media}"


def recovered(name: str, *, failovers: int) -> str:
    """Return the name of an index written after the n-th failover, 0 to 3."""
    return f"ha{failovers}_{name}" if failovers else name
