"""Recordings into VOD, from the request to VOD's own word on their files, through every process."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.stack import APP_ID, START, Stack

INTO_VOD = START | {"storage_profile": "vod", "record_params": {"record_mode": "mixed"}}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path, settle_seconds=3, storage_deadline_seconds=5) as running:
        running.start_web()
        running.start_worker()
        created = running.post("storage-profiles", {"name": "vod", "kind": "vod", "check_files": True})
        assert created.status_code == 201, created.text
        running.manage(
            "shell", "-v0", "-c",
            "from applications.models import StorageProfile as P; "
            f"P.objects.filter(name='vod').update(endpoint_url='{running.sandbox_url}')",
        )  # fmt: skip
        running.publish("alice")
        yield running


def record(stack: Stack) -> Any:
    """Record for a while and return how it ended."""
    recording_id = stack.start_recording(**INTO_VOD).json()["id"]
    stack.wait_for(recording_id, lambda recording: is_flowing(stack, recording["task_id"]))
    assert stack.post(f"recordings/{recording_id}/stop").status_code in (200, 202)
    return stack.wait_for(recording_id, lambda recording: recording["state"] in ("completed", "failed", "partial"))


def is_flowing(stack: Stack, task_id: str) -> bool:
    """Ask the sandbox: into VOD no event tells, and the service asks much later."""
    tasks = stack.control("GET", f"tasks?sdk_app_id={APP_ID}")["tasks"]
    return any(task["task_id"] == task_id and task["is_recording"] for task in tasks)


def test_a_recording_ends_as_vod_shows_its_files(stack: Stack) -> None:
    there = record(stack)
    stack.control("PUT", f"apps/{APP_ID}/faults", {"faults": [{"kind": "lose_vod"}]})
    lost = record(stack)

    assert (there["state"], there["verified"]) == ("completed", True)
    (file,) = stack.get(f"recordings/{there['id']}/files")
    assert (file["kind"], file["status"]) == ("vod", "verified")
    assert file["size"] > 0
    assert file["duration_ms"] > 0
    assert (lost["state"], lost["reason"], lost["fault"]) == ("failed", "not_in_storage", "storage")
    assert stack.manage("check_storage", "school/vod").startswith("school/vod: works")
