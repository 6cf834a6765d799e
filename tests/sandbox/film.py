"""Looks into media that the sandbox made: frames, tones, indices. Knows nothing of how they are made."""

import array
import math
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import imageio_ffmpeg

Color = tuple[int, int, int]

RATE = 16_000  # of decoded sound
# What coding costs a plain colour, and what it does not.
SAME_COLOR = 24
FILE_ATTR = re.compile(r"#EXT-X-TRTC-FILE-ATTR:(\d+),(\d+)\n#EXTINF:([\d.]+),\n(\S+)")


def run_ffmpeg(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", *arguments]
    return subprocess.run(command, capture_output=True, check=False, timeout=60)


@dataclass(frozen=True)
class Film:
    """One file of pictures, sound or both; an index stands for its segments."""

    path: Path

    def color_at(self, seconds: float, x: int, y: int) -> Color:
        """Return red, green and blue of a pixel."""
        crop = f"format=rgb24,crop=1:1:{x}:{y}"
        shown = self._decode("-ss", str(seconds), "-i", str(self.path), "-frames:v", "1", "-vf", crop, "-f", "rawvideo")
        red, green, blue = shown[:3]
        return red, green, blue

    def hears(self, tone_hz: int, *, start: float, end: float) -> bool:
        """Tell whether a tone sounds from one second to another (Goertzel)."""
        samples = self.samples[round(start * RATE) : round(end * RATE)]
        wave = 2 * math.pi * tone_hz / RATE
        cosine = sum(sample * math.cos(wave * index) for index, sample in enumerate(samples))
        sine = sum(sample * math.sin(wave * index) for index, sample in enumerate(samples))
        return math.hypot(cosine, sine) * 2 / len(samples) > 500

    @cached_property
    def samples(self) -> "array.array[int]":
        decoded = self._decode("-i", str(self.path), "-map", "a", "-ac", "1", "-ar", str(RATE), "-f", "s16le")
        return array.array("h", decoded)

    @property
    def frames(self) -> int:
        said = run_ffmpeg("-i", str(self.path), "-map", "0:v", "-f", "null", "-stats", "-v", "error", "-").stderr
        return int(re.findall(rb"frame=\s*(\d+)", said)[-1])

    @property
    def complaints(self) -> str:
        """What ffmpeg does not like about it."""
        return run_ffmpeg("-v", "warning", "-i", str(self.path), "-f", "null", "-").stderr.decode()

    def _decode(self, *arguments: str) -> bytes:
        done = run_ffmpeg("-v", "error", *arguments, "-")
        assert done.returncode == 0, done.stderr
        return done.stdout


@dataclass(frozen=True)
class Piece:
    """One entry of an index."""

    start_ms: int
    size: int
    seconds: float
    name: str

    @property
    def stamp_ms(self) -> int:
        """The moment in its name."""
        stamp = self.name.removesuffix(".ts")[-17:]
        moment = datetime.strptime(stamp[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return round(moment.timestamp()) * 1000 + int(stamp[14:])


@dataclass(frozen=True)
class Index:
    """An m3u8 file."""

    text: str

    @property
    def pieces(self) -> list[Piece]:
        found = FILE_ATTR.findall(self.text)
        return [Piece(int(start), int(size), float(seconds), name) for start, size, seconds, name in found]

    @property
    def seconds(self) -> float:
        return sum(piece.seconds for piece in self.pieces)

    @property
    def is_ended(self) -> bool:
        return self.text.endswith("#EXT-X-ENDLIST\n")

    def tag(self, name: str) -> str:
        return str(re.findall(rf"#EXT-X-TRTC-{name}:(.*)", self.text)[0]).strip()


def is_near(color: Color, wanted: str) -> bool:
    """Compare with #rrggbb."""
    return all(abs(one - int(wanted[at : at + 2], 16)) < SAME_COLOR for one, at in zip(color, (1, 3, 5), strict=True))
