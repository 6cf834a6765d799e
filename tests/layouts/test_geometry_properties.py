"""What holds for every room on every canvas."""

from itertools import combinations, pairwise
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from layouts.boxes import overlap
from layouts.geometry import Align, Canvas, Participant, Window, arrange, list_vacant
from layouts.growth import list_growth
from layouts.parameters import MixLayoutParams
from tests.layouts.rooms import room

sides = st.integers(50, 1920)
aligns = st.sampled_from([1, 2])
template_modes = st.sampled_from(["grid", "floating", "screen_share"])
counts = st.integers(1, 25)


@st.composite
def canvases(draw: st.DrawFn) -> Canvas:
    width, height = draw(sides), draw(sides)
    assume(width * height <= 1920 * 1080)
    return Canvas(width, height)


@st.composite
def layouts(draw: st.DrawFn) -> MixLayoutParams:
    mode = draw(template_modes)
    large = draw(st.sampled_from([None, "user1", "user3", "absent"])) if mode != "grid" else None
    fields: dict[str, Any] = {"mix_layout_mode": mode, "max_resolution_user_id": large}
    if mode == "screen_share":
        fields["max_resolution_user_align"] = draw(st.sampled_from(["left", "right"]))
    return MixLayoutParams(**fields)


@st.composite
def people(draw: st.DrawFn) -> list[Participant]:
    streams = st.tuples(st.integers(1, 30), st.sampled_from(["main", "aux"]))
    chosen = draw(st.lists(streams, max_size=35, unique=True))
    return [Participant(f"user{number}", media_id, draw(st.booleans())) for number, media_id in chosen]  # type: ignore[arg-type]


@given(layouts(), people(), canvases(), aligns)
def test_nothing_is_outside_the_canvas(
    layout: MixLayoutParams, room: list[Participant], canvas: Canvas, align: Align
) -> None:  # fmt: skip
    windows = arrange(layout, participants=room, canvas=canvas, align=align)
    places = [*windows, *list_vacant(layout, participants=room, canvas=canvas, align=align)]

    assert len(places) <= 25
    for place in places:
        assert 0 <= place.left <= place.left + place.width <= canvas.width
        assert 0 <= place.top <= place.top + place.height <= canvas.height


@given(layouts(), people(), canvases(), aligns)
def test_nobody_is_shown_twice_and_everybody_shown_is_there(
    layout: MixLayoutParams, room: list[Participant], canvas: Canvas, align: Align
) -> None:  # fmt: skip
    windows = arrange(layout, participants=room, canvas=canvas, align=align)
    shown = [(window.user_id, window.media_id) for window in windows]

    assert len(set(shown)) == len(shown)
    assert set(shown) <= {(person.user_id, person.media_id) for person in room}


@given(counts, canvases(), aligns)
def test_grid_cells_are_equal_to_one_step(count: int, canvas: Canvas, align: Align) -> None:
    windows = arrange(MixLayoutParams(mix_layout_mode="grid"), participants=room(count), canvas=canvas, align=align)

    for lengths in ([window.width for window in windows], [window.height for window in windows]):
        # With even edges the canvas's own odd edge adds one.
        assert max(lengths) - min(lengths) <= (1 if align == 1 else 3)


@given(st.sampled_from([1, 2, 4, 9, 16, 25]), canvases(), aligns)
def test_a_full_grid_has_no_gap_and_no_overlap(count: int, canvas: Canvas, align: Align) -> None:
    windows = arrange(MixLayoutParams(mix_layout_mode="grid"), participants=room(count), canvas=canvas, align=align)

    assert sum(window.width * window.height for window in windows) == canvas.width * canvas.height
    assert not any(overlap(one, other) for one, other in combinations(windows, 2))


@given(st.sampled_from([4, 6, 8, 16, 24]), canvases(), aligns, st.sampled_from(["left", "right"]))
def test_a_full_screen_share_has_no_gap_and_no_overlap(count: int, canvas: Canvas, align: Align, side: Any) -> None:
    layout = MixLayoutParams(mix_layout_mode="screen_share", max_resolution_user_align=side)
    given: dict[str, Any] = {"participants": room(count), "canvas": canvas, "align": align}
    places = [*arrange(layout, **given), *list_vacant(layout, **given)]

    assert sum(place.width * place.height for place in places) == canvas.width * canvas.height
    assert not any(overlap(one, other) for one, other in combinations(places, 2))


@given(layouts(), people(), canvases(), aligns)
def test_small_windows_never_overlap(
    layout: MixLayoutParams, room: list[Participant], canvas: Canvas, align: Align
) -> None:  # fmt: skip
    windows = arrange(layout, participants=room, canvas=canvas, align=align)
    small = [window for window in windows if window.role != "large"]

    assert not any(overlap(one, other) for one, other in combinations(small, 2))


@given(layouts(), people(), canvases())
def test_edges_are_even_or_the_canvass_own(layout: MixLayoutParams, room: list[Participant], canvas: Canvas) -> None:
    for window in arrange(layout, participants=room, canvas=canvas, align=2):
        for edge, length in _edges(window, canvas):
            assert edge % 2 == 0 or edge == length


@given(layouts(), canvases(), aligns)
def test_who_joins_moves_the_others_only_where_a_tier_ends(
    layout: MixLayoutParams, canvas: Canvas, align: Align
) -> None:  # fmt: skip
    ends = {"grid": {1, 2, 4, 9, 16}, "floating": {16}, "screen_share": {4, 6, 8, 16}}[layout.mix_layout_mode]
    # Who waits for the large place leaves a small one when it comes; in a room of strangers nobody does.
    steps = list_growth(layout, participants=[], canvas=canvas, align=align)

    for before, step in pairwise(steps):
        counted = [window for window in before.windows if window.role != "large"]
        if step.moved:
            assert len(counted) in ends


def _edges(window: Window, canvas: Canvas) -> list[tuple[int, int]]:
    return [
        (window.left, canvas.width),
        (window.left + window.width, canvas.width),
        (window.top, canvas.height),
        (window.top + window.height, canvas.height),
    ]
