"""Storage profiles over REST: credentials go in and never come out."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from applications.models import Application, StorageProfile
from tests.vendor import CREATE, Fields, Vendor

PROFILES = "/api/v1/storage-profiles"
COS: Fields = {
    "name": "archive",
    "region": "ap-shanghai",
    "bucket": "archive-125",
    "access_key": "canary-access-key",
    "secret_key": "canary-secret-key",
}
VOD: Fields = {"name": "vod", "kind": "vod", "tencent_vod": {"media_type": "hls_mp4", "expire_time": 0}}


@pytest.mark.parametrize("kind", ["cos", "s3"])
def test_a_profile_can_be_created_and_read(kind: str, api: APIClient) -> None:
    created = api.post(PROFILES, COS | {"kind": kind, "file_name_prefix": ["a", "b"]})

    assert created.status_code == 201, created.json()
    assert created.json() == {
        "name": "archive",
        "kind": kind,
        "region": "ap-shanghai",
        "bucket": "archive-125",
        "has_credentials": True,
        "file_name_prefix": ["a", "b"],
        "tencent_vod": {},
        "endpoint_url": "",
        "check_files": True,
        "keep_days": None,
        "last_check": None,
    }
    assert api.get(created["Location"]).json() == created.json()


def test_credentials_never_come_out(api: APIClient) -> None:
    api.post(PROFILES, COS)
    shown = api.get(PROFILES).content + api.get(f"{PROFILES}/archive").content
    shown += api.patch(f"{PROFILES}/archive", {"secret_key": "canary-other"}).content
    shown += api.post(PROFILES, COS).content + api.post(PROFILES, COS | {"bucket": ""}).content

    assert b"canary" not in shown


def test_vod_needs_no_credentials(api: APIClient) -> None:
    created = api.post(PROFILES, VOD)

    assert (created.status_code, created.json()["has_credentials"]) == (201, False)
    assert created.json()["tencent_vod"] == VOD["tencent_vod"]


@pytest.mark.parametrize(
    ("change", "attr", "code"),
    [
        ({"name": ""}, "name", "blank"),
        ({"name": "two words"}, "name", "invalid"),
        ({"name": "x" * 51}, "name", "invalid"),
        ({"kind": "ftp"}, "kind", "invalid_choice"),
        ({"secret_key": ""}, "secret_key", "blank"),
        ({"bucket": "a/b"}, "bucket", "invalid"),
        ({"region": None}, "region", "null"),
        ({"file_name_prefix": ["a/b"]}, "file_name_prefix.0", "invalid"),
        ({"file_name_prefix": ["a"] * 17}, "file_name_prefix", "max_length"),
        ({"tencent_vod": {"class_id": 1}}, "tencent_vod", "vod_only"),
        ({"tencent_vod": {"color": 1}}, "tencent_vod.color", "unknown_field"),
        ({"tencent_vod": []}, "tencent_vod", "invalid"),
        ({"tencent_vod": {"media_type": "avi"}}, "tencent_vod.media_type", "invalid_choice"),
        ({"tencent_vod": {"expire_time": -1}}, "tencent_vod.expire_time", "min_value"),
        ({"has_credentials": True}, "has_credentials", "unknown_field"),
        ({"application": 1}, "application", "unknown_field"),
        ({"id": 1}, "id", "unknown_field"),
    ],
)
def test_a_wrong_profile_is_refused_by_name(change: Fields, attr: str, code: str, api: APIClient) -> None:
    answer = api.post(PROFILES, COS | change)

    told = answer.json()
    assert answer.status_code == 400, told
    assert (told["errors"][0]["attr"], told["errors"][0]["code"]) == (attr, code)
    assert not StorageProfile.objects.filter(name="archive").exists()


@pytest.mark.parametrize("missing", ["region", "bucket", "access_key", "secret_key"])
def test_a_bucket_needs_all_of_it(missing: str, api: APIClient) -> None:
    answer = api.post(PROFILES, {name: value for name, value in COS.items() if name != missing})

    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"code": "required", "detail": "Needed for COS and S3.", "attr": missing}]


def test_a_name_is_taken_once_in_an_application(api: APIClient, other_application: Application) -> None:
    assert api.post(PROFILES, COS | {"name": "wards-cos"}).status_code == 201
    answer = api.post(PROFILES, COS | {"name": "wards-cos"})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unique")


def test_what_is_absent_stays(api: APIClient, storage_profile: StorageProfile) -> None:
    answer = api.patch(f"{PROFILES}/classes-cos", {"secret_key": "new-secret-key"})

    storage_profile.refresh_from_db()
    assert (answer.status_code, answer.json()["bucket"]) == (200, "classes-1250000000")
    assert (storage_profile.access_key, storage_profile.secret_key) == ("bucket-access-key", "new-secret-key")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "vod"}, "immutable"),
        ({"name": "taken"}, "unique"),
        ({"bucket": ""}, "blank"),
        ({"x": 1}, "unknown_field"),
    ],
)
def test_a_wrong_change_changes_nothing(
    change: Fields, code: str, api: APIClient, storage_profile: StorageProfile
) -> None:
    api.post(PROFILES, COS | {"name": "taken"})
    answer = api.patch(f"{PROFILES}/classes-cos", change | {"region": "ap-beijing"})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)
    storage_profile.refresh_from_db()
    assert storage_profile.region == "ap-shanghai"


def test_a_start_after_a_change_goes_to_the_new_place(api: APIClient, vendor: Vendor, body: Fields) -> None:
    api.patch(f"{PROFILES}/classes-cos", {"bucket": "elsewhere-125"})
    api.post("/api/v1/recordings", body)

    (asked,) = vendor.asked(CREATE)
    assert asked["StorageParams"]["CloudStorage"]["Bucket"] == "elsewhere-125"


def test_a_vod_profile_reaches_the_vendor(api: APIClient, vendor: Vendor, body: Fields) -> None:
    api.post(PROFILES, VOD)
    answer = api.post("/api/v1/recordings", body | {"storage_profile": "vod"})

    (asked,) = vendor.asked(CREATE)
    assert answer.status_code == 201
    assert asked["StorageParams"] == {"CloudVod": {"TencentVod": {"ExpireTime": 0, "MediaType": 3}}}


def test_pages_follow_each_other(api: APIClient, other_application: Application) -> None:
    for name in ("a", "b", "c"):
        api.post(PROFILES, COS | {"name": name})
    names: list[Any] = []
    address = f"{PROFILES}?page_size=2"
    while address:
        page = api.get(address).json()
        names += [profile["name"] for profile in page["results"]]
        address = page["next"]

    assert names == ["a", "b", "c", "classes-cos"]


@pytest.mark.parametrize("cursor", ["x", "cD0lMDA=", "cj0xJnA9JTAw"])
def test_a_cursor_that_we_never_gave_is_no_page(cursor: str, api: APIClient) -> None:
    assert api.get(f"{PROFILES}?cursor={cursor}").status_code in (200, 404)
