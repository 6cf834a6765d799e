"""The service as it runs: web, worker and sandbox as processes, on a database of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import requests
from django.conf import settings

from demo.processes import Processes, free_port
from tests.e2e.database import Database

APP_ID = 1400000001
APP = {"secret_id": "AKIDe2e", "secret_key": "e2e-secret", "sdk_secret_key": "e2e-sdk-secret"}
CALLBACK_KEY = "e2ecallbackkey"
START = {
    "room_id": "1234",
    "storage_profile": "classes",
    "record_params": {"record_mode": "mixed", "output_format": "hls_mp4"},
}


class Stack:
    """Starts and kills the processes of one deployment and talks to it as its users do."""

    def __init__(self, folder: Path, *, is_database_apart: float = False, **policy: float) -> None:
        """Set it up.

        Args:
            is_database_apart: Web and worker do not start the database themselves, as in production: while it is away,
                it stays away. A float, because `**policy` may be unpacked from a dict of such.
            policy: `settle_seconds=3` is RECORDINGS_SETTLE_SECONDS.
        """
        port = 9000 + os.getpid() % 500 * 4  # apart from other test processes
        self.web_port, self.sandbox_port = free_port(port), free_port(port + 2000)
        self.web_url = f"http://127.0.0.1:{self.web_port}"
        self.sandbox_url = f"http://127.0.0.1:{self.sandbox_port}"
        self.spool = folder / "spool"
        self.database = Database()
        self.environment = os.environ | {
            "DATABASE_URL": "",
            "EMBEDDED_POSTGRES_FOLDER": str(self.database.folder),
            "SPOOL_FOLDER": str(self.spool),
            "PUBLIC_URL": self.web_url,
            **{f"RECORDINGS_{name.upper()}": str(seconds) for name, seconds in policy.items()},
        }
        self.is_database_apart = is_database_apart
        self.processes = Processes(folder, self.environment)
        self.session = requests.Session()
        self.paths: dict[str, str] = {}

    def __enter__(self) -> "Stack":
        try:
            self._set_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _set_up(self) -> None:
        self.manage("migrate", "-v0")
        if self.is_database_apart:
            self.processes.environment = self.environment | {"DATABASE_URL": self.database.url}
        address = self.manage(
            "create_application", "--name", "school", "--sdk-app-id", str(APP_ID), "--endpoint", self.sandbox_url,
            "--secret-id", APP["secret_id"], "--secret-key", APP["secret_key"],
            "--sdk-secret-key", APP["sdk_secret_key"],
            "--callback-key", CALLBACK_KEY, "--storage-name", "classes", "--storage-kind", "cos",
            "--storage-region", "ap-shanghai", "--storage-bucket", "b-1", "--storage-access-key", "a",
            "--storage-secret-key", "s", "--storage-unchecked",
        ).split()[-1]  # fmt: skip
        self.paths["trtc"] = address.removeprefix(self.web_url)
        self.session.headers["Authorization"] = f"Api-Key {self.manage('create_api_key', 'school')}"
        self.start_sandbox(callback_url=address)

    def __exit__(self, *exc: object) -> None:
        self.processes.__exit__(*exc)
        self.session.close()
        self.database.close()

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed."""
        run = self.try_to_manage(*arguments)
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout.strip()

    def try_to_manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a management command that may fail."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR, env=self.environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def add_endpoints(self, app_ids: Mapping[str, int], *, quiet_seconds: int | None = None) -> None:
        """Let more families call, each under its own number of the application; `paths` has the addresses."""
        for family, app_id in app_ids.items():
            quiet = [] if quiet_seconds is None else ["--quiet-seconds", str(quiet_seconds)]
            more = ["--vendor-app-id", str(app_id), "--key", CALLBACK_KEY, *quiet]
            url = self.manage("create_callback_endpoint", "school", family, *more).split()[-1]
            self.paths[family] = url.removeprefix(self.web_url)

    def start_sandbox(self, *, callback_url: str, speed: float = 20) -> None:
        where = ["--host", str(urlsplit(self.sandbox_url).hostname), "--port", str(self.sandbox_port)]
        self.processes.start("sandbox", ["-m", "sandbox", *where, "--speed", str(speed)])
        self.processes.wait_for("sandbox", f"{self.sandbox_url}/control/health")
        self.control("PUT", f"apps/{APP_ID}", APP | {"callback_url": callback_url, "callback_key": CALLBACK_KEY})

    def start_web(self, name: str = "web", port: int | None = None) -> int:
        """Start a web process and return its port once it answers; the first one is at `web_port`."""
        port = port or self.web_port
        self.processes.start(name, ["manage.py", "serve", "--port", str(port)])
        self.processes.wait_for(name, f"http://127.0.0.1:{port}/callbacks/none/none")
        return port

    def start_two_webs(self) -> tuple[int, int]:
        """Start `web` and `web2` and return their ports."""
        return self.start_web(), self.start_web("web2", free_port(self.web_port + 1))

    def start_worker(self) -> None:
        self.processes.start("worker", ["manage.py", "work"])

    def bring_database_back(self) -> None:
        """Start the server again; a command that needs it does."""
        self.manage("migrate", "--check")

    def log_of(self, name: str) -> list[str]:
        """Return what a process has written, line by line."""
        return (self.processes.folder / f"{name}.log").read_text(errors="replace").splitlines()

    def kill(self, name: str) -> None:
        """End a process as a power cut would."""
        process = self.processes.forget(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Speak to the sandbox's control API."""
        answer = requests.request(method, f"{self.sandbox_url}/control/{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def publish(self, user: str, room_id: str = "1234") -> None:
        self.control("PUT", f"rooms/{APP_ID}/integer/{room_id}/publishers/{user}", {"audio": True, "video": True})

    def post(self, path: str, body: Any = None, **headers: str) -> requests.Response:
        return self.session.post(f"{self.web_url}/api/v1/{path}", json=body, headers=headers, timeout=20)

    def get(self, path: str) -> Any:
        answer = self.session.get(f"{self.web_url}/api/v1/{path}", timeout=20)
        answer.raise_for_status()
        return answer.json()

    def start_recording(self, **body: Any) -> requests.Response:
        return self.post("recordings", START | body, **{"Idempotency-Key": str(uuid4())})

    def wait_for(self, recording_id: str, enough: Callable[[Any], bool], *, seconds: float = 40) -> Any:
        """Return the recording once it is as wanted; fail with what it was instead."""
        give_up_at = time.monotonic() + seconds
        while True:
            recording = self.get(f"recordings/{recording_id}")
            if enough(recording):
                return recording
            assert time.monotonic() < give_up_at, recording
            time.sleep(0.1)

    def robots_in_rooms(self) -> list[str]:
        """Return the tasks that bill: those whose robot is in a room."""
        tasks = self.control("GET", f"tasks?sdk_app_id={APP_ID}")
        return [task["task_id"] for task in tasks["tasks"] if task["is_in_room"]]
