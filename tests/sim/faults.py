"""What goes wrong in a world, how often, and how often it really did."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What one application has to live with. Chances are per call, callback, task or recording.

    Attributes:
        drops: Callbacks that never come, however often the vendor tries.
        killed_before, killed_after: Our process dies in a call, before or after the vendor acted.
        paused: Our process stands still in a call for longer than its lease.
        lies: The vendor says InternalError, and did act.
        outages, revocations: Spans of the day, seconds, in which it answers nothing, or refuses the keys.
    """

    drops: float = 0.0
    doubles: float = 0.0
    delays: float = 0.0
    lost_answers: float = 0.0
    slow_answers: float = 0.0
    internal_errors: float = 0.0
    lies: float = 0.0
    throttles: float = 0.0
    quota_refusals: float = 0.0
    unreachable: float = 0.0
    killed_before: float = 0.0
    killed_after: float = 0.0
    paused: float = 0.0
    fails_start: float = 0.0
    vanishes: float = 0.0
    failovers: float = 0.0
    upload_stuck: float = 0.0
    transcode_fails: float = 0.0
    kicks: float = 0.0
    outages: tuple[tuple[float, float], ...] = ()
    revocations: tuple[tuple[float, float], ...] = ()

    @property
    def is_clean(self) -> bool:
        """True where nothing goes wrong: every recording has to end as it should, and to say so."""
        return self == Faults()


CLEAN = Faults()
LOSSY = Faults(drops=0.1, doubles=0.2, delays=0.1, slow_answers=0.03, fails_start=0.03)
SILENT = Faults(drops=1.0, lost_answers=0.08, killed_after=0.01, failovers=0.1)
STORMY = Faults(
    doubles=0.05, lost_answers=0.1, slow_answers=0.05, internal_errors=0.05, throttles=0.02, quota_refusals=0.03,
    unreachable=0.03, killed_before=0.02, killed_after=0.03, paused=0.01, lies=0.01,
)  # fmt: skip
HALF_DEAF = Faults(
    drops=0.5, delays=0.3, lost_answers=0.12, slow_answers=0.05, killed_after=0.02, paused=0.01, failovers=0.1,
)  # fmt: skip
BROKEN = Faults(
    doubles=0.1, upload_stuck=0.2, transcode_fails=0.2, failovers=0.3, fails_start=0.1, vanishes=0.05, kicks=0.1
)

STANDING_STILL = Faults(paused=0.3, lost_answers=0.3)
FORGETFUL = Faults(drops=1.0, lost_answers=0.5)


def out_of_order(random: Random, hours: float) -> Faults:
    """Return the faults of an application whose vendor goes away, and refuses its keys, a few times a day."""
    starts = sorted(random.uniform(0, hours * 3600) for _ in range(6))
    outages = tuple((at, at + random.uniform(20, 180)) for at in starts[::2])
    revocations = tuple((at, at + random.uniform(60, 300)) for at in starts[1::2])
    return Faults(lost_answers=0.01, delays=0.05, outages=outages, revocations=revocations)


@dataclass(slots=True)
class Tally:
    """How often each thing really happened."""

    counts: Counter[str] = field(default_factory=Counter)

    def __getitem__(self, name: str) -> int:
        return self.counts[name]

    def add(self, name: str, number: int = 1) -> None:
        self.counts[name] += number


# Of each hundred recordings in a world of all profiles, at least so many faults of a kind; fewer prove nothing.
LEAST_PER_HUNDRED = {
    "callbacks dropped": 70,
    "callbacks doubled": 12,
    "callbacks delayed for minutes": 10,
    "answers lost": 5,
    "answers slow": 3,
    "InternalErrors": 3,
    "vendor unreachable": 1,
    "killed in a call": 2,
    "paused beyond the lease": 0.4,
    "failovers": 0.5,
    "uploads stuck": 0.5,
    "wake-ups lost": 20,
    "wake-ups doubled": 5,
    "repeated requests": 10,
    "races for a slot": 3,
    "creates under a name in use": 0.4,
    "stops before the start was known": 1,
}
