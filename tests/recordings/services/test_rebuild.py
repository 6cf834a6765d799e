"""rebuild_state: the ledger reproduces every row."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from recordings.models import Recording, RecordingFile, Task
from tests.recordings.steps import start
from tests.vendor import Vendor


def test_rows_that_follow_from_their_ledger_do_not_differ(api: APIClient, vendor: Vendor, body: dict[str, Any]) -> None:
    start(api, body)
    assert _run("--check").endswith("1 recordings, 0 different.\n")


def test_what_somebody_edited_is_found_and_made_right(api: APIClient, vendor: Vendor, body: dict[str, Any]) -> None:
    recording = start(api, body)
    task_id = recording.task_id
    Recording.objects.update(state="recording", task_id="x")
    Task.objects.all().delete()
    RecordingFile.objects.create(recording=recording, key="k", task_id="x", kind="mp4", status="reported")

    with pytest.raises(CommandError, match="1 recordings differ"):
        _run("--check")
    assert "state, task_id, files, tasks" in _run()

    recording.refresh_from_db()
    assert (recording.state, recording.task_id, recording.files.count()) == ("starting", task_id, 0)
    assert recording.tasks.get().task_id == task_id
    assert _run("--check").endswith("0 different.\n")


def _run(*arguments: str) -> str:
    out = StringIO()
    call_command("rebuild_state", *arguments, stdout=out)
    return out.getvalue()
