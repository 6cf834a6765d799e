"""manage.py layout."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from layouts.image_header import read_header


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("layout", *arguments, stdout=out, no_color=True)
    return out.getvalue()


def test_a_layout_is_printed_as_a_table() -> None:
    table = run("screen_share", "--canvas", "1280x720", "--users", "alice,李:audio,carol:aux", "--large", "carol:aux")

    assert [line.split() for line in table.splitlines()] == [
        ["#", "user", "stream", "role", "left", "top", "width", "height", "layer"],
        ["3", "carol", "aux", "large", "0", "0", "1024", "720", "0"],
        ["1", "alice", "main", "small", "1024", "0", "256", "180", "1"],
        ["2", "李", "main", "small", "1024", "180", "256", "180", "1"],
    ]


def test_options_reach_the_layout() -> None:
    arguments = ["--canvas", "853x479", "--users", "a,b:audio,c", "--align", "right", "--even", "--no-audio-only"]
    table = run("screen_share", *arguments)

    *rows, unseen = table.splitlines()[1:]
    assert [row.split()[1] for row in rows] == ["a", "c", "(empty)"]
    assert rows[-1].split()[4:] == ["170", "0", "683", "479", "0"]
    assert unseen == "1 without a window."


def test_a_room_is_filled_with_strangers() -> None:
    table = run("grid", "--users", "alice", "--people", "27")

    assert table.splitlines()[2].split()[1] == "+1"
    assert table.splitlines()[-1] == "2 without a window."


def test_pictures_are_written(tmp_path: Path) -> None:
    svg, png = tmp_path / "a.svg", tmp_path / "a.png"
    run("floating", "--people", "3", "--svg", str(svg), "--png", str(png), "--width", "90")

    assert svg.read_text().startswith("<svg ")
    assert read_header(png.read_bytes()) == ("png", 90, 160)
    assert run("floating", "--people", "3", "--svg", "-").strip() == svg.read_text()
    assert "25" in run("floating", "--strip", "--svg", "-")


def test_a_layout_is_frozen_as_json() -> None:
    frozen = json.loads(run("grid", "--users", "alice,bob", "--canvas", "100x100", "--custom"))

    assert frozen["mix_layout_mode"] == "custom"
    assert [(each["user_id"], each["left"], each["width"]) for each in frozen["mix_layout_list"]] == [
        ("alice", 0, 50),
        ("bob", 50, 50),
    ]


def test_a_file_is_read_as_it_is_sent(tmp_path: Path) -> None:
    params = tmp_path / "p.json"
    params.write_text(json.dumps({"room_id": "1", "mix_layout_params": {"mix_layout_mode": "grid"}}))

    assert "cell" in run("--params", str(params), "--people", "1")
    assert "large" in run("floating", "--params", str(params), "--people", "1")


def test_faults_are_listed_and_errors_fail(tmp_path: Path) -> None:
    params = tmp_path / "p.json"
    params.write_text(json.dumps({"mix_layout_mode": "grid", "back_ground_color": "red"}))
    out = StringIO()

    with pytest.raises(SystemExit) as caught:
        call_command("layout", "--params", str(params), "--lint", stdout=out, no_color=True)

    assert caught.value.code == 1
    assert "error back_ground_color (color)" in out.getvalue()
    assert "Write #FF0000." in out.getvalue()
    assert "warning max_resolution_user_id" in run("screen_share", "--lint")
    assert run("grid", "--lint") == "Nothing to complain of.\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Name a mode"),
        (["grid", "--canvas", "4000x10"], "1 to 1920"),
        (["grid", "--canvas", "big"], "1280x720"),
        (["--params", "/nowhere.json"], "No such file"),
        (["grid", "--svg", "/nowhere/a.svg"], "No such file"),
        (["grid", "--png", "/tmp/a.png", "--width", "0"], "1 to 3840"),
        (["grid", "--large", "x" * 99], "--lint"),
    ],
)
def test_wrong_input_is_told(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(*arguments)
