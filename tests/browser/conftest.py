"""A demo that keeps serving, and Debian's Chromium, which plays H.264. Without a browser these tests fail."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from playwright.sync_api import Browser, Page, sync_playwright

START_SECONDS = 120  # with a meeting in between
END_SECONDS = 30
WIDTH, HEIGHT = 1280, 720


@dataclass(frozen=True)
class Demo:
    """The meeting that was recorded, and how to get at it."""

    access: dict[str, str]  # API_URL, API_KEY, ADMIN_URL, ADMIN_USER, ADMIN_PASSWORD
    sandbox_url: str

    def get(self, path: str) -> Any:
        headers = {"Authorization": f"Api-Key {self.access['API_KEY']}"}
        answer = requests.get(f"{self.access['API_URL']}/{path}", headers=headers, timeout=10)
        answer.raise_for_status()
        return answer.json()

    @property
    def recording(self) -> dict[str, Any]:
        (found,) = self.get("recordings")["results"]
        recording: dict[str, Any] = found
        return recording

    @property
    def mp4(self) -> dict[str, Any]:
        files = self.get(f"recordings/{self.recording['id']}/files")
        (found,) = (file for file in files if file["kind"] == "mp4")
        file: dict[str, Any] = found
        return file

    @property
    def colors(self) -> dict[str, str]:
        """The colour of each user's tile, as the sandbox says it painted them."""
        (task,) = requests.get(f"{self.sandbox_url}/control/tasks", timeout=10).json()["tasks"]
        return {one["user_id"]: one["color"] for one in task["cast"]}


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    log = folder / "said.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", "8480", "--sandbox-port", "8680", "--folder", str(folder)],
            cwd=settings.BASE_DIR,
            env=os.environ
            | {"DATABASE_URL": "", "EMBEDDED_POSTGRES_FOLDER": str(folder / "postgres"), "PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        give_up_at = time.monotonic() + START_SECONDS
        while "Serving until" not in (said := log.read_text()):
            assert process.poll() is None, said
            assert time.monotonic() < give_up_at, said
            time.sleep(0.1)
        (sandbox_url,) = re.findall(r"^sandbox +(\S+)", said, re.MULTILINE)
        lines = (folder / "env").read_text().splitlines()
        yield Demo(dict(line.split("=", 1) for line in lines), sandbox_url)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(END_SECONDS)
        finally:
            process.kill()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "Chromium is needed: apt-get install chromium"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    yield opened
    opened.close()


@pytest.fixture
def pictures() -> Path:
    """A folder for screenshots, kept for people to look at."""
    folder = Path(settings.BASE_DIR) / ".browser"
    folder.mkdir(exist_ok=True)
    return folder
