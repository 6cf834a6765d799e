"""A storage profile is tried before anybody relies on it, and what is missing is said in a sentence."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from applications.models import StorageProfile
from recordings.jobs import check_profile
from tests.recordings.storage.cloud import Cloud
from tests.recordings.storage.refusing import refusing

CHECK = "/api/v1/storage-profiles/classes-cos/check"


def test_a_bucket_that_works_is_left_as_it_was(api: APIClient, checked_profile: StorageProfile, cloud: Cloud) -> None:
    answer = api.post(CHECK)

    assert answer.json()["ok"] is True
    assert [trial["action"] for trial in answer.json()["trials"]] == ["write", "read", "list", "delete"]
    assert cloud.list_keys() == []
    assert api.get("/api/v1/storage-profiles/classes-cos").json()["last_check"]["ok"] is True


@pytest.mark.parametrize(
    ("status", "code", "only", "action", "problem"),
    [
        (301, "PermanentRedirect", "", "write", "wrong_region"),
        (403, "SignatureDoesNotMatch", "", "write", "wrong_keys"),
        (403, "AccessDenied", "PUT", "write", "no_write_permission"),
        (403, "AccessDenied", "GET", "read", "no_read_permission"),
        (403, "AccessDenied", "DELETE", "delete", "no_delete_permission"),
    ],
)
def test_what_is_missing_is_named(  # noqa: PLR0917 - the table's columns
    api: APIClient, checked_profile: StorageProfile, status: int, code: str, only: str, action: str, problem: str
) -> None:
    with refusing(status, code, only=only) as address:
        StorageProfile.objects.update(endpoint_url=address)
        trials = {trial["action"]: trial["problem"] for trial in api.post(CHECK).json()["trials"]}

    assert trials[action] == problem


def test_a_profile_is_saved_untried_unless_asked(api: APIClient, checked_profile: StorageProfile, cloud: Cloud) -> None:
    answer = api.patch("/api/v1/storage-profiles/classes-cos?check=true", {"bucket": "nobody-has-this"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "storage_check_failed")
    assert StorageProfile.objects.get().bucket == checked_profile.bucket

    assert api.patch("/api/v1/storage-profiles/classes-cos", {"bucket": "nobody-has-this"}).status_code == 200
    check_profile(checked_profile.pk)  # as the worker will
    tried: Any = StorageProfile.objects.get().preflight
    assert tried["trials"][0]["problem"] == "no_such_bucket"


def test_the_endpoint_is_for_operators(api: APIClient, checked_profile: StorageProfile) -> None:
    body = {"endpoint_url": "http://169.254.169.254"}

    assert api.patch("/api/v1/storage-profiles/classes-cos", body).status_code == 400


@pytest.mark.parametrize("address", ["http://169.254.169.254", "ftp://x", "http://a/b", "http://u:p@a", "nonsense"])
def test_an_endpoint_is_a_server_and_no_more(address: str, checked_profile: StorageProfile) -> None:
    checked_profile.endpoint_url = address
    with pytest.raises(Exception, match="endpoint_url"):
        checked_profile.full_clean()


def test_the_command_says_what_works(checked_profile: StorageProfile) -> None:
    out = StringIO()
    call_command("check_storage", "school/classes-cos", stdout=out)
    assert "school/classes-cos: works" in out.getvalue()

    StorageProfile.objects.update(endpoint_url="http://127.0.0.1:9")
    with pytest.raises(CommandError, match="1 storage profiles"):
        call_command("check_storage", stdout=StringIO())


def test_an_operator_tries_it_from_the_page(admin_client: Client, checked_profile: StorageProfile) -> None:
    page = f"/admin/applications/application/{checked_profile.application_id}/check-storage"
    asked = admin_client.get(page)
    if asked.status_code == 404:  # the library's own spelling
        page = f"/admin/applications/application/{checked_profile.application_id}/check_storage/"
        asked = admin_client.get(page)
    assert asked.status_code == 200

    answer = admin_client.post(page, follow=True)

    assert "classes-cos works." in answer.content.decode()
    assert "could be written, read, listed and deleted in" in answer.content.decode()
