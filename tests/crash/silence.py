"""Every callback is dropped: looks at the tasks carry the recordings."""

import random

from tests.crash.conclusion import Report, check, merge, report_on, settle
from tests.crash.fleet import Fleet
from tests.crash.workload import FIRST_ROOM, Workload
from tests.e2e.stack import APP_ID


def run_silence(fleet: Fleet, *, starts: int, seed: int, seconds: float = 150) -> Report:
    """Half of the recordings are stopped by their callers, half end because everybody leaves the room."""
    fleet.set_faults({"kind": "drop_callbacks"})
    workload = Workload(fleet, starts, seed, stopped=0.5, linger=5.0)
    workload.run()
    rooms = list(range(FIRST_ROOM, FIRST_ROOM + starts))
    random.Random(seed).shuffle(rooms)
    for room in rooms:
        fleet.control("DELETE", f"rooms/{APP_ID}/integer/{room}/publishers/alice")
    settle(fleet, seconds=seconds, live=False)
    evidence, broken = check(fleet)
    merge(broken, {"not ended": [f"{row.id} is {row.state}" for row in evidence.asked if row.is_live]})
    told = [entry for entry in evidence.vendor_entries if entry["kind"] == "callback"]
    arrived = [str(entry["n"]) for entry in told if entry["outcome"] != "dropped"]
    report = report_on(fleet, evidence, broken)
    merge(report.broken, {"too few faults": [f"callback {n} arrived" for n in arrived]})
    return report
