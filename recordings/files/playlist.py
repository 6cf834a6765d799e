"""What an HLS playlist of the vendor says. Pure.

Source: m3u8 file with TRTC tags, https://trtc.io/document/45169.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from m3u8.parser import parse

from recordings.files.names import read_stamp

_TAG = "#EXT-X-TRTC-"
_LONGEST_SECONDS = 86_400.0
_LONGEST_TEXT = 255
_LARGEST_MS = 10**14
_MOST_PIXELS = 8192 * 8192
_STAMP = re.compile(r"_([0-9]{17})\.[A-Za-z0-9]+$")
_DIMENSION = re.compile(r"(WIDTH|HEIGHT)\s*:\s*([0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Piece:
    """One segment as it is listed.

    Attributes:
        name: The last part of its address, as written: segments are beside their playlist wherever it may point.
        begin_ms: Unix milliseconds, by its name or else its tag; None where neither tells.
    """

    name: str
    duration_ms: int
    begin_ms: int | None

    def find(self, is_there: Callable[[str], bool]) -> str:
        """Return its name, decoded where it is not there as written but is decoded."""
        if is_there(self.name):
            return self.name
        decoded = unquote(self.name).rpartition("/")[2]
        return decoded if is_there(decoded) else self.name


@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist as written; a last segment that was cut off is left out.

    Attributes:
        start_ms: When the recording began, Unix milliseconds.
        user_id: Whose it is by its tag; empty without.
        media_id: As `user_id`.
        size: Of the picture, (width, height) in pixels.
        is_ended: It has #EXT-X-ENDLIST, so nothing will be added.
    """

    pieces: Sequence[Piece]
    start_ms: int | None
    user_id: str
    media_id: str
    size: tuple[int, int] | None
    is_ended: bool


class NoPlaylist(Exception):
    """The text is no playlist; the message says what is wrong with it."""


def read_playlist(text: str) -> Playlist:
    """Read a playlist.

    Raises:
        NoPlaylist: It is none.
    """
    if not text.lstrip("\ufeff").startswith("#EXTM3U"):
        raise NoPlaylist("does not begin with #EXTM3U")
    tags: dict[str, str] = {}

    def take_tag(line: str, _number: int, _data: object, state: dict[str, Any]) -> bool:
        if not line.startswith(_TAG):
            return False
        tag, _, value = line.removeprefix(_TAG).partition(":")
        if tag == "FILE-ATTR":  # of the segment that follows
            state.setdefault("segment", {})[tag] = value
        else:
            tags.setdefault(tag, value)
        return True

    try:
        told: dict[str, Any] = parse(text, custom_tags_parser=take_tag)
    except Exception as error:  # the library raises whatever its parsing meets
        raise NoPlaylist(str(error) or type(error).__name__) from error
    return Playlist(
        pieces=[_piece(entry) for entry in told["segments"] if "uri" in entry],
        start_ms=_milliseconds(tags.get("START-REC-TIME", "")) or None,
        user_id=_text(tags.get("USER-ID", "")),
        media_id=_text(tags.get("MEDIA-ID", "")),
        size=_size(tags.get("VIDEO-METADATA", "")),
        is_ended=bool(told.get("is_endlist")),
    )


def _piece(entry: Mapping[str, Any]) -> Piece:
    seconds = entry.get("duration", 0.0)
    if not 0 <= seconds <= _LONGEST_SECONDS:  # no NaN either
        raise NoPlaylist(f"a segment of {seconds} seconds")
    name = entry["uri"].partition("?")[0].rpartition("/")[2]
    stamp = _STAMP.search(name)
    begin_ms = read_stamp(stamp[1]) if stamp else None
    if begin_ms is None:
        begin_ms = _milliseconds(entry.get("FILE-ATTR", "").partition(",")[0])
    return Piece(name, round(seconds * 1000), begin_ms)


def _milliseconds(text: str) -> int | None:
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
        return None
    return int(digits) if int(digits) < _LARGEST_MS else None


def _text(value: str) -> str:
    return value.strip().replace("\0", "")[:_LONGEST_TEXT]  # no row holds a NUL


def _size(metadata: str) -> tuple[int, int] | None:
    found = {key: int(value) for key, value in _DIMENSION.findall(metadata)}
    width, height = found.get("WIDTH", 0), found.get("HEIGHT", 0)
    return (width, height) if width and height and math.prod((width, height)) <= _MOST_PIXELS else None
