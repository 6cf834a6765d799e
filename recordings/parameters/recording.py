"""The vendor-facing part of a request to start or change a recording.

Fields and limits: https://trtc.io/document/45169 and https://trtc.io/document/46960.
"""

from typing import Literal

from pydantic import Field

from layouts.parameters import MixLayoutParams, Parameters
from recordings.parameters.record import RecordParams, SubscribeStreamUserIds
from recordings.parameters.storage import StorageOverrides
from recordings.parameters.transcode import MixTranscodeParams

RoomIdType = Literal["integer", "string"]


class RecordingParameters(Parameters):
    """All that the vendor is told about one recording, besides credentials and places."""

    room_id: str = Field(
        description="The room, always as text. integer: 1-4294967294; string: at most 64 bytes of letters, "
        "digits, space and !#$%&()+-:;<=.>?@[]^_{}|~,"
    )
    room_id_type: RoomIdType = Field(
        "integer", description="As the clients use it: 123 and '123' are two different rooms."
    )
    record_params: RecordParams = Field(description="How the room is recorded.")
    mix_transcode_params: MixTranscodeParams | None = Field(
        None, description="Encoders (record_mode mixed only). Absent: the vendor's defaults."
    )
    mix_layout_params: MixLayoutParams | None = Field(
        None, description="Arrangement of the picture (record_mode mixed only). Absent: grid."
    )
    storage_params: StorageOverrides | None = Field(None, description="Additions to the storage profile.")
    resource_expired_hour: int = Field(
        72, ge=6, le=720, description="Hours for which the vendor lets the recording be controlled, 6-720."
    )


class ModifyParameters(Parameters):
    """What can change while it records. Absent keys keep their last value, null resets, lists are replaced."""

    mix_layout_params: MixLayoutParams | None = Field(
        None, description="Arrangement of the picture (record_mode mixed only)."
    )
    subscribe_stream_user_ids: SubscribeStreamUserIds | None = Field(None, description="Whose streams are recorded.")
