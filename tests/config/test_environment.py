"""A start with a wrong setting says in one line which variable it is and what is expected: no traceback, no secret."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from pytest_django import Settings

from applications.models import Application
from config import checks
from config.environment import Environment, WrongSetting

SECRET = "hunter2-hunter2"
WRONG = [
    ("SECRET_KEY", ""),
    ("SECRET_KEY", SECRET),
    ("SECRET_KEY", "x" * 60),
    ("FIELD_ENCRYPTION_KEYS", ""),
    ("FIELD_ENCRYPTION_KEYS", SECRET),
    ("DATABASE_URL", f"mysql://user:{SECRET}@host/name"),
    ("DATABASE_URL", f"postgres://user:{SECRET}/x@host/name"),
    ("PUBLIC_URL", "recordings.example.com"),
    ("WORKER_CONCURRENCY", "eight"),
    ("RECORDINGS_LEASE_SECONDS", "30s"),
    ("HTTPS", "ture"),
    ("LOG_LEVEL", "loud"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_no_process_starts_with_a_wrong_setting(name: str, value: str) -> None:
    run = subprocess.run(
        [sys.executable, "manage.py", "work"],
        cwd=settings.BASE_DIR, env=os.environ | {name: value}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert len([line for line in run.stderr.splitlines() if name in line]) == 1
    assert SECRET not in run.stdout + run.stderr


@pytest.mark.parametrize("folder", ["/proc/nowhere", "manage.py", "manage.py/spool"])
def test_web_does_not_start_with_a_spool_that_cannot_be_written(folder: str) -> None:
    """Also as root, whom no folder's rights keep out. A worker needs no spool."""
    run = subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", "0"],
        cwd=settings.BASE_DIR, env=os.environ | {"SPOOL_FOLDER": folder}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip

    assert run.returncode == 1
    (line,) = run.stderr.splitlines()
    assert line.startswith("Not started: SPOOL_FOLDER is missing or wrong.")
    assert folder in line


@pytest.mark.parametrize("text", ["", "no number", "-1", "0", "1.5", "1e3", "٣", "9" * 30])
def test_what_is_no_whole_number_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_NUMBER", text)

    with pytest.raises(WrongSetting, match="SOME_NUMBER"):
        Environment().whole("SOME_NUMBER", default=8)


@pytest.mark.parametrize("text", ["", "1 s", "-1", "0", "nan", "inf"])
def test_what_is_no_time_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_SECONDS", text)

    with pytest.raises(WrongSetting, match="SOME_SECONDS"):
        Environment().seconds("SOME_SECONDS", default=8)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "host",
        "//host",
        "ftp://host",
        "https://",
        "https://a b",
        "https://host/path",
        "https://host?q",
        "https://u:p@host",
        "https://host:port",
        "https://[::1",
    ],
)
def test_what_is_no_address_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_URL", text)

    with pytest.raises(WrongSetting, match="SOME_URL"):
        Environment().address("SOME_URL", default="https://recordings.example.com")


@pytest.mark.parametrize("text", ["https://host", "https://host:8443/", "http://127.0.0.1:8000", "https://[::1]:8000"])
def test_an_address_is_taken_without_its_last_slash(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_URL", text)

    assert Environment().address("SOME_URL", default="https://recordings.example.com") == text.rstrip("/")


@pytest.mark.parametrize(("text", "value"), [("true", True), ("Yes", True), ("1", True), ("off", False), ("0", False)])
def test_a_switch_is_read(text: str, value: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_SWITCH", text)

    assert Environment().switch("SOME_SWITCH", default=not value) is value


@pytest.mark.parametrize("key", ["short", "ab" * 30])
def test_a_key_that_can_be_guessed_is_found(key: str, settings: Settings) -> None:
    settings.SECRET_KEY = key

    (found,) = checks.check_secret_key(None)
    assert (found.id, key in found.msg) == ("config.E007", False)


def test_rotating_without_the_old_key_names_the_variable(application: Application, settings: Settings) -> None:
    """The old key was taken out too early: it says so and changes nothing."""
    before = Application.objects.filter(pk=application.pk).extra(select={"raw": "secret_key"}).values_list("raw").get()
    settings.FIELD_ENCRYPTION_KEYS = ["A" * 43 + "="]

    with pytest.raises(CommandError, match=r"^FIELD_ENCRYPTION_KEYS: .*old key"):
        call_command("rotate_secrets")

    after = Application.objects.filter(pk=application.pk).extra(select={"raw": "secret_key"}).values_list("raw").get()
    assert before == after
