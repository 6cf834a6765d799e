"""The engine's tables are emptied while it works: the rows know what is to be done."""

import threading
import time

from psycopg.errors import DeadlockDetected

from tests.crash.conclusion import Report, conclude, merge
from tests.crash.fleet import Fleet
from tests.crash.workload import Workload

TABLES = "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE tablename LIKE 'procrastinate_%%'"


def run_engine(fleet: Fleet, *, starts: int, seed: int, every: float = 2.0, seconds: float = 180) -> Report:
    """Leave every start to the workers, and empty the engine's tables every so many seconds until all have begun."""
    workload = Workload(fleet, starts, seed, prefer_async=1.0, stopped=0.9)
    done = threading.Event()
    thread = threading.Thread(target=_empty_until, args=(fleet, done, every))
    thread.start()
    try:
        workload.run()
        time.sleep(2 * every)  # the last ones are on their way
    finally:
        done.set()
        thread.join()
    report = conclude(fleet, workload, seconds=seconds)
    if report.faults["jobs lost"] < starts / 10:
        merge(report.broken, {"too few faults": [f"only {report.faults['jobs lost']} jobs were lost"]})
    return report


def _empty_until(fleet: Fleet, done: threading.Event, every: float) -> None:
    ((tables,),) = fleet.database.query(TABLES)
    while not done.wait(every):
        jobs = fleet.database.count("procrastinate_jobs", "status IN ('todo', 'doing')")
        try:
            fleet.database.query(f"TRUNCATE {tables} CASCADE")
        except DeadlockDetected:  # with a worker that takes the tables in another order
            continue
        fleet.history.write("engine_emptied", jobs=jobs)
