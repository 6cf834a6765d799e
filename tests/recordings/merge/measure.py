"""What is really in a merged file, by decoding it."""

import re
import subprocess
from array import array
from dataclasses import dataclass
from pathlib import Path

from recordings.merge.ffmpeg import find_ffmpeg

_SOUND_RATE = 8000
_STEP = 80  # samples: 10 ms


@dataclass(frozen=True, slots=True)
class Layout:
    """Duration in seconds; one entry for each stream."""

    seconds: float
    streams: tuple[str, ...]
    size: tuple[int, int] | None
    fps: float | None


def inspect(path: Path) -> Layout:
    """Return what a player sees of a file."""
    told = subprocess.run(
        [find_ffmpeg(), "-hide_banner", "-i", str(path)], capture_output=True, text=True, check=False, timeout=60
    ).stderr
    length = re.search(r"Duration: (\d+):(\d+):([\d.]+)", told)
    assert length is not None, told
    streams = tuple(re.findall(r"Stream #.*?: (Video|Audio): (\w+)", told))
    size = re.search(r"Video:.*?[ ,](\d+)x(\d+)[ ,]", told)
    fps = re.search(r"([\d.]+) fps", told)
    return Layout(
        seconds=int(length[1]) * 3600 + int(length[2]) * 60 + float(length[3]),
        streams=tuple(" ".join(stream) for stream in streams),
        size=(int(size[1]), int(size[2])) if size else None,
        fps=float(fps[1]) if fps else None,
    )


def find_flashes(path: Path) -> list[float]:
    """Return the seconds at which the middle of the picture turns white."""
    bright = [value > 200 for value in brightness(path, at="crop=8:8")]
    fps = inspect(path).fps or 15
    return _onsets(bright, 1 / fps)


def brightness(path: Path, *, at: str, seconds: float | None = None) -> bytes:
    """Return the brightness, 0 to 255, of the part *at* (a crop filter) in every frame, or in the one at *seconds*."""
    seek = ["-ss", str(seconds)] if seconds is not None else []
    one = ["-frames:v", "1"] if seconds is not None else []
    return _decode([*seek, "-i", str(path), "-vf", f"{at},scale=1:1:flags=area,format=gray", *one, "-f", "rawvideo"])


def find_beeps(path: Path) -> list[float]:
    """Return the seconds at which a beep begins."""
    samples = array("h", _decode(["-i", str(path), "-ac", "1", "-ar", str(_SOUND_RATE), "-f", "s16le"]))
    loud = [max(map(abs, samples[at : at + _STEP])) > 3000 for at in range(0, len(samples), _STEP)]
    return _onsets(loud, _STEP / _SOUND_RATE)


def _onsets(active: list[bool], step: float) -> list[float]:
    begins = (at for at, is_on in enumerate(active) if is_on and not (at and active[at - 1]))
    onsets: list[float] = []
    for at in begins:
        if not onsets or at * step - onsets[-1] > 0.25:
            onsets.append(round(at * step, 3))
    return onsets


def _decode(arguments: list[str]) -> bytes:
    command = [find_ffmpeg(), "-v", "error", "-nostdin", *arguments, "pipe:1"]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
