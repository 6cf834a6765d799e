"""A discrete-event loop whose actors run our code: one at a time, in an order that the seed decides."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from django.db import connection
from greenlet import getcurrent, greenlet

from tests.sim.clock import VirtualClock


class Killed(BaseException):
    """The actor's process is gone: nothing of ours catches it, and nothing of ours runs on."""


class TransactionOpen(AssertionError):
    """Something of ours waits, or calls the vendor, with a transaction open."""


@dataclass(slots=True)
class Process:
    """A process of ours that can die and come back; its actors die with it.

    Attributes:
        lives: How often it was started; an actor of an earlier life is dead.
        is_up: False between a kill and the restart.
    """

    name: str
    lives: int = 1
    is_up: bool = True


@dataclass(slots=True)
class Actor:
    """One thread of one of our processes.

    Attributes:
        number: Nobody else's, ever.
    """

    number: int
    process: Process
    life: int
    glet: greenlet = field(repr=False)

    @property
    def is_dead(self) -> bool:
        return self.life != self.process.lives or not self.process.is_up


class Scheduler:
    """Plays events in the order of their moments."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.events = 0
        self.spawned = 0
        self._heap: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()
        self._hub = getcurrent()
        self._actors: dict[greenlet, Actor] = {}

    @property
    def now(self) -> float:
        """Seconds since the day began."""
        return self.clock.seconds

    def at(self, when: float, action: Callable[[], object]) -> None:
        """Do *action* at a moment, seconds since the day began. It must not wait."""
        heapq.heappush(self._heap, (max(when, self.now), next(self._order), action))

    def after(self, seconds: float, action: Callable[[], object]) -> None:
        """Do *action* in so many seconds. It must not wait."""
        self.at(self.now + seconds, action)

    def spawn(self, process: Process, run: Callable[[], object], *, after: float = 0.0) -> None:
        """Let a thread of *process* do *run*, which may wait; nothing happens while the process is down."""

        def begin() -> None:
            if process.is_up:
                self.spawned += 1
                glet = greenlet(lambda: self._live(run), parent=self._hub)
                self._actors[glet] = Actor(self.spawned, process, process.lives, glet)
                self.clock.tell_database()
                glet.switch()

        self.after(after, begin)

    def _live(self, run: Callable[[], object]) -> None:
        try:
            run()
        except Killed:
            pass
        finally:
            del self._actors[getcurrent()]

    def sleep(self, seconds: float) -> None:
        """Let the actor that calls wait; everybody else goes on.

        Raises:
            Killed: Its process died meanwhile.
            TransactionOpen: It has one.
        """
        glet = getcurrent()
        actor = self._actors[glet]
        if connection.in_atomic_block:
            raise TransactionOpen(f"{actor.process.name} waits for {seconds:.3f} s with a transaction open")
        self.after(max(seconds, 0.0), actor.glet.switch)
        self._hub.switch()
        if actor.is_dead:
            raise Killed
        self.clock.tell_database()

    @property
    def actor(self) -> Actor | None:
        """Who runs now; None for the world outside."""
        return self._actors.get(getcurrent())

    def run(self, until: float) -> None:
        """Play everything up to a moment."""
        while self._heap and self._heap[0][0] <= until:
            when, _, action = heapq.heappop(self._heap)
            self.clock.advance_to(when)
            self.events += 1
            action()
        self.clock.advance_to(until)
        self.clock.tell_database()
