"""What was done to a fleet, as it was done: one JSON line each."""

import json
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any


class History:
    """Two files of one folder: what the nemesis and the supervisor did, and where failpoints struck."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.path = folder / "history.jsonl"
        self.failpoints_path = folder / "failpoints.jsonl"
        self._guard = threading.Lock()

    def write(self, kind: str, **values: Any) -> None:
        line = json.dumps({"at": time.time(), "kind": kind, **values})
        with self._guard, self.path.open("a") as file:
            file.write(line + "\n")

    def entries(self) -> list[dict[str, Any]]:
        return _read(self.path)

    def strikes(self) -> list[dict[str, Any]]:
        """Return what failpoints did: {"at", "pid", "point", "seconds"}; no seconds means a kill."""
        return _read(self.failpoints_path)

    def count_kills(self) -> int:
        """Return how many processes were ended by SIGKILL, by failpoints and by the nemesis."""
        return sum(count for kind, count in self.faults().items() if kind.startswith("kill "))

    def faults(self) -> Counter[str]:
        """Return how often which fault was done to processes and the database."""
        counts: Counter[str] = Counter()
        for strike in self.strikes():
            counts[f"{'kill' if strike['seconds'] is None else 'pause'} at {strike['point']}"] += 1
        for entry in self.entries():
            if entry["kind"] in ("kill", "stall", "terminate"):
                counts[f"{entry['kind']} {entry['who'].rstrip('0123456789')}"] += 1
            elif entry["kind"] in ("database_restart", "database_frozen", "engine_emptied", "link_cut"):
                counts[entry["kind"].replace("_", " ")] += 1
                counts["jobs lost"] += entry.get("jobs", 0)
        return +counts


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
