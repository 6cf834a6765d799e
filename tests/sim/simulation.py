"""A world, run from its first hour until every story in it is over."""

import gc
import logging
import random as global_random
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace
from unittest import mock
from uuid import UUID

from callbacks.keyring import forget_rings
from recordings.models import Recording
from recordings.states.vocabulary import State, is_terminal
from tests.sim.callbacks import Callbacks
from tests.sim.callers import Callers
from tests.sim.case import Case
from tests.sim.clock import VirtualClock, virtual_time
from tests.sim.engine import Engine, Processes
from tests.sim.faults import Tally
from tests.sim.life import Lives
from tests.sim.plan import HOUR, Plan
from tests.sim.queue_rules import breaches_of_queue
from tests.sim.rules import breaches_of, stories_of, tell_ledger
from tests.sim.scheduler import Scheduler, TransactionOpen
from tests.sim.vendor import Vendor
from tests.sim.world import App, Size, make_app, plans_of

# A wish is judged when nothing more can be told of it: callbacks are late by 15 minutes at most.
FIRST_LOOK_SECONDS = 2400.0
NEXT_LOOK_SECONDS = 1200.0
# After the last start: the longest recording, the longest deadline, and some.
SETTLING_SECONDS = 12 * HOUR
# Past its deadline a recording may be for one lease, one call and two sweeps, when its worker died just then.
LATEST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Mark:
    """How things stood after so many recordings.

    Attributes:
        milliseconds_each: Real time for each since the last mark, the database's work and other processes' included.
        processor_milliseconds_each: What of it this process computed.
    """

    recordings: int
    resident_mib: float
    milliseconds_each: float
    processor_milliseconds_each: float


@dataclass(slots=True)
class Result:
    """What a run came to.

    Attributes:
        breaches: Every broken rule, as `name: what happened`.
        states: How recordings ended, as `state/reason`.
        at_hours: How far into the day it is.
        is_whole: False when it was ended by hand before its time.
    """

    seed: int
    size: Size
    breaches: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    states: Counter[str] = field(default_factory=Counter)
    marks: list[Mark] = field(default_factory=list)
    events: int = 0
    judged: int = 0
    unknowable: int = 0
    most_live: int = 0
    most_a_second: int = 0
    latest_seconds: float = 0.0
    real_seconds: float = 0.0
    is_whole: bool = True
    at_hours: float = 0.0

    @property
    def kinds(self) -> set[str]:
        """The names of the broken rules."""
        return {breach.partition(":")[0] for breach in self.breaches}


class Simulation:
    """One world of one seed."""

    def __init__(self, *, seed: int, size: Size, workers: int = 4, concurrency: int = 8) -> None:
        self.result = Result(seed, size)
        self._seed = seed
        self._size = size
        self._random = Random(f"{seed}/world")
        self.clock = VirtualClock()
        self.scheduler = Scheduler(self.clock)
        tally = self.result.tally
        common = {"random": self._random, "tally": tally}
        self.processes = Processes(self.scheduler, web=3, workers=workers, **common)  # type: ignore[arg-type]  # keywords
        self.engine = Engine(self.scheduler, processes=self.processes, concurrency=concurrency, **common)  # type: ignore[arg-type]  # same
        callbacks = Callbacks(self.scheduler, processes=self.processes, **common)  # type: ignore[arg-type]  # same
        lives = Lives(self.scheduler, emit=callbacks.emit, **common)  # type: ignore[arg-type]  # same
        self.apps: dict[int, App] = {}
        self.vendor = Vendor(self.scheduler, apps=self.apps, lives=lives, **common)  # type: ignore[arg-type]  # same
        self.callers = Callers(self.scheduler, processes=self.processes, gateway=self.vendor, **common)  # type: ignore[arg-type]  # same
        self._open = 0
        self._overdue: set[UUID] = set()
        self._watch: Callable[[Result], None] = lambda _: None
        self._until_breach = False
        self._last_mark = 0.0, 0.0

    def run(self, *, watch: Callable[[Result], None] = lambda _: None, until_breach: bool = False) -> Result:
        """Play the day and return what it came to.

        Args:
            watch: Called now and again with what is known so far.
            until_breach: End as soon as a rule is broken.
        """
        self._watch, self._until_breach = watch, until_breach
        began = time.perf_counter()
        with self._in_virtual_time():
            for index in range(self._size.applications):
                app = make_app(index, seed=self._seed, size=self._size)
                self.apps[app.application.sdk_app_id] = app
                self._follow(app, plans_of(app, seed=self._seed, size=self._size))
            self.engine.on_sweep = self._look_for_overdue
            self.engine.sweep_forever()
            self.engine.empty_sometimes(every_seconds=HOUR / 2)
            self.processes.kill_some(every_seconds=HOUR / 6)
            self._last_mark = time.perf_counter(), time.process_time()
            try:
                self._play()
            except TransactionOpen as error:
                self.result.breaches.append(f"transaction: {error}")
            except KeyboardInterrupt:  # what was judged by then is told
                self.result.is_whole = False
            self._close()
        self.result.real_seconds = time.perf_counter() - began
        return self.result

    def _play(self) -> None:
        end = self._size.hours * HOUR
        while self.scheduler.now < end + SETTLING_SECONDS:
            self.scheduler.run(self.scheduler.now + HOUR / 4)
            self.result.at_hours = self.scheduler.now / HOUR
            self._watch(self.result)
            self.result.breaches += self.vendor.take_breaches()
            is_over = self.scheduler.now >= end and not self._open
            if is_over or self._stops_early:
                return

    @property
    def _stops_early(self) -> bool:
        return bool(self._until_breach and self.result.breaches)

    @contextmanager
    def _in_virtual_time(self) -> Iterator[None]:
        global_random.seed(self._seed)  # our code draws its jitter from it
        names = Random(f"{self._seed}/names")
        with ExitStack() as stack:
            stack.enter_context(virtual_time(self.clock))
            stack.enter_context(self.engine.installed(self.vendor))
            monotonic = SimpleNamespace(monotonic=lambda: self.clock.seconds)
            stack.enter_context(mock.patch("recordings.services.pacing.time", monotonic))
            stack.enter_context(mock.patch("recordings.services.pacing.pause", self.scheduler.sleep))
            stack.enter_context(mock.patch("recordings.ids.os", SimpleNamespace(urandom=names.randbytes)))
            forget_rings()
            logging.disable(logging.WARNING)  # millions of lines about faults that are meant
            stack.callback(logging.disable, logging.NOTSET)
            yield
        forget_rings()

    # --- wishes

    def _follow(self, app: App, plans: Iterator[Plan]) -> None:
        """Let an application's wishes come, one after the other: no more is held in memory than is going on."""
        plan = next(plans, None)
        if plan is None:
            return
        self._open += 1

        def begin() -> None:
            case = app.cases[plan.room_id] = Case(app, plan)
            self._follow(app, plans)
            self.callers.begin(case)
            expected = (plan.stops_at or plan.starts_at) - plan.starts_at
            self.scheduler.after(expected + FIRST_LOOK_SECONDS, lambda: self._look(case))

        self.scheduler.at(plan.starts_at, begin)

    def _look(self, case: Case) -> None:
        """Judge a wish if its story is over, else look again later."""
        self.clock.tell_database()
        stories = stories_of(case)
        now = self.scheduler.now
        is_over = all(is_terminal(State(story.recording.state)) for story in stories)
        is_quiet = all(story.over_at is None or now - story.over_at > NEXT_LOOK_SECONDS for story in stories)
        tasks_over = all(task.is_over and now - (task.left_at or now) > NEXT_LOOK_SECONDS for task in case.tasks)
        if not (is_over and is_quiet and tasks_over):
            self.scheduler.after(NEXT_LOOK_SECONDS, lambda: self._look(case))
            return
        self._judge(case)

    def _judge(self, case: Case) -> None:
        stories = stories_of(case)
        self.result.breaches += breaches_of(case, stories, random=self._random)
        for story in stories:
            self.result.states[f"{story.recording.state}/{story.recording.reason or ''}"] += 1
        self.result.unknowable += sum(task.told_at is None for task in case.tasks)
        for task in case.tasks:
            self.vendor.forget(task)
        del case.app.cases[case.plan.room_id]
        self._open -= 1
        self.result.judged += 1
        if self.result.judged in (100, 1_000, 3_000, 10_000, 30_000, 60_000, 100_000):
            self._mark()

    def _mark(self) -> None:
        gc.collect()
        judged = self.result.judged
        last = self.result.marks[-1].recordings if self.result.marks else 0
        now, busy = time.perf_counter(), time.process_time()
        real, ours = (
            (later - before) * 1000 / (judged - last)
            for later, before in zip((now, busy), self._last_mark, strict=True)
        )
        self.result.marks.append(Mark(judged, resident_mib(), real, ours))
        self._last_mark = now, busy

    def _close(self) -> None:
        """Judge what is left, and what concerns the whole."""
        for app in self.apps.values():
            for case in list(app.cases.values()) if self.result.is_whole and not self._stops_early else []:
                self._judge(case)
            # Who is still live holds a place, and its turn is known when it has ended.
            if app.profile == "few places" and self.result.is_whole:
                self.result.breaches += breaches_of_queue(app)
        self.result.breaches += self.vendor.take_breaches()
        self.result.events = self.scheduler.events
        self.result.most_live = max(app.most_live for app in self.apps.values())
        self.result.most_a_second = max(app.most_a_second for app in self.apps.values())

    def _look_for_overdue(self) -> None:
        now = self.clock.now()
        for row in Recording.objects.overdue().order_by("deadline_at")[:5]:
            assert row.deadline_at is not None
            late = (now - row.deadline_at).total_seconds()
            self.result.latest_seconds = max(self.result.latest_seconds, late)
            if late > LATEST_SECONDS and row.uuid not in self._overdue:
                self._overdue.add(row.uuid)
                where = f"{row.state} {late:.0f} s after its deadline, next check {row.next_check_at}"
                self.result.breaches.append(f"overdue: {row.pk} is {where}\n{tell_ledger(row)}")


def resident_mib() -> float:
    """Return how much memory this process has now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20
