"""What is lost on the way is found again: callbacks, the engine's jobs, killed and ended workers."""

import pytest

from tests.crash.calls import run_calls
from tests.crash.deploys import run_deploys
from tests.crash.engine import run_engine
from tests.crash.fleet import Fleet
from tests.crash.redrive import run_redrive
from tests.crash.silence import run_silence

pytestmark = pytest.mark.storm


def test_every_recording_ends_right_without_one_callback(fleet: Fleet) -> None:
    report = run_silence(fleet, starts=20, seed=1)

    assert not report.broken, report.text


def test_emptying_the_engine_loses_nothing(fleet: Fleet) -> None:
    report = run_engine(fleet, starts=50, seed=1, every=1.0)

    assert not report.broken, report.text


def test_what_a_killed_worker_held_is_taken_up_within_lease_and_sweep(fleet: Fleet) -> None:
    report = run_redrive(fleet, kills=1)

    assert not report.broken, report.text


def test_no_transaction_is_open_during_a_vendor_call(fleet: Fleet) -> None:
    report = run_calls(fleet, samples=300, starts=40)

    assert not report.broken, report.text


def test_an_end_in_order_loses_and_doubles_nothing(fleet: Fleet) -> None:
    report = run_deploys(fleet, starts=12, ends=6, seed=1)

    assert not report.broken, report.text
