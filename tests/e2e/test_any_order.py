"""No order of a family's events changes an outcome, through HTTP and two processes that share one database."""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.callbacks.sequences import ENDS, LENGTHS, bodies_of, task_id_of
from tests.e2e.stack import Stack
from tests.e2e.traffic import APP_IDS, Caller, Told, in_threads, note

ORDERS = 100  # of each family
FIRST_TASK = 446946705284000000
QUIET_SECONDS = 4
CLOSING_SECONDS = 90  # for a worker to close 400 recordings after the quiet

# What a user sees. A recording that the clock closed ended when it did so.
OUTCOMES = """
    SELECT r.provider, r.task_id, r.state, r.reason, r.fault, r.provisional_reason, r.vendor_code, r.vendor_message,
        r.started_at, CASE WHEN r.reason = 'quiet' THEN NULL ELSE r.ended_at END, r.details::text,
        array(SELECT (f.kind, f.status, f.name, f.user_id, f.url, f.size, f.begin_ms, f.end_ms)::text
              FROM recordings_recordingfile f WHERE f.recording_id = r.id ORDER BY f.key)
    FROM recordings_recording r
"""
LIVE = """
    SELECT provider, state, count(*) FROM recordings_recording
    WHERE state IN ('starting', 'recording', 'paused', 'stopping', 'finalizing') GROUP BY 1, 2
"""
ONCE = """
    SELECT r.provider, count(*), count(DISTINCT f.key), count(DISTINCT r.id)
    FROM recordings_factrow f JOIN recordings_recording r ON r.id = f.recording_id
    WHERE f.key LIKE 'callback:%' GROUP BY 1
"""


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path, foreign_quiet_seconds=QUIET_SECONDS) as running:
        running.add_endpoints(APP_IDS, quiet_seconds=QUIET_SECONDS)
        yield running


def orders() -> list[list[Told]]:
    """Return, for every recording, its events twice: in any order, then backwards."""
    made = []
    for family in LENGTHS:
        for task in range(FIRST_TASK, FIRST_TASK + ORDERS):
            told = [Told(family, body) for body in bodies_of(family, task)]
            random.shuffle(told)
            made.append([*told, *reversed(told)])
    random.shuffle(made)
    return made


def test_any_order_ends_the_same_through_two_processes(stack: Stack) -> None:
    ports = stack.start_two_webs()

    def tell_all(caller: Caller, told: list[Told]) -> Counter[int]:
        return Counter(caller.tell(event, ports[number % 2]) for number, event in enumerate(told))

    began = time.monotonic()
    answers = sum(in_threads(orders(), tell_all, paths=stack.paths), Counter())
    seconds = time.monotonic() - began
    stack.start_worker()
    _wait_until_all_are_over(stack)

    assert answers == {200: 2 * ORDERS * sum(LENGTHS.values())}
    assert _ends(stack) == ENDS
    once = {family: (length * ORDERS, length * ORDERS, ORDERS) for family, length in LENGTHS.items()}
    assert {row[0]: row[1:] for row in stack.database.query(ONCE)} == once
    stored = stack.database.query("SELECT family, verdict, count(*) FROM callbacks_event GROUP BY 1, 2")
    assert sorted(stored) == sorted((family, "applied", length * ORDERS) for family, length in LENGTHS.items())
    assert stack.manage("rebuild_state", "--check").endswith("0 different.")
    note(f"{answers.total()} callbacks in {seconds:.1f} s")


def _wait_until_all_are_over(stack: Stack) -> None:
    give_up_at = time.monotonic() + CLOSING_SECONDS
    while left := stack.database.query(LIVE):
        assert time.monotonic() < give_up_at, left
        time.sleep(0.2)


def _ends(stack: Stack) -> dict[str, Any]:
    """Return the one end of each family, as what a user sees; fail with all of them when there are more."""
    found: dict[str, set[str]] = defaultdict(set)
    ends = {}
    for family, task_id, state, reason, *more, files in stack.database.query(OUTCOMES):
        number = next(text for text in (task_id.rpartition("-")[2], task_id) if text.isdigit())
        assert task_id == task_id_of(family, int(number))
        found[family].add(repr([state, reason, more, files]).replace(number, "N"))
        ends[family] = (state, reason, [file.strip("(").split(",")[0] for file in files], more[1])
    assert {family: len(seen) for family, seen in found.items()} == dict.fromkeys(LENGTHS, 1), found
    return ends
