"""What the simulated vendor holds against us of a task that recorded for longer than it can be controlled."""

from random import Random
from typing import Any

import pytest

from tests.sim.case import Task
from tests.sim.clock import VirtualClock
from tests.sim.faults import Tally
from tests.sim.scheduler import Scheduler
from tests.sim.vendor import Vendor

UNUSED: Any = None


@pytest.mark.parametrize(
    ("told_at", "left_at", "is_broken"),
    [
        (10.0, 90.0, False),
        (10.0, 110.0, True),
        (10.0, None, True),
        (None, 110.0, False),
        (110.0, 120.0, False),  # its first word came when nothing could be done any more
    ],
)
def test_a_task_that_was_known_ends_before_its_expiry(
    told_at: float | None, left_at: float | None, is_broken: bool
) -> None:
    clock = VirtualClock()
    clock.advance_to(200.0)
    scheduler = Scheduler(clock)
    vendor = Vendor(scheduler, apps={}, lives=UNUSED, random=Random(1), tally=Tally())
    app: Any = type("App", (), {"index": 1})
    task = Task("task-1", app, UNUSED, "robot", 0.0, expires_at=100.0, told_at=told_at, left_at=left_at)

    vendor.forget(task)

    assert bool(vendor.take_breaches()) == is_broken
