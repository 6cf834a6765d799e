"""Every coordinate of every template, against the vendor's tables in fractions."""

from collections.abc import Sequence
from typing import Any

import pytest

from layouts.geometry import Align, Canvas, Participant, Window, arrange, list_vacant
from layouts.parameters import MixLayoutParams
from tests.layouts import oracle
from tests.layouts.rooms import CANVASES, room

everywhere = pytest.mark.parametrize("canvas", CANVASES, ids=lambda canvas: f"{canvas.width}x{canvas.height}")
aligned = pytest.mark.parametrize("align", [1, 2])


def boxes(windows: Sequence[Window]) -> list[tuple[int, int, int, int]]:
    return [(window.left, window.top, window.width, window.height) for window in windows]


def layout(mode: str, **fields: Any) -> MixLayoutParams:
    return MixLayoutParams.model_validate({"mix_layout_mode": mode, **fields})


@everywhere
@aligned
@pytest.mark.parametrize("count", range(1, 26))
def test_grid(count: int, canvas: Canvas, align: Align) -> None:
    windows = arrange(layout("grid"), participants=room(count), canvas=canvas, align=align)

    assert boxes(windows) == oracle.to_pixels(oracle.grid(count), canvas, align=align)


@everywhere
@aligned
@pytest.mark.parametrize("count", range(1, 26))
def test_floating(count: int, canvas: Canvas, align: Align) -> None:
    windows = arrange(layout("floating"), participants=room(count), canvas=canvas, align=align)

    assert boxes(windows) == oracle.to_pixels(oracle.floating(count - 1), canvas, align=align)


@everywhere
@aligned
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("count", range(1, 26))
def test_screen_share(count: int, side: str, canvas: Canvas, align: Align) -> None:
    params = layout("screen_share", max_resolution_user_id="user1", max_resolution_user_align=side)
    windows = arrange(params, participants=room(count), canvas=canvas, align=align)

    shares = oracle.screen_share(count - 1, mirrored=side == "right")
    assert boxes(windows) == oracle.to_pixels(shares, canvas, align=align)


@everywhere
@aligned
@pytest.mark.parametrize("small", range(25))
@pytest.mark.parametrize("mode", ["floating", "screen_share"])
def test_the_large_place_of_somebody_absent_is_kept(mode: str, small: int, canvas: Canvas, align: Align) -> None:
    """All who are there are small, and the tier counts them."""
    given: dict[str, Any] = {"participants": room(small), "canvas": canvas, "align": align}
    params = layout(mode, max_resolution_user_id="absent")

    shares = oracle.floating(small) if mode == "floating" else oracle.screen_share(small, mirrored=False)
    large, *others = oracle.to_pixels(shares, canvas, align=align)
    assert boxes(arrange(params, **given)) == others
    assert boxes(list_vacant(params, **given)) == [large]


# What the vendor's own numbers come to, before rounding: 0.235 W = 300.8 and so on.
EXAMPLES = [
    ("floating", 2, (1280, 720), [(0, 0, 1280, 720), (15, 542, 301, 169)]),
    ("floating", 18, (1280, 720), [(0, 0, 1280, 720), (13, 577, 240, 136)]),
    ("floating", 2, (1920, 1080), [(0, 0, 1920, 1080), (23, 813, 451, 254)]),
    ("screen_share", 5, (1920, 1080), [(0, 0, 1536, 1080), (1536, 0, 384, 270)]),
    ("screen_share", 7, (1920, 1080), [(0, 0, 1646, 1080), (1646, 0, 274, 180)]),
    ("screen_share", 9, (1920, 1080), [(0, 0, 1707, 1080), (1707, 0, 213, 135)]),
    ("screen_share", 17, (1920, 1080), [(0, 0, 1536, 1080), (1536, 0, 192, 135)]),
    ("screen_share", 25, (1920, 1080), [(0, 0, 1536, 945), (1536, 0, 192, 135)]),
    ("screen_share", 25, (1280, 720), [(0, 0, 1024, 630), (1024, 0, 128, 90)]),
    ("grid", 5, (1280, 720), [(0, 0, 427, 240), (427, 0, 426, 240)]),
]


@pytest.mark.parametrize(("mode", "count", "size", "first"), EXAMPLES)
def test_examples_by_hand(
    mode: str, count: int, size: tuple[int, int], first: list[tuple[int, int, int, int]]
) -> None:  # fmt: skip
    named = {} if mode == "grid" else {"max_resolution_user_id": "user1"}

    windows = arrange(layout(mode, **named), participants=room(count), canvas=Canvas(*size))

    assert boxes(windows)[:2] == first


@pytest.mark.parametrize("mode", ["grid", "floating", "screen_share"])
@pytest.mark.parametrize("count", [26, 40])
def test_25_windows_are_the_most(mode: str, count: int) -> None:
    named = {} if mode == "grid" else {"max_resolution_user_id": "user1"}

    windows = arrange(layout(mode, **named), participants=room(count), canvas=Canvas(1280, 720))

    assert [window.user_id for window in windows] == [person.user_id for person in room(25)]


@pytest.mark.parametrize("mode", ["grid", "floating", "screen_share", "custom"])
def test_an_empty_room_has_no_window(mode: str) -> None:
    nobody: list[Participant] = []

    assert arrange(layout(mode), participants=nobody, canvas=Canvas(1280, 720)) == ()
