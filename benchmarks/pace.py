"""How fully and how evenly workers use the vendor's 20 requests a second, as the vendor sees them.

The floor is one thread that sends the same requests at the same spacing and does nothing else.
"""

import bisect
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import requests
from django.conf import settings
from django.db.models import F
from procrastinate.contrib.django.models import ProcrastinateJob

from applications.models import Application
from applications.services import create_application
from benchmarks.start import APP, BODY
from demo.processes import Processes, free_port
from recordings.gateway import get_gateway
from recordings.ids import new_recording_id, robot_name
from recordings.models import Recording
from recordings.parameters import RecordingParameters
from recordings.services.pacing import SPACING
from recordings.services.start import StartRequest, start_recording
from recordings.services.vendor import account_of, storage_of
from recordings.states.vocabulary import State

WORKERS = int(os.environ.get("PACE_WORKERS", "4"))
SECONDS = int(os.environ.get("PACE_SECONDS", "60"))
# With callbacks, the web process and the sandbox's deliveries compete for the same cores, which the vendor's would not.
CALLBACKS = bool(os.environ.get("PACE_CALLBACKS"))
LIMIT = 20
KEY = "benchmark"
OURS, FLOOR = 1400000020, 1400000021


def run(folder: Path) -> None:
    """Print the fullest and the emptiest second, the rate and the refusals of both."""
    web_port, sandbox_port = free_port(8200), free_port(8890)
    settings.PUBLIC_URL = f"http://127.0.0.1:{web_port}"
    sandbox_url = f"http://127.0.0.1:{sandbox_port}"
    application = _make_application(sandbox_url)
    _fill_queue(application)
    with Processes(folder, dict(os.environ)) as processes:
        processes.start("sandbox", ["-m", "sandbox", "--port", str(sandbox_port)])
        processes.start("web", ["manage.py", "serve", "--port", str(web_port)])
        processes.wait_for("sandbox", f"{sandbox_url}/control/health")
        processes.wait_for("web", f"{settings.PUBLIC_URL}/healthz")
        callbacks = (
            {} if not CALLBACKS else {"callback_url": application.callback_endpoints.get().url, "callback_key": KEY}
        )
        for app, more in ((OURS, callbacks), (FLOOR, {})):
            wanted = APP | {"max_tasks": 100_000, "requests_per_second": LIMIT} | more
            requests.put(f"{sandbox_url}/control/apps/{app}", json=wanted, timeout=5).raise_for_status()
        _send_evenly(application, number=LIMIT * 10)
        _tell("one thread", _creates(sandbox_url, FLOOR))
        for worker in range(WORKERS):
            processes.start(f"worker{worker}", ["manage.py", "work"])
        # Not by asking the sandbox: telling all it saw would hold it up.
        queued = Recording.objects.filter(application=application, state=State.QUEUED)
        deadline = time.monotonic() + SECONDS * 3
        while queued.exists() and time.monotonic() < deadline:
            time.sleep(1)
        time.sleep(2)
        _tell(f"{WORKERS} workers", _creates(sandbox_url, OURS))


def _make_application(sandbox_url: str) -> Application:
    return create_application(
        fields={"name": "bench-pace", "sdk_app_id": OURS, "endpoint": sandbox_url, "task_limit": 30_000, **APP},
        callback_key=KEY,
        storage={"name": "s", "kind": "cos", "region": "ap-shanghai", "bucket": "b", "access_key": "-",
                 "secret_key": "-", "check_files": False},
    )  # fmt: skip


def _fill_queue(application: Application) -> None:
    """Store a backlog as it is after each one's first, vain try: all wait to be called."""
    profile = application.storage_profiles.get()
    for room in range(LIMIT * SECONDS):
        wish = StartRequest(application=application, parameters=_parameters(room + 1), storage_profile=profile)
        start_recording(request=wish, gateway=get_gateway(), attempt_now=False)
    Recording.objects.filter(application=application).update(next_check_at=F("deadline_at"))
    ProcrastinateJob.objects.filter(status="todo").delete()


def _parameters(room: int) -> RecordingParameters:
    return RecordingParameters.model_validate(BODY | {"room_id": str(room)})


def _send_evenly(application: Application, *, number: int) -> None:
    account = replace(account_of(application), sdk_app_id=FLOOR)
    storage = storage_of(application.storage_profiles.get())
    began = time.monotonic()
    for room in range(number):
        moment = began + room * SPACING / LIMIT
        get_gateway().create_recording(
            account=account, robot_user_id=robot_name(new_recording_id()), parameters=_parameters(room + 1),
            storage=storage, lifetime_seconds=3600,
            depart=lambda moment=moment: time.sleep(max(moment - time.monotonic(), 0)),  # type: ignore[misc]  # default
        )  # fmt: skip


def _creates(sandbox_url: str, app: int) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    after = 0
    while entries := requests.get(f"{sandbox_url}/control/ledger?after={after}", timeout=10).json()["entries"]:
        after = entries[-1]["n"]
        found += [
            (entry["at_ms"], entry.get("code") or "")
            for entry in entries
            if entry["kind"] == "api" and entry["sdk_app_id"] == app and entry["action"] == "CreateCloudRecording"
        ]
    return found


def _tell(name: str, seen: Sequence[tuple[int, str]]) -> None:
    moments = sorted(at for at, _ in seen)
    in_second = [bisect.bisect_left(moments, at + 1000) - index for index, at in enumerate(moments)]
    whole = [n for at, n in zip(moments, in_second, strict=True) if at + 1000 <= moments[-1]]
    rate = (len(moments) - 1) / (moments[-1] - moments[0]) * 1000
    refused = sum(code != "" for _, code in seen)
    print(
        f"{name}: {len(moments)} creates, {refused} refused, {rate:.2f} a second; "
        f"fullest second {max(in_second)}, emptiest {min(whole)}; {rate / LIMIT:.1%} of the limit"
    )
