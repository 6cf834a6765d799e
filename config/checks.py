"""What has to be right before this service may run, each with an id and what to do (`manage.py check`)."""

import re
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from callbacks.spool import try_folder
from recordings.policy import current_policy
from recordings.services.lease import usable_seconds

SHORTEST_SECRET, FEWEST_CHARACTERS = 50, 5  # as Django's own security.W009, which looks with --deploy alone
# Below these, a request of a few kilobytes can exhaust the memory, or reach SQL through a query parameter.
FLOORS = {"Django": "5.2.19", "djangorestframework": "3.18.2"}


@register(Tags.security)
def check_versions(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> list[CheckMessage]:
    """E001: a library is older than its last known hole."""
    return [
        Error(
            f"{package} {version(package)} is too old.",
            hint=f"Install {package}>={floor}; the lock files in requirements/ have it.",
            id="config.E001",
        )
        for package, floor in FLOORS.items()
        if _numbers(version(package)) < _numbers(floor)
    ]


def _numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)[:3]]


@register(Tags.security)
def check_public_url(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> list[CheckMessage]:
    """E004: callbacks, with the token in their address, would travel in the open."""
    if not settings.HTTPS or settings.PUBLIC_URL.startswith("https://"):
        return []
    return [
        Error(
            f"PUBLIC_URL is {settings.PUBLIC_URL!r} and HTTPS is on.",
            hint="Set PUBLIC_URL to the https:// address at which the vendor reaches this service. "
            "Only on a machine of your own, for plain HTTP on loopback: HTTPS=false.",
            id="config.E004",
        )
    ]


@register(Tags.security)
def check_secret_key(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> list[CheckMessage]:
    """E007: who guesses the key signs himself in."""
    key: str = settings.SECRET_KEY
    if len(key) >= SHORTEST_SECRET and len(set(key)) >= FEWEST_CHARACTERS:
        return []
    return [
        Error(
            f"SECRET_KEY has {len(key)} characters, {len(set(key))} different ones: it can be guessed.",
            hint=f"Set it to {SHORTEST_SECRET} random characters or more: "
            'python -c "import secrets; print(secrets.token_urlsafe(50))"',
            id="config.E007",
        )
    ]


@register(Tags.security, deploy=True)
def check_spool_folder(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> list[CheckMessage]:
    """E008: there would be nowhere to keep a callback while the database is away.

    Only with --deploy: commands by hand need no spool. It leaves nothing behind, so it tries where the folder would be.
    """
    if not settings.SPOOL_FOLDER:
        return []
    folder = Path(settings.SPOOL_FOLDER)
    try:
        try_folder(next(path for path in (folder, *folder.parents) if path.exists()))
    except OSError as error:
        return [
            Error(
                f"SPOOL_FOLDER is {settings.SPOOL_FOLDER!r}, which cannot be made or written: {error.strerror}.",
                hint="Set it to a folder on a local disk that the user of the web processes can write; "
                "empty, if callbacks are to be refused while the database is away.",
                id="config.E008",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def check_lease(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> list[CheckMessage]:
    """E009: two processes could call the vendor for one recording. Only with --deploy: tests take over sooner."""
    policy = current_policy()
    if usable_seconds(policy) + policy.vendor_timeout_seconds <= policy.lease_seconds:
        return []
    return [
        Error(
            f"RECORDINGS_LEASE_SECONDS is {policy.lease_seconds:g}: a call begun late in it, which may take "
            f"RECORDINGS_VENDOR_TIMEOUT_SECONDS ({policy.vendor_timeout_seconds:g}), would outlive it, "
            "and another process would go on with the recording meanwhile.",
            hint="RECORDINGS_LEASE_SECONDS has to be twice RECORDINGS_VENDOR_TIMEOUT_SECONDS or more: "
            f"{2 * policy.vendor_timeout_seconds:g} at least; 30 and 8 are the defaults.",
            id="config.E009",
        )
    ]


@register(Tags.database)
def check_vendor(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """E005: row locks, partial unique indexes and SKIP LOCKED are what correctness rests on."""
    return [
        Error(
            f"The database {alias!r} is {connections[alias].vendor}, which ignores row locks.",
            hint="Set DATABASE_URL=postgres://…, or leave it out to use the embedded PostgreSQL.",
            id="config.E005",
        )
        for alias in databases or []
        if connections[alias].vendor != "postgresql"
    ]


@register(Tags.database)
def check_durability(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """E006: an acknowledged callback could be lost with the power."""
    return [
        Error(
            f"The database {alias!r} runs with {name}=off: what was committed can be lost.",
            hint=f"Set {name}=on in postgresql.conf, and in no ALTER ROLE or ALTER DATABASE to the contrary.",
            id="config.E006",
        )
        for alias in databases or []
        if connections[alias].vendor == "postgresql"
        for name in ("synchronous_commit", "fsync")
        if _setting(alias, name) == "off"
    ]


def _setting(alias: str, name: str) -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])
