"""Secrets at rest: a dump of the database reveals nothing, and a lost key is told, not guessed around."""

import base64
import secrets
from io import StringIO

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from pytest_django import Settings

from applications.encryption import SecretUnreadable
from applications.models import Application, CallbackEndpoint, StorageProfile


def new_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def stored(table: str, column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")  # noqa: S608 - names of this module
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("table", "column", "plain"),
    [
        ("applications_application", "secret_id", "AKIDschool"),
        ("applications_application", "secret_key", "school-api-secret-key"),
        ("applications_application", "sdk_secret_key", "school-sdk-secret-key"),
        ("applications_storageprofile", "access_key", "bucket-access-key"),
        ("applications_storageprofile", "secret_key", "bucket-secret-key"),
        ("applications_callbackendpoint", "current_key", "callback-key"),
    ],
)
def test_the_database_holds_ciphertext(table: str, column: str, plain: str, storage_profile: StorageProfile) -> None:
    text = stored(table, column)

    assert text.startswith("gAAAA")
    assert plain not in text


def test_the_empty_secret_stays_empty(application: Application) -> None:
    assert stored("applications_callbackendpoint", "previous_key") == ""
    assert application.callback_endpoints.get().previous_key == ""


def test_equal_secrets_look_different(application: Application) -> None:
    application.secret_id = application.secret_key = "twins"
    application.save()

    assert stored("applications_application", "secret_id") != stored("applications_application", "secret_key")


def test_a_wrong_key_refuses_loudly(application: Application, settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [new_key()]

    with pytest.raises(SecretUnreadable, match=r"applications\.Application\.secret_id"):
        Application.objects.get()


def test_text_that_was_never_encrypted_is_not_taken_for_a_secret(application: Application) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE applications_application SET secret_key = 'plain'")

    with pytest.raises(SecretUnreadable):
        Application.objects.get()


def test_a_key_that_is_none_is_a_mistake_in_the_settings(application: Application, settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = ["short"]

    with pytest.raises(ImproperlyConfigured, match="FIELD_ENCRYPTION_KEYS"):
        Application.objects.get()


def test_a_secret_cannot_be_searched_for(application: Application) -> None:
    with pytest.raises(FieldError):
        Application.objects.filter(secret_id="AKIDschool").exists()


def test_rotation_makes_the_old_key_needless(storage_profile: StorageProfile, settings: Settings) -> None:
    old, new = settings.FIELD_ENCRYPTION_KEYS[0], new_key()
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    assert Application.objects.get().secret_key == "school-api-secret-key"

    out = StringIO()
    call_command("rotate_secrets", stdout=out)
    call_command("rotate_secrets", stdout=out)  # safe to repeat
    settings.FIELD_ENCRYPTION_KEYS = [new]

    assert Application.objects.get().secret_key == "school-api-secret-key"
    assert StorageProfile.objects.get().secret_key == "bucket-secret-key"
    assert CallbackEndpoint.objects.get().current_key == "callback-key"
    assert out.getvalue().startswith("applications: 1\n")


def test_rotation_without_the_old_key_changes_nothing(application: Application, settings: Settings) -> None:
    before = stored("applications_application", "secret_key")
    settings.FIELD_ENCRYPTION_KEYS = [new_key()]

    with pytest.raises(CommandError, match="FIELD_ENCRYPTION_KEYS"):
        call_command("rotate_secrets", stdout=StringIO())

    assert stored("applications_application", "secret_key") == before


@pytest.mark.parametrize("shown", [repr, str])
def test_no_secret_is_shown_by_accident(shown: object, storage_profile: StorageProfile) -> None:
    text = "".join(f"{row!r} {row}" for row in (storage_profile, storage_profile.application))

    assert "secret" not in text
