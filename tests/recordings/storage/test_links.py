"""Links to files: short-lived, for who may, and only to what is there."""

import logging
from urllib.request import urlopen

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from applications.models import Application, StorageProfile
from recordings.models import RecordingFile
from tests.conftest import ApiClient
from tests.recordings.storage.cloud import Cloud
from tests.recordings.storage.meeting import MIXED, Meeting, Start


@pytest.fixture
def ended(meet: Start, cloud: Cloud) -> Meeting:
    """Return a meeting of two MP4 parts, of which the second is not in storage."""
    meeting = meet(output_format="mp4")
    cloud.put(f"school/task-1/{MIXED}_1.mp4", b"moving pictures")
    meeting.record()
    meeting.tell(310, {"Status": 0, "FileList": [f"{MIXED}_1.mp4", f"{MIXED}_2.mp4"]})
    meeting.work()
    return meeting


def address(meeting: Meeting, number: int, query: str = "") -> str:
    file = RecordingFile.objects.get(recording=meeting.recording, name=f"{MIXED}_{number}.mp4")
    return f"/api/v1/recordings/{meeting.recording.pk}/files/{file.pk}/link{query}"


def test_a_link_opens_the_file(ended: Meeting, application: Application, client_for: ApiClient) -> None:
    answer = client_for(application, "files").get(address(ended, 1))

    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    with urlopen(answer.json()["url"]) as file:  # noqa: S310 - of our own making
        assert file.read() == b"moving pictures"


def test_reading_is_not_enough(ended: Meeting, application: Application, client_for: ApiClient) -> None:
    assert client_for(application, "read", "write").get(address(ended, 1)).status_code == 403


def test_another_application_sees_no_file(
    ended: Meeting, other_application: Application, client_for: ApiClient
) -> None:
    assert client_for(other_application, "files").get(address(ended, 1)).status_code == 404


def test_a_file_that_is_not_there_has_no_link(ended: Meeting, application: Application, client_for: ApiClient) -> None:
    answer = client_for(application, "files").get(address(ended, 2))

    assert (answer.status_code, answer.json()["reason"]) == (409, "not_in_storage")


@pytest.mark.parametrize("seconds", ["59", "3601", "x", "-60", "²"])
def test_how_long_a_link_opens_is_bounded(
    seconds: str, ended: Meeting, application: Application, client_for: ApiClient
) -> None:
    assert client_for(application, "files").get(address(ended, 1, f"?seconds={seconds}")).status_code == 400


def test_who_got_a_link_is_logged_and_the_link_is_not(
    ended: Meeting, application: Application, client_for: ApiClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        url = client_for(application, "files").get(address(ended, 1)).json()["url"]

    record = next(record for record in caplog.records if record.message == "link_given")
    assert record.__dict__["by"] == "test"
    signature = url.partition("Signature=")[2]
    assert signature
    told = [str(vars(record)) for record in caplog.records if not record.name.startswith(("botocore", "urllib3"))]
    assert not any(signature in line for line in told)


def test_storage_that_cannot_be_asked_is_a_503(meet: Start, application: Application, client_for: ApiClient) -> None:
    StorageProfile.objects.update(endpoint_url="http://127.0.0.1:9")
    meeting = meet(output_format="mp4")
    meeting.record()
    meeting.tell(310, {"Status": 0, "FileList": [f"{MIXED}_1.mp4"]})
    meeting.work(3600)

    answer = client_for(application, "files").get(address(meeting, 1))

    assert (answer.status_code, answer.json()["problem"]) == (503, "unreachable")


def test_staff_open_a_file_with_the_permission_alone(ended: Meeting) -> None:
    user = User.objects.create_user("kim", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_recording"))
    page = f"/admin/recordings/recording/{ended.recording.pk}/change/"
    file = RecordingFile.objects.get(recording=ended.recording, name=f"{MIXED}_1.mp4")
    link = f"/admin/recordings/recording/{ended.recording.pk}/files/{file.pk}/link/"
    client = Client()
    client.force_login(user)
    assert link not in client.get(page).content.decode()
    assert client.get(link).status_code == 403

    user.user_permissions.add(Permission.objects.get(codename="download_recording"))

    assert link in client.get(page).content.decode()
    answer = client.get(link)
    assert answer.status_code == 302
    assert "no-store" in answer["Cache-Control"]
    assert "Signature=" in answer["Location"]
