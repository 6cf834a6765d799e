"""One recording of task-1, told of by callbacks and worked on by a worker."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.test import Client
from rest_framework.test import APIClient

from applications.models import CallbackEndpoint, StorageProfile
from recordings.gateway import get_gateway
from recordings.models import Recording, RecordingFile
from recordings.services.advance import advance
from tests.callbacks.deliver import sign
from tests.conftest import Clock
from tests.recordings.steps import reread, start
from tests.recordings.storage.cloud import BEGAN_MS

MIXED = "1400000001_1234"
HOUR = 3600


def told(recording: Recording) -> tuple[str, str | None, str, bool | None]:
    return recording.state, recording.reason, recording.fault, recording.verified


class Meeting:
    """One recording of task-1, told of by callbacks and worked on by a worker."""

    def __init__(self, api: APIClient, clock: Clock, body: Mapping[str, Any]) -> None:
        self.api, self.clock, self.client = api, clock, Client()
        self.recording = start(api, dict(body))
        self.endpoint = CallbackEndpoint.objects.get(application__name="school", family="trtc")

    def tell(self, event_type: int, payload: Mapping[str, Any] | None = None) -> None:
        """Let the vendor call back, now."""
        now = self.clock()
        info = {
            "RoomId": "1234",
            "EventTs": int(now.timestamp()),
            "EventMsTs": round(now.timestamp() * 1000),
            "UserId": self.recording.robot_user_id,
            "TaskId": "task-1",
            "Payload": payload or {},
        }
        raw = json.dumps({"EventGroupId": 3, "EventType": event_type, "EventInfo": info}).encode()
        headers = {"Sign": sign(raw), "SdkAppId": "1400000001"}
        answer = self.client.post(
            f"/callbacks/trtc/{self.endpoint.token}", raw, content_type="application/json", headers=headers
        )
        assert answer.status_code == 200, answer.content

    def record(self, *names: str) -> None:
        """Let it record playlists and leave; 305 is left to the test."""
        self.tell(301, {"Status": 0})
        for name in names:
            self.tell(307, {"FileName": name, "UserId": "", "TrackType": "audio_video", "BeginTimeStamp": BEGAN_MS})
            self.tell(304, {"FileList": name})
        self.clock.forward(60)
        self.tell(302, {"LeaveCode": 0})

    def work(self, seconds: float = 3 * HOUR) -> Recording:
        """Let a worker do what falls due, for so long or until nothing is left to do."""
        until = self.clock() + timedelta(seconds=seconds)
        for _ in range(400):
            advance(self.recording.uuid, gateway=get_gateway(), may_look=True)
            row = reread(self.recording)
            if row.next_check_at is None or row.next_check_at > until:
                break
            StorageProfile.objects.update(paced_until=None)  # of the database's clock, which stands still meanwhile
            self.clock.forward(max((row.next_check_at - self.clock()).total_seconds(), 0.001))
        else:
            raise AssertionError(f"it spins: {row.state}")
        return row

    def files(self) -> dict[str, tuple[str, str | None]]:
        """Return status and reason of each file by name."""
        rows = RecordingFile.objects.filter(recording=self.recording)
        return {row.name: (row.status, row.reason) for row in rows}


Start = Callable[..., Meeting]
