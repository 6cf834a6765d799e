"""The vendor's own command line client, unchanged."""

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.driver import ROOT, SECRET_KEY, Application, create_params

TCCLI = Path(os.environ.get("TCCLI") or ROOT / ".venv-tccli" / "bin" / "tccli")


def run(app: Application, action: str, *, secret_key: str = SECRET_KEY, home: Path, **params: Any) -> str:
    """Call an action; returns what the client prints."""
    assert TCCLI.exists(), f"{TCCLI} is missing: make .venv-tccli/.ready, or set TCCLI"
    options = {"SdkAppId": app.sdk_app_id, **params}
    done = subprocess.run(
        [
            str(TCCLI),
            "trtc",
            action,
            "--endpoint",
            app.sandbox.url,
            *("--region", "ap-guangzhou", "--language", "en-US"),
            *("--secretId", app.secret_id, "--secretKey", secret_key),
            # A TaskId may begin with "-", so every option is tied to its value.
            *[
                f"--{name}={value if isinstance(value, str | int) else json.dumps(value)}"
                for name, value in options.items()
            ],
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={**os.environ, "HOME": str(home)},
    )
    return done.stdout + done.stderr


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home, so that nobody's own configuration is used."""
    return tmp_path


def test_a_recording_from_create_to_delete(app: Application, home: Path) -> None:
    app.publish("alice")
    created = json.loads(run(app, "CreateCloudRecording", home=home, **create_params()))
    task_id = created["TaskId"]
    assert json.loads(run(app, "DescribeCloudRecording", home=home, TaskId=task_id))["Status"] == "InProgress"

    layout = {"MixLayoutMode": 4, "MixLayoutList": [{"Top": 100, "Left": 100, "Width": 100, "Height": 100}]}
    run(app, "ModifyCloudRecording", home=home, TaskId=task_id, MixLayoutParams=layout)
    assert app.task(task_id)["current"]["MixLayoutParams"] == layout

    described = json.loads(run(app, "DescribeCloudRecording", home=home, TaskId=task_id))
    assert described["StorageFileList"][0]["FileName"] == f"{app.sdk_app_id}_1234.m3u8"
    assert json.loads(run(app, "DeleteCloudRecording", home=home, TaskId=task_id))["TaskId"] == task_id
    app.wait_for_state(task_id, "ended")
    assert app.payloads(task_id, 302) == [{"LeaveCode": 0}]


def test_a_task_id_that_begins_with_a_dash(app: Application, home: Path) -> None:
    task_id = next(task_id for task_id in (app.create() for _ in range(200)) if pause(task_id))

    assert json.loads(run(app, "DescribeCloudRecording", home=home, TaskId=task_id))["TaskId"] == task_id


def pause(task_id: str) -> bool:
    time.sleep(0.06)  # below 20 requests a second
    return task_id.startswith("-")


def test_a_wrong_secret(app: Application, home: Path) -> None:
    printed = run(app, "CreateCloudRecording", secret_key="wrong", home=home, **create_params())

    assert "code:AuthFailure.SignatureFailure" in printed


def test_an_unknown_task(app: Application, home: Path) -> None:
    assert "code:ResourceNotFound" in run(app, "DeleteCloudRecording", home=home, TaskId="unknown")


def test_a_bad_parameter(app: Application, home: Path) -> None:
    params = create_params(RecordParams__MaxIdleTime=4)

    assert "code:InvalidParameter.OutOfRange" in run(app, "CreateCloudRecording", home=home, **params)
