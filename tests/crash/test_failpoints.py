"""Failpoints: off unless they are asked for, and never where people work."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured

from recordings import failpoints


@pytest.fixture(autouse=True)
def _disarmed(settings: Any) -> Iterator[None]:
    yield
    settings.FAILPOINTS = ""
    failpoints.arm()


def test_nothing_happens_unless_it_is_asked_for(settings: Any, tmp_path: Path) -> None:
    settings.FAILPOINTS_LOG = str(tmp_path / "log")
    failpoints.arm()
    failpoints.reach("create.before")

    assert not (tmp_path / "log").exists()


def test_a_stall_is_written_down_before_it_happens(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HTTPS, settings.FAILPOINTS_LOG = False, str(tmp_path / "log")
    settings.FAILPOINTS = "create.before=pause:7:1,create.after=kill:1"
    seen: list[float] = []

    def sleep(seconds: float) -> None:
        seen.append(seconds)
        assert json.loads((tmp_path / "log").read_text())["point"] == "create.before"

    monkeypatch.setattr("recordings.failpoints.time.sleep", sleep)
    failpoints.arm()
    failpoints.reach("create.before")
    failpoints.reach("adopt")

    assert seen == [7.0]


def test_a_kill_leaves_its_line(tmp_path: Path) -> None:
    code = "import django; django.setup(); from recordings.failpoints import reach; reach('adopt'); print('alive')"
    environment = {"FAILPOINTS": "adopt=kill:1", "FAILPOINTS_LOG": str(tmp_path / "log"), "HTTPS": "false"}
    run = _python(code, environment)

    assert (run.returncode, run.stdout) == (-9, "")
    assert json.loads((tmp_path / "log").read_text())["seconds"] is None


@pytest.mark.parametrize(
    ("https", "log", "text"),
    [
        (True, "log", "adopt=kill:1"),
        (False, "", "adopt=kill:1"),
        (False, "log", "adopt"),
        (False, "log", "adopt=die:1"),
    ],
)
def test_a_service_for_people_does_not_start_with_them(settings: Any, https: bool, log: str, text: str) -> None:
    settings.HTTPS, settings.FAILPOINTS_LOG, settings.FAILPOINTS = https, log, text

    with pytest.raises(ImproperlyConfigured):
        failpoints.arm()


def _python(code: str, more: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code], cwd=django_settings.BASE_DIR, capture_output=True, text=True, timeout=60,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"} | more, check=False,
    )  # fmt: skip
