"""The control API and the process itself."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.sandbox.driver import ROOT, Application, Sandbox, create_params, wait_until


def test_health_tells_the_speed(sandbox: Sandbox) -> None:
    health = sandbox.control("GET", "/health")

    assert (health["ok"], health["speed"]) == (True, 50)


def test_secrets_are_never_shown(sandbox: Sandbox) -> None:
    app = Application(sandbox, sdk_secret_key="sdk-key", check_user_sig=False)
    app.create(UserSig="the-user-sig")
    shown = json.dumps([sandbox.control("GET", f"/apps/{app.sdk_app_id}"), app.tasks(), sandbox.ledger()])

    assert not [
        secret for secret in ("secret-key", "sdk-key", "callback-key", "the-user-sig", '"sk"') if secret in shown
    ]
    params = app.tasks()[0]["create_params"]
    assert params["UserSig"] == params["StorageParams"]["CloudStorage"]["SecretKey"] == "***"


def test_settings_are_changed_one_by_one(app: Application, sandbox: Sandbox) -> None:
    changed = sandbox.control("PUT", f"/apps/{app.sdk_app_id}", {"max_tasks": 3})

    assert (changed["max_tasks"], changed["secret_id"]) == (3, app.secret_id)


@pytest.mark.parametrize(
    "values", [{}, {"secret_id": "x"}, {"secret_id": "x", "secret_key": 5}, {"colour": "red"}, {"sdk_app_id": 8}]
)
def test_a_bad_application_is_refused(sandbox: Sandbox, values: dict[str, object]) -> None:
    assert sandbox.control("PUT", "/apps/7", values, status=400)["error"]
    assert sandbox.control("GET", "/apps/7", status=404)["error"]


def test_the_ledger_grows_at_its_end(sandbox: Sandbox, app: Application) -> None:
    last = sandbox.control("GET", "/ledger")["last"]
    app.refusal("CreateCloudRecording", create_params(RoomId=None))

    (entry,) = sandbox.control("GET", f"/ledger?after={last}")["entries"]
    assert (entry["n"], entry["kind"], entry["code"]) == (last + 1, "api", "MissingParameter.RoomId")
    assert entry["action"] == "CreateCloudRecording"


def test_rooms_show_people_and_robots(sandbox: Sandbox, app: Application) -> None:
    task_id = app.create()
    app.publish("alice", video=False)

    room = sandbox.control("GET", f"/rooms/{app.sdk_app_id}/integer/1234")
    assert room["robots"] == [{"user_id": "rec_1", "task_id": task_id}]
    assert room["publishers"] == [{"user_id": "alice", "audio": True, "video": False, "aux": False, "aux_audio": False}]


def test_leaving_twice_is_noticed(sandbox: Sandbox, app: Application) -> None:
    sandbox.control("DELETE", f"/rooms/{app.sdk_app_id}/integer/1234/publishers/alice", status=404)


@pytest.mark.parametrize("speed", [0, -1, "10", True, None])
def test_a_bad_speed_is_refused(sandbox: Sandbox, speed: object) -> None:
    sandbox.control("PUT", "/clock", {"speed": speed}, status=400)


def test_sleepers_notice_a_new_speed(app: Application) -> None:
    with app.sandbox.at_speed(0.01):
        task_id = app.create()

    wait_until(lambda: bool(app.task(task_id)["state"] == "recording"))


def test_an_application_can_come_from_the_command_line() -> None:
    settings = {"sdk_app_id": 5, "secret_id": "a", "secret_key": "b"}
    sandbox = Sandbox(speed=1, arguments=["--app", json.dumps(settings)])

    assert sandbox.control("GET", "/apps/5")["max_tasks"] == 100
    assert sandbox.stop() == 0


def test_it_ends_quickly_with_work_under_way() -> None:
    sandbox = Sandbox(speed=1)
    app = Application(sandbox, callback_url="http://127.0.0.1:9/")
    app.create()
    started = time.monotonic()

    assert sandbox.stop() == 0
    assert time.monotonic() - started < 2


def test_a_taken_port_is_told_in_one_line(sandbox: Sandbox) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "--port", str(sandbox.port)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "address already in use" in done.stderr


def test_it_shares_no_code_with_the_project() -> None:
    names = [path.name for path in ROOT.iterdir() if (path / "__init__.py").exists() and path.name != "sandbox"]
    lines = [line for path in Path(ROOT, "sandbox").rglob("*.py") for line in path.read_text().splitlines()]
    imported = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}

    assert not imported & {*names, "django", "tencentcloud"}
