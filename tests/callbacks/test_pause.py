"""While the database is away, one callback at a time finds out whether it is back."""

import threading
from collections import Counter

import pytest

from callbacks import pause
from callbacks.pause import PAUSE_SECONDS, PROBE_SECONDS, Pause


class Time:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    monkeypatch.setattr(pause, "time", made)
    return made


def test_while_all_is_well_everybody_asks() -> None:
    paused = Pause()
    assert [paused.excuses() for _ in range(3)] == [False] * 3
    assert not paused.is_on()


def test_after_a_failure_nobody_asks_for_a_moment_and_then_one(time: Time) -> None:
    paused = Pause()
    paused.begin()
    assert (paused.is_on(), paused.excuses()) == (True, True)

    time.now += PAUSE_SECONDS
    assert [paused.excuses() for _ in range(4)] == [False, True, True, True]
    assert not paused.is_on()  # who asks for all may


def test_what_the_one_finds_holds_for_all(time: Time) -> None:
    paused = Pause()
    paused.begin()
    time.now += PAUSE_SECONDS
    assert not paused.excuses()
    paused.begin()
    assert paused.excuses()

    time.now += PAUSE_SECONDS
    assert not paused.excuses()
    paused.end()
    assert [paused.excuses() for _ in range(3)] == [False] * 3


def test_who_never_says_what_came_of_it_is_not_waited_for_for_ever(time: Time) -> None:
    paused = Pause()
    paused.begin()
    time.now += PAUSE_SECONDS
    assert not paused.excuses()

    time.now += PROBE_SECONDS
    assert [paused.excuses() for _ in range(2)] == [False, True]


def test_of_many_threads_one_asks(time: Time) -> None:
    paused = Pause()
    paused.begin()
    time.now += PAUSE_SECONDS
    answers: Counter[bool] = Counter()
    begin = threading.Barrier(16)

    def ask() -> None:
        begin.wait(10)
        answers[paused.excuses()] += 1

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == {False: 1, True: 15}
