"""What is recorded: whose streams, in which mode, into which kind of file.

Fields and limits: https://trtc.io/document/36760 (RecordParams, SubscribeStreamUserIds).
"""

from typing import Annotated, Literal

from pydantic import Field

from layouts.parameters import Parameters, UserId

MOST_USER_IDS = 32

RecordMode = Literal["single", "mixed"]
StreamType = Literal["audio_video", "audio_only", "video_only"]
OutputFormat = Literal["hls", "hls_mp4", "hls_aac", "mp4", "aac"]
RecordMediaId = Literal["all", "main", "aux"]
FillType = Literal["last_frame", "black_frame"]

UserIds = Annotated[tuple[UserId, ...], Field(strict=False, max_length=MOST_USER_IDS)]


class SubscribeStreamUserIds(Parameters):
    """Whose streams are recorded. An empty list stands for everybody; "1.*$" for every id that starts with 1."""

    subscribe_audio_user_ids: UserIds = Field((), description="Record the sound of these only, at most 32.")
    un_subscribe_audio_user_ids: UserIds = Field((), description="Leave these out of the sound, at most 32.")
    subscribe_video_user_ids: UserIds = Field((), description="Record the picture of these only, at most 32.")
    un_subscribe_video_user_ids: UserIds = Field((), description="Leave these out of the picture, at most 32.")


class RecordParams(Parameters):
    """How the room is recorded."""

    record_mode: RecordMode = Field(
        description="single: every user into files of their own; mixed: all into one picture."
    )
    max_idle_time: int = Field(
        30,
        ge=5,
        le=86400,
        description="Seconds without anybody sending after which the recording ends, 5-86400.",
    )
    stream_type: StreamType = Field("audio_video", description="Which media are recorded.")
    subscribe_stream_user_ids: SubscribeStreamUserIds | None = Field(
        None, description="Whose streams are recorded. Absent: everybody's."
    )
    output_format: OutputFormat | None = Field(
        None,
        description="Kind of file in COS or S3. Absent: hls. For VOD see storage_params.tencent_vod.media_type.",
    )
    av_merge: bool = Field(
        False,
        description="Put sound and picture of one user into one file (single only; mixed is always merged).",
    )
    max_media_file_duration: int = Field(
        1440, ge=1, le=1440, description="Minutes after which an mp4 or aac file is split, 1-1440."
    )
    media_id: RecordMediaId = Field("all", description="Camera (main), screen (aux) or both.")
    fill_type: FillType | None = Field(
        None,
        description="What fills the picture while its sender is silent. Absent: left to the vendor.",
    )
    subscribe_ability: bool = Field(
        False,
        description="Also record a robot that pushes a mixed stream back into the room; name the users to "
        "record as well, or sound is heard twice.",
    )
