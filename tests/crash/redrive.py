"""From the kill of a worker to the moment at which another one goes on with what it held."""

import signal
import time

from tests.crash.conclusion import Report, check, merge, report_on
from tests.crash.fleet import Fleet
from tests.crash.supervisor import stalled, until
from tests.crash.workload import Workload
from tests.e2e.stack import START

# Of this round alone: what an earlier one left is tried for the third or fourth time, after a longer while.
HELD = """
SELECT id::text, lease_token::text FROM recordings_recording WHERE lease_until > now() AND room_id = ANY(%s)
"""
HOLDERS = "SELECT id::text, lease_token::text FROM recordings_recording WHERE id::text = ANY(%s)"
JOBS_OF_WORKER = 8
SWEEP_SECONDS = 5
FIRST_BACKOFF_SECONDS = 3


def run_redrive(fleet: Fleet, *, rounds: int) -> Report:
    """Kill one of two workers in the middle of its creates, again and again, and measure until the next lease."""
    lease_seconds = float(fleet.environment["RECORDINGS_LEASE_SECONDS"])
    vendor_timeout_seconds = float(fleet.environment["RECORDINGS_VENDOR_TIMEOUT_SECONDS"])
    waits: list[float] = []
    workload = Workload(fleet, 0)
    for number in range(rounds):
        fleet.supervisor.wait_until_ready()
        # The vendor has not acted, so that no callback tells of a task.
        hang = {"kind": "hang", "action": "CreateCloudRecording", "act": False}
        fleet.set_faults(hang | {"seconds": vendor_timeout_seconds})
        victim, survivor = fleet.workers
        with stalled(fleet.supervisor, survivor):  # so that it is known who holds what
            rooms = [str(20_000 + 100 * number + i) for i in range(JOBS_OF_WORKER)]
            for room in rooms:
                workload.insist("recordings", START | {"room_id": room}, {"Prefer": "respond-async"})
            until(lambda: len(_held(fleet, rooms)) >= JOBS_OF_WORKER // 2, seconds=20, what="it is at work")  # noqa: B023 - called at once
            held = _held(fleet, rooms)
            fleet.supervisor.signal(victim, signal.SIGKILL, "kill")
        waits += _waits(fleet, held, seconds=lease_seconds + 30)
        fleet.set_faults()
    evidence, broken = check(fleet)
    broken.pop("record of a dead task", None)  # the last ones are on their way
    report = report_on(fleet, evidence, broken)
    waits.sort()
    p99 = waits[int(0.99 * (len(waits) - 1))]
    report.figures |= {
        "recordings held by a killed worker": len(waits),
        "kill to the next lease, s": f"median {waits[len(waits) // 2]:.1f}, p99 {p99:.1f}, longest {waits[-1]:.1f}",
    }
    # A create without an answer is repeated no sooner than it may have timed out; then comes the sweep.
    due = max(lease_seconds, vendor_timeout_seconds + FIRST_BACKOFF_SECONDS)
    if p99 > due + SWEEP_SECONDS:
        merge(report.broken, {"late": [f"p99 {p99:.1f} s after the kill"]})
    return report


def _held(fleet: Fleet, rooms: list[str]) -> dict[str, str]:
    return dict(fleet.database.query(HELD, rooms))


def _waits(fleet: Fleet, held: dict[str, str], *, seconds: float) -> list[float]:
    killed_at = time.monotonic()
    waits = []
    while held:
        assert time.monotonic() < killed_at + seconds, f"{len(held)} are still held by the dead"
        for recording, token in fleet.database.query(HOLDERS, list(held)):
            if token != held[recording]:
                del held[recording]
                waits.append(time.monotonic() - killed_at)
        time.sleep(0.05)
    return waits
