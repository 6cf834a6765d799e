"""Files whose days are over: marked, then deleted, and only what is ours."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from applications.models import Application, StorageProfile
from recordings.models import FactRow, RecordingFile
from recordings.services.retention import purge
from tests.conftest import ApiClient
from tests.recordings.steps import reread
from tests.recordings.storage.cloud import Cloud
from tests.recordings.storage.meeting import HOUR, MIXED, Meeting, Start, told

DAY = 24 * HOUR
OURS = f"school/task-1/{MIXED}_1.mp4"
OTHERS = ["school/task-10/a.mp4", "school/task-1.mp4", "task-1/a.mp4", "school/other.txt"]


@pytest.fixture
def old(meet: Start, cloud: Cloud) -> Meeting:
    """Return a meeting whose files are kept for a day, two days after it."""
    StorageProfile.objects.update(keep_days=1)
    meeting = meet(output_format="mp4")
    for key in [OURS, f"school/task-1/{MIXED}_20260101000000000.ts", *OTHERS]:
        cloud.put(key)
    meeting.record()
    meeting.tell(310, {"Status": 0, "FileList": [f"{MIXED}_1.mp4"]})
    meeting.work()
    meeting.clock.forward(2 * DAY)
    return meeting


def acts(*, dry_run: bool = False) -> list[str]:
    return [done.act for done in purge(dry_run=dry_run)]


def test_files_are_marked_first_and_deleted_after_the_grace_period(old: Meeting, cloud: Cloud) -> None:
    assert acts() == ["mark"]
    assert acts() == []
    assert OURS in cloud.list_keys()
    old.clock.forward(8 * DAY)

    assert acts() == ["delete"]

    assert sorted(cloud.list_keys()) == sorted(OTHERS)
    row = reread(old.recording)
    assert (row.purged_at is not None, row.purge_after) == (True, None)
    file = RecordingFile.objects.get(recording=row)
    assert (file.status, file.reason) == ("deleted", "retention")
    proof = FactRow.objects.get(recording=row, kind="purged").data
    assert (proof["names"], proof["objects"]) == ([f"{MIXED}_1.mp4"], 2)


def test_deleting_takes_no_state_back(old: Meeting) -> None:
    before = told(reread(old.recording))
    acts()
    old.clock.forward(8 * DAY)
    acts()

    assert told(reread(old.recording)) == before
    assert acts() == []


def test_the_page_says_what_was_there(old: Meeting, admin_client: Client) -> None:
    acts()
    old.clock.forward(8 * DAY)
    acts()

    page = admin_client.get(f"/admin/recordings/recording/{old.recording.pk}/change/").content.decode()

    assert "Every expected file was there: 1 MP4." in page


def test_a_deleted_file_has_no_link(old: Meeting, application: Application, client_for: ApiClient) -> None:
    acts()
    old.clock.forward(8 * DAY)
    acts()
    file = RecordingFile.objects.get(recording=old.recording)

    answer = client_for(application, "files").get(f"/api/v1/recordings/{old.recording.pk}/files/{file.pk}/link")

    assert (answer.status_code, answer.json()["reason"]) == (409, "retention")


def test_a_dry_run_touches_nothing(old: Meeting, cloud: Cloud) -> None:
    out = StringIO()
    call_command("purge_files", "--dry-run", stdout=out)
    assert "1 to mark" in out.getvalue()
    assert reread(old.recording).purge_after is None
    acts()
    old.clock.forward(8 * DAY)

    call_command("purge_files", "--dry-run", "-v2", stdout=out)

    assert OURS in out.getvalue()
    assert OURS in cloud.list_keys()


def test_a_legal_hold_keeps_files(old: Meeting, api: APIClient, cloud: Cloud) -> None:
    acts()
    version = reread(old.recording).version
    address = f"/api/v1/recordings/{old.recording.pk}"
    held = api.patch(address, {"legal_hold": True}, headers={"If-Match": f'"{version}"'})
    assert (held.status_code, held.json()["legal_hold"], held.json()["purge_after"]) == (200, True, None)
    old.clock.forward(80 * DAY)

    assert acts() == []
    assert OURS in cloud.list_keys()

    api.patch(address, {"legal_hold": False}, headers={"If-Match": "*"})
    assert acts() == ["mark"]


def test_a_profile_that_keeps_for_longer_by_now_takes_its_marks_back(old: Meeting, cloud: Cloud) -> None:
    acts()
    StorageProfile.objects.update(keep_days=365)
    old.clock.forward(8 * DAY)

    assert acts() == ["cancel"]
    assert OURS in cloud.list_keys()
    assert reread(old.recording).purge_after is None


def test_without_days_nothing_is_ever_deleted(old: Meeting) -> None:
    StorageProfile.objects.update(keep_days=None)
    old.clock.forward(1000 * DAY)

    assert acts() == []


def test_what_could_not_be_deleted_is_tried_again(old: Meeting, cloud: Cloud) -> None:
    acts()
    old.clock.forward(8 * DAY)
    StorageProfile.objects.update(endpoint_url="http://127.0.0.1:9")
    assert acts() == ["fail"]

    StorageProfile.objects.update(endpoint_url=cloud.address)
    assert acts() == ["delete"]


def test_the_folder_is_the_one_that_the_create_named(old: Meeting, cloud: Cloud) -> None:
    """The profile was pointed elsewhere since."""
    StorageProfile.objects.update(file_name_prefix=["elsewhere"])
    acts()
    old.clock.forward(8 * DAY)
    acts()

    assert sorted(cloud.list_keys()) == sorted(OTHERS)
