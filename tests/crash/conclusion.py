"""What remains when a run is over: wait for quiet, ask the checker, stop the rest, ask again."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.crash.checker import violations
from tests.crash.evidence import Evidence, gather
from tests.crash.fleet import Fleet
from tests.crash.workload import Workload


@dataclass(kw_only=True)
class Report:
    """What was done, and what broke."""

    faults: Counter[str]
    broken: dict[str, list[str]]
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """A table for a person."""
        lines = [f"  {name:<44} {value}" for name, value in self.figures.items()]
        lines += ["  faults injected:", *(f"    {kind:<42} {count}" for kind, count in sorted(self.faults.items()))]
        for name, sentences in self.broken.items():
            lines += [f"  VIOLATION {name}: {len(sentences)}", *(f"    {sentence}" for sentence in sentences[:10])]
        return "\n".join([*lines, "  violations: " + (", ".join(self.broken) or "none")])


def conclude(fleet: Fleet, workload: Workload, *, seconds: float) -> Report:
    """Check what was left recording, end it, and check the end; each once it is quiet, or after *seconds*."""
    settle(fleet, seconds=seconds)
    before, broken = check(fleet)
    workload.stop_all()
    settle(fleet, seconds=seconds, live=False)
    evidence, also = check(fleet)
    merge(broken, also)
    merge(broken, {"not one recording for each start": _miscounted(evidence, workload)})
    report = report_on(fleet, evidence, broken)
    left = sum(row.is_live for row in before.asked)
    report.figures |= {"left recording before the last stop": left, "requests repeated": workload.repeats}
    return report


def settle(fleet: Fleet, *, seconds: float, live: bool = True) -> None:
    """Wait until nothing is on its way any more; what is still on its way then is what the check is about.

    Args:
        live: Recordings may go on recording; otherwise all have to end.
    """
    moving = ["queued", "starting", "stopping", "finalizing", *([] if live else ["recording", "paused"])]
    give_up_at = time.monotonic() + seconds
    while time.monotonic() < give_up_at:
        if not fleet.database.count("recordings_recording", "state = ANY(%s)", moving) and _agree(fleet):
            return
        time.sleep(0.5)


def _agree(fleet: Fleet) -> bool:
    named = fleet.database.query("SELECT task_id FROM recordings_recording WHERE state IN ('recording', 'paused')")
    return sorted(fleet.robots_in_rooms()) == sorted(task for (task,) in named)


def check(fleet: Fleet) -> tuple[Evidence, dict[str, list[str]]]:
    """Return the evidence and what it breaks, process deaths that nobody caused among it."""
    evidence = gather(fleet)
    broken = violations(evidence)
    merge(broken, {"process died by itself": [str(entry) for entry in fleet.supervisor.self_inflicted()]})
    return evidence, broken


def report_on(fleet: Fleet, evidence: Evidence, broken: dict[str, list[str]]) -> Report:
    faults = fleet.history.faults() + evidence.vendor_faults()
    creates = [e for e in evidence.vendor_entries if e["kind"] == "api" and e["action"] == "CreateCloudRecording"]
    told = [entry["outcome"] for entry in evidence.vendor_entries if entry["kind"] == "callback"]
    figures = {
        "recordings": len(evidence.asked),
        "SIGKILLs": fleet.history.count_kills(),
        "creates at the vendor": len(creates),
        "vendor tasks": len(evidence.vendor_tasks),
        "recordings with more than one create": sum(len(made) > 1 for made in evidence.made.values()),
        "states": dict(Counter(f"{row.state} {row.reason}".strip() for row in evidence.asked)),
        "robots in rooms": len(evidence.running),
        "vendor tasks of which no word reached us": sum(1 for _ in evidence.unheard()),
        "callbacks": len(told),
        "callbacks that the vendor gave up": sum(outcome != "delivered" for outcome in told),
    }
    return Report(faults=faults, broken=broken, figures=figures)


def merge(into: dict[str, list[str]], more: dict[str, list[str]]) -> None:
    """Add what else is broken; an empty list is nothing."""
    for name, sentences in more.items():
        if sentences:
            into[name] = list(dict.fromkeys([*into.get(name, []), *sentences]))


def _miscounted(evidence: Evidence, workload: Workload) -> list[str]:
    ids = Counter(workload.ids.values())
    rows = {row.id for row in evidence.asked}
    told = [f"{recording_id} was the answer to {n} starts" for recording_id, n in ids.items() if n > 1]
    return told + [f"{recording_id} belongs to no start" for recording_id in rows ^ set(ids)]
