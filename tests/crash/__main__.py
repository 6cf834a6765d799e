"""`python -m tests.crash --starts 300 --kills 150 --mode evict --lost-answers 0.1 --seed 1`."""

import os
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.crash.calls import run_calls  # noqa: E402 - they read the settings
from tests.crash.conclusion import Report  # noqa: E402
from tests.crash.deploys import run_deploys  # noqa: E402
from tests.crash.engine import run_engine  # noqa: E402
from tests.crash.fleet import Fleet  # noqa: E402
from tests.crash.redrive import run_redrive  # noqa: E402
from tests.crash.silence import run_silence  # noqa: E402
from tests.crash.storm import PATIENT, StormOptions, run_storm  # noqa: E402


def storm(arguments: Namespace, folder: Path) -> Report:
    """Starts under kills, stalls, restarts of the database and lost answers."""
    options = StormOptions(
        starts=arguments.starts, kills=arguments.kills, seed=arguments.seed, lost_answers=arguments.lost_answers,
        each_point=max(arguments.kills // 50, 1),
    )  # fmt: skip
    with Fleet(folder, mode=arguments.mode, speed=arguments.speed, **PATIENT) as fleet:
        return run_storm(fleet, options)


def silence(arguments: Namespace, folder: Path) -> Report:
    """Every callback is dropped."""
    with Fleet(folder, webs=1) as fleet:
        return run_silence(fleet, starts=arguments.starts, seed=arguments.seed)


def engine(arguments: Namespace, folder: Path) -> Report:
    """The engine's tables are emptied in mid-run."""
    with Fleet(folder, webs=1) as fleet:
        return run_engine(fleet, starts=arguments.starts, seed=arguments.seed)


def redrive(arguments: Namespace, folder: Path) -> Report:
    """From a kill to the next lease, with the default lease of 30 s and sweep of 5 s."""
    fleet = Fleet(folder, webs=1, lease_seconds=30, vendor_timeout_seconds=8, start_deadline_seconds=180)
    fleet.environment["WORKER_CONCURRENCY"] = "24"  # as many as a dead one leaves
    with fleet:
        return run_redrive(fleet, kills=arguments.kills)


def calls(arguments: Namespace, folder: Path) -> Report:
    """No transaction is open during a vendor call."""
    with Fleet(folder, webs=1, workers=1) as fleet:
        return run_calls(fleet, samples=1000, starts=120)


def deploys(arguments: Namespace, folder: Path) -> Report:
    """Graceful ends while work is done."""
    with Fleet(folder) as fleet:
        return run_deploys(fleet, starts=arguments.starts, ends=arguments.kills, seed=arguments.seed)


RUNS: Mapping[str, Callable[[Namespace, Path], Report]] = {
    run.__name__: run for run in (storm, silence, engine, redrive, calls, deploys)
}


def main() -> int:
    """Run what was asked for, print its table, and return 1 when an invariant is broken."""
    parser = ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("run", nargs="?", choices=RUNS, default="storm")
    parser.add_argument("--starts", type=int, default=300)
    kills = "For deploys: graceful ends. For redrive: each of a worker with 24 recordings in its hands."
    parser.add_argument("--kills", type=int, default=150, help=kills)
    parser.add_argument("--mode", choices=("evict", "twin", "refuse"), default="evict")
    parser.add_argument("--lost-answers", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=1)
    slow = (
        "The vendor's, in a storm. Below 1 on a slow machine: its minute of retries has to outlast some starts of ours."
    )
    parser.add_argument("--speed", type=float, default=1.0, help=slow)
    parser.add_argument("--folder", type=Path, help="Where the logs and the history go.")
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="crash-"))
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    report = RUNS[arguments.run](arguments, folder)
    words = " ".join(["python -m tests.crash", *sys.argv[1:]])
    sys.stdout.write(f"{words}\n{report.text}\n  seconds: {time.monotonic() - began:.0f}; logs in {folder}\n")
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
