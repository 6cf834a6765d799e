"""What a weakly signed callback told of a file is confirmed by the file."""

from collections.abc import Iterator

import pytest

from applications.models import Application, CallbackEndpoint, StorageProfile
from applications.services import create_callback_endpoint
from callbacks.keyring import forget_rings
from recordings.models import FactRow, Recording
from recordings.services.storage_confirm import confirm_by_storage
from tests.callbacks.families import KEY, SPEAKERS, tell
from tests.conftest import Clock
from tests.recordings.steps import reread
from tests.recordings.storage.cloud import BUCKET, Cloud


@pytest.fixture
def tiw(application: Application) -> Iterator[CallbackEndpoint]:
    """Return the TIW endpoint of `school`."""
    forget_rings()
    speaker = SPEAKERS["tiw"]
    fields = {"family": "tiw", "vendor_app_id": speaker.app_id, "current_key": KEY}
    yield create_callback_endpoint(application=application, fields=fields)
    forget_rings()


def finish(tiw: CallbackEndpoint, *urls: str) -> Recording:
    body = SPEAKERS["tiw"].sample("online_record_finished")
    video = body["EventData"]["VideoInfos"][0]
    videos = [video | {"VideoUrl": url, "VideoId": f"v{number}"} for number, url in enumerate(urls)]
    tell(tiw, body | {"EventData": body["EventData"] | {"VideoInfos": videos}})
    found: Recording = Recording.objects.get(provider="tiw")
    return found


def test_files_that_are_there_end_the_doubt(
    tiw: CallbackEndpoint, checked_profile: StorageProfile, cloud: Cloud
) -> None:
    recording = finish(tiw, f"{cloud.address}/{BUCKET}/a.mp4", f"http://{BUCKET}.s3.us-east-1.amazonaws.com/b.mp4")
    assert recording.provisional_reason == "weak_signature"
    cloud.put("a.mp4")
    assert confirm_by_storage() == 0

    cloud.put("b.mp4")

    assert confirm_by_storage() == 1
    assert reread(recording).provisional_reason is None
    fact = FactRow.objects.get(recording=recording, kind="confirmed")
    assert (fact.source, fact.data) == ("storage", {"by": "storage"})


@pytest.mark.parametrize("url", ["http://other.example.com/a.mp4", "http://[", f"http://evil.com/{BUCKET}/a.mp4"])
def test_an_address_elsewhere_is_not_asked_for(
    url: str, tiw: CallbackEndpoint, checked_profile: StorageProfile, cloud: Cloud
) -> None:
    cloud.put("a.mp4")
    finish(tiw, url)

    assert confirm_by_storage() == 0


def test_of_an_old_one_storage_is_not_asked(
    tiw: CallbackEndpoint, checked_profile: StorageProfile, cloud: Cloud, clock: Clock
) -> None:
    cloud.put("a.mp4")
    finish(tiw, f"{cloud.address}/{BUCKET}/a.mp4")
    clock.forward(3 * 86_400)

    assert confirm_by_storage() == 0
