"""Graceful ends, one after the other, while recordings are started and stopped."""

import random
import signal
import threading
from collections import Counter

from tests.crash.conclusion import Report, conclude, merge
from tests.crash.fleet import Fleet
from tests.crash.workload import Workload


def run_deploys(fleet: Fleet, *, starts: int, ends: int, seed: int, every: float = 0.4) -> Report:
    """End a random process by SIGTERM, *ends* times; each has to end in order, by itself."""
    workload = Workload(fleet, starts, seed)
    workload.allowed = lambda: 10 + starts * _count(fleet) // ends
    work = threading.Thread(target=workload.run)
    work.start()
    chance = random.Random(seed)
    pause = threading.Event()
    while _count(fleet) < ends or work.is_alive():
        pause.wait(every)
        ready = [member for member in fleet.members if member.is_ready]
        if ready and _count(fleet) < ends:
            fleet.supervisor.signal(chance.choice(ready), signal.SIGTERM, "terminate")
    work.join()
    fleet.supervisor.wait_until_ready()
    report = conclude(fleet, workload, seconds=90)
    ended = {entry["pid"] for entry in fleet.history.entries() if entry["kind"] == "terminate"}
    codes = Counter(
        entry["code"] for entry in fleet.history.entries() if entry["kind"] == "death" and entry["pid"] in ended
    )
    report.figures["exit codes after SIGTERM"] = dict(codes)
    bad = [f"{count} ended with {code}" for code, count in codes.items() if code != 0]
    merge(report.broken, {"no end in order": bad})
    return report


def _count(fleet: Fleet) -> int:
    return sum(entry["kind"] == "terminate" for entry in fleet.history.entries())
