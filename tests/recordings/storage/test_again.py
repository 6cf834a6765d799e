"""Storage that was put right is asked again at once, by whoever knows that it was."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from applications.models import StorageProfile
from recordings.jobs import ask_storage_again
from recordings.models import FactRow
from recordings.services.preflight import check_profile
from tests.recordings.steps import RECORDINGS, reread
from tests.recordings.storage.cloud import Cloud
from tests.recordings.storage.meeting import HOUR, MIXED, Meeting, Start, told

NOWHERE = "http://127.0.0.1:9"
HEALED = ("completed", "stopped", "none", True)


@pytest.fixture
def unread(meet: Start, cloud: Cloud) -> Meeting:
    """Return a meeting that ended on the vendor's word, because nothing could be read; the storage stays away."""
    meeting = meet()
    cloud.put_playlist("school/task-1", MIXED)
    meeting.record(f"{MIXED}.m3u8")
    meeting.tell(305, {"Status": 0})
    StorageProfile.objects.update(endpoint_url=NOWHERE)
    assert told(meeting.work(HOUR / 2)) == ("completed", "storage_unreadable", "storage", False)
    return meeting


def repair(cloud: Cloud) -> None:
    StorageProfile.objects.update(endpoint_url=cloud.address)


def refresh(api: APIClient, meeting: Meeting) -> None:
    assert api.post(f"{RECORDINGS}/{meeting.recording.pk}/refresh").status_code == 200


def test_a_refresh_looks_at_once(unread: Meeting, cloud: Cloud, api: APIClient) -> None:
    repair(cloud)

    refresh(api, unread)

    assert told(unread.work(seconds=1)) == HEALED


def test_a_refresh_helps_when_nobody_looks_any_more(unread: Meeting, cloud: Cloud, api: APIClient) -> None:
    unread.work(seconds=72 * HOUR)
    assert reread(unread.recording).next_check_at is None
    repair(cloud)

    refresh(api, unread)

    assert told(unread.work(seconds=1)) == HEALED


def test_a_profile_that_works_again_heals_what_waited_for_it(unread: Meeting, cloud: Cloud) -> None:
    repair(cloud)
    profile = StorageProfile.objects.get(name="classes-cos")
    assert (check_profile(profile) or {})["ok"]
    (job,) = ProcrastinateJob.objects.filter(task_name="recordings.ask_storage_again")
    assert job.args == {"profile_id": profile.pk}

    ask_storage_again(profile_id=profile.pk)

    assert told(unread.work(seconds=1)) == HEALED


def test_a_profile_that_fails_its_check_wakes_nobody(unread: Meeting) -> None:
    check_profile(StorageProfile.objects.get(name="classes-cos"))

    assert not ProcrastinateJob.objects.filter(task_name="recordings.ask_storage_again").exists()


def test_what_is_verified_is_not_asked_about(unread: Meeting, cloud: Cloud, api: APIClient) -> None:
    repair(cloud)
    unread.work()

    refresh(api, unread)

    assert not FactRow.objects.filter(kind="storage_asked").exists()


def test_asking_often_is_one_look(unread: Meeting, api: APIClient) -> None:
    for _ in range(3):
        refresh(api, unread)

    assert FactRow.objects.filter(kind="storage_asked").count() == 1
