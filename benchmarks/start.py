"""What `POST /recordings` adds to the vendor's own answer."""

import json
import os
import statistics
import time
from pathlib import Path

import requests

from applications.models import StorageProfile
from applications.services import create_api_key, create_application
from demo.processes import Processes, free_port
from recordings.gateway import get_gateway
from recordings.ids import new_recording_id, robot_name
from recordings.parameters import RecordingParameters
from recordings.services.vendor import account_of, storage_of

WARM_UP = 320  # ten for each thread of the web process, so that its connections and plans are made
STARTS = 300
APP = {"secret_id": "bench", "secret_key": "bench-secret", "sdk_secret_key": "bench-sdk-secret"}
BODY = {
    "room_id_type": "integer",
    "record_params": {"record_mode": "mixed", "output_format": "hls_mp4"},
    "mix_layout_params": {"mix_layout_mode": "grid"},
}


def run(folder: Path) -> None:
    """Print both medians, measured in turn in one run, and their difference."""
    web_port, sandbox_port = free_port(8100), free_port(8790)
    sandbox_url = f"http://127.0.0.1:{sandbox_port}"
    application = create_application(
        fields={"name": "bench-start", "sdk_app_id": 1400000008, "endpoint": sandbox_url, **APP},
        callback_key="-",
        storage={
            "name": "s",
            "kind": "cos",
            "region": "ap-shanghai",
            "bucket": "b",
            "access_key": "-",
            "secret_key": "-",
        },
    )
    _key, plain = create_api_key(application=application, name="bench")
    storage = storage_of(StorageProfile.objects.get(application=application))
    account = account_of(application)
    ours: list[float] = []
    vendors: list[float] = []
    with Processes(folder, dict(os.environ)) as processes:
        processes.start("sandbox", ["-m", "sandbox", "--port", str(sandbox_port)])
        processes.start("web", ["manage.py", "serve", "--port", str(web_port)])
        processes.wait_for("sandbox", f"{sandbox_url}/control/health")
        processes.wait_for("web", f"http://127.0.0.1:{web_port}/api/schema/")
        limits = {"max_tasks": 100_000, "requests_per_second": 100_000}
        requests.put(f"{sandbox_url}/control/apps/1400000008", json=APP | limits, timeout=5).raise_for_status()
        session = requests.Session()
        session.headers["Authorization"] = f"Api-Key {plain}"
        for number in range(1, WARM_UP + STARTS + 1):
            parameters = RecordingParameters.model_validate(BODY | {"room_id": str(number)})
            began = time.perf_counter()
            get_gateway().create_recording(
                account=account, robot_user_id=robot_name(new_recording_id()), parameters=parameters,
                storage=storage, lifetime_seconds=3600,
            )  # fmt: skip
            vendors.append(time.perf_counter() - began)
            body = json.dumps(BODY | {"room_id": str(number + 10_000), "storage_profile": "s"})
            began = time.perf_counter()
            answer = session.post(
                f"http://127.0.0.1:{web_port}/api/v1/recordings", data=body,
                headers={"Content-Type": "application/json", "Idempotency-Key": f"bench-{number}"}, timeout=15,
            )  # fmt: skip
            ours.append(time.perf_counter() - began)
            answer.raise_for_status()
    median_ours, median_vendor = (statistics.median(times[WARM_UP:]) * 1000 for times in (ours, vendors))
    print(f"vendor's answer {median_vendor:.1f} ms, POST /recordings {median_ours:.1f} ms (medians of {STARTS})")
    print(f"POST /recordings adds {median_ours - median_vendor:.1f} ms at the median")
