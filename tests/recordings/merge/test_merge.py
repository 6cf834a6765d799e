"""Real media, merged with every option, decoded again."""

from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.recordings.merge.conftest import ALICE, BOB
from tests.recordings.merge.measure import brightness, find_beeps, find_flashes, inspect
from tests.recordings.merge.media import Clip, name_track, write_track

A0, A24 = "fn5+_20260120113037408", "fn5+_20260120113101408"
B3 = "5byg5LiJ_20260120113040408"
FRAME = 1 / 15  # a flash is seen with the next frame


def merge(folder: Path, *options: str) -> str:
    """Merge and return what a person is told."""
    told = StringIO()
    call_command("merge_recordings", "-f", str(folder), *options, stdout=told)
    return told.getvalue()


def list_outputs(folder: Path) -> set[str]:
    """Return the names of all files that the vendor did not write; what is left over from the work as well."""
    return {path.name for path in folder.rglob("*") if not path.name.startswith(("1400123456_", "ha1_", "T"))}


@dataclass(frozen=True, slots=True)
class Expected:
    """An output: length, picture and rate, and the seconds of its flashes and beeps."""

    name: str
    seconds: float
    flashes: tuple[float, ...] = ()
    beeps: tuple[float, ...] = ()
    size: tuple[int, int] | None = (160, 90)
    fps: float | None = 15


ALICE_PARTS = [Expected(f"{A0}_av.mp4", 4, (1.5, 3), (1.5, 3)), Expected(f"{A24}_av.mp4", 2, (0.5,), (0.5,))]
ALICE_HEARD = [
    Expected(f"{A0}.m4a", 4, (), (1.5, 3), None, None),
    Expected(f"{A24}.m4a", 2, (), (0.5,), None, None),
]
ALICE_WHOLE = Expected(f"{A0}_av.mp4", 26, (1.5, 3, 24.5), (1.5, 3, 24.5))
ALICE_CUT = Expected(f"{A0}_av.mp4", 6, (1.5, 3, 4.5), (1.5, 3, 4.5))
BOB_MAIN = Expected(f"{B3}_av.mp4", 2, (1.5,), (1.5,))
BOB_SCREEN = Expected(f"{B3}_av.mp4", 2, (1.5,), (0.5, 1.5), (320, 180))


def at_rate(fps: int, *outputs: Expected) -> list[Expected]:
    return [Expected(one.name, one.seconds, one.flashes, one.beeps, one.size, fps) for one in outputs]


def of_size(width: int, height: int, *outputs: Expected) -> list[Expected]:
    return [Expected(one.name, one.seconds, one.flashes, one.beeps, (width, height), one.fps) for one in outputs]


@pytest.mark.parametrize(
    ("options", "outputs"),
    [
        ("", [*ALICE_PARTS, BOB_MAIN]),
        ("-m 1", [ALICE_WHOLE, BOB_MAIN]),
        ("-m 1 -s", [ALICE_CUT, BOB_MAIN]),
        ("-m 0 -a 1", [*ALICE_PARTS, BOB_MAIN]),
        ("-a 2", [*ALICE_HEARD, BOB_SCREEN]),
        ("-m 1 -s -p 30", at_rate(30, ALICE_CUT, BOB_MAIN)),
        ("-m 1 -s -p 2", at_rate(5, ALICE_CUT, BOB_MAIN)),
        ("-m 1 -s -p 999", at_rate(120, ALICE_CUT, BOB_MAIN)),
        ("-m 1 -s -r 128 128", of_size(128, 128, ALICE_CUT, BOB_MAIN)),
    ],
)
def test_every_option_makes_what_the_guide_says(meeting: Path, options: str, outputs: list[Expected]) -> None:
    merge(meeting, *options.split())

    assert list_outputs(meeting) == {output.name for output in outputs}
    for output in outputs:
        check(meeting / output.name, output)


def check(path: Path, expected: Expected) -> None:
    """Compare a file with what is expected: length, streams, picture, and the moments of what is seen and heard."""
    layout = inspect(path)
    assert layout.seconds == pytest.approx(expected.seconds, abs=0.2), path.name
    assert layout.streams == (("Video h264",) if expected.size else ()) + ("Audio aac",)
    assert (layout.size, layout.fps) == (expected.size, expected.fps)
    assert find_beeps(path) == pytest.approx(expected.beeps, abs=0.1)
    if expected.size:
        slack = 1 / expected.fps if expected.fps and expected.fps < 15 else FRAME
        assert find_flashes(path) == pytest.approx(expected.flashes, abs=slack + 0.04)


def test_the_picture_keeps_its_shape(meeting: Path) -> None:
    """Black until the first picture, then all of the canvas, then an upright picture between black bars."""
    merge(meeting)
    left, middle = "crop=20:90:0:0", "crop=20:80:70:5"
    made = meeting / f"{A0}_av.mp4"

    seen = [[brightness(made, at=part, seconds=at)[0] for at in (0.5, 1.2, 2.4)] for part in (middle, left)]
    assert seen == [pytest.approx([16, 126, 126], abs=20), pytest.approx([16, 126, 16], abs=20)]


def test_what_cannot_be_read_is_left_out_and_told(tmp_path: Path) -> None:
    """ffmpeg would stop at it, and call what it made a success."""
    clips = [Clip(at, flash=0.5) for at in range(0, 10_000, 2000)]
    names = write_track(tmp_path, name_track(ALICE), clips, absent=[4])
    (tmp_path / names[1]).write_bytes(b"no media" * 1000)
    (tmp_path / names[2]).write_bytes(b"")
    told = StringIO()

    with pytest.raises(CommandError) as caught:
        call_command("merge_recordings", "-f", str(tmp_path), stdout=told)

    assert caught.value.returncode == 3
    assert all(told.getvalue().count(name) == 1 for name in (names[1], names[2], names[4]))
    assert find_beeps(tmp_path / f"{A0}.m4a") == pytest.approx([0.5, 6.5], abs=0.1)


def test_a_failover_and_a_change_of_channels_stay_in_time(tmp_path: Path) -> None:
    """ffmpeg begins its filters anew when the channels of an input change, and would set what follows at 0."""
    clips = [Clip(0, flash=0.5), Clip(2000, flash=0.5, channels=2)]
    write_track(tmp_path, name_track(ALICE), clips, ended=False)
    write_track(tmp_path, name_track(ALICE, recovery=1), [Clip(6000, flash=0.5)])

    merge(tmp_path)

    assert list_outputs(tmp_path) == {f"{A0}.m4a"}
    assert find_beeps(tmp_path / f"{A0}.m4a") == pytest.approx([0.5, 2.5, 6.5], abs=0.1)


def test_one_track_of_picture_and_sound_is_merged_as_both(tmp_path: Path) -> None:
    """AvMerge, and a picture of all, which belongs to no user."""
    write_track(tmp_path, name_track(ALICE, track_type="audio_video"), [Clip(0, flash=0.5), Clip(2000, flash=1.0)])
    write_track(tmp_path, name_track(None, "", ""), [Clip(0, flash=0.5)])

    merge(tmp_path)

    check(tmp_path / f"{A0}_av.mp4", Expected("", 4, (0.5, 3), (0.5, 3)))
    check(tmp_path / "1400123456_12345_20260120113037408_av.mp4", Expected("", 2, (0.5,), (0.5,)))


def test_tasks_and_rooms_are_merged_apart_and_each_user_has_a_size(tmp_path: Path) -> None:
    clip = Clip(0, flash=0.5)
    for task in ("T1.", "T2."):
        write_track(tmp_path / task, name_track(ALICE, track_type="video"), [clip])
    write_track(tmp_path, name_track(ALICE, room_id="6", track_type="video"), [Clip(500)])
    write_track(tmp_path, name_track(BOB, track_type="video"), [Clip(0, size=(90, 160))])

    merge(tmp_path)

    assert list_outputs(tmp_path) == {
        f"{A0}_av.mp4",
        f"{A0}_2_av.mp4",
        "fn5+_20260120113037908_av.mp4",
        "5byg5LiJ_20260120113037408_av.mp4",
    }
    assert inspect(tmp_path / "5byg5LiJ_20260120113037408_av.mp4").size == (90, 160)
    assert inspect(tmp_path / f"{A0}_av.mp4").size == (160, 90)


def test_what_was_made_and_what_is_missing_is_told(meeting: Path) -> None:
    told = merge(meeting)

    assert f"{A0}_av.mp4  4.0 s" in told
    assert "张三 (room 12345)" in told
    assert "no main audio for 20.0 s, 4.0 s after the beginning" in told
    assert "3 files of 3 sections made, 0 failed, 0 inputs missing." in told
