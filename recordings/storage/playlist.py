"""A playlist held against what is in storage. Pure."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from recordings.files.playlist import Piece, Playlist

# Silence between segments below this is how encoders cut.
LEAST_GAP_MS = 1000
MOST_TOLD = 20


def check_playlist(playlist: Playlist, *, sizes: Mapping[str, int]) -> dict[str, Any]:
    """Return what a fact keeps of a playlist: its length, its parts that are missing, its gaps.

    Args:
        sizes: Bytes of each object in the playlist's folder, by name.
    """
    pieces = playlist.pieces
    found = [sizes.get(piece.find(sizes.__contains__), 0) for piece in pieces]
    missing = [piece.name for piece, size in zip(pieces, found, strict=True) if not size]
    begin = playlist.start_ms or next((piece.begin_ms for piece in pieces if piece.begin_ms), None)
    duration = sum(piece.duration_ms for piece in pieces)
    ends = [piece.begin_ms + piece.duration_ms for piece in pieces if piece.begin_ms]
    return {
        "size": sum(found),
        "duration_ms": duration,
        "begin_ms": begin,
        "end_ms": max(ends) if ends else (begin + duration if begin else None),
        "user_id": playlist.user_id,
        "media_id": playlist.media_id,
        "segments": len(pieces),
        "missing": len(missing),
        "missing_names": missing[:MOST_TOLD],
        "gaps": find_gaps(pieces)[:MOST_TOLD],
        "ended": playlist.is_ended,
    }


def find_gaps(pieces: Sequence[Piece]) -> list[dict[str, int]]:
    """Return where nothing was recorded, as {at_ms, length_ms} in Unix milliseconds."""
    gaps = []
    for one, other in pairwise(pieces):
        if one.begin_ms is None or other.begin_ms is None:
            continue
        end_ms = one.begin_ms + one.duration_ms
        if other.begin_ms - end_ms >= LEAST_GAP_MS:
            gaps.append({"at_ms": end_ms, "length_ms": other.begin_ms - end_ms})
    return gaps
