"""The system checks: each finds its fault, says its id and what to do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage, Tags, run_checks
from django.db import connection
from pytest_django import Settings

from config import checks


def ids(found: list[CheckMessage]) -> list[str | None]:
    assert all(message.hint for message in found)
    return [message.id for message in found]


@pytest.mark.django_db
def test_this_checkout_passes(settings: Settings) -> None:
    assert run_checks(tags=[Tags.security, Tags.database], databases=["default"]) == []


@pytest.mark.parametrize("package", ["Django", "djangorestframework"])
def test_a_library_below_its_floor_is_found(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "FLOORS", {package: "99.0"})

    assert ids(checks.check_versions(None)) == ["config.E001"]


@pytest.mark.parametrize(("newer", "older"), [("5.2.19", "5.2.9"), ("5.10", "5.9.9"), ("6.0", "5.2.19")])
def test_versions_are_compared_as_numbers(newer: str, older: str) -> None:
    assert checks._numbers(newer) > checks._numbers(older)


@pytest.mark.parametrize(
    ("https", "url", "found"),
    [
        (True, "http://recordings.example.com", ["config.E004"]),
        (True, "https://recordings.example.com", []),
        (False, "http://127.0.0.1:8000", []),
    ],
)
def test_callbacks_in_the_open_are_found(https: bool, url: str, found: list[str], settings: Settings) -> None:
    settings.HTTPS, settings.PUBLIC_URL = https, url

    assert ids(checks.check_public_url(None)) == found


@pytest.mark.parametrize("folder", ["/proc/nowhere", "{tmp}/file", "{tmp}/file/spool"])
def test_a_spool_that_cannot_be_made_is_found(folder: str, tmp_path: Path, settings: Settings) -> None:
    """Also by root, whom no folder's rights keep out."""
    (tmp_path / "file").touch()
    settings.SPOOL_FOLDER = folder.format(tmp=tmp_path)

    (found,) = checks.check_spool_folder(None)
    assert (found.id, "SPOOL_FOLDER" in found.msg) == ("config.E008", True)


@pytest.mark.parametrize("folder", ["", "{tmp}", "{tmp}/to/be/made"])
def test_a_spool_that_can_be_made_or_is_not_wanted_is_no_fault_and_trying_leaves_nothing(
    folder: str, tmp_path: Path, settings: Settings
) -> None:
    settings.SPOOL_FOLDER = folder.format(tmp=tmp_path)

    assert checks.check_spool_folder(None) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("lease", "timeout", "found"),
    [(30, 8, []), (16, 8, []), (15.9, 8, ["config.E009"]), (5, 8, ["config.E009"]), (30, 20, ["config.E009"])],
)
def test_a_lease_that_a_call_could_outlive_is_found(
    lease: float, timeout: float, found: list[str], settings: Settings
) -> None:
    rules = {"lease_seconds": lease, "vendor_timeout_seconds": timeout}
    settings.RECORDINGS_POLICY = settings.RECORDINGS_POLICY | rules

    assert ids(checks.check_lease(None)) == found


def test_a_database_that_ignores_row_locks_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "vendor", "sqlite")

    assert ids(checks.check_vendor(None, databases=["default"])) == ["config.E005"]


@pytest.mark.django_db
def test_a_database_that_forgets_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")

    assert ids(checks.check_durability(None, databases=["default"])) == ["config.E006"]


@pytest.mark.parametrize("check", [checks.check_vendor, checks.check_durability])
def test_no_database_is_asked_unless_told_to(check: Callable[..., Any]) -> None:
    assert check(None, databases=None) == []
