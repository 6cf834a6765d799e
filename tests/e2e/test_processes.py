"""Claims that only real processes can prove."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from django.conf import settings

from tests.e2e.stack import APP_ID, Stack

TERMINAL = ("completed", "partial", "empty", "failed", "canceled", "lost")


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    fast = {"lease_seconds": 2, "first_describe_seconds": 2, "describe_seconds": 2, "settle_seconds": 3}
    with Stack(tmp_path, vendor_timeout_seconds=3, **fast) as running:
        yield running


def test_the_demo_records_a_meeting_and_leaves_no_process(tmp_path: Path) -> None:
    environment = os.environ | {"DATABASE_URL": "", "EMBEDDED_POSTGRES_FOLDER": str(tmp_path / "postgres")}
    run = subprocess.run(
        [sys.executable, "manage.py", "demo", "--once", "--port", "8400", "--sandbox-port", "8600",
         "--folder", str(tmp_path / "demo")],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert run.returncode == 0, run.stdout + run.stderr
    assert "completed" in run.stdout
    assert not _processes_with(str(tmp_path))


def _processes_with(text: str) -> list[str]:
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if text.encode() in environ.read_bytes() and environ.parent.name != str(os.getpid()):
                found.append((environ.parent / "cmdline").read_text())
        except OSError:
            continue
    return found


def test_a_web_process_killed_during_the_create_leaves_no_orphan(stack: Stack) -> None:
    """The vendor made a task, the answer was never read: the callback and the worker bring it home."""
    stack.start_web()
    stack.publish("alice")
    stack.control("PUT", f"apps/{APP_ID}/faults", {"faults": [
        {"kind": "hang", "action": "CreateCloudRecording", "times": 1, "seconds": 30},
        {"kind": "drop_callbacks", "event_types": [301, 303, 304, 307]},
    ]})  # fmt: skip
    caller = threading.Thread(target=_start_and_lose, args=(stack,))
    caller.start()
    _until(lambda: len(stack.robots_in_rooms()) == 1)
    stack.kill("web")
    caller.join()

    stack.start_web()
    stack.start_worker()
    (recording,) = stack.get("recordings")["results"]
    stack.wait_for(recording["id"], lambda r: r["state"] == "recording")
    assert len(stack.robots_in_rooms()) == 1  # the second create, under the same name, displaced the first task
    stack.post(f"recordings/{recording['id']}/stop")
    ended = stack.wait_for(recording["id"], lambda r: r["state"] in TERMINAL)

    assert ended["state"] == "completed"
    assert stack.robots_in_rooms() == []
    assert stack.manage("rebuild_state", "--check").endswith("0 different.")


def _start_and_lose(stack: Stack) -> None:
    try:
        stack.start_recording()
    except requests.ConnectionError:
        return


def _until(holds: object, *, seconds: float = 20) -> None:
    give_up_at = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


def test_a_recording_without_one_callback_is_found_and_stopped(stack: Stack) -> None:
    """Every callback is dropped: looks at the task carry the recording."""
    stack.start_web()
    stack.start_worker()
    stack.publish("alice")
    stack.control("PUT", f"apps/{APP_ID}/faults", {"faults": [{"kind": "drop_callbacks"}]})

    recording = stack.start_recording().json()
    stack.wait_for(recording["id"], lambda r: r["state"] == "recording" and r["media"] == "flowing")
    stopping = stack.post(f"recordings/{recording['id']}/stop")

    assert (stopping.status_code, stopping.json()["state"]) == (202, "stopping")
    _until(lambda: stack.robots_in_rooms() == [])


def test_a_worker_carries_on_what_the_request_left(stack: Stack) -> None:
    stack.start_web()
    stack.publish("alice")
    answer = stack.post(
        "recordings",
        {"room_id": "1234", "storage_profile": "classes", "record_params": {"record_mode": "mixed"}},
        Prefer="respond-async",
    )
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")

    stack.start_worker()
    stack.wait_for(answer.json()["id"], lambda r: r["state"] == "recording")


def test_a_worker_goes_on_after_the_database_was_away(tmp_path: Path) -> None:
    """The engine ends its worker then, in good order and with code 0; ours begins again."""
    with Stack(tmp_path, is_database_apart=True, first_describe_seconds=2) as stack:
        stack.start_web()
        stack.start_worker()
        stack.database.shut_down_at_once()
        time.sleep(3)
        stack.manage("showmigrations", "callbacks")  # the first command that needs it starts it

        stack.publish("alice")
        started = stack.start_recording()
        assert started.status_code == 201, started.text
        stack.post(f"recordings/{started.json()['id']}/stop")
        stack.wait_for(started.json()["id"], lambda r: r["state"] in TERMINAL, seconds=60)
        stack.processes.check()
