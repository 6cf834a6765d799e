"""How the command says what is wrong, and what it leaves behind."""

import shutil
import signal
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import CommandParser

from recordings.management.commands.merge_recordings import Command
from tests.recordings.merge.conftest import ALICE
from tests.recordings.merge.media import Clip, name_track, write_track


def refuse(*arguments: object) -> CommandError:
    """Return the error of a merge that is refused."""
    with pytest.raises(CommandError) as caught:
        call_command("merge_recordings", *map(str, arguments), stdout=StringIO(), stderr=StringIO())
    return caught.value


def test_what_is_not_said_is_asked_for(tmp_path: Path) -> None:
    assert (refuse().returncode, "-f DIR" in str(refuse())) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-m", "2"], "argument -m: invalid choice"),
        (["-a", "3"], "argument -a: invalid choice"),
        (["-p", "fast"], "argument -p: invalid int value"),
        (["-r", "640"], "argument -r: expected 2 arguments"),
        (["-r", "0", "10"], "-r takes a width and a height"),
    ],
)
def test_wrong_options_are_named(tmp_path: Path, arguments: list[str], words: str) -> None:
    assert words in str(refuse("-f", tmp_path, *arguments))


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "There is no playlist"),
        ({"index.m3u8": "#EXTM3U\n"}, "named as recordings are"),
        ({"1400123456_12345.m3u8": "<html>"}, "No playlist can be read"),
        ({"1400123456_12345.m3u8": "#EXTM3U\n#EXTINF:2,\na.ts\n"}, "No playlist names a segment that is there"),
        (
            {"1_2__UserId_s_YWJj__UserId_e_aux_video.m3u8": "#EXTM3U\n#EXTINF:2,\na.ts\n", "a.ts": "x"},
            "There are only substreams",
        ),
    ],
)
def test_a_folder_with_nothing_to_merge_says_why(tmp_path: Path, files: dict[str, str], words: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    error = refuse("-f", tmp_path)

    assert error.returncode == 1
    assert words in str(error)
    assert {path.name for path in tmp_path.iterdir()} == set(files)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "x") in str(refuse("-f", tmp_path / "x"))


def test_no_ffmpeg_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise RuntimeError

    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", nowhere)

    assert "There is no ffmpeg" in str(refuse("-f", tmp_path))


def test_an_output_that_fails_is_told_and_the_others_are_made(tmp_path: Path) -> None:
    write_track(tmp_path, name_track(ALICE), [Clip(0)])
    (broken,) = write_track(tmp_path, name_track("bob"), [Clip(0)])
    (tmp_path / broken).write_bytes(b"no media")
    told = StringIO()

    with pytest.raises(CommandError) as caught:
        call_command("merge_recordings", "-f", str(tmp_path), stdout=told)

    assert caught.value.returncode == 1
    assert "FAILED" in told.getvalue()
    assert {path.name for path in tmp_path.glob("*.m4a")} == {"fn5+_20260120113037408.m4a"}


@pytest.mark.parametrize("what", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_merge_leaves_nothing(meeting: Path, what: signal.Signals) -> None:
    """Left alone it would take many minutes."""
    write_track(meeting, name_track("carol"), [Clip(0), Clip(3_600_000)])
    write_track(meeting, name_track("carol", track_type="video"), [Clip(0)])
    before = {path.name for path in meeting.iterdir()}
    command = [sys.executable, "manage.py", "merge_recordings", "-f", str(meeting)]
    large = ["-m", "1", "-p", "120", "-r", "1280", "720"]
    process = subprocess.Popen([*command, *large], stderr=subprocess.PIPE, text=True)
    assert _wait_for(lambda: any("Y2Fyb2w." in one for one in _list_running(meeting)))

    process.send_signal(what)
    _, told = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "Interrupted" in told
    assert "Traceback" not in told
    assert {path.name for path in meeting.iterdir()} == before
    assert not _list_running(meeting)


def test_the_help_is_of_the_guides_options() -> None:
    parser = Command().create_parser("manage.py", "merge_recordings")
    assert isinstance(parser, CommandParser)
    assert {"-f", "-m", "-s", "-a", "-p", "-r"} <= set(parser._option_string_actions)


def _wait_for(claim: Any, *, seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := claim()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def _list_running(folder: Path) -> list[str]:
    """Return the processes of ffmpeg that write below *folder*."""
    commands = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            commands.append(path.read_bytes().decode(errors="replace"))
        except OSError:  # it ended meanwhile
            continue
    return [command for command in commands if f"file:{folder}/.merge-" in command]
