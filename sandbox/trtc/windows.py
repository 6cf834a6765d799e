"""Where each stream stands in a mixed picture.

Source: "Layout" in https://trtc.io/document/45169 and MixLayoutParams in https://trtc.io/document/36760.
What the vendor leaves open: edges are rounded once, half up; small windows lie above the large one.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import Any, NamedTuple

GRID, FLOATING, SCREEN_SHARE, CUSTOM = 3, 1, 2, 4
MOST_WINDOWS = 25
OPAQUE = 0  # Alpha: 255 is fully transparent

Canvas = tuple[int, int]
Params = Mapping[str, Any]


class Stream(NamedTuple):
    """Somebody's main or aux stream; has_video False: only to be heard."""

    user_id: str
    media: str
    has_video: bool


class Window(NamedTuple):
    """A rectangle in canvas pixels, origin top left; stream None: a place whose user sends nothing."""

    left: int
    top: int
    width: int
    height: int
    stream: Stream | None
    layer: int = 0
    alpha: int = OPAQUE


class _Share(NamedTuple):
    """A rectangle in shares of the canvas."""

    left: Fraction
    top: Fraction
    width: Fraction
    height: Fraction


WHOLE = _Share(Fraction(0), Fraction(0), Fraction(1), Fraction(1))


def arrange(layout: Params | None, *, canvas: Canvas, streams: Sequence[Stream]) -> list[Window]:
    """Return the windows, those further back first.

    Args:
        layout: MixLayoutParams; None means the grid.
        streams: In the order of entry.
    """
    layout = layout or {"MixLayoutMode": GRID}
    mode = layout["MixLayoutMode"]
    if mode == CUSTOM:
        return _custom(layout, streams)
    if layout.get("PureAudioDisableLayout"):
        streams = [stream for stream in streams if stream.has_video]
    if mode == GRID:
        shares = _grid(min(len(streams), MOST_WINDOWS))
        return [_window(share, canvas, stream) for share, stream in zip(shares, streams, strict=False)]
    large = _large(layout, streams)
    small = [stream for stream in streams if stream != large][: MOST_WINDOWS - 1]
    if mode == FLOATING:
        place, shares = WHOLE, _floating(len(small))
    else:
        place, shares = _screen_share(len(small), is_mirrored=layout.get("MaxResolutionUserAlign") == 1)
    windows = [_window(place, canvas, large)] if large else []
    return windows + [_window(share, canvas, stream, 1) for share, stream in zip(shares, small, strict=True)]


def _window(share: _Share, canvas: Canvas, stream: Stream, layer: int = 0) -> Window:
    width, height = canvas
    left, right = (_pixel(edge * width) for edge in (share.left, share.left + share.width))
    top, bottom = (_pixel(edge * height) for edge in (share.top, share.top + share.height))
    return Window(left, top, right - left, bottom - top, stream, layer)


def _pixel(edge: Fraction) -> int:
    return floor(edge + Fraction(1, 2))


def _large(layout: Params, streams: Sequence[Stream]) -> Stream | None:
    user_id = layout.get("MaxResolutionUserId")
    if not user_id:
        return streams[0] if streams and layout["MixLayoutMode"] == FLOATING else None
    media = "aux" if layout.get("MediaId") else "main"
    return next((stream for stream in streams if (stream.user_id, stream.media) == (user_id, media)), None)


def _grid(count: int) -> list[_Share]:
    if count == 2:
        columns, rows = 2, 1
    else:
        columns = rows = next(side for side in range(1, 6) if side * side >= count)
    width, height = Fraction(1, columns), Fraction(1, rows)
    return [_Share(index % columns * width, index // columns * height, width, height) for index in range(count)]


def _floating(count: int) -> list[_Share]:
    """Rows of small windows from the bottom left, left to right, then upwards."""
    per_row, size, gap = (4, 235, 12) if count <= 16 else (5, 188, 10)
    side, space = Fraction(size, 1000), Fraction(gap, 1000)
    return [
        _Share(space + index % per_row * (side + space), 1 - (index // per_row + 1) * (side + space), side, side)
        for index in range(count)
    ]


def _screen_share(count: int, *, is_mirrored: bool) -> tuple[_Share, list[_Share]]:
    """The large place, then small windows in columns beside it and, beyond 16, in a row below it."""
    per_column = next((most for most in (4, 6) if count <= most), 8)
    columns = 1 if count <= 8 else 2
    part = {4: 5, 6: 7, 8: 9}[per_column] if columns == 1 else 10
    width, height = Fraction(1, part), Fraction(1, per_column)
    large_width = 1 - columns * width
    large = _Share(Fraction(0), Fraction(0), large_width, 1 - height if count > 16 else Fraction(1))
    beside = [
        _Share(large_width + index // per_column * width, index % per_column * height, width, height)
        for index in range(min(count, 16))
    ]
    below = [_Share(index * width, 1 - height, width, height) for index in range(count - len(beside))]
    places = [large, *beside, *below]
    if is_mirrored:
        places = [share._replace(left=1 - share.left - share.width) for share in places]
    return places[0], places[1:]


def _custom(layout: Params, streams: Sequence[Stream]) -> list[Window]:
    """Windows as listed: those of somebody wait for them, the others are filled in the order of entry."""
    listed = layout.get("MixLayoutList") or []
    named = {(item["UserId"], "aux" if item.get("MediaId") else "main") for item in listed if item.get("UserId")}
    by_name = {(stream.user_id, stream.media): stream for stream in streams}
    others = iter([stream for stream in streams if (stream.user_id, stream.media) not in named])
    windows = []
    for item in listed:
        if item.get("UserId"):
            stream = by_name.get((item["UserId"], "aux" if item.get("MediaId") else "main"))
        else:
            stream = next(others, None)
        box = (item["Left"], item["Top"], item["Width"], item["Height"])
        if stream or layout.get("PlaceHolderMode") == 1:
            windows.append(Window(*box, stream, item.get("ImageLayer") or 0, item.get("Alpha") or OPAQUE))
    return sorted(windows, key=lambda window: window.layer)
