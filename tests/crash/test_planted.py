"""Every invariant has a bug that breaks it, and the checker finds it; without the bug there is nothing to find."""

from collections.abc import Callable

import pytest

from tests.crash.calls import run_calls
from tests.crash.fleet import Fleet
from tests.crash.trials import conclude_trial, lose_answers, outlive_the_lease, race_for_a_slot, tell_late

pytestmark = pytest.mark.storm

SLOTS = "recording_slot_held"
INDEX = "SELECT indexdef FROM pg_indexes WHERE indexname = %s"


def test_without_a_bug_there_is_nothing_to_find(shared_fleet: Fleet) -> None:
    shared_fleet.turn_page(mode="twin")
    lose_answers(shared_fleet)
    answers = race_for_a_slot(shared_fleet)
    outlive_the_lease(shared_fleet)
    tell_late(shared_fleet)
    report = conclude_trial(shared_fleet)

    assert not report.broken, report.text
    assert answers[201] == 1
    assert answers[409] == sum(answers.values()) - 1


@pytest.mark.parametrize(
    ("planted", "trial", "finds"),
    [
        ("random_robot_name", lose_answers, {"orphan", "duplicate create", "taken for foreign"}),
        ("no_token", outlive_the_lease, {"orphan"}),
        ("no_lease", outlive_the_lease, {"duplicate create"}),
        ("last_arrival_wins", tell_late, {"row differs from ledger"}),
    ],
)
def test_a_planted_bug_is_found(
    shared_fleet: Fleet, planted: str, trial: Callable[[Fleet], None], finds: set[str]
) -> None:
    shared_fleet.turn_page(mode="twin", planted=planted)
    trial(shared_fleet)
    report = conclude_trial(shared_fleet, seconds=8)

    assert finds <= report.broken.keys(), report.text


def test_looking_before_inserting_is_found(shared_fleet: Fleet) -> None:
    shared_fleet.turn_page(planted="look_then_insert")
    ((index,),) = shared_fleet.database.query(INDEX, SLOTS)
    shared_fleet.database.query(f"DROP INDEX {SLOTS}")
    try:
        race_for_a_slot(shared_fleet)
        report = conclude_trial(shared_fleet)
    finally:
        shared_fleet.turn_page()
        shared_fleet.database.query(index)

    assert "slot shared" in report.broken, report.text


def test_a_transaction_around_a_call_is_found(shared_fleet: Fleet) -> None:
    shared_fleet.turn_page(planted="open_transaction")
    report = run_calls(shared_fleet, samples=100, starts=4)

    assert "transaction during a vendor call" in report.broken, report.text
