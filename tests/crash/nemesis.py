"""Does harm to a fleet at random, from a seed, for as long as it may."""

import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.crash.fleet import Fleet
from tests.crash.supervisor import Member

# Every place of the start path at which a process may die, with the probability that it does. The rarer a place is
# passed, the likelier: most tasks are known by the answer before a callback could adopt them.
POINTS = {
    "start.committed": 0.04,
    "create.before": 0.05,
    "create.after": 0.06,
    "create.stored": 0.05,
    "adopt": 0.2,
    "delete.before": 0.08,
    "delete.after": 0.08,
    "lease.taken": 0.01,
    "admit": 0.2,
}


def failpoints(*, kill: float = 1.0, pause: float = 0.01, seconds: float = 5.0) -> str:
    """Return FAILPOINTS for every place.

    Args:
        kill: Factor on the probabilities of POINTS.
        pause: The probability of a stall of *seconds*, longer than a lease.
    """
    harms = [f"{point}=kill:{min(kill * probability, 1)}" for point, probability in POINTS.items()]
    return ",".join([*harms, *(f"{point}=pause:{seconds}:{pause}" for point in POINTS)])


@dataclass
class Nemesis:
    """Kills and stalls processes, and restarts and freezes the database.

    Attributes:
        every: Seconds between two acts, on average.
        database_restarts: At most so many, and as many frosts.
        stall_seconds: Longest stall; longer than a lease, so that some are outlived.
    """

    fleet: Fleet
    seed: int
    every: float = 1.5
    database_restarts: int = 3
    stall_seconds: float = 6.0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._stop = threading.Event()
        self._restarts = self._frosts = 0
        self._error: BaseException | None = None

    @contextmanager
    def raging(self) -> Iterator[None]:
        """Do harm for the length of a with block."""
        thread = threading.Thread(target=self._rage, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()
        if self._error is not None:
            raise self._error

    def _rage(self) -> None:
        try:
            while not self._stop.wait(self._random.expovariate(1 / self.every)):
                self._act()
        except BaseException as error:  # told where the with block ends
            self._error = error

    def _act(self) -> None:
        act = self._random.choices(("kill", "stall", "restart", "freeze"), weights=(12, 6, 2, 1))[0]
        ready = [member for member in self.fleet.members if member.is_ready]
        webs = [member for member in ready if member.url]
        if len(webs) == 1:
            # The failpoints spare nobody. But with no web process for the vendor's whole minute, callbacks are given
            # up, and of a task that nobody hears of nobody can know: that says nothing about our code.
            ready.remove(webs[0])
        if act == "restart":
            if self._restarts < self.database_restarts:
                self._restarts += 1
                self.fleet.restart_database()
        elif act == "freeze":
            if self._frosts < self.database_restarts:
                self._frosts += 1
                self.fleet.freeze_database(self._random.uniform(0.2, self.stall_seconds))
        elif ready:
            member = self._random.choice(ready)
            if act == "kill":
                self.fleet.supervisor.signal(member, signal.SIGKILL, "kill")
            else:
                self._stall(member)

    def _stall(self, member: Member) -> None:
        seconds = self._random.uniform(0.2, self.stall_seconds)
        pid = self.fleet.supervisor.signal(member, signal.SIGSTOP, "stall", seconds=seconds)
        time.sleep(seconds)
        if member.pid == pid:
            self.fleet.supervisor.signal(member, signal.SIGCONT, "go_on")
