"""No transaction of the database is open while the vendor is asked."""

import threading
import time

from tests.crash.conclusion import Report, check, merge, report_on
from tests.crash.fleet import Fleet
from tests.crash.workload import Workload

# Whoever holds a lease is at a vendor call, which takes long here; nothing else that takes time happens in between.
SAMPLE = """
SELECT (SELECT count(*) FROM recordings_recording WHERE lease_until > now()),
    count(*) FILTER (WHERE state LIKE 'idle in transaction%'),
    count(*) FILTER (WHERE backend_xid IS NOT NULL),
    coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
HANG_SECONDS = 2.0  # of a timeout of 3


def run_calls(fleet: Fleet, *, samples: int, starts: int = 20) -> Report:
    """Sample the server's activity while every call to the vendor hangs; a transaction as old as a call is one."""
    fleet.set_faults({"kind": "hang", "seconds": HANG_SECONDS})
    workload = Workload(fleet, starts, stopped=1.0, linger=1.0, prefer_async=0.5)
    thread = threading.Thread(target=workload.run)
    thread.start()
    rows = _sample(fleet, thread)
    thread.join()
    fleet.set_faults()
    evidence, broken = check(fleet)
    broken = {name: told for name, told in broken.items() if name not in ("record of a dead task", "orphan")}
    report = report_on(fleet, evidence, broken)
    during = [row for row in rows if row[0]]
    oldest = max((float(row[3]) for row in rows), default=0.0)
    report.figures |= {
        "samples": len(rows),
        "samples while a call was under way": len(during),
        "samples with an idle transaction": sum(row[1] > 0 for row in rows),
        "samples with a transaction that wrote": sum(row[2] > 0 for row in rows),
        "oldest transaction, ms": round(1000 * oldest),
        "each vendor call took, ms": round(1000 * HANG_SECONDS),
    }
    # One that is open around a call grows as old as the call; a busy machine makes none of ours that old.
    if oldest > 0.9 * HANG_SECONDS:
        merge(report.broken, {"transaction during a vendor call": [f"one was open for {oldest:.2f} s"]})
    if len(during) < samples:
        merge(report.broken, {"too few faults": [f"{len(during)} of {samples} samples fell into a call"]})
    return report


def _sample(fleet: Fleet, work: threading.Thread) -> list[tuple[int, int, int, float]]:
    rows = []
    with fleet.database.connect() as connection:
        while work.is_alive():
            rows.append(connection.execute(SAMPLE).fetchone())
            time.sleep(0.005)
    return rows  # type: ignore[return-value]  # an aggregate has always one row
