"""The robot's signed entry into a room.

Source: https://trtc.io/document/35157 (PrivateMapKey and its permission bits).
"""

import struct
import time
from dataclasses import dataclass, field

from TLSSigAPIv2 import TLSSigAPIv2

from recordings.parameters import RecordingParameters
from recordings.trtc.account import Account

# A recorder may enter again after a failover, so its ticket outlives the recording a little.
MARGIN_SECONDS = 3600

# Bits of the permission map.
ENTER_ROOM = 2
RECEIVE_AUDIO = 8
RECEIVE_VIDEO = 32
RECEIVE_SCREEN = 128
RECORDER_PRIVILEGES = ENTER_ROOM | RECEIVE_AUDIO | RECEIVE_VIDEO | RECEIVE_SCREEN


@dataclass(frozen=True, kw_only=True)
class RoomTicket:
    """What lets the robot into one room; made for one call, never stored."""

    user_sig: str = field(repr=False)
    private_map_key: str | None = field(repr=False)


def sign_ticket(
    *, account: Account, robot_user_id: str, parameters: RecordingParameters, lifetime_seconds: int
) -> RoomTicket:
    """Return a ticket that is good until an hour after the recording can last.

    Args:
        lifetime_seconds: How long the recording may last.
    """
    valid_seconds = lifetime_seconds + MARGIN_SECONDS
    signer = TLSSigAPIv2(account.sdk_app_id, account.sdk_secret_key)
    private_map_key = None
    if account.private_map_key:
        permissions = pack_permissions(
            sdk_app_id=account.sdk_app_id,
            user_id=robot_user_id,
            parameters=parameters,
            expires_at=int(time.time()) + valid_seconds,
        )
        private_map_key = signer.gen_sig_with_userbuf(robot_user_id, valid_seconds, permissions)
    return RoomTicket(user_sig=signer.gen_sig(robot_user_id, valid_seconds), private_map_key=private_map_key)


def pack_permissions(
    *,
    sdk_app_id: int,
    user_id: str,
    parameters: RecordingParameters,
    expires_at: int,
    privileges: int = RECORDER_PRIVILEGES,
) -> bytes:
    """Return the userbuf of a PrivateMapKey, big-endian.

    Args:
        expires_at: Unix seconds.
        privileges: Sum of the bits above; 255 allows everything.
    """
    account = user_id.encode()
    is_string = parameters.room_id_type == "string"
    room_number = 0 if is_string else int(parameters.room_id)
    packed = struct.pack(">BH", is_string, len(account)) + account
    # The last number is the account type, always 0.
    packed += struct.pack(">IIIII", sdk_app_id, room_number, expires_at, privileges, 0)
    if is_string:
        room_name = parameters.room_id.encode()
        packed += struct.pack(">H", len(room_name)) + room_name
    return packed
