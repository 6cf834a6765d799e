"""What a run came to, in words and tables."""

from collections import Counter
from itertools import islice

from tests.sim.faults import LEAST_PER_HUNDRED
from tests.sim.simulation import Result, resident_mib
from tests.sim.world import PROFILES

MOST_SHOWN = 20


def too_few(result: Result) -> list[str]:
    """Return the faults that were injected too seldom for the run to prove anything, each with its numbers."""
    if result.size.profiles != PROFILES:  # a world of a few profiles is for looking closer
        return []
    hundreds = result.judged / 100
    return [
        f"{name}: {result.tally[name]}, at least {int(least * hundreds)} are wanted"
        for name, least in LEAST_PER_HUNDRED.items()
        if result.tally[name] < int(least * hundreds)
    ]


def print_progress(result: Result) -> None:
    """Print one line on how far it got."""
    print(
        f"{result.at_hours:>6.2f} h {result.judged:>7} recordings judged, "
        f"{result.tally['vendor calls']:>8} vendor calls, "
        f"{result.tally['callbacks']:>8} callbacks, {len(result.breaches)} breaches, {resident_mib():.0f} MiB",
        flush=True,
    )


def print_report(result: Result) -> int:
    """Print everything; return 1 when a rule was broken or too little went wrong to tell."""
    size = result.size
    if not result.is_whole:
        print("\nENDED BY HAND: only what was judged by then is told")
    print(f"\nseed {result.seed}: {size.applications} applications x {size.recordings} recordings, {size.hours:g} h")
    print(f"  {result.events} events in {result.real_seconds:.0f} s of real time")
    print(f"  most live tasks of an application: {result.most_live}; most requests in a second: {result.most_a_second}")
    print(f"  latest past a deadline, at a sweep: {result.latest_seconds:.1f} s")
    print(f"  tasks of which no word ever reached us: {result.unknowable}")
    print("\nwhat went wrong")
    for name, number in sorted(result.tally.counts.items()):
        print(f"  {number:>9} {name}")
    print("\nhow recordings ended")
    for name, number in result.states.most_common():
        print(f"  {number:>9} {name}")
    if result.marks:
        print("\n  recordings   memory, MiB   ms for each since the last line   of it processor time of ours")
        for mark in result.marks:
            print(
                f"  {mark.recordings:>10}   {mark.resident_mib:>11.0f}   {mark.milliseconds_each:>31.1f}   "
                f"{mark.processor_milliseconds_each:>28.1f}"
            )
    missing = too_few(result)
    for line in missing:
        print(f"\nTOO FEW FAULTS  {line}")
    print(f"\n{len(result.breaches)} breaches")
    for name, number in Counter(breach.partition(":")[0] for breach in result.breaches).items():
        print(f"  {number:>9} {name}")
    for breach in islice(result.breaches, MOST_SHOWN):
        print(f"  {breach}")
    return 1 if result.breaches or missing else 0
