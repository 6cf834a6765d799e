"""What goes wrong with media: in storage it shows as the events tell it, or as they do not."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.sandbox.driver import Application, Params, Sandbox, wait_until
from tests.sandbox.film import Film, Index
from tests.sandbox.test_media import files_of, record

SMALL = {"Width": 64, "Height": 36, "Fps": 15, "BitRate": 100_000, "Gop": 10}
HLS: Params = {"MixTranscodeParams": {"VideoParams": SMALL}}
MP4: Params = {**HLS, "RecordParams__OutputFormat": 1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("storage")


@pytest.fixture(scope="module")
def cinema(folder: Path) -> Iterator[Sandbox]:
    process = Sandbox(speed=20, arguments=["--storage", f"folder:{folder}"])
    yield process
    assert process.stop() == 0


@pytest.fixture
def app(cinema: Sandbox) -> Application:
    return Application(cinema)


def test_success_may_leave_an_empty_bucket(app: Application, folder: Path) -> None:
    app.break_with({"kind": "lose_files"})
    task_id = record(app, "alice", seconds=0.3, **MP4)

    assert app.finish(task_id) == [301, 303, 307, 304, 302, 305, 310]
    assert app.payloads(task_id, 305) == [{"Status": 0}]
    assert app.payloads(task_id, 310)[0]["FileList"] == [f"{app.sdk_app_id}_1234.mp4"]
    assert files_of(folder, task_id) == {}


def test_one_of_three_parts_gets_lost(cinema: Sandbox, app: Application, folder: Path) -> None:
    app.break_with({"kind": "lose_files", "file": "*_2.mp4"})
    with cinema.at_speed(120):
        task_id = record(app, "alice", seconds=1.1, RecordParams__MaxMediaFileDuration=1, **MP4)
        app.delete(task_id)
        app.wait_for_state(task_id, "ended")

    told = [payload["FileList"][0] for payload in app.payloads(task_id, 310)]
    stored = files_of(folder, task_id)
    assert told == [f"{app.sdk_app_id}_1234_{part}.mp4" for part in (1, 2, 3)]
    assert [name for name in stored if name.endswith(".mp4")] == ["1234_1.mp4", "1234_3.mp4"]
    assert Film(stored["1234_3.mp4"]).frames > 0


def test_a_stuck_upload_is_repaired_later(app: Application, folder: Path) -> None:
    app.break_with({"kind": "fail_upload", "repair_after": 20})
    task_id = record(app, "alice", seconds=0.8, **HLS)
    app.delete(task_id)
    app.wait_for_event(task_id, 305)

    index = files_of(folder, task_id)["1234.m3u8"]
    stuck = Index(index.read_text())
    assert not stuck.is_ended
    app.wait_for_event(task_id, 305, times=2)
    repaired = Index(index.read_text())
    assert repaired.is_ended
    assert len(repaired.pieces) > len(stuck.pieces)


def test_an_upload_that_fails_from_the_start_leaves_nothing(app: Application, folder: Path) -> None:
    app.break_with({"kind": "fail_upload", "stage": "start"})
    task_id = record(app, "alice", seconds=0.2, **MP4)
    app.finish(task_id)

    assert files_of(folder, task_id) == {}


def test_a_storage_may_refuse_to_be_written(app: Application, folder: Path) -> None:
    app.break_with({"kind": "refuse_storage", "code": "NoSuchBucket", "message": "Wrong region."})
    task_id = record(app, "alice", seconds=0.2, **MP4)

    assert app.finish(task_id) == [301, 303, 307, 302, 308, 305, 310]
    assert app.payloads(task_id, 308) == [{"Code": "NoSuchBucket", "Message": "Wrong region."}]
    assert app.payloads(task_id, 305) == [{"Status": 1}]
    assert app.payloads(task_id, 310)[0]["Status"] == 2
    assert files_of(folder, task_id) == {}


def test_a_storage_may_refuse_to_be_read(app: Application, folder: Path) -> None:
    app.break_with({"kind": "refuse_storage", "operation": "read"})
    task_id = record(app, "alice", seconds=0.2, **MP4)

    assert app.finish(task_id)[-2:] == [305, 310]
    assert app.payloads(task_id, 305) == [{"Status": 0}]
    assert app.payloads(task_id, 310)[0]["Status"] == 2
    assert "1234.m3u8" in files_of(folder, task_id)
    assert "1234.mp4" not in files_of(folder, task_id)


def test_a_stuck_mp4_comes_late(app: Application, folder: Path) -> None:
    app.break_with({"kind": "fail_mp4", "status": 1, "repair_after": 20})
    task_id = record(app, "alice", seconds=0.2, **MP4)
    app.delete(task_id)
    app.wait_for_event(task_id, 310)

    assert "1234.mp4" not in files_of(folder, task_id)
    app.wait_for_event(task_id, 310, times=2)
    assert [payload["Status"] for payload in app.payloads(task_id, 310)] == [1, 0]
    assert "1234.mp4" in files_of(folder, task_id)


def test_another_machine_writes_files_of_its_own(app: Application, folder: Path) -> None:
    task_id = record(app, "alice", seconds=0.3, **MP4)
    app.sandbox.control("POST", f"/tasks/{task_id}/failover")
    app.wait_for_event(task_id, 306)
    wait_until(lambda: app.event_types(task_id).count(304) == 2)
    app.finish(task_id)

    path = folder / "b-1" / task_id
    first, second = (path / f"{mark}{app.sdk_app_id}_1234.m3u8" for mark in ("", "ha1_"))
    before, after = Index(first.read_text()), Index(second.read_text())
    assert (before.is_ended, after.is_ended) == (False, True)
    assert all(piece.name.startswith("ha1_") and (path / piece.name).is_file() for piece in after.pieces)
    assert after.pieces[0].start_ms >= before.pieces[-1].start_ms
    covered = before.seconds + after.seconds
    assert abs(Film(path / f"{app.sdk_app_id}_1234.mp4").frames / SMALL["Fps"] - covered) < 0.3


def test_s3_takes_the_files_into_the_bucket_that_exists() -> None:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1", **keys)
    client.create_bucket(Bucket="b-1")
    process = Sandbox(speed=20, arguments=["--storage", f"s3:http://{host}:{port}"])
    try:
        app = Application(process)
        task_id = record(app, "alice", seconds=0.3, **MP4)
        app.finish(task_id)
        lost = record(app, "alice", seconds=0.3, StorageParams__CloudStorage__Bucket="nowhere", **MP4)
        app.finish(lost)
        refusals = [payload["Code"] for payload in app.payloads(lost, 308)]
    finally:
        process.stop()
    listed = [entry["Key"] for entry in client.list_objects_v2(Bucket="b-1")["Contents"]]
    client.close()
    server.stop()

    assert refusals == ["NoSuchBucket"]
    assert {key.rsplit(".", 1)[-1] for key in listed} == {"m3u8", "ts", "mp4"}
    assert all(key.startswith(f"{task_id}/{app.sdk_app_id}_1234") for key in listed)
