"""What the plan of a merge costs: 25 users with both tracks for four hours."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from recordings.files.names import FileName, build_name, parse_name, write_stamp
from recordings.merge.media import Track
from recordings.merge.plan import Options, plan_merge
from recordings.merge.playlists import read_track

USERS = 25
HOURS = 4
BEGIN_MS = 1_768_908_637_408
T = TypeVar("T")


def run(_folder: Path) -> None:
    """Print seconds for 14,400 segments, and for as many as the vendor's ten seconds make of four hours."""
    for seconds in (50, 10):
        playlists = write_playlists(seconds)
        names = [line for _, text in playlists for line in text.splitlines() if line.endswith(".ts")]
        floor, _ = _time(lambda: [replace(NAME) for _ in names])  # noqa: B023 - called at once
        parsing, _ = _time(lambda: [parse_name(name) for name in names])  # noqa: B023
        reading, tracks = _time(lambda: read_playlists(playlists))  # noqa: B023
        planning, plans = _time(lambda: plan_merge(tracks, Options(by_user=True)))  # noqa: B023
        assert len(plans) == USERS
        print(
            f"{len(names)} segments of {seconds} s: names {parsing:.3f} s (as many frozen dataclasses {floor:.3f} s), "
            f"playlists {reading:.3f} s, plan {planning:.3f} s"
        )


NAME = FileName(sdk_app_id=1400123456, room_id="12345", room_id_type="integer", extension="ts")


def write_playlists(seconds: int) -> list[tuple[str, str]]:
    """Return the paths and texts of everybody's playlists, with segments of so many seconds."""
    found = []
    for user in range(USERS):
        for track_type in ("audio", "video"):
            name = replace(NAME, user_id=f"user-{user}", media_id="main", track_type=track_type)
            stem = build_name(name).removesuffix(".ts")
            lines = ["#EXTM3U", "#EXT-X-TRTC-VIDEO-METADATA:WIDTH:640 HEIGHT:480 Codec:27"]
            for at in range(0, HOURS * 3600, seconds):
                began = BEGIN_MS + at * 1000
                lines += [f"#EXT-X-TRTC-FILE-ATTR:{began},188", f"#EXTINF:{seconds}.000,"]
                lines.append(f"{stem}_{write_stamp(began)}.ts")
            found.append((f"T./{stem}.m3u8", "\n".join([*lines, "#EXT-X-ENDLIST"])))
    return found


def read_playlists(playlists: list[tuple[str, str]]) -> list[Track]:
    """Return the tracks of playlists, all segments of which are there."""
    named = [(parse_name(path), path, text) for path, text in playlists]
    return [read_track(text, name=name, path=path, is_there=lambda _: True) for name, path, text in named if name]


def _time(act: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    made = act()
    return time.perf_counter() - began, made
