"""A VOD profile whose files are checked: what it may say, and whether its application's keys may ask."""

from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from applications.models import StorageProfile
from recordings.jobs import check_profile
from tests.recordings.storage.vod.commits import SUB_APP
from tests.recordings.storage.vod.library import MediaLibrary
from tests.vendor import refusal

PROFILES = "/api/v1/storage-profiles"
CHECK = f"{PROFILES}/vod/check"
BODY = {"name": "vod", "kind": "vod"}


def test_files_in_vod_are_checked_only_on_request(api: APIClient) -> None:
    created = api.post(PROFILES, BODY)
    assert (created.status_code, created.json()["check_files"]) == (201, False)

    assert api.patch(f"{PROFILES}/vod", {"check_files": True}).json()["check_files"] is True
    assert api.post(PROFILES, BODY | {"name": "vod-2", "check_files": True}).json()["check_files"] is True


def test_vod_deletes_by_itself(api: APIClient) -> None:
    answer = api.post(PROFILES, BODY | {"keep_days": 7})

    assert answer.status_code == 400
    assert (answer.json()["errors"][0]["attr"], answer.json()["errors"][0]["code"]) == ("keep_days", "not_vod")


def test_vod_may_be_behind_another_address(profile: StorageProfile) -> None:
    profile.endpoint_url = "https://vod.example.com"
    profile.full_clean()

    profile.endpoint_url = "http://169.254.169.254"
    with pytest.raises(ValidationError, match="endpoint_url"):
        profile.full_clean()


@pytest.mark.parametrize(
    "reply",
    [
        {"MediaInfoSet": [], "NotExistFileIdSet": ["1"]},
        refusal("InvalidParameterValue.FileIds"),  # what was asked for is no id; that it may be asked for is settled
    ],
)
def test_keys_that_may_ask_work(api: APIClient, profile: StorageProfile, vod: MediaLibrary, reply: Any) -> None:
    vod.will(reply)

    told = api.post(CHECK).json()

    assert (told["ok"], [trial["action"] for trial in told["trials"]]) == (True, ["read"])
    assert vod.asked == [{"FileIds": ["1"], "Filters": ["basicInfo", "metaData"], "SubAppId": SUB_APP}]
    assert api.get(f"{PROFILES}/vod").json()["last_check"]["ok"] is True


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("UnauthorizedOperation.CamNoAuth", "no_read_permission"),
        ("FailedOperation.NoPrivileges", "no_read_permission"),
        ("AuthFailure.SignatureFailure", "wrong_keys"),
        ("InvalidParameterValue.SubAppId", "refused"),
    ],
)
def test_what_is_missing_is_named(
    api: APIClient, profile: StorageProfile, vod: MediaLibrary, code: str, problem: str
) -> None:
    vod.will(refusal(code))

    (trial,) = api.post(CHECK).json()["trials"]

    assert (trial["ok"], trial["problem"], trial["code"]) == (False, problem, code)


def test_a_change_is_tried_first_where_asked(api: APIClient, profile: StorageProfile, vod: MediaLibrary) -> None:
    StorageProfile.objects.filter(pk=profile.pk).update(check_files=False)
    vod.will(refusal("UnauthorizedOperation"))

    answer = api.patch(f"{PROFILES}/vod?check=true", {"check_files": True})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "storage_check_failed")
    assert StorageProfile.objects.get(name="vod").check_files is False


def test_a_saved_profile_is_tried_by_a_worker(profile: StorageProfile, vod: MediaLibrary) -> None:
    vod.will(refusal("UnauthorizedOperation"))

    check_profile(profile.pk)

    kept: Any = StorageProfile.objects.get(name="vod").preflight
    assert kept["trials"][0]["problem"] == "no_read_permission"


def test_without_checks_nothing_is_tried(api: APIClient, profile: StorageProfile, vod: MediaLibrary) -> None:
    StorageProfile.objects.filter(pk=profile.pk).update(check_files=False)

    answer = api.post(CHECK)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "not_a_bucket")
    with pytest.raises(CommandError, match="without check_files"):
        call_command("check_storage", "school/vod", stdout=StringIO())
    assert vod.asked == []


def test_the_command_names_the_permission(profile: StorageProfile, vod: MediaLibrary) -> None:
    vod.will(refusal("UnauthorizedOperation"))
    out = StringIO()

    with pytest.raises(CommandError, match="1 storage profiles"):
        call_command("check_storage", "school/vod", stdout=out)

    assert "DescribeMediaInfos" in out.getvalue()


def test_an_operator_sees_what_came_of_it(admin_client: Client, profile: StorageProfile, vod: MediaLibrary) -> None:
    page = f"/admin/applications/application/{profile.application_id}/change/"
    check_profile(profile.pk)
    assert "VOD could be asked for files." in admin_client.get(page).content.decode()

    StorageProfile.objects.filter(pk=profile.pk).update(check_files=False)
    assert "not looked at unless they are checked" in admin_client.get(page).content.decode()
