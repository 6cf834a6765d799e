"""Callback ingestion against the floor: verified, stored, applied and committed, next to one bare INSERT."""

import base64
import hashlib
import hmac
import json
import os
import statistics
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from applications.models import Application, CallbackEndpoint, StorageProfile
from applications.services import create_application
from benchmarks.load import Load, post, send_all
from demo.processes import Processes, free_port
from recordings.gateway import get_gateway
from recordings.models import Recording
from recordings.parameters import RecordingParameters
from recordings.services.ledger import apply_facts
from recordings.services.start import StartRequest, start_recording
from recordings.states.facts import Fact, FactKind, Source

ROUNDS = 5
LANES = 32
RECORDINGS_A_LANE = 7
KEY = "benchmark"


def run(folder: Path) -> None:
    """Print the rates of both, round by round in turn, and their ratio."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE benchmark_floor (id bigserial PRIMARY KEY, body bytea)")
    application = create_application(
        fields={"name": "bench", "sdk_app_id": 1400000009, "secret_id": "-", "secret_key": "-", "sdk_secret_key": "-"},
        callback_key=KEY,
        storage={"name": "s", "kind": "cos", "region": "r", "bucket": "b", "access_key": "-", "secret_key": "-"},
    )
    web_port, floor_port = free_port(8100), free_port(8300)
    rounds: list[tuple[Load, Load]] = []
    with Processes(folder, dict(os.environ)) as processes:
        processes.start("web", ["manage.py", "serve", "--port", str(web_port)])
        processes.start("floor", ["-m", "benchmarks.floor", str(floor_port)])
        processes.wait_for("web", f"http://127.0.0.1:{web_port}/api/schema/")
        processes.wait_for("floor", f"http://127.0.0.1:{floor_port}/")
        for number in range(ROUNDS + 1):
            lanes = _lanes(application, number)
            bare = [[post("/insert", request.partition(b"\r\n\r\n")[2], {}) for request in lane] for lane in lanes]
            floor = send_all(("127.0.0.1", floor_port), bare)
            ours = send_all(("127.0.0.1", web_port), lanes)
            if number > 0:  # the first warms both up
                rounds.append((ours, floor))
                _print_round(number, ours, floor)
    left = Recording.objects.exclude(state="completed").count()
    ratio = statistics.median(ours.rate / floor.rate for ours, floor in rounds)
    print(f"recordings that did not reach completed: {left}")
    print(f"callback ingestion / bare INSERT: {ratio:.2f} (median of {ROUNDS} rounds)")


def _print_round(number: int, ours: Load, floor: Load) -> None:
    print(
        f"round {number}: ours {ours.rate:5.0f}/s p50 {ours.percentile_ms(50):5.1f} "
        f"p99 {ours.percentile_ms(99):5.1f} ms"
        f"  floor {floor.rate:6.0f}/s p99 {floor.percentile_ms(99):5.1f} ms   ratio {ours.rate / floor.rate:.2f}"
        f"   answers {ours.statuses}   generator {ours.cpu_seconds / ours.seconds:.0%} of a core"
    )


def _lanes(application: Application, number: int) -> list[list[bytes]]:
    """Return, for each connection, the callbacks of whole recordings one after another."""
    endpoint = CallbackEndpoint.objects.get(application=application)
    profile = StorageProfile.objects.get(application=application)
    path = f"/callbacks/trtc/{endpoint.token}"
    lanes = []
    for lane in range(LANES):
        requests: list[bytes] = []
        for index in range(RECORDINGS_A_LANE):
            recording = _accepted(application, profile, f"{number}-{lane}-{index}")
            requests += [_signed(path, body) for body in _bodies(recording)]
        lanes.append(requests)
    return lanes


def _accepted(application: Application, profile: StorageProfile, room_id: str) -> Recording:
    """Return a recording whose create the vendor accepted."""
    parameters = RecordingParameters.model_validate(
        {
            "room_id": room_id,
            "room_id_type": "string",
            "record_params": {"record_mode": "mixed", "output_format": "hls_mp4"},
        }
    )
    request = StartRequest(application=application, parameters=parameters, storage_profile=profile)
    recording = start_recording(request=request, gateway=get_gateway(), attempt_now=False).recording
    now = timezone.now()
    facts = [
        Fact(kind=FactKind.CREATE_SENT, source=Source.VENDOR, key="sent", occurred_at=now, received_at=now,
             data={"attempt": 1}),
        Fact(kind=FactKind.CREATE_ACCEPTED, source=Source.VENDOR, key="answer", occurred_at=now, received_at=now,
             task_id=f"task-{recording.pk}", data={"attempt": 1, "request_id": "r"}),
    ]  # fmt: skip
    with transaction.atomic():
        apply_facts(recording=recording, facts=facts)
    return recording


def _bodies(recording: Recording) -> list[bytes]:
    name = f"1400000009_{recording.room_id}.m3u8"
    file = {"FileName": name.replace("m3u8", "mp4"), "UserId": "", "TrackType": "audio_video", "MediaId": "mix",
            "StartTimeStamp": 1622186279144, "EndTimeStamp": 1622186379144}  # fmt: skip
    payloads = [
        (301, {"Status": 0}),
        (303, {"Status": 0}),
        (307, {"FileName": name, "UserId": "", "TrackType": "audio_video", "BeginTimeStamp": 1622186279144}),
        (304, {"FileList": name}),
        (302, {"LeaveCode": 0}),
        (305, {"Status": 0}),
        (310, {"Status": 0, "FileList": [file["FileName"]], "FileMessage": [file]}),
    ]
    now = int(timezone.now().timestamp() * 1000)
    return [
        json.dumps(
            {
                "EventGroupId": 3,
                "EventType": event_type,
                "CallbackTs": now + 40,
                "EventInfo": {
                    "RoomId": recording.room_id,
                    "EventTs": now // 1000,
                    "EventMsTs": now + step,
                    "UserId": recording.robot_user_id,
                    "TaskId": f"task-{recording.pk}",
                    "Payload": payload,
                },
            },
            indent="\t",
        ).encode()
        for step, (event_type, payload) in enumerate(payloads)
    ]


def _signed(path: str, body: bytes) -> bytes:
    sign = base64.b64encode(hmac.digest(KEY.encode(), body, hashlib.sha256)).decode()
    return post(path, body, {"Sign": sign, "SdkAppId": "1400000009"})
