"""ffmpeg, from PATH or from the wheel imageio-ffmpeg."""

import shutil
import subprocess
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import imageio_ffmpeg


class MediaFailed(Exception):
    """ffmpeg could not make the file; the message is its last line."""


@cache
def find_ffmpeg() -> str:
    """Return the path of the program."""
    return shutil.which("ffmpeg") or str(imageio_ffmpeg.get_ffmpeg_exe())


class Ffmpeg:
    """Runs ffmpeg in worker threads; closing it ends what still runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_closed = False

    def run(self, arguments: Sequence[str], *, folder: Path) -> None:
        """Run it to its end with *folder* as the working directory.

        Raises:
            MediaFailed: It failed, or was ended by `close`.
        """
        with self._lock:
            if self._is_closed:
                raise MediaFailed("closed")
            process = subprocess.Popen(  # noqa: S603 - our own arguments
                [find_ffmpeg(), "-nostdin", "-hide_banner", "-v", "error", "-y", *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            self._running.add(process)
        try:
            _, said = process.communicate()
        finally:
            with self._lock:
                self._running.discard(process)
        if process.returncode != 0:
            lines = said.decode(errors="replace").strip().splitlines() or [f"exit code {process.returncode}"]
            raise MediaFailed(lines[-1])

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            for process in self._running:
                process.kill()
