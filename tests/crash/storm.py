"""The storm: starts under kills, stalls, restarts of the database and lost answers; then quiet, then the questions."""

from dataclasses import dataclass

from tests.crash.conclusion import Report, conclude, merge
from tests.crash.fleet import Fleet
from tests.crash.nemesis import POINTS, Nemesis, failpoints
from tests.crash.workload import Workload

# While a caller's patience lasts, the nemesis alone brings the kills that are missing.
AHEAD = 10
# At the vendor's own pace files come later, and a callback may come a minute late.
PATIENT = {"upload_deadline_seconds": 90, "transcode_deadline_seconds": 90, "start_deadline_seconds": 90}


@dataclass(frozen=True, slots=True, kw_only=True)
class StormOptions:
    """How hard it blows.

    Attributes:
        kills: At least so many SIGKILLs, or the run counts for nothing.
        lost_answers: The share of creates whose answer is lost though the vendor acted.
        each_point: At least so many kills at every failpoint.
        kill: Factor on the probabilities at the failpoints.
    """

    starts: int
    kills: int
    seed: int
    lost_answers: float = 0.1
    each_point: int = 1
    kill: float = 1.0
    database_restarts: int = 3
    settle_seconds: float = 180


def run_storm(fleet: Fleet, options: StormOptions) -> Report:
    """Start recordings in a storm, let it calm down, and check; then stop the rest and check again."""
    report = conclude(fleet, blow(fleet, options), seconds=options.settle_seconds)
    merge(report.broken, {"too few faults": _too_few(report, options)})
    return report


def blow(fleet: Fleet, options: StormOptions) -> Workload:
    """Do the workload in the storm, and return once all is calm again."""
    nemesis = Nemesis(fleet, options.seed, database_restarts=options.database_restarts)
    workload = Workload(fleet, options.starts, options.seed, linger=8.0)
    later = options.starts - AHEAD  # the last of them waits for the last kill
    workload.allowed = lambda: AHEAD + later * fleet.history.count_kills() // max(options.kills, 1)
    fleet.set_faults(
        {"kind": "lose_answer", "action": "CreateCloudRecording", "probability": options.lost_answers},
        {"kind": "reorder_callbacks", "probability": 0.2},
        {"kind": "duplicate_callbacks", "probability": 0.1},
    )
    fleet.arm(failpoints(kill=options.kill))
    fleet.supervisor.restart_all()
    with nemesis.raging():
        workload.run()
    fleet.arm("")
    fleet.set_faults()
    fleet.supervisor.restart_all()
    return workload


def _too_few(report: Report, options: StormOptions) -> list[str]:
    faults = report.faults
    kills = sum(count for kind, count in faults.items() if kind.startswith("kill "))
    few = [f"{kills} kills of {options.kills}"] if kills < options.kills else []
    few += [
        f"{faults[f'kill at {point}']} kills at {point} of {options.each_point}"
        for point in POINTS
        if faults[f"kill at {point}"] < options.each_point
    ]
    wanted = int(report.figures["creates at the vendor"] * options.lost_answers / 2)
    lost = faults["lose_answer CreateCloudRecording"]
    return few + ([f"{lost} lost answers of {wanted}"] if lost < wanted else [])
