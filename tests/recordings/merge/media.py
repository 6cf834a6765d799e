"""Small real media as the vendor would store it: a clock in the picture, a beep with each flash."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from recordings.files.names import FileName, build_name, write_stamp
from recordings.merge.ffmpeg import find_ffmpeg

BEGIN_MS = 1_768_908_637_408  # 2026-01-20 11:30:37.408 UTC
RATE = 48_000


@dataclass(frozen=True, slots=True)
class Clip:
    """One segment: what is in it, and when it began, in milliseconds after the recording's beginning.

    A picture is grey and white for 0.2 s from *flash* on; a sound is silence with a beep then.
    """

    at_ms: int
    seconds: float = 2.0
    flash: float | None = None
    size: tuple[int, int] = (160, 90)
    channels: int = 1
    colour: str = "gray"


def name_track(user: str | None, media_id: str = "main", track_type: str = "audio", **more: object) -> FileName:
    """Return the name of a playlist in the integer room 12345."""
    fields: dict[str, object] = {"sdk_app_id": 1400123456, "room_id": "12345", "room_id_type": "integer"}
    fields |= {"extension": "m3u8", "user_id": user, "media_id": media_id, "track_type": track_type}
    return FileName(**(fields | more))  # type: ignore[arg-type]  # the fields of each case


def write_track(
    folder: Path,
    name: FileName,
    clips: Sequence[Clip],
    *,
    absent: Sequence[int] = (),
    ended: bool = True,
    tags: bool = True,
) -> list[str]:
    """Write a playlist and its segments, except those whose numbers are *absent*; return the segments' names."""
    folder.mkdir(parents=True, exist_ok=True)
    playlist = build_name(name)
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-ALLOW-CACHE:NO", "#EXT-X-TARGETDURATION:10"]
    if tags:
        width, height = clips[0].size
        lines += [f"#EXT-X-TRTC-START-REC-TIME:{BEGIN_MS + clips[0].at_ms}"]
        lines += [f"#EXT-X-TRTC-VIDEO-METADATA:WIDTH:{width} HEIGHT:{height} Codec:27"] * (name.track_type == "video")
    segments = []
    for number, clip in enumerate(clips):
        began = BEGIN_MS + clip.at_ms
        segment = f"{playlist.removesuffix('.m3u8')}_{write_stamp(began)}.ts"
        lines += [f"#EXT-X-TRTC-FILE-ATTR:{began},188"] * tags + [f"#EXTINF:{clip.seconds:.3f},", segment]
        segments.append(segment)
        if number not in absent:
            (folder / segment).write_bytes(_make(clip, name.track_type))
    (folder / playlist).write_text("\n".join(lines + ["#EXT-X-ENDLIST"] * ended) + "\n", encoding="utf-8")
    return segments


@cache
def _make(clip: Clip, track_type: str) -> bytes:
    width, height = clip.size
    white = f"between(t,{clip.flash},{clip.flash + 0.2})" if clip.flash is not None else "0"
    picture = f"color=c={clip.colour}:s={width}x{height}:r=15:d={clip.seconds},drawbox=t=fill:c=white:enable='{white}'"
    layout = {1: "mono", 2: "stereo"}[clip.channels]
    sound = f"aevalsrc='0.5*sin(2000*t)*{white}':s={RATE}:d={clip.seconds}:c={layout}"
    sources = [picture] * (track_type != "audio") + [sound] * (track_type != "video")
    inputs = [part for source in sources for part in ("-f", "lavfi", "-i", source)]
    target = Path(mkdtemp()) / "clip.ts"
    codecs = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "15", "-c:a", "aac", "-f", "mpegts")
    command = [find_ffmpeg(), "-v", "error", "-nostdin", *inputs, *codecs, str(target)]
    subprocess.run(command, check=True, timeout=120)
    made = target.read_bytes()
    target.unlink()
    target.parent.rmdir()
    return made
