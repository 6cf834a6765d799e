"""The sandbox's own geometry, against the figures of the vendor's guide."""

import itertools
from typing import Any

import pytest

from sandbox.trtc.windows import Stream, Window, arrange

HD = (1280, 720)
FULL_HD = (1920, 1080)
Box = tuple[int, int, int, int]  # left, top, width, height


def people(count: int) -> list[Stream]:
    return [Stream(f"u{index}", "main", has_video=True) for index in range(count)]


def boxes(layout: dict[str, Any], count: int, *, canvas: tuple[int, int] = HD) -> dict[str, Box]:
    windows = arrange(layout, canvas=canvas, streams=people(count))
    return {window.stream.user_id: window[:4] for window in windows if window.stream}


@pytest.mark.parametrize(
    ("count", "columns", "rows"),
    [(1, 1, 1), (2, 2, 1), (3, 2, 2), (4, 2, 2), (5, 3, 3), (9, 3, 3), (10, 4, 4), (25, 5, 5)],
)
def test_a_grid_divides_the_canvas(count: int, columns: int, rows: int) -> None:
    placed = boxes({"MixLayoutMode": 3}, count, canvas=(1200, 600))

    width, height = 1200 // columns, 600 // rows
    for index, box in enumerate(placed.values()):
        assert box == (index % columns * width, index // columns * height, width, height)
    assert len(placed) == count


def test_without_a_layout_there_is_a_grid() -> None:
    assert arrange(None, canvas=HD, streams=people(2)) == arrange({"MixLayoutMode": 3}, canvas=HD, streams=people(2))


@pytest.mark.parametrize(
    ("count", "first", "fifth"),
    [(17, (15, 542, 301, 169), (15, 364)), (18, (13, 577, 240, 136), (1027, 577))],
)
def test_floating_windows_rise_from_the_bottom_left(count: int, first: Box, fifth: tuple[int, int]) -> None:
    placed = boxes({"MixLayoutMode": 1}, count)

    assert placed["u0"] == (0, 0, *HD)
    assert placed["u1"] == first
    assert placed["u5"][:2] == fifth


@pytest.mark.parametrize(
    ("small", "size", "large"),
    [
        (4, (384, 270), (1536, 1080)),
        (6, (274, 180), (1646, 1080)),
        (8, (213, 135), (1707, 1080)),
        (16, (192, 135), (1536, 1080)),
        (24, (192, 135), (1536, 945)),
    ],
)
def test_a_shared_screen_leaves_room_for_columns(small: int, size: tuple[int, int], large: tuple[int, int]) -> None:
    placed = boxes({"MixLayoutMode": 2, "MaxResolutionUserId": "u0"}, small + 1, canvas=FULL_HD)

    assert placed["u0"] == (0, 0, *large)
    # Edges are rounded, so a side may be a pixel longer.
    assert all(abs(box[2] - size[0]) <= 1 and box[3] == size[1] for user, box in placed.items() if user != "u0")
    assert not any(overlap(one, other) for one, other in itertools.combinations(placed.values(), 2))
    assert len(placed) == small + 1


def test_a_mirrored_screen_stands_on_the_right() -> None:
    layout = {"MixLayoutMode": 2, "MaxResolutionUserId": "u0", "MaxResolutionUserAlign": 1}

    assert boxes(layout, 2) == {"u0": (256, 0, 1024, 720), "u1": (0, 0, 256, 180)}


def test_a_screen_that_nobody_shares_stays_empty() -> None:
    assert boxes({"MixLayoutMode": 2}, 1) == {"u0": (1024, 0, 256, 180)}


def test_the_large_window_may_show_the_aux_stream() -> None:
    streams = [Stream("a", "main", has_video=True), Stream("a", "aux", has_video=True)]
    windows = arrange({"MixLayoutMode": 2, "MaxResolutionUserId": "a", "MediaId": 1}, canvas=HD, streams=streams)

    assert windows[0] == Window(0, 0, 1024, 720, streams[1])


def test_who_is_only_heard_may_be_left_out() -> None:
    streams = [Stream("a", "main", has_video=False), Stream("b", "main", has_video=True)]
    layout = {"MixLayoutMode": 3}

    assert len(arrange(layout, canvas=HD, streams=streams)) == 2
    assert arrange(layout | {"PureAudioDisableLayout": True}, canvas=HD, streams=streams) == [
        Window(0, 0, *HD, streams[1])
    ]


def test_own_windows_wait_for_their_user_and_the_others_fill_in_order() -> None:
    listed = [
        {"Left": 0, "Top": 0, "Width": 640, "Height": 720, "ImageLayer": 2, "UserId": "u1"},
        {"Left": 640, "Top": 0, "Width": 640, "Height": 360, "ImageLayer": 1},
        {"Left": 640, "Top": 360, "Width": 640, "Height": 360, "UserId": "absent", "Alpha": 51},
    ]
    windows = arrange({"MixLayoutMode": 4, "MixLayoutList": listed}, canvas=HD, streams=people(2))

    assert [(window.stream and window.stream.user_id, window.left) for window in windows] == [("u0", 640), ("u1", 0)]
    kept = arrange({"MixLayoutMode": 4, "MixLayoutList": listed, "PlaceHolderMode": 1}, canvas=HD, streams=people(2))
    assert kept[0] == Window(640, 360, 640, 360, None, 0, 51)


def overlap(one: Box, other: Box) -> bool:
    return all(one[at] < other[at] + other[at + 2] and other[at] < one[at] + one[at + 2] for at in (0, 1))
