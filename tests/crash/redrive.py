"""From the kill of a worker to the moment at which another one goes on with what it held."""

import signal
import time
from collections import Counter

from tests.crash.conclusion import Report, check, merge, report_on
from tests.crash.fleet import Fleet
from tests.crash.supervisor import stalled, until
from tests.crash.workload import Workload
from tests.e2e.stack import START

HELD = "SELECT id::text, lease_token::text FROM recordings_recording WHERE lease_until > now()"
HOLDERS = "SELECT id::text, lease_token::text FROM recordings_recording WHERE id::text = ANY(%s)"
SWEEP_SECONDS = 5
FIRST_BACKOFF_SECONDS = 3


def run_redrive(fleet: Fleet, *, kills: int) -> Report:
    """Kill one of two workers in the middle of its creates, again and again, and measure until the next lease."""
    waits: list[float] = []
    report = Report(faults=Counter(), broken={})
    for number in range(kills):
        if number:  # what the kill before left is tried for the third or fourth time, after a longer while
            fleet.turn_page()
        waits += _kill_once(fleet)
        evidence, broken = check(fleet)
        broken.pop("record of a dead task", None)  # the last ones are on their way
        merge(report.broken, broken)
        report.faults += report_on(fleet, evidence, broken).faults
    waits.sort()
    p99 = waits[int(0.99 * (len(waits) - 1))]
    report.figures = {
        "recordings held by a killed worker": len(waits),
        "kill to the next lease, s": f"median {waits[len(waits) // 2]:.1f}, p99 {p99:.1f}, longest {waits[-1]:.1f}",
    }
    # A create without an answer is repeated no sooner than it may have timed out; then comes the sweep.
    due = max(_seconds(fleet, "LEASE"), _seconds(fleet, "VENDOR_TIMEOUT") + FIRST_BACKOFF_SECONDS)
    if p99 > due + SWEEP_SECONDS:
        merge(report.broken, {"late": [f"p99 {p99:.1f} s after the kill"]})
    return report


def _kill_once(fleet: Fleet) -> list[float]:
    """Return after how many seconds each recording that the killed worker held had its next lease."""
    fleet.supervisor.wait_until_ready()
    # The vendor has not acted, so that no callback tells of a task.
    hang = {"kind": "hang", "action": "CreateCloudRecording", "act": False}
    fleet.set_faults(hang | {"seconds": _seconds(fleet, "VENDOR_TIMEOUT")})
    victim, survivor = fleet.workers
    jobs = int(fleet.environment.get("WORKER_CONCURRENCY", 8))
    with stalled(fleet.supervisor, survivor):  # so that it is known who holds what
        workload = Workload(fleet, 0)
        for room in range(20_000, 20_000 + jobs):
            workload.insist("recordings", START | {"room_id": str(room)}, {"Prefer": "respond-async"})
        until(lambda: len(_held(fleet)) >= 0.9 * jobs, seconds=20, what="it is at work")
        held = _held(fleet)
        fleet.supervisor.signal(victim, signal.SIGKILL, "kill")
    waits = _waits(fleet, held, seconds=_seconds(fleet, "LEASE") + 30)
    fleet.set_faults()
    return waits


def _seconds(fleet: Fleet, name: str) -> float:
    return float(fleet.environment[f"RECORDINGS_{name}_SECONDS"])


def _held(fleet: Fleet) -> dict[str, str]:
    return dict(fleet.database.query(HELD))


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
