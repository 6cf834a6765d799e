"""python -m tests.sim --applications 1000 --recordings 100 --days 1 --seed N"""

import argparse
import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import django


def main() -> int:
    """Run one world and return 1 when a rule was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    parser.add_argument("--applications", type=int, default=20)
    parser.add_argument("--recordings", type=int, default=20, help="for each application")
    parser.add_argument("--days", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=4, help="worker processes")
    parser.add_argument("--concurrency", type=int, default=8, help="jobs at once in each of them")
    parser.add_argument("--bug", default="", help="plant a bug: see tests/sim/bugs.py")
    parser.add_argument("--profiles", default="", help="comma separated: see tests/sim/world.py; all without")
    options = parser.parse_args()

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    for number in (signal.SIGINT, signal.SIGTERM):  # also when it was started in the background
        signal.signal(number, signal.default_int_handler)
    gc.set_threshold(50_000, 20, 20)  # a world is millions of objects, and nearly all of them stay
    # Our modules need the settings.
    from tests.sim.bugs import planted  # noqa: PLC0415
    from tests.sim.report import print_progress, print_report  # noqa: PLC0415
    from tests.sim.simulation import Simulation  # noqa: PLC0415
    from tests.sim.world import PROFILES, Size  # noqa: PLC0415

    profiles = tuple(options.profiles.split(",")) if options.profiles else PROFILES
    size = Size(
        applications=options.applications, recordings=options.recordings, hours=options.days * 24, profiles=profiles
    )
    with _own_database():
        simulation = Simulation(seed=options.seed, size=size, workers=options.workers, concurrency=options.concurrency)
        with planted(options.bug, simulation):
            result = simulation.run(watch=print_progress, until_breach=bool(options.bug))
    return print_report(result)


@contextmanager
def _own_database() -> Iterator[None]:
    from django.db import connection  # noqa: PLC0415

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


sys.exit(main())
