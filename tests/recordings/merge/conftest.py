"""A meeting in files: two users, a pause, overlapping talk, a late join, a shared screen."""

import shutil
from pathlib import Path

import pytest

from tests.recordings.merge.media import Clip, name_track, write_track
from tests.recordings.storage.conftest import checked_profile, cloud, s3_address

__all__ = ["checked_profile", "cloud", "s3_address"]

ALICE, BOB = "~~~", "张三"  # fn5+ and 5byg5LiJ in names


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the meeting; use `meeting` to write into it.

    Alice talks from 0 to 4 s and from 24 to 26 s; her picture comes a second late and turns upright at 2 s. Bob joins
    at 3 s, talks over her, and shares his screen, which has a sound of its own. Picture and sound of each flash and
    beep together.
    """
    folder = tmp_path_factory.mktemp("meeting")
    write_track(folder, name_track(ALICE), [Clip(0, flash=1.5), Clip(2000, flash=1.0), Clip(24_000, flash=0.5)])
    write_track(
        folder,
        name_track(ALICE, track_type="video"),
        [Clip(1000, 1.0, flash=0.5), Clip(2000, flash=1.0, size=(90, 160)), Clip(24_000, flash=0.5)],
    )
    write_track(folder, name_track(BOB), [Clip(3000, flash=1.5)])
    write_track(folder, name_track(BOB, track_type="video"), [Clip(3000, flash=1.5)])
    write_track(folder, name_track(BOB, "aux"), [Clip(3000, flash=0.5, channels=2)])
    write_track(folder, name_track(BOB, "aux", "video"), [Clip(3000, flash=1.5, size=(320, 180))])
    return folder


@pytest.fixture
def meeting(recorded: Path, tmp_path: Path) -> Path:
    """Return a copy of the meeting's folder."""
    folder = tmp_path / "it's a meeting"
    shutil.copytree(recorded, folder)
    return folder
