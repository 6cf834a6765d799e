"""Small worlds: a few hours of applications with every kind of trouble, in which no rule may be broken."""

import pytest
from django.core.management import call_command

from tests.sim.report import too_few
from tests.sim.simulation import Simulation
from tests.sim.world import Size

SMALL = Size(applications=20, recordings=5, hours=1.5)
TINY = Size(applications=3, recordings=4, hours=1.1, profiles=("clean", "stormy", "half deaf"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [2, 3])
def test_no_rule_is_broken(seed: int) -> None:
    """Twenty applications live through crashes, lost answers, outages and silence, and every recording ends right."""
    result = Simulation(seed=seed, size=SMALL).run()

    assert result.breaches == []
    assert result.judged == SMALL.applications * SMALL.recordings
    assert too_few(result) == []


@pytest.mark.django_db(transaction=True)
def test_all_recordings_of_a_silent_vendor_end() -> None:
    """With every callback dropped, what the vendor is asked is enough: nothing is stuck, and nothing made up."""
    result = Simulation(seed=5, size=Size(applications=3, recordings=10, hours=1.2, profiles=("silent",))).run()

    assert result.breaches == []
    assert result.tally["callbacks dropped"] == result.tally["callbacks"] > 100
    assert result.judged == 30


@pytest.mark.django_db(transaction=True)
def test_a_seed_is_a_world() -> None:
    """The same seed gives the same day, to the last vendor call: what it finds can be found again."""
    runs = []
    for _ in range(2):
        call_command("flush", verbosity=0, interactive=False)
        runs.append(Simulation(seed=12, size=TINY).run())

    assert runs[0].tally.counts == runs[1].tally.counts
    assert runs[0].states == runs[1].states
    assert runs[0].events == runs[1].events
