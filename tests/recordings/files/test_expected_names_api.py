"""What files will be called, asked for before any of them is there."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from applications.models import Application, StorageProfile
from tests.conftest import ApiClient
from tests.recordings.steps import RECORDINGS, start
from tests.vendor import Fields, Vendor

pytestmark = pytest.mark.django_db


def ask(api: APIClient, recording_id: object, query: str = "") -> Any:
    answer = api.get(f"{RECORDINGS}/{recording_id}/expected-names{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_picture_of_all_needs_no_users(
    api: APIClient, vendor: Vendor, body: Fields, storage_profile: StorageProfile
) -> None:
    StorageProfile.objects.update(file_name_prefix=["school"])
    wish = {"record_params": {"record_mode": "mixed", "output_format": "hls_mp4"}}
    recording = start(api, body | wish | {"storage_params": {"file_name_prefix": ["biology"]}})

    assert ask(api, recording.pk) == [
        {"name": name, "key": f"school/biology/task-1/{name}", "kind": kind,
         "user_id": None, "media_id": "", "track_type": ""}
        for name, kind in (("1400000001_1234.m3u8", "hls"), ("1400000001_1234.mp4", "mp4"))
    ]  # fmt: skip


def test_users_are_named_by_who_asks(api: APIClient, vendor: Vendor, body: Fields) -> None:
    wish = {"record_params": {"record_mode": "single", "stream_type": "audio_only", "media_id": "main"}}
    recording = start(api, body | wish)

    assert ask(api, recording.pk) == []
    told = ask(api, recording.pk, "?user_id=alice&user_id=%E5%BC%A0%E4%B8%89")
    assert [file["name"] for file in told] == [
        "1400000001_1234__UserId_s_YWxpY2U.__UserId_e_main_audio.m3u8",
        "1400000001_1234__UserId_s_5byg5LiJ__UserId_e_main_audio.m3u8",
    ]
    assert [(file["user_id"], file["media_id"], file["track_type"]) for file in told] == [
        ("alice", "main", "audio"),
        ("张三", "main", "audio"),
    ]


def test_before_there_is_a_task_there_is_no_key(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = start(api, body | {"record_params": {"record_mode": "mixed"}}, Prefer="respond-async")

    (told,) = ask(api, recording.pk)

    assert (told["name"], told["key"]) == ("1400000001_1234.m3u8", None)


def test_a_strangers_recording_does_not_exist(
    api: APIClient, vendor: Vendor, body: Fields, client_for: ApiClient, other_application: Application
) -> None:
    recording = start(api, body)

    assert client_for(other_application).get(f"{RECORDINGS}/{recording.pk}/expected-names").status_code == 404
