"""What a folder holds to merge."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from recordings.files.names import parse_name
from recordings.files.playlist import NoPlaylist
from recordings.merge.media import Track
from recordings.merge.playlists import read_track

WORK_FOLDER_PREFIX = ".merge-"  # of a merge that is running, here or in another process


@dataclass(slots=True)
class Found:
    """Paths are relative to the folder.

    Attributes:
        unreadable: Playlists that could not be read, and why.
        strangers: Playlists whose names are not the vendor's.
        strays: Segments that no playlist names.
        closed: Folders that could not be looked into, and why.
    """

    tracks: list[Track] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    closed: dict[str, str] = field(default_factory=dict)


def discover(folder: Path) -> Found:
    """Read every playlist in *folder* and below, through links as well."""
    found = Found()
    sizes = dict(sorted(_list_files(folder, closed=found.closed).items()))
    for path in (path for path in sizes if path.endswith(".m3u8")):
        name = parse_name(path)
        if name is None:
            found.strangers.append(path)
            continue
        try:
            text = (folder / path).read_text(encoding="utf-8", errors="replace")
            found.tracks.append(read_track(text, name=name, path=path, is_there=lambda file: bool(sizes.get(file))))
        except (OSError, NoPlaylist) as error:
            found.unreadable[path] = str(error)
    named = {segment.name for track in found.tracks for segment in track.segments}
    segments = (path for path in sizes if path.endswith(".ts") and path not in named)
    found.strays = [path for path in segments if parse_name(path) is not None]
    return found


def _list_files(folder: Path, *, closed: dict[str, str]) -> dict[str, int]:
    """Return the bytes of each file, by its path below *folder*; folders that cannot be listed go into *closed*."""
    sizes = {}

    def note(error: OSError) -> None:
        closed[Path(error.filename).relative_to(folder).as_posix()] = error.strerror or type(error).__name__

    been = set()
    for parent, folders, files in os.walk(folder, onerror=note, followlinks=True):
        been.add(os.path.realpath(parent))  # a link may lead back up
        folders[:] = [
            name
            for name in folders
            if not name.startswith(WORK_FOLDER_PREFIX) and os.path.realpath(Path(parent, name)) not in been
        ]
        for name in files:
            path = Path(parent, name)
            if path.is_file():
                sizes[path.relative_to(folder).as_posix()] = path.stat().st_size
    return sizes
