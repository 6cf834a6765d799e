"""Bugs that are put in are found: the rules can fail."""

import pytest

from tests.sim.bugs import BUGS, planted
from tests.sim.simulation import Simulation
from tests.sim.world import Size


def world(*profiles: str, applications: int, recordings: int) -> Size:
    return Size(applications=applications, recordings=recordings, hours=2.4, profiles=profiles)


# The world in which a bug does harm, and the rules of which one catches it.
CAUGHT_BY = {
    "random robot name": (world("forgetful", applications=3, recordings=15), {"orphan"}),
    "look, then insert": (world("few places", applications=1, recordings=30), {"quota"}),
    "no fencing token": (world("standing still", applications=3, recordings=20), {"fence"}),
    "token bucket": (world("few requests", applications=1, recordings=20), {"rate"}),
    "last arrival wins": (world("lossy", applications=3, recordings=15), {"terminal", "overdue", "fold"}),
    "newest first": (world("few places", applications=1, recordings=30), {"queue"}),
    "call in transaction": (world("clean", applications=1, recordings=5), {"transaction"}),
}


def test_every_bug_has_a_test() -> None:
    assert CAUGHT_BY.keys() == BUGS.keys()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("bug", CAUGHT_BY)
def test_a_planted_bug_is_caught(bug: str) -> None:
    """A rule that cannot fail says nothing: each of these mistakes breaks one."""
    size, rules = CAUGHT_BY[bug]
    simulation = Simulation(seed=1, size=size)
    with planted(bug, simulation):
        result = simulation.run(until_breach=True)

    assert result.kinds & rules, f"not caught; broken were {result.kinds}"
