"""A VOD at the HTTP edge, a profile for it, and a recording into it that has left."""

from collections.abc import Iterator
from typing import Any

import pytest
import responses
from rest_framework.test import APIClient

from applications.models import StorageProfile
from tests.conftest import Clock
from tests.recordings.storage.meeting import Meeting
from tests.recordings.storage.vod.commits import SUB_APP, Begin
from tests.recordings.storage.vod.library import MediaLibrary
from tests.vendor import Vendor


@pytest.fixture
def edge() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def vendor(edge: responses.RequestsMock) -> Vendor:
    return Vendor(edge)


@pytest.fixture
def vod(edge: responses.RequestsMock) -> MediaLibrary:
    return MediaLibrary(edge)


@pytest.fixture
def profile(storage_profile: StorageProfile) -> StorageProfile:
    """Return a VOD profile whose files are checked."""
    made: StorageProfile = StorageProfile.objects.create(
        application=storage_profile.application,
        name="vod",
        kind="vod",
        check_files=True,
        tencent_vod={"sub_app_id": SUB_APP, "media_type": "mp4"},
    )
    return made


@pytest.fixture
def begin(  # noqa: PLR0917 - fixtures
    api: APIClient, vendor: Vendor, vod: MediaLibrary, body: dict[str, Any], clock: Clock, profile: StorageProfile
) -> Begin:
    """Return a function that starts a recording into VOD, lets it record and leave: `begin(mode="single")`."""

    def make(mode: str = "mixed") -> Meeting:
        meeting = Meeting(api, clock, body | {"storage_profile": "vod", "record_params": {"record_mode": mode}})
        meeting.tell(301, {"Status": 0})
        clock.forward(60)
        meeting.tell(302, {"LeaveCode": 0})
        return meeting

    return make
