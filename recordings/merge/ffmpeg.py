"""The one user of ffmpeg."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import imageio_ffmpeg


class FfmpegMissing(Exception):
    """No ffmpeg in PATH, and none came with imageio-ffmpeg for this machine."""


class FfmpegFailed(Exception):
    """ffmpeg ended with an error; the message has its last words.

    Attributes:
        unreadable: Input files that it could not open.
    """

    def __init__(self, message: str, unreadable: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.unreadable = tuple(unreadable)


def find_ffmpeg() -> str:
    """Return the ffmpeg of PATH, else the one that imageio-ffmpeg brings.

    Raises:
        FfmpegMissing: There is neither.
    """
    installed = shutil.which("ffmpeg")
    if installed:
        return installed
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise FfmpegMissing("There is no ffmpeg: install it, or set IMAGEIO_FFMPEG_EXE to its path.") from error


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file holds.

    Attributes:
        size: Of its picture, pixels; None without one.
        sound: Rate and channels in ffmpeg's words; empty without a sound.
    """

    size: tuple[int, int] | None
    sound: str


def probe(ffmpeg: str, path: Path) -> Probe:
    """Return what a media file holds; nothing where ffmpeg cannot read it."""
    command = [ffmpeg, "-hide_banner", "-nostdin", "-protocol_whitelist", "file", "-i", f"file:{path}"]
    told = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False).stderr  # noqa: S603 - no shell
    streams = [line for line in told.splitlines() if line.lstrip().startswith("Stream #")]
    picture = next((found for line in streams if "Video:" in line and (found := _SIZE.search(line))), None)
    sound = next((found[1] for line in streams if (found := _SOUND.search(line))), "")
    return Probe(size=(int(picture[1]), int(picture[2])) if picture else None, sound=sound)


_SOUND = re.compile(r"Audio: .*?(\d+ Hz, [^,]+)")
_SIZE = re.compile(r"[ ,](\d{2,5})x(\d{2,5})[ ,]")


def run(ffmpeg: str, arguments: Sequence[str], *, on_progress: Callable[[int], None]) -> bool:
    """Run ffmpeg to its end; whatever interrupts the wait ends it first.

    Returns:
        True unless the sound of an input changed its rate or channels on the way: such a sound is out of place.

    Args:
        on_progress: Gets how much of the output is made, in milliseconds.

    Raises:
        FfmpegFailed: It could not make the output, or left out inputs that it could not read.
    """
    command = [ffmpeg, "-hide_banner", "-nostdin", "-y", "-loglevel", "info", "-nostats", "-progress", "pipe:1"]
    with tempfile.TemporaryFile("w+", errors="replace") as words, _started([*command, *arguments], words) as process:
        assert process.stdout is not None  # noqa: S101 - piped
        for line in process.stdout:
            key, _, value = line.strip().partition("=")
            if key == "out_time_us" and value.lstrip("-").isdigit():
                on_progress(max(0, int(value) // 1000))
        code = process.wait()
        words.seek(0)
        said = words.read()
    # A segment that cannot be opened ends the input early, and ffmpeg calls that a success.
    unreadable = _UNREADABLE.findall(said)
    if code or unreadable:
        last = [line for line in said.splitlines() if line.strip()][-3:]
        raise FfmpegFailed("; ".join(last) or f"exit code {code}", unreadable)
    return "because audio parameters changed" not in said


_UNREADABLE = re.compile(r"Impossible to open '(?:file:)?(.*)'")


@contextmanager
def _started(command: Sequence[str], words: IO[str]) -> Iterator[subprocess.Popen[str]]:
    """Yield a running ffmpeg, in a session of its own: a Ctrl-C reaches us, and we end it and wait for its end."""
    process = subprocess.Popen(  # noqa: S603 - no shell
        command, stdout=subprocess.PIPE, stderr=words, text=True, errors="replace", start_new_session=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        assert process.stdout is not None  # noqa: S101 - piped
        process.stdout.close()
