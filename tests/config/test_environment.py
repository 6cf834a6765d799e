"""A start with a wrong setting says in one line which variable it is and what is expected: no traceback, no secret."""

import base64
import os
import secrets
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
    run = manage("work", **{name: value})

    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert len([line for line in run.stderr.splitlines() if name in line]) == 1
    assert SECRET not in run.stdout + run.stderr


@pytest.mark.parametrize("bad", ["", "short", "schlüssel", base64.urlsafe_b64encode(b"x" * 31).decode()])
def test_a_key_that_is_none_is_found_by_its_place(bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    good = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    monkeypatch.setenv("SOME_KEYS", f"{good},{bad}" if bad else "")

    with pytest.raises(WrongSetting, match="SOME_KEYS.*; number 2 of 2" if bad else "SOME_KEYS") as refused:
        Environment().keys("SOME_KEYS")
    assert good not in str(refused.value)
    assert not bad or bad not in str(refused.value)


@pytest.mark.parametrize("command", ["migrate", "check --database default", "create_api_key school"])
def test_a_command_that_cannot_connect_says_so_in_one_line(command: str) -> None:
    run = manage(*command.split(), DATABASE_URL=f"postgres://user:{SECRET}@127.0.0.1:1/name")

    assert (run.returncode, run.stdout) == (1, "")
    (line,) = run.stderr.splitlines()
    assert line.startswith("Not started: DATABASE_URL")
    assert "Connection refused" in line
    assert SECRET not in line


def test_any_other_trouble_with_the_database_keeps_its_traceback() -> None:
    """A statement that takes too long is an OperationalError as well, and no wrong setting."""
    slow = (
        "from django.db import connection; connection.cursor().execute('SET statement_timeout = 1; SELECT pg_sleep(9)')"
    )
    run = manage("shell", "--command", slow)

    assert run.returncode == 1
    assert "Traceback" in run.stderr
    assert "statement timeout" in run.stderr


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR, env=os.environ | environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("folder", ["/proc/nowhere", "manage.py", "manage.py/spool"])
def test_web_does_not_start_with_a_spool_that_cannot_be_written(folder: str) -> None:
    """Also as root, whom no folder's rights keep out. A worker needs no spool."""
    run = manage("serve", "--port", "0", SPOOL_FOLDER=folder)

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
