"""Starts under kill -9 at every failpoint, under all that the vendor may do with a repeated robot's name."""

import pytest

from tests.crash.fleet import Fleet
from tests.crash.storm import StormOptions, run_storm

pytestmark = pytest.mark.storm


@pytest.mark.parametrize("mode", ["evict", "twin", "refuse"])
def test_starts_are_exactly_once_in_a_storm(shared_fleet: Fleet, mode: str) -> None:
    """`python -m tests.crash` does the same with more (docs/proofs.md)."""
    shared_fleet.turn_page(mode=mode)
    options = StormOptions(
        starts=12, kills=6, seed=1, lost_answers=0.4, each_point=0, kill=2, database_restarts=1, settle_seconds=150
    )

    report = run_storm(shared_fleet, options)

    assert not report.broken, report.text
