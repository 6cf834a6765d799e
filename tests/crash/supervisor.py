"""Processes that are started again when they die, as systemd does."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from demo.processes import Processes
from tests.crash.history import History

READY_SECONDS = 60
END_SECONDS = 15


@dataclass
class Member:
    """One place in the fleet.

    Attributes:
        url: Where it serves; empty for a worker.
        process: The one that fills it now.
        is_ending: It was told to end, or killed.
    """

    name: str
    arguments: list[str]
    url: str = ""
    process: subprocess.Popen[bytes] | None = None
    incarnation: int = 0
    is_ready: bool = False
    is_ending: bool = False

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid


class Supervisor:
    """Looks after the members from `start` on. Its thread is their parent, so it lives as long as they do."""

    def __init__(self, processes: Processes, members: Sequence[Member], history: History) -> None:
        self.members, self.history = members, history
        self._processes = processes
        self._thread = threading.Thread(target=self._supervise, daemon=True)
        self._resting, self._closed = threading.Event(), threading.Event()
        self._guard = threading.Lock()

    def start(self) -> None:
        self._thread.start()
        self.wait_until_ready()

    def rest(self) -> None:
        """End every process and start no other until `go_on`."""
        self._resting.set()
        with self._guard:
            living = [member.process for member in self.members if member.process is not None]
        for process in living:
            process.terminate()
            process.send_signal(signal.SIGCONT)  # one that a nemesis left standing ends as well
        for process in living:
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        with self._guard:
            for member in self.members:
                member.process, member.is_ready = None, False

    def go_on(self, history: History) -> None:
        """Start every process anew; what is done to them from now on goes to *history*."""
        self.history = history
        self._resting.clear()
        self.wait_until_ready()

    def close(self) -> None:
        self.rest()
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join()

    def wait_until_ready(self, *, seconds: float = READY_SECONDS) -> None:
        until(lambda: all(member.is_ready for member in self.members), seconds=seconds, what="all processes serve")

    def signal(self, member: Member, number: signal.Signals, kind: str, **values: Any) -> int:
        """Send a signal to the process that is *member* now, write it down, and return the process's id."""
        with self._guard:
            pid = member.pid
            self.history.write(kind, who=member.name, pid=pid, **values)
            if number in (signal.SIGKILL, signal.SIGTERM):
                member.is_ready, member.is_ending = False, True
            assert member.process is not None
            member.process.send_signal(number)
        return pid

    def restart_all(self) -> None:
        """End every process in order; the supervisor starts the next ones, with what is armed by then."""
        incarnations = {member.name: member.incarnation for member in self.members}
        for member in self.members:
            self.signal(member, signal.SIGTERM, "restart")
        until(
            lambda: all(member.incarnation > incarnations[member.name] for member in self.members),
            seconds=READY_SECONDS, what="the next processes run",
        )  # fmt: skip
        self.wait_until_ready()

    def self_inflicted(self) -> list[dict[str, Any]]:
        """Return the deaths that nobody caused."""
        known = {strike["pid"] for strike in self.history.strikes()}
        caused = ("kill", "terminate", "restart")
        known |= {entry["pid"] for entry in self.history.entries() if entry["kind"] in caused}
        return [entry for entry in self.history.entries() if entry["kind"] == "death" and entry["pid"] not in known]

    def _supervise(self) -> None:
        while not self._closed.wait(0.05):
            for member in self.members:
                with self._guard:
                    if not self._resting.is_set():
                        self._look_after(member)

    def _look_after(self, member: Member) -> None:
        process = member.process
        if process is None or process.poll() is not None:
            if process is not None:
                self.history.write("death", who=member.name, pid=process.pid, code=process.returncode)
            member.incarnation += 1
            member.process = self._spawn(member)
            member.is_ready = member.is_ending = False
        elif not member.is_ready and not member.is_ending:
            member.is_ready = self._answers(member)

    def _spawn(self, member: Member) -> subprocess.Popen[bytes]:
        name = f"{member.name}.{member.incarnation}"
        self._processes.start(name, member.arguments)
        return self._processes.forget(name)

    def _answers(self, member: Member) -> bool:
        if not member.url:
            return _catches(member.pid, signal.SIGTERM)  # it listens nowhere, so nobody can ask it
        try:
            requests.get(f"{member.url}/callbacks/none/none", timeout=0.3)
        except requests.RequestException:
            return False
        return True


def until(holds: Callable[[], object], *, seconds: float, what: str) -> None:
    """Wait until *holds*; fail with *what* was awaited."""
    give_up_at = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up_at, f"not within {seconds} s: {what}"
        time.sleep(0.05)


def _catches(pid: int, number: signal.Signals) -> bool:
    """Tell whether a process has a handler for a signal: it has begun to work."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return False
    caught = next((int(line.split()[1], 16) for line in lines if line.startswith("SigCgt")), 0)
    return bool(caught >> (number - 1) & 1)


@contextmanager
def stalled(supervisor: Supervisor, member: Member) -> Iterator[None]:
    """Let a process stand still, as a paused virtual machine does, for the length of a with block."""
    pid = supervisor.signal(member, signal.SIGSTOP, "stall")
    try:
        yield
    finally:
        if member.pid == pid:
            supervisor.signal(member, signal.SIGCONT, "go_on")
