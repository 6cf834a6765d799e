"""What was answered 200 is stored and applied once, whatever dies: web processes, the database, both."""

import os
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.callbacks.sequences import many_bodies_of
from tests.e2e.stack import Stack
from tests.e2e.traffic import ANSWER_SECONDS, APP_IDS, Caller, NoAnswer, Told, in_threads, note

FAMILIES = ("trtc", "tiw", "gme", "css")
FIRST_TASK = 446946705284000000

EVENTS, TASKS, THREADS = 3000, 100, 8
KILLS, RESTARTS = 50, 5
KILLS_A_RESTART = KILLS // (RESTARTS + 1)
RETRY_SECONDS = 60  # a vendor's last retry

OUTAGE_SECONDS = float(os.environ.get("LONG_OUTAGE_SECONDS", "9"))
DRAIN_SECONDS = 60
RATE, STEADY_TASKS = 50, 40  # callbacks a second, and what they are about

FACTS = "SELECT key, count(*), count(DISTINCT recording_id) FROM recordings_factrow WHERE key LIKE %s GROUP BY key"
STORED = "SELECT natural_key, id, received_at, verdict FROM callbacks_event"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path, is_database_apart=True) as running:
        running.add_endpoints(APP_IDS)
        yield running


def events_of_tasks(tasks: Sequence[int], *, each: int) -> list[list[Told]]:
    """Return distinct events, task by task: of all families in turn."""
    return [
        [Told(FAMILIES[n % 4], body) for body in many_bodies_of(FAMILIES[n % 4], FIRST_TASK + n, each)] for n in tasks
    ]


def first_events(tasks: Sequence[int]) -> list[Told]:
    """Return the event with which each task begins."""
    return [events[0] for events in events_of_tasks(tasks, each=1)]


def assert_stored_and_applied_once(stack: Stack, told: Sequence[Told]) -> None:
    keys = {event.natural_key for event in told}
    assert len(keys) == len(told), "events that are the same cannot be counted"
    stored = stack.database.query(STORED)
    assert Counter(row[0] for row in stored) == Counter(keys)
    assert {row[3] for row in stored} == {"applied"}
    facts = {row[0]: row[1:] for row in stack.database.query(FACTS, "callback:%")}
    assert facts == {f"callback:{key}": (1, 1) for key in keys}
    assert stack.manage("rebuild_state", "--check").endswith("0 different.")


def wait_until_drained(stack: Stack) -> None:
    give_up_at = time.monotonic() + DRAIN_SECONDS
    while left := list(stack.spool.glob("*.batch")):
        assert time.monotonic() < give_up_at, f"{len(left)} files wait in the spool"
        time.sleep(0.1)
    assert not list((stack.spool / "refused").glob("*"))


# --- kill -9


@dataclass
class Pace:
    """Lets events go portion by portion, so that the faults are spread over all of them."""

    allowed: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def allow(self, number: int) -> None:
        with self.changed:
            self.allowed = number
            self.changed.notify_all()

    def wait_for(self, number: int) -> None:
        with self.changed:
            self.changed.wait_for(lambda: number < self.allowed)


class Vendors:
    """Senders that do not rest before they get a 200 for each event."""

    def __init__(self, events: Sequence[Told], ports: Sequence[int]) -> None:
        self.pace = Pace()
        self.tries = self.broken = self.repeats = 0
        self._events = events
        self._ports = ports

    def tell_all(self, caller: Caller, start: int) -> None:
        """Tell every eighth event, and a tenth of them once more after their 200."""
        for number in range(start, len(self._events), THREADS):
            self.pace.wait_for(number)
            self._tell(caller, self._events[number])
            if number // THREADS % 10 == 0:
                self.repeats += 1
                self._tell(caller, self._events[random.randrange(start, number + 1, THREADS)])

    def _tell(self, caller: Caller, told: Told) -> None:
        give_up_at = time.monotonic() + RETRY_SECONDS
        status = None
        while status != 200:
            assert time.monotonic() < give_up_at, f"no 200 for {told}; the last answer was {status}"
            self.tries += 1
            try:
                status = caller.tell(told, random.choice(self._ports))
            except NoAnswer as error:
                self.broken += error.was_sent
                time.sleep(random.uniform(0.02, 0.1))
                continue
            assert status in (200, 503), f"{status} for {told}"
            time.sleep(0 if status == 200 else random.uniform(0.02, 0.1))


@dataclass
class Nemesis:
    """Kills web processes that serve, and the database under them."""

    stack: Stack
    ports: dict[str, int]
    kills: int = 0
    restarts: int = 0

    def rage(self, pace: Pace, senders: "Future[list[None]]") -> None:
        while not senders.done() and (self.kills < KILLS or self.restarts < RESTARTS):
            pace.allow((self.kills + 1) * EVENTS // KILLS)
            time.sleep(random.uniform(0, 0.15))
            if self.kills >= (self.restarts + 1) * KILLS_A_RESTART:
                self._restart_database()
            self._kill(random.choice([["web"], ["web2"], ["web", "web2"]]))
        pace.allow(EVENTS)

    def _kill(self, names: Sequence[str]) -> None:
        for name in names:
            self.stack.kill(name)
        self.kills += len(names)
        for name in names:
            self.stack.start_web(name, self.ports[name])

    def _restart_database(self) -> None:
        self.stack.database.shut_down_at_once()
        self._kill([random.choice(list(self.ports))])
        self.stack.bring_database_back()
        self.restarts += 1


def test_nothing_acknowledged_is_lost_or_applied_twice_under_kill_9(stack: Stack) -> None:
    told = [event for task in events_of_tasks(range(TASKS), each=EVENTS // TASKS) for event in task]
    random.shuffle(told)
    ports = stack.start_two_webs()
    vendors, nemesis = Vendors(told, ports), Nemesis(stack, dict(zip(("web", "web2"), ports, strict=True)))
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        senders = pool.submit(in_threads, range(THREADS), vendors.tell_all, paths=stack.paths, threads=THREADS)
        try:
            nemesis.rage(vendors.pace, senders)
        finally:
            vendors.pace.allow(EVENTS)
        senders.result()
    wait_until_drained(stack)

    note(
        f"{len(told)} events and {vendors.repeats} repeats in {vendors.tries} tries, {vendors.broken} of them broken "
        f"off; {nemesis.kills} kills, {nemesis.restarts} restarts of the database, {time.monotonic() - began:.0f} s"
    )
    assert (len(told), nemesis.kills >= KILLS, nemesis.restarts >= RESTARTS) == (EVENTS, True, True)
    assert vendors.repeats >= EVENTS // 10
    assert vendors.broken >= KILLS // 2, "few kills hit a callback that was under way"
    assert_stored_and_applied_once(stack, told)


def test_events_sent_eight_times_at_once_are_stored_and_applied_once(stack: Stack) -> None:
    told = [event for task in events_of_tasks(range(20), each=10) for event in task]
    ports = stack.start_two_webs()
    begin = threading.Barrier(8)

    def tell_all(caller: Caller, thread: int) -> Counter[int]:
        statuses: Counter[int] = Counter()
        for event in told:
            begin.wait(30)
            statuses[caller.tell(event, ports[thread % 2])] += 1
        return statuses

    answers = sum(in_threads(range(8), tell_all, paths=stack.paths), Counter())

    assert answers == {200: 1600}
    assert_stored_and_applied_once(stack, told)


# --- the database away


@dataclass
class Answer:
    """What became of an event that was told once. Times are on the monotonic clock."""

    told: Told
    status: int
    sent_at: float
    answered_at: float


class Steady:
    """Callbacks at a steady rate, each told once; those of one task by one thread, in order."""

    def __init__(self, tasks: Sequence[Sequence[Told]], ports: Sequence[int]) -> None:
        self.ports = ports  # of those who get callbacks now
        self.is_over = threading.Event()
        self._tasks = tasks

    def tell_all(self, caller: Caller, lane: int) -> list[Answer]:
        """Tell what this thread can until it is over, each of its tasks in turn."""
        answers: list[Answer] = []
        due = time.monotonic() + lane / RATE
        for turn in zip(*self._tasks[lane::THREADS], strict=True):
            for told in turn:
                if self.is_over.wait(max(due - time.monotonic(), 0)):
                    return answers
                answers.append(tell_once(caller, told, random.choice(self.ports)))
                due += THREADS / RATE
        raise AssertionError("there were too few events")


def tell_once(caller: Caller, told: Told, port: int) -> Answer:
    sent_at = time.monotonic()
    status = caller.tell(told, port)
    return Answer(told, status, sent_at, time.monotonic())


def make_keys_known(stack: Stack, ports: Sequence[int]) -> list[Told]:
    """Have each process read the keys of every family, and return what it was told."""
    told = first_events(range(1000, 1000 + 4 * len(ports)))

    def tell(caller: Caller, number: int) -> int:
        return caller.tell(told[number], ports[number // 4])

    assert in_threads(range(len(told)), tell, paths=stack.paths, threads=1) == [200] * len(told)
    return told


@pytest.mark.parametrize("outage", ["down", "frozen"])
def test_callbacks_go_on_while_the_database_is_away(stack: Stack, outage: str) -> None:
    """Down: nobody listens. Frozen: its connections stay, and nothing answers."""
    ports = stack.start_two_webs()
    known = make_keys_known(stack, ports)
    enough = 10 + int(RATE * (OUTAGE_SECONDS + 30) / STEADY_TASKS)
    steady = Steady(events_of_tasks(range(STEADY_TASKS), each=enough), ports)
    with ThreadPoolExecutor(1) as pool:
        senders = pool.submit(in_threads, range(THREADS), steady.tell_all, paths=stack.paths, threads=THREADS)
        try:
            away_from, strangers, away_until = _outage(stack, steady, ports, known, is_frozen=outage == "frozen")
        finally:
            steady.is_over.set()
        answers = [answer for lane in senders.result() for answer in lane]
    wait_until_drained(stack)

    spooled = [answer for answer in answers if away_from < answer.sent_at and answer.answered_at < away_until]
    slowest = max(answer.answered_at - answer.sent_at for answer in spooled)
    note(f"{len(answers)} callbacks, {len(spooled)} while the database was away for {away_until - away_from:.0f} s")
    note(f"slowest answer while it was away: {slowest * 1000:.0f} ms")
    assert Counter(answer.status for answer in answers) == {200: len(answers)}
    assert len(spooled) > 0.8 * RATE * OUTAGE_SECONDS
    assert strangers == [503] * 4
    assert_stored_and_applied_once(stack, [*known, *(answer.told for answer in answers)])
    _assert_in_order_per_task(stack, answers, spooled)


def _outage(
    stack: Stack, steady: Steady, ports: tuple[int, int], known: Sequence[Told], *, is_frozen: bool
) -> tuple[float, list[int], float]:
    """Take the database away for a while; in the middle of it one process dies, and its successor knows no keys."""
    time.sleep(2)
    with stack.database.frozen() if is_frozen else _down(stack):
        away_from = time.monotonic()
        time.sleep(OUTAGE_SECONDS / 2)
        steady.ports = ports[:1]
        time.sleep(ANSWER_SECONDS if is_frozen else 0.5)  # for answers that are under way
        stack.kill("web2")
        stack.start_web("web2", ports[1])
        told = first_events(range(2000, 2004))
        strangers = in_threads(told, lambda caller, event: caller.tell(event, ports[1]), paths=stack.paths)
        time.sleep(max(away_from + OUTAGE_SECONDS - time.monotonic(), 0))
        away_until = time.monotonic()
    time.sleep(1)  # until the process without keys asks for them again
    # One callback finds out for all that it is back; those that come while it does are still refused.
    again = in_threads(known[:4], lambda caller, event: caller.tell(event, ports[1]), paths=stack.paths, threads=1)
    assert again == [200] * 4
    steady.ports = ports
    time.sleep(2)
    return away_from, strangers, away_until


@contextmanager
def _down(stack: Stack) -> Iterator[None]:
    stack.database.shut_down_at_once()
    yield
    stack.bring_database_back()


def _assert_in_order_per_task(stack: Stack, answers: Sequence[Answer], spooled: Sequence[Answer]) -> None:
    stored = {row[0]: row[1:3] for row in stack.database.query(STORED)}
    kept_at, received_at = defaultdict(list), defaultdict(list)
    for answer in sorted(answers, key=lambda answer: answer.sent_at):
        received_at[_task_of(answer.told)].append(stored[answer.told.natural_key][1])
    for answer in sorted(spooled, key=lambda answer: answer.sent_at):
        kept_at[_task_of(answer.told)].append(stored[answer.told.natural_key][0])
    assert len(kept_at) == STEADY_TASKS
    for order in [*kept_at.values(), *received_at.values()]:
        assert order == sorted(order)


def _task_of(told: Told) -> str:
    body = told.body
    return str(body.get("session_id") or body.get("TaskID") or (body.get("EventInfo") or body["EventData"])["TaskId"])


def test_a_full_spool_answers_503_at_once_and_loses_nothing(tmp_path: Path) -> None:
    small = Stack(tmp_path, is_database_apart=True)
    small.environment["SPOOL_MOST_BYTES"] = "20000"
    with small as stack:
        stack.add_endpoints(APP_IDS)
        port = stack.start_web()
        known = make_keys_known(stack, [port])
        told = [event for task in events_of_tasks(range(8), each=10) for event in task]
        stack.database.shut_down_at_once()

        answers = in_threads(told, lambda caller, event: tell_once(caller, event, port), paths=stack.paths)
        stack.bring_database_back()
        wait_until_drained(stack)
        taken = [answer.told for answer in answers if answer.status == 200]
        refused = [answer.told for answer in answers if answer.status == 503]
        assert_stored_and_applied_once(stack, [*known, *taken])

        assert len(taken) + len(refused) == len(told)
        assert len(taken) >= 5
        assert len(refused) >= 5
        assert max(answer.answered_at - answer.sent_at for answer in answers) < 1
        again = in_threads(refused, lambda caller, event: caller.tell(event, port), paths=stack.paths)
        assert again == [200] * len(refused)
        wait_until_drained(stack)  # while one of them found out that the database is back, others were spooled
        assert_stored_and_applied_once(stack, [*known, *told])
