"""What a folder holds, however it is laid out."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recordings.merge.discover import discover
from recordings.merge.summary import summarize
from recordings.merge.work import Report

PLAYLIST = "#EXTM3U\n#EXTINF:2,\na.ts\n#EXT-X-ENDLIST\n"
NAME = "1400123456_12345__UserId_s_MTY4NjExOQ..__UserId_e_main_video.m3u8"


def test_a_folder_that_is_linked_is_looked_into_and_a_circle_ends(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / NAME).write_text(PLAYLIST)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "task").symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(folder)

    assert [track.name for track in discover(folder).tracks] == [f"task/{NAME}"]


def test_a_folder_that_cannot_be_entered_is_named_and_the_merge_is_not_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / NAME).write_text(PLAYLIST)
    (tmp_path / "shut").mkdir()
    honest = os.scandir

    def scandir(path: Any) -> Iterator[os.DirEntry[str]]:
        if Path(path).name == "shut":  # root may enter every folder, and tests may run as root
            raise PermissionError(13, "Permission denied", str(path))
        return honest(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = discover(tmp_path)

    assert len(found.tracks) == 1
    assert found.closed == {"shut": "Permission denied"}
    report = Report(found=found, plans=())
    assert not report.is_whole
    assert "    shut (Permission denied)" in summarize(report)
