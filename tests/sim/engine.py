"""Our processes, and the engine that wakes workers: it loses, doubles and delays, and is emptied now and again.

The jobs themselves are the product's own (recordings.jobs); only the queue that they stand in is simulated.
"""

import heapq
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import count
from random import Random
from types import MappingProxyType, SimpleNamespace
from typing import Any
from unittest import mock

from django.db import connection, transaction
from procrastinate.exceptions import AlreadyEnqueued

from recordings import jobs
from recordings.models import Recording
from recordings.trtc.gateway import Gateway
from tests.sim.clock import DAY_BEGINS
from tests.sim.faults import Tally
from tests.sim.scheduler import Killed, Process, Scheduler

SWEEP_SECONDS = 5.0
RESTART_SECONDS = 4.0


class Processes:
    """Web and worker processes, some of which are down at times."""

    def __init__(self, scheduler: Scheduler, *, random: Random, tally: Tally, web: int, workers: int) -> None:
        self._scheduler = scheduler
        self._random = random
        self._tally = tally
        self.web = [Process(f"web-{n}") for n in range(web)]
        self.workers = [Process(f"worker-{n}") for n in range(workers)]
        self.on_restart: Callable[[Process], None] = lambda process: None

    def pick_web(self) -> Process | None:
        """Return a web process that is up, as a load balancer would; None while there is none."""
        up = [process for process in self.web if process.is_up]
        return self._random.choice(up) if up else None

    def kill_some(self, *, every_seconds: float) -> None:
        """Kill a process now and again, with all that it was at."""

        def strike() -> None:
            process = self._random.choice([*self.web, *self.workers])
            if process.is_up:
                self._tally.add("processes killed")
                process.is_up = False
                self._scheduler.after(self._random.uniform(0.5, 2) * RESTART_SECONDS, lambda: restart(process))
            self._scheduler.after(self._random.expovariate(1 / every_seconds), strike)

        def restart(process: Process) -> None:
            process.is_up, process.lives = True, process.lives + 1
            self.on_restart(process)

        self._scheduler.after(self._random.expovariate(1 / every_seconds), strike)


class Engine:
    """What Procrastinate is to us, at its worst."""

    def __init__(
        self, scheduler: Scheduler, *, random: Random, tally: Tally, processes: Processes, concurrency: int
    ) -> None:
        self._scheduler = scheduler
        self._random = random
        self._tally = tally
        self._processes = processes
        self._free = {process.name: concurrency for process in processes.workers}
        self._waiting: list[tuple[int, int, str, dict[str, Any], str | None]] = []
        self._locks: set[str] = set()
        self._order = count()
        self.on_sweep: Callable[[], None] = lambda: None
        self.longest_queue = 0
        self._seen = -1  # how many actors there had been at the last look for what is due
        self._next_due = DAY_BEGINS

        def start_afresh(process: Process) -> None:
            if process.name in self._free:
                self._free[process.name] = concurrency
                self._dispatch()

        processes.on_restart = start_afresh

    # --- what our code sees

    def configure_task(
        self,
        name: str,
        *,
        allow_unknown: bool,
        priority: int = 0,
        queueing_lock: str | None = None,
        schedule_in: Mapping[str, float] = MappingProxyType({}),
    ) -> SimpleNamespace:
        """Stand in for procrastinate's app."""

        def defer(**arguments: Any) -> None:
            if queueing_lock in self._locks:
                raise AlreadyEnqueued
            if queueing_lock:
                self._locks.add(queueing_lock)
            seconds = timedelta(**schedule_in).total_seconds()
            transaction.on_commit(lambda: self._enqueue(int(priority), name, arguments, queueing_lock, after=seconds))

        return SimpleNamespace(defer=defer)

    @contextmanager
    def installed(self, gateway: Gateway) -> Iterator[None]:
        """Let our code enqueue here and call *gateway*."""
        with ExitStack() as stack:
            stack.enter_context(mock.patch("recordings.services.wake.app", self))
            stack.enter_context(mock.patch("recordings.jobs.get_gateway", lambda: gateway))  # noqa: PT008 - a mock would keep every call
            yield

    # --- the worst

    def _enqueue(self, priority: int, name: str, arguments: dict[str, Any], lock: str | None, *, after: float) -> None:
        chance = self._random.random()
        if chance < 0.05:
            self._tally.add("wake-ups lost")
            self._locks.discard(lock or "")
            return
        for _ in range(2 if chance < 0.08 else 1):
            delay = after + (self._random.uniform(1, 20) if chance > 0.97 else 0.004)
            job = (-priority, next(self._order), name, arguments, lock)
            self._scheduler.after(delay, lambda job=job: self._take_in(job))  # type: ignore[misc]  # lambda default
        if chance < 0.08:
            self._tally.add("wake-ups doubled")

    def _take_in(self, job: tuple[int, int, str, dict[str, Any], str | None]) -> None:
        heapq.heappush(self._waiting, job)
        self.longest_queue = max(self.longest_queue, len(self._waiting))
        self._dispatch()

    def empty_sometimes(self, *, every_seconds: float) -> None:
        """Empty the engine's tables now and again."""

        def empty() -> None:
            self._tally.add("engine emptied")
            self._tally.add("wake-ups lost", len(self._waiting))
            self._waiting.clear()
            self._locks.clear()
            self._scheduler.after(self._random.expovariate(1 / every_seconds), empty)

        self._scheduler.after(self._random.expovariate(1 / every_seconds), empty)

    # --- workers

    def _dispatch(self) -> None:
        for process in self._processes.workers:
            while self._waiting and process.is_up and self._free[process.name] > 0:
                _, _, name, arguments, lock = heapq.heappop(self._waiting)
                self._locks.discard(lock or "")
                self._free[process.name] -= 1
                self._scheduler.spawn(process, lambda n=name, a=arguments, p=process: self._work(n, a, p))  # type: ignore[misc]  # lambda defaults

    def _work(self, name: str, arguments: dict[str, Any], process: Process) -> None:
        job: Any = {"recordings.advance": jobs.advance, "recordings.admit": jobs.admit}[name]
        life = process.lives
        try:
            job(**arguments)
        except Killed:
            self._tally.add("jobs killed")
            raise
        finally:
            if process.lives == life:
                self._free[process.name] += 1
                self._scheduler.after(0, self._dispatch)

    def sweep_forever(self) -> None:
        """Do what the worker's periodic jobs do, wherever a worker is up."""

        def sweep() -> None:
            up = [process for process in self._processes.workers if process.is_up]
            if up and self._is_any_due():
                self._scheduler.spawn(up[0], lambda: (jobs.sweep(timestamp=0), self.on_sweep()))
            self._scheduler.after(SWEEP_SECONDS, sweep)

        self._scheduler.after(0.0, sweep)

    def _is_any_due(self) -> bool:
        """Tell whether a sweep could find anything: most of a night's sweeps could not, and each costs a while."""
        clock = self._scheduler.clock
        if self._scheduler.spawned == self._seen and clock.now() < self._next_due:
            return False
        clock.tell_database()
        with connection.cursor() as cursor:
            cursor.execute(_NEXT_DUE)
            (next_due,) = cursor.fetchone()
        self._seen = self._scheduler.spawned
        self._next_due = next_due or clock.now() + timedelta(days=1)
        return bool(clock.now() >= self._next_due)


_TABLE = Recording._meta.db_table
_NEXT_DUE = f"""
    SELECT LEAST(
        (SELECT MIN(next_check_at) FROM {_TABLE} WHERE next_check_at IS NOT NULL),
        (SELECT statement_timestamp() WHERE EXISTS (SELECT FROM {_TABLE} WHERE state = 'queued'))
    )
"""  # noqa: S608 - our own table
