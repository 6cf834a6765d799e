"""Callbacks over HTTP: who is believed, what is stored, what it moves."""

import threading

import pytest
from django.db import connection, connections
from django.test import Client

from applications.models import Application, CallbackEndpoint, StorageProfile
from callbacks.keyring import forget_rings
from callbacks.models import Event, Verdict
from recordings.gateway import get_gateway
from recordings.models import FactRow, Recording, Transition
from recordings.parameters import RecordingParameters
from recordings.services.start import StartRequest, start_recording
from recordings.states.vocabulary import State
from tests.callbacks.deliver import KEY, SAMPLES, deliver, event, read_sample, sign
from tests.vendor import Vendor, timed_out


@pytest.fixture
def endpoint(application: Application) -> CallbackEndpoint:
    return CallbackEndpoint.objects.select_related("application").get(application=application)


@pytest.fixture
def recording(application: Application, storage_profile: StorageProfile, vendor: Vendor) -> Recording:
    """Return a recording of room 1234, HLS and mixed, whose create the vendor accepted."""
    parameters = RecordingParameters.model_validate({"room_id": "1234", "record_params": {"record_mode": "mixed"}})
    request = StartRequest(application=application, parameters=parameters, storage_profile=storage_profile)
    return start_recording(request=request, gateway=get_gateway()).recording


def test_an_authentic_callback_moves_its_recording(endpoint: CallbackEndpoint, recording: Recording) -> None:
    answer = deliver(endpoint, event(301, {"Status": 0}, TaskId=recording.task_id))

    assert (answer.status_code, answer.content) == (200, b'{"code": 0}')
    recording.refresh_from_db()
    assert (recording.state, recording.media) == ("recording", "waiting")
    assert Event.objects.get().verdict == Verdict.APPLIED


def test_a_repeated_callback_changes_nothing(endpoint: CallbackEndpoint, recording: Recording) -> None:
    """A retry has a new sending time; it is the same event."""
    body = event(301, {"Status": 0}, TaskId=recording.task_id)
    deliver(endpoint, body)
    moves, version = Transition.objects.count(), Recording.objects.get().version

    answer = deliver(endpoint, body.replace(b"1622186275913", b"1622186285913"))

    assert answer.status_code == 200
    assert (Event.objects.count(), Transition.objects.count()) == (1, moves)
    assert Recording.objects.get().version == version


def test_the_whole_story_of_a_recording_ends_completed(endpoint: CallbackEndpoint, recording: Recording) -> None:
    for body in _story(recording):
        assert deliver(endpoint, body).status_code == 200

    recording.refresh_from_db()
    assert (recording.state, recording.reason, recording.verified) == ("completed", "stopped", False)
    assert [(file.kind, file.status) for file in recording.files.all()] == [("hls", "reported")]


def test_the_story_told_backwards_ends_the_same(endpoint: CallbackEndpoint, recording: Recording) -> None:
    for body in reversed(_story(recording)):
        deliver(endpoint, body)

    recording.refresh_from_db()
    assert (recording.state, recording.reason) == ("completed", "stopped")


def _story(recording: Recording) -> list[bytes]:
    task = recording.task_id
    return [
        event(301, {"Status": 0}, TaskId=task),
        event(303, {"Status": 0}, TaskId=task),
        event(307, {"FileName": "a.m3u8", "TrackType": "audio_video", "BeginTimeStamp": 1622186279144}, TaskId=task),
        event(304, {"FileList": "a.m3u8"}, TaskId=task),
        event(302, {"LeaveCode": 0}, TaskId=task, EventMsTs=1622186375123),
        event(305, {"Status": 0}, TaskId=task, EventMsTs=1622186375823),
    ]


def test_a_callback_before_the_creates_answer_adopts_its_task(
    endpoint: CallbackEndpoint, application: Application, storage_profile: StorageProfile, vendor: Vendor
) -> None:
    """The answer was lost; the robot's name in the callback tells whose task it is."""
    vendor.will("CreateCloudRecording", timed_out())
    parameters = RecordingParameters.model_validate({"room_id": "1234", "record_params": {"record_mode": "mixed"}})
    request = StartRequest(application=application, parameters=parameters, storage_profile=storage_profile)
    recording = start_recording(request=request, gateway=get_gateway()).recording
    assert (recording.state, recording.task_id) == ("starting", "")

    deliver(endpoint, event(301, {"Status": 0}, TaskId="task-9", UserId=recording.robot_user_id))

    recording.refresh_from_db()
    assert (recording.state, recording.task_id) == ("recording", "task-9")


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_of_the_vendor_is_accepted(name: str, endpoint: CallbackEndpoint, recording: Recording) -> None:
    body = read_sample(name).replace(b'"TaskId": "xx"', f'"TaskId": "{recording.task_id}"'.encode())

    assert deliver(endpoint, body).status_code == 200
    assert Event.objects.get().verdict == Verdict.APPLIED
    assert FactRow.objects.filter(source="callback").count() == 1


def test_an_unknown_task_is_kept_and_answered_as_any_other(endpoint: CallbackEndpoint) -> None:
    assert deliver(endpoint, event(301, {"Status": 0}, TaskId="made-elsewhere")).status_code == 200
    assert Event.objects.get().verdict == Verdict.APPLIED


@pytest.mark.parametrize("sent", ["", "x", sign(b"other"), sign(event(301), "other-key"), "签名"])
def test_a_wrong_signature_is_refused_and_nothing_stored(sent: str, endpoint: CallbackEndpoint) -> None:
    assert deliver(endpoint, event(301), sent_sign=sent).status_code == 401
    assert not Event.objects.exists()


def test_the_previous_key_verifies_until_it_is_removed(endpoint: CallbackEndpoint) -> None:
    endpoint.previous_key, endpoint.current_key = KEY, "new-key"
    endpoint.save()
    assert deliver(endpoint, event(301, {"Status": 0})).status_code == 200

    endpoint.previous_key = ""
    endpoint.save()
    forget_rings()
    assert deliver(endpoint, event(301, {"Status": 1})).status_code == 401


def test_an_endpoint_without_a_key_accepts_nobody(endpoint: CallbackEndpoint) -> None:
    endpoint.current_key = ""
    endpoint.save()
    assert deliver(endpoint, event(301), sent_sign=sign(event(301), "")).status_code == 401


def test_another_applications_key_or_name_is_refused(
    endpoint: CallbackEndpoint, other_application: Application
) -> None:
    theirs = CallbackEndpoint.objects.get(application=other_application)
    theirs.current_key = "their-key"
    theirs.save()
    assert deliver(endpoint, event(301), sent_sign=sign(event(301), "their-key")).status_code == 401
    assert deliver(endpoint, event(301), headers={"SdkAppId": "1400000002"}).status_code == 401


def test_unknown_addresses_answer_as_bad_signatures_do(endpoint: CallbackEndpoint) -> None:
    bad = deliver(endpoint, event(301), sent_sign="x")
    for address in (f"/callbacks/trtc/{'x' * 43}", f"/callbacks/tiw/{endpoint.token}", "/callbacks/trtc/a%00b"):
        unknown = Client().post(address, event(301), content_type="application/json", headers={"Sign": "x"})
        assert (unknown.status_code, unknown.content) == (bad.status_code, bad.content)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"[]", 400), (event(301, TaskId="a\0b"), 400), (b"x" * 300_000, 413), (b"[" * 60_000, 400)],
)  # fmt: skip
def test_signed_rubbish_is_the_senders_fault(body: bytes, status: int, endpoint: CallbackEndpoint) -> None:
    assert deliver(endpoint, body).status_code == status
    assert not Event.objects.exists()


def test_only_json_by_post_is_taken(endpoint: CallbackEndpoint) -> None:
    address = f"/callbacks/trtc/{endpoint.token}"
    assert Client().get(address).status_code == 405
    assert Client().put(address).status_code == 405
    assert deliver(endpoint, event(301), content_type="text/plain").status_code == 415


def test_a_late_fact_never_takes_a_terminal_state_back(endpoint: CallbackEndpoint, recording: Recording) -> None:
    for body in _story(recording):
        deliver(endpoint, body)
    deliver(endpoint, event(305, {"Status": 1}, TaskId=recording.task_id, EventMsTs=1622186376000))
    deliver(endpoint, event(301, {"Status": 1}, TaskId=recording.task_id))

    recording.refresh_from_db()
    assert recording.state == State.COMPLETED


@pytest.mark.django_db(transaction=True)
def test_equal_callbacks_at_once_have_one_effect(endpoint: CallbackEndpoint, recording: Recording) -> None:
    """Eight threads deliver the same twelve events, each on a connection of its own."""
    bodies = [event(309, {"Url": f"http://x/{n}"}, TaskId=recording.task_id) for n in range(6)] + _story(recording)
    statuses: list[int] = []
    start = threading.Barrier(8)

    def send() -> None:
        start.wait()
        try:
            statuses.extend(deliver(endpoint, body).status_code for body in bodies)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 96
    assert Event.objects.count() == 12
    assert FactRow.objects.filter(source="callback").count() == 12
    recording.refresh_from_db()
    assert recording.state == State.COMPLETED


def test_facts_cannot_be_rewritten(recording: Recording) -> None:
    from django.db import InternalError, ProgrammingError, transaction  # noqa: PLC0415

    with pytest.raises((InternalError, ProgrammingError), match="append-only"), transaction.atomic():
        FactRow.objects.update(kind="x")
    assert connection.is_usable()
