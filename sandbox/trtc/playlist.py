"""The index of a recorded file, with the vendor's own tags.

Source: "Start time of the recording" in https://trtc.io/document/45169; tags as a recorder of 2025 wrote them
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.media.film import Form
from sandbox.trtc.tasks import RecordedFile

SUFFIX = ".m3u8"
H264 = 27  # MPEG-TS stream type
STREAM_TYPES = {"audio": 0, "video": 1, "audio_video": 2}  # the last is ours: nobody has published it


@dataclass(frozen=True)
class Segment:
    """One ts file."""

    name: str
    start_ms: int
    seconds: float
    size: int  # bytes


def segment_name(index_name: str, *, start_ms: int) -> str:
    """Return the name of a ts file: its index's and the UTC moment at which it begins, to the millisecond."""
    moment = datetime.fromtimestamp(start_ms // 1000, tz=UTC)
    return f"{index_name.removesuffix(SUFFIX)}_{moment:%Y%m%d%H%M%S}{start_ms % 1000:03}.ts"


def write_playlist(file: RecordedFile, form: Form, segments: Sequence[Segment], *, is_ended: bool) -> str:
    """Return the text of the index; an unfinished one has no end tag."""
    began = datetime.fromtimestamp(file.begin_ms / 1000, tz=UTC)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        "#EXT-X-ALLOW-CACHE:NO",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-TARGETDURATION:10",
        "#EXT-X-TRTC-VERSION:sandbox",
        f"#EXT-X-TRTC-DATE:{began:%Y-%m-%d}",
        f"#EXT-X-TRTC-START-REC-TIME:{file.begin_ms}",
        f"#EXT-X-TRTC-MEDIA-ID:{file.media}",
        f"#EXT-X-TRTC-USER-ID:{file.user_id}",
        f"#EXT-X-TRTC-MIX-STREAM:{int(file.media == 'mix')}",
        f"#EXT-X-TRTC-STREAM-TYPE:{STREAM_TYPES[file.track]}",
    ]
    if "audio" in file.track:
        lines.append(f"#EXT-X-TRTC-AUDIO-METADATA:Channel:{form.channels} SampleRate:{form.sample_rate}")
    if "video" in file.track:
        lines.append(f"#EXT-X-TRTC-VIDEO-METADATA:WIDTH:{form.width} HEIGHT:{form.height} Codec:{H264}")
    for segment in segments:
        lines += [
            f"#EXT-X-TRTC-FILE-ATTR:{segment.start_ms},{segment.size}",
            f"#EXTINF:{segment.seconds:.4f},",
            segment.name,
        ]
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if is_ended else [])]) + "\n"
