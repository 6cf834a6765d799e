"""The embedded PostgreSQL lives as long as somebody needs it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

HOLD = """
import django
django.setup()
from django.db import connection
connection.ensure_connection()
print("up", flush=True)
input()
"""


def _hold(folder: Path) -> subprocess.Popen[str]:
    environment = os.environ | {
        "DATABASE_URL": "", "EMBEDDED_POSTGRES_FOLDER": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings"
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=settings.BASE_DIR, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def _wait_until_up(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"


def _end(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=20)
    assert process.returncode == 0


def _is_running(folder: Path) -> bool:
    return (folder / "data" / "postmaster.pid").exists()


@pytest.mark.parametrize("how", ["ends", "is killed"])
def test_the_last_user_stops_the_server(how: str, tmp_path: Path) -> None:
    """Three processes start at once; one leaves, in order or by kill -9; the server stays until the last has ended."""
    users = [_hold(tmp_path) for _ in range(3)]
    for user in users:
        _wait_until_up(user)

    if how == "is killed":
        users[0].send_signal(signal.SIGKILL)
        users[0].communicate()
    else:
        _end(users[0])
    assert _is_running(tmp_path)
    _end(users[1])
    assert _is_running(tmp_path)
    _end(users[2])

    give_up_at = time.monotonic() + 10
    while _is_running(tmp_path):
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
