"""Recordings that were started elsewhere, over HTTP: they are seen, told truly, and closed."""

import uuid
from collections.abc import Mapping
from typing import Any

import pytest
from rest_framework.test import APIClient

from applications.models import CallbackEndpoint
from callbacks.keyring import forget_rings
from callbacks.models import Event
from recordings.gateway import get_gateway
from recordings.ids import new_recording_id, robot_name
from recordings.models import FactRow, Recording, RecordingFile, Task
from recordings.services.advance import advance
from recordings.services.rebuild import rebuild_recording
from tests.callbacks.deliver import event
from tests.callbacks.families import SPEAKERS, send, tell
from tests.conftest import Clock
from tests.vendor import Vendor

Endpoints = Mapping[str, CallbackEndpoint]
RECORDINGS = "/api/v1/recordings"


def told_by_trtc(endpoints: Endpoints, event_type: int, payload: Mapping[str, Any], **info: Any) -> int:
    request = SPEAKERS["trtc"].sign(event(event_type, payload, **info))
    return send(endpoints["trtc"], request).status_code


def test_a_task_of_somebody_elses_is_shown_as_foreign(endpoints: Endpoints, api: APIClient) -> None:
    told_by_trtc(endpoints, 301, {"Status": 0}, TaskId="console-1", UserId="recorder_1", RoomId="77")

    (told,) = api.get(RECORDINGS, {"origin": "callback"}).data["results"]
    assert (told["state"], told["origin"], told["provider"]) == ("recording", "callback", "trtc")
    assert (told["room_id"], told["robot_user_id"], told["task_id"]) == ("77", "recorder_1", "console-1")
    assert (told["provisional"], told["record_params"]) == (False, None)
    assert api.get(RECORDINGS, {"origin": "api"}).data["results"] == []
    assert len(api.get(RECORDINGS, {"task_id": "console-1"}).data["results"]) == 1
    assert api.get(RECORDINGS, {"task_id": "console-2"}).data["results"] == []


def test_two_tasks_of_one_robot_name_are_two_recordings(endpoints: Endpoints) -> None:
    told_by_trtc(endpoints, 301, {"Status": 0}, TaskId="console-1", UserId="recorder_1")
    told_by_trtc(endpoints, 301, {"Status": 0}, TaskId="console-2", UserId="recorder_1")
    assert {recording.task_id for recording in Recording.objects.all()} == {"console-1", "console-2"}


def test_a_foreign_recording_can_be_stopped_and_not_changed(
    endpoints: Endpoints, api: APIClient, vendor: Vendor
) -> None:
    told_by_trtc(endpoints, 301, {"Status": 0}, TaskId="console-1")
    address = f"{RECORDINGS}/{Recording.objects.get().pk}"

    assert api.patch(address, {"mix_layout_params": None}, headers={"If-Match": "*"}).status_code == 409
    stopped = api.post(f"{address}/stop")

    assert (stopped.status_code, stopped.data["state"]) == (202, "stopping")
    assert [asked["TaskId"] for asked in vendor.asked("DeleteCloudRecording")] == ["console-1"]


def test_a_robot_of_ours_without_a_row_is_stopped_under_its_old_id(endpoints: Endpoints, vendor: Vendor) -> None:
    """After a backup was restored, a recording runs that nobody knows of."""
    lost = new_recording_id()
    told_by_trtc(endpoints, 309, {"Url": "http://x"}, TaskId="orphan", UserId=robot_name(lost))

    assert Recording.objects.get().pk == lost
    advance(lost, gateway=get_gateway())

    assert [asked["TaskId"] for asked in vendor.asked("DeleteCloudRecording")] == ["orphan"]
    told_by_trtc(endpoints, 302, {"LeaveCode": 0}, TaskId="orphan", UserId=robot_name(lost))
    orphan = Recording.objects.get()
    assert (orphan.state, orphan.origin) == ("finalizing", "callback")


def test_an_orphan_takes_no_id_that_another_recording_has(endpoints: Endpoints) -> None:
    taken = new_recording_id()
    for task in ("one", "two"):
        told_by_trtc(endpoints, 301, {"Status": 0}, TaskId=task, UserId=robot_name(taken))
    assert Recording.objects.count() == 2


def test_names_that_only_look_like_ours_are_foreign(endpoints: Endpoints, vendor: Vendor) -> None:
    for name in ("rec_x", "rec_" + "z" * 25, robot_name(uuid.uuid4()), robot_name(new_recording_id()).upper()):
        told_by_trtc(endpoints, 301, {"Status": 0}, TaskId=f"task of {name}", UserId=name)
    assert {recording.state for recording in Recording.objects.all()} == {"recording"}


@pytest.mark.parametrize("family", ["tiw", "gme", "css"])
def test_what_runs_elsewhere_cannot_be_stopped_here(family: str, endpoints: Endpoints, api: APIClient) -> None:
    sample = {"tiw": "online_record_started", "gme": "1_file_started", "css": "332_record_start_succeeded"}[family]
    tell(endpoints[family], SPEAKERS[family].sample(sample))
    answer = api.post(f"{RECORDINGS}/{Recording.objects.get().pk}/stop")
    assert (answer.status_code, answer.data["errors"][0]["code"]) == (409, "started_elsewhere")


@pytest.mark.parametrize("family", ["gme", "css"])
def test_the_quiet_period_of_the_application_closes_a_recording(
    family: str, endpoints: Endpoints, clock: Clock, vendor: Vendor
) -> None:
    CallbackEndpoint.objects.filter(pk=endpoints[family].pk).update(quiet_seconds=120)
    forget_rings()
    sample = {"gme": "3_file_uploaded", "css": "100_file"}[family]
    tell(endpoints[family], SPEAKERS[family].sample(sample))
    recording = Recording.objects.get()
    assert recording.deadline_at is not None

    clock.forward(100)
    advance(recording.uuid, gateway=get_gateway())
    recording.refresh_from_db()
    assert recording.state == "finalizing"

    clock.forward(30)
    advance(recording.uuid, gateway=get_gateway())
    recording.refresh_from_db()
    assert (recording.state, recording.reason) == ("completed", "quiet")
    assert recording.provisional_reason == {"gme": None, "css": "weak_signature"}[family]
    assert rebuild_recording(recording.uuid, write=False) == []


def test_everything_learnt_of_a_whiteboard_recording_is_told(endpoints: Endpoints, api: APIClient) -> None:
    tell(endpoints["tiw"], SPEAKERS["tiw"].sample("online_record_finished"))
    told = api.get(f"{RECORDINGS}/{Recording.objects.get().pk}").data
    assert (told["state"], told["reason"], told["provisional"]) == ("completed", "stopped", True)
    assert (told["room_id"], told["robot_user_id"]) == ("880528", "tic_record_user_880528_test-01")
    assert told["details"]["exception_count"] == 0
    files = api.get(f"{RECORDINGS}/{told['id']}/files").data
    assert [(file["media_id"], file["size"], file["duration_ms"], file["offset_ms"]) for file in files] == [
        ("mix", 402038, 18222, 95),
        ("mix", 765545, 18205, 3),
        ("board", 226337, 17605, 623),
        ("main", 593418, 17969, 0),
    ]


def test_credentials_of_a_stream_are_nowhere(endpoints: Endpoints, caplog: pytest.LogCaptureFixture) -> None:
    body = SPEAKERS["css"].sample("100_file") | {"stream_param": "txSecret=PUSHSECRET&txTime=1"}
    body["callback_ext"] = '{"stream_param": "txSecret=PUSHSECRET", "session_id": "9"}'

    assert tell(endpoints["css"], body) == 200

    kept = [bytes(body) for body in Event.objects.values_list("body", flat=True)]
    kept += [str(data).encode() for data in FactRow.objects.values_list("data", flat=True)]
    kept += [str(row).encode() for row in RecordingFile.objects.values()] + [caplog.text.encode()]
    kept += [str(row).encode() for row in Recording.objects.values()]
    assert not [text for text in kept if b"PUSHSECRET" in text]


def test_ids_of_two_families_do_not_meet(endpoints: Endpoints) -> None:
    gme = SPEAKERS["gme"].sample("1_file_started")
    css = SPEAKERS["css"].sample("332_record_start_succeeded") | {"session_id": str(gme["TaskID"])}
    tell(endpoints["gme"], gme)
    tell(endpoints["css"], css)
    assert Recording.objects.count() == Task.objects.count() == 2


@pytest.mark.parametrize("group", [1, 2, 8])
def test_events_of_rooms_and_web_pages_are_kept_and_move_nothing(group: int, endpoints: Endpoints) -> None:
    request = SPEAKERS["trtc"].sign(event(101).replace(b'"EventGroupId": 3', f'"EventGroupId": {group}'.encode()))
    assert send(endpoints["trtc"], request).status_code == 200
    assert Event.objects.get().verdict == "kept"
    assert not Recording.objects.exists()


def test_a_test_callback_moves_nothing(endpoints: Endpoints) -> None:
    assert told_by_trtc(endpoints, 301, {"Status": 0}, TaskId="wiring-test-1") == 200
    assert Event.objects.get().verdict == "test"
    assert not Recording.objects.exists()


def test_an_event_from_the_future_does_not_move_a_deadline_there(endpoints: Endpoints) -> None:
    told_by_trtc(endpoints, 302, {"LeaveCode": 0}, TaskId="t", EventMsTs=4_000_000_000_000)
    recording = Recording.objects.get()
    assert recording.deadline_at is not None
    assert (recording.deadline_at - recording.created_at).days < 2
