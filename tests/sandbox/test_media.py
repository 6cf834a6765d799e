"""Media that the sandbox makes: what is seen, heard, named and tagged."""

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.driver import Application, Params, Sandbox, wait_until
from tests.sandbox.film import Film, Index, is_near

SPEED = 20
VIDEO = {"Width": 320, "Height": 180, "Fps": 15, "BitRate": 500_000, "Gop": 10}
SINGLE: Params = {"RecordParams__RecordMode": 1}
MIXED_MP4: Params = {"RecordParams__OutputFormat": 1, "MixTranscodeParams": {"VideoParams": VIDEO}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("storage")


@pytest.fixture(scope="module")
def cinema(folder: Path) -> Iterator[Sandbox]:
    """A sandbox that writes into the folder."""
    process = Sandbox(speed=SPEED, arguments=["--storage", f"folder:{folder}"])
    yield process
    assert process.stop() == 0


@pytest.fixture
def app(cinema: Sandbox) -> Application:
    return Application(cinema)


def record(app: Application, *users: str, seconds: float = 1.0, **changes: Any) -> str:
    """Record these users for so long (real time) after their streams flow."""
    task_id = app.create(**changes)
    for user in users:
        app.publish(user)
    wait_until(lambda: bool(app.describe(task_id)["Status"] == "InProgress"))
    time.sleep(seconds)
    return task_id


def files_of(folder: Path, task_id: str) -> dict[str, Path]:
    """Return the stored files of a task by what comes after `<sdkappid>_`."""
    return {path.name.partition("_")[2]: path for path in sorted((folder / "b-1" / task_id).glob("*"))}


def colors_of(app: Application, task_id: str) -> dict[str, str]:
    return {one["user_id"]: one["color"] for one in app.task(task_id)["cast"]}


def tones_of(app: Application, task_id: str) -> dict[str, int]:
    return {one["user_id"]: one["tone_hz"] for one in app.task(task_id)["cast"]}


def test_a_mixed_mp4_shows_each_tile_where_the_layout_of_the_moment_puts_it(app: Application, folder: Path) -> None:
    task_id = record(app, "alice", "bob", "chen", **MIXED_MP4)
    share = {"MixLayoutMode": 2, "MaxResolutionUserId": "bob", "BackGroundColor": "#204060"}
    app.call("ModifyCloudRecording", {"TaskId": task_id, "MixLayoutParams": share})
    changed_ms = time.time_ns() // 1_000_000
    time.sleep(0.8)
    app.finish(task_id)

    film = Film(files_of(folder, task_id)["1234.mp4"])
    color = colors_of(app, task_id)
    before = {(80, 45): color["alice"], (240, 45): color["bob"], (80, 135): color["chen"], (200, 120): "#000000"}
    for (x, y), wanted in before.items():
        assert is_near(film.color_at(0.3, x, y), wanted), (x, y)
    after_seconds = (changed_ms - app.task(task_id)["files"][0]["begin_ms"]) / 1000 + 0.2
    after = {(128, 90): color["bob"], (288, 22): color["alice"], (288, 67): color["chen"], (288, 120): "#204060"}
    for (x, y), wanted in after.items():
        assert is_near(film.color_at(after_seconds, x, y), wanted), (x, y)


def test_who_enters_is_seen_and_heard_from_then_on(app: Application, folder: Path) -> None:
    task_id = record(app, "alice", seconds=0.8, **MIXED_MP4)
    app.publish("bob")
    entered_ms = time.time_ns() // 1_000_000
    time.sleep(0.8)
    app.finish(task_id)

    film = Film(files_of(folder, task_id)["1234.mp4"])
    color, tone = colors_of(app, task_id), tones_of(app, task_id)
    entered = (entered_ms - app.task(task_id)["files"][0]["begin_ms"]) / 1000
    assert is_near(film.color_at(0.2, 240, 90), color["alice"])
    assert is_near(film.color_at(entered + 0.2, 240, 90), color["bob"])
    assert film.hears(tone["alice"], start=0.1, end=0.5)
    assert not film.hears(tone["bob"], start=0.1, end=0.5)
    assert film.hears(tone["alice"], start=entered + 0.1, end=entered + 0.5)
    assert film.hears(tone["bob"], start=entered + 0.1, end=entered + 0.5)


def test_single_streams_are_stored_by_user_and_track(app: Application, folder: Path) -> None:
    task_id = record(app, "a???", "bob", seconds=0.6, **SINGLE)
    app.finish(task_id)

    files = files_of(folder, task_id)
    users = ("YT8-Pw..", "Ym9i")  # Base64, "/" as "-" and "=" as "."
    stems = {f"1234__UserId_s_{user}__UserId_e_main_{track}" for user in users for track in ("audio", "video")}
    assert {name.removesuffix(".m3u8") for name in files if name.endswith(".m3u8")} == stems
    assert {name[: -len("_20261121155354886.ts")] for name in files if name.endswith(".ts")} == stems
    tone, color = tones_of(app, task_id), colors_of(app, task_id)
    bob = "1234__UserId_s_Ym9i__UserId_e_main_{}.m3u8"
    assert Film(files[bob.format("audio")]).hears(tone["bob"], start=0, end=0.5)
    assert not Film(files[bob.format("audio")]).hears(tone["a???"], start=0, end=0.5)
    assert is_near(Film(files[bob.format("video")]).color_at(0.2, 320, 240), color["bob"])


@pytest.mark.parametrize("track", ["audio", "video"])
def test_an_index_tells_the_truth_about_its_segments(app: Application, folder: Path, track: str) -> None:
    task_id = record(app, "alice", seconds=1.6, **SINGLE)
    app.finish(task_id)

    files = files_of(folder, task_id)
    path = files[f"1234__UserId_s_YWxpY2U.__UserId_e_main_{track}.m3u8"]
    index = Index(path.read_text())
    told = next(file for file in app.task(task_id)["files"] if file["track"] == track)
    assert index.is_ended
    assert index.tag("START-REC-TIME") == str(told["begin_ms"])
    assert (index.tag("USER-ID"), index.tag("MEDIA-ID"), index.tag("MIX-STREAM")) == ("alice", "main", "0")
    assert index.tag("STREAM-TYPE") == {"audio": "0", "video": "1"}[track]
    assert len(index.pieces) > 1
    expected_ms = told["begin_ms"]
    for piece in index.pieces:
        assert piece.stamp_ms == piece.start_ms
        assert abs(piece.start_ms - expected_ms) <= 2
        assert piece.size == (path.parent / piece.name).stat().st_size
        assert piece.size % 188 == 0
        expected_ms = piece.start_ms + round(piece.seconds * 1000)
    assert abs(expected_ms - told["end_ms"]) < 70  # a frame


def test_segments_play_without_a_seam(app: Application, folder: Path) -> None:
    task_id = record(app, "alice", seconds=1.6, MixTranscodeParams={"VideoParams": VIDEO})
    app.finish(task_id)

    path = files_of(folder, task_id)["1234.m3u8"]
    index, film = Index(path.read_text()), Film(path)
    assert len(index.pieces) > 1
    assert film.complaints == ""
    assert film.frames == round(index.seconds * VIDEO["Fps"])
    assert abs(len(film.samples) / 16_000 - index.seconds) < 0.05
    # Three periods of the tone sound the same wherever they are cut out; a seam would have a dip or a crack.
    loudness = [sum(x * x for x in film.samples[at : at + 160]) for at in range(1600, len(film.samples) - 1600, 160)]
    assert tones_of(app, task_id)["alice"] == 300
    assert max(loudness) / min(loudness) < 1.2


def test_an_index_ends_only_with_the_recording(app: Application, folder: Path) -> None:
    task_id = record(app, "alice", seconds=0, MixTranscodeParams={"VideoParams": VIDEO})
    app.wait_for_event(task_id, 304)

    path = files_of(folder, task_id)["1234.m3u8"]
    early = Index(path.read_text())
    assert early.pieces
    assert not early.is_ended
    app.finish(task_id)
    assert Index(path.read_text()).is_ended


def test_whoever_is_away_leaves_a_gap(app: Application, folder: Path) -> None:
    task_id = record(app, "alice", seconds=0.6, **SINGLE)
    app.unpublish("alice")
    time.sleep(1)
    app.publish("alice")
    time.sleep(0.6)
    app.finish(task_id)

    path = files_of(folder, task_id)["1234__UserId_s_YWxpY2U.__UserId_e_main_video.m3u8"]
    pieces = Index(path.read_text()).pieces
    pauses = [late.start_ms - early.start_ms - early.seconds * 1000 for early, late in pairwise(pieces)]
    assert max(pauses) > 900
    assert sum(pause > 10 for pause in pauses) == 1


def test_aac_has_the_sound_alone(app: Application, folder: Path) -> None:
    task_id = record(app, "alice", seconds=0.6, RecordParams__OutputFormat=2)
    app.finish(task_id)

    film = Film(files_of(folder, task_id)["1234.aac"])
    assert film.hears(tones_of(app, task_id)["alice"], start=0.1, end=0.5)


def test_a_prefix_leads_to_the_folder_of_the_task(app: Application, folder: Path) -> None:
    storage = {"StorageParams__CloudStorage__FileNamePrefix": ["a", "b"], "StorageParams__CloudStorage__Bucket": "b-2"}
    task_id = record(app, "alice", seconds=0.2, MixTranscodeParams={"VideoParams": VIDEO}, **storage)
    app.finish(task_id)

    assert (folder / "b-2" / "a" / "b" / task_id / f"{app.sdk_app_id}_1234.m3u8").is_file()
