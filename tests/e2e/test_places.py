"""The vendor's limits, kept by several processes at once and judged by the vendor's own record."""

from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.stack import APP_ID, START, Stack

TASKS = 100
WISHES = 150
WORKERS = 4
# Calls leave at most 20 a second; on a full machine some arrive late, and so close to the next. benchmarks/pace.py
# measures the pace with nothing else running.
UNEVEN = 4
# Nobody is in the rooms, and the sandbox's time runs fast.
PATIENT = START | {"record_params": {"record_mode": "mixed", "max_idle_time": 80_000}}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path) as running:
        running.control("PUT", f"apps/{APP_ID}", {"max_tasks": TASKS, "requests_per_second": 20 + UNEVEN})
        running.manage(
            "shell", "-v0", "-c",
            f"from applications.models import Application; Application.objects.update(task_limit={TASKS})",
        )  # fmt: skip
        running.start_web()
        yield running


def creates_of(stack: Stack) -> list[dict[str, Any]]:
    """Return every create that reached the vendor, in order."""
    entries = []
    after = 0
    while page := stack.control("GET", f"ledger?after={after}")["entries"]:
        after = page[-1]["n"]
        entries += [e for e in page if e["kind"] == "api" and e["action"] == "CreateCloudRecording"]
    return entries


def most_in_a_second(moments_ms: list[int]) -> int:
    """Return how many of the sorted moments the fullest sliding second holds."""
    return max(bisect_left(moments_ms, at + 1000) - position for position, at in enumerate(moments_ms))


def test_a_backlog_fills_the_quota_in_order_and_the_vendor_refuses_nothing(stack: Stack) -> None:
    wishes = [
        stack.post("recordings", PATIENT | {"room_id": str(1000 + number)}, Prefer="respond-async").json()["id"]
        for number in range(WISHES)
    ]
    for number in range(WORKERS):
        stack.processes.start(f"worker{number}", ["manage.py", "work"])

    for wish in wishes[:TASKS]:
        stack.wait_for(wish, lambda recording: recording["task_id"])
    waiting = [stack.get(f"recordings/{wish}") for wish in wishes[TASKS:]]
    assert [recording["state"] for recording in waiting] == ["queued"] * (WISHES - TASKS)
    assert [recording["queue_position"] for recording in waiting] == list(range(1, WISHES - TASKS + 1))
    assert {recording["waiting_for"] for recording in waiting} == {"quota"}

    for wish in wishes[:4]:
        assert stack.post(f"recordings/{wish}/stop").status_code in (200, 202)
    for wish in wishes[TASKS : TASKS + 4]:
        stack.wait_for(wish, lambda recording: recording["task_id"])
    assert stack.get(f"recordings/{wishes[TASKS + 4]}")["state"] == "queued"

    creates = creates_of(stack)
    assert len(creates) == TASKS + 4
    assert [create["code"] for create in creates if create.get("code")] == []
    assert most_in_a_second([create["at_ms"] for create in creates]) <= 20 + UNEVEN
