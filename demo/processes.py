"""Child processes that end with the demo, however it ends."""

import ctypes
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import requests
from django.conf import settings

READY_SECONDS = 120  # a fresh clone on a slow machine; who ends before is told of at once
END_SECONDS = 12  # the worker finishes its jobs first
PR_SET_PDEATHSIG = 1  # linux/prctl.h


class NotReady(Exception):
    """A process ended or stayed silent before it was ready; the message says where its log is."""


def free_port(wanted: int) -> int:
    """Return *wanted*, or the next port that nobody listens on."""
    for port in range(wanted, wanted + 200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise NotReady(f"No free port between {wanted} and {wanted + 199}.")


class Processes:
    """Starts commands with their logs in a folder, and ends all of them at the end of a with block."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *exc: object) -> None:
        for process in self._running.values():
            process.terminate()
        give_up_at = time.monotonic() + END_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(give_up_at - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, name: str, arguments: Sequence[str]) -> None:
        """Start `python <arguments>` in a session of its own, so that Ctrl-C reaches the demo alone."""
        with self._log(name).open("wb") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own commands
                [sys.executable, *arguments],
                cwd=settings.BASE_DIR,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one prctl, no locks
            )

    def wait_for(self, name: str, url: str) -> None:
        """Wait until *url* answers.

        Raises:
            NotReady: The process ended, or did not answer in time.
        """
        give_up_at = time.monotonic() + READY_SECONDS
        while time.monotonic() < give_up_at:
            self.check()
            try:
                requests.get(url, timeout=1)
            except requests.RequestException:
                time.sleep(0.1)
            else:
                return
        raise NotReady(f"{name} does not answer at {url}. Its log: {self._log(name)}")

    def check(self) -> None:
        """See that all are still there.

        Raises:
            NotReady: One is not.
        """
        for name, process in self._running.items():
            if process.poll() is not None:
                raise NotReady(f"{name} {self._tell_end(name, process.returncode)}. Its log: {self._log(name)}")

    def _tell_end(self, name: str, code: int) -> str:
        if code < 0:  # its last words are not about that
            return f"was ended by {signal.Signals(-code).name}"
        last = self._log(name).read_text(errors="replace").strip().splitlines()[-1:] or ["(it said nothing)"]
        return f"ended with code {code}: {last[0]}"

    def forget(self, name: str) -> subprocess.Popen[bytes]:
        """Return a process that from now on is the caller's to end."""
        return self._running.pop(name)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"


def _end_with_parent() -> None:
    # Also when the demo is killed and cannot clean up.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
