"""Our words and the vendor's number codes.

Source: https://trtc.io/document/36760 and https://trtc.io/document/46960.
"""

from collections.abc import Mapping

from layouts.parameters import Font, MediaId, MixLayoutMode, Position, RenderMode
from recordings.parameters.record import FillType, OutputFormat, RecordMediaId, RecordMode, StreamType
from recordings.parameters.recording import RoomIdType
from recordings.parameters.storage import VodMediaType

# CreateCloudRecording alone: StartPublishCdnStream codes it the other way round.
ROOM_ID_TYPE: Mapping[RoomIdType, int] = {"string": 0, "integer": 1}

# RecordParams
RECORD_MODE: Mapping[RecordMode, int] = {"single": 1, "mixed": 2}
STREAM_TYPE: Mapping[StreamType, int] = {"audio_video": 0, "audio_only": 1, "video_only": 2}
OUTPUT_FORMAT: Mapping[OutputFormat, int] = {"hls": 0, "hls_mp4": 1, "hls_aac": 2, "mp4": 3, "aac": 4}
FILL_TYPE: Mapping[FillType, int] = {"last_frame": 0, "black_frame": 1}
RECORD_MEDIA_ID: Mapping[RecordMediaId, int] = {"all": 0, "main": 1, "aux": 2}

# AudioParams
SAMPLE_RATE: Mapping[int, int] = {48000: 1, 44100: 2, 16000: 3}

# MixLayoutParams and MixLayout; RecordParams.MediaId counts differently.
MIX_LAYOUT_MODE: Mapping[MixLayoutMode, int] = {"floating": 1, "screen_share": 2, "grid": 3, "custom": 4}
LAYOUT_MEDIA_ID: Mapping[MediaId, int] = {"main": 0, "aux": 1}
RENDER_MODE: Mapping[RenderMode, int] = {"stretch": 0, "crop": 1, "letterbox": 2, "smart": 3}
ALIGN: Mapping[str, int] = {"left": 0, "right": 1}  # the side of the large window

# WaterMark
WATER_MARK_TYPE: Mapping[str, int] = {"image": 0, "text": 1, "timestamp": 2}
FONT: Mapping[Font, str] = {"tencent": "Tencent", "source_han_sans": "SourceHanSans"}
POSITION: Mapping[Position, int] = {
    "top_left": 0,
    "top_right": 1,
    "bottom_left": 2,
    "bottom_right": 3,
    "top_center": 4,
    "bottom_center": 5,
    "center": 6,
}

# CloudStorage and TencentVod
STORAGE_VENDOR: Mapping[str, int] = {"cos": 0, "s3": 1}
VOD_MEDIA_TYPE: Mapping[VodMediaType, int] = {"mp4": 0, "hls": 1, "aac": 2, "hls_mp4": 3, "hls_aac": 4}
