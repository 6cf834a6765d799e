"""Templates turned into custom layouts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.freeze import freeze
from layouts.geometry import Align, Canvas, Participant, Window, arrange
from layouts.parameters import MixLayoutParams
from tests.layouts.rooms import room
from tests.layouts.test_geometry_properties import aligns, canvases, layouts, people

CANVAS = Canvas(1280, 720)


def without_roles(windows: tuple[Window, ...]) -> list[tuple[object, ...]]:
    return [window[:-1] for window in windows]


@given(layouts(), people(), canvases(), aligns)
def test_a_frozen_layout_looks_the_same(
    layout: MixLayoutParams, room: list[Participant], canvas: Canvas, align: Align
) -> None:  # fmt: skip
    seen: dict[str, Any] = {"participants": room, "canvas": canvas, "align": align}
    frozen = freeze(layout, **seen)

    assert without_roles(arrange(frozen, **seen)) == without_roles(arrange(layout, **seen))
    assert freeze(frozen, **seen) == frozen


@given(layouts(), people(), canvases())
def test_a_frozen_layout_keeps_the_vendors_fields_and_ranges(
    layout: MixLayoutParams, room: list[Participant], canvas: Canvas
) -> None:  # fmt: skip
    frozen = freeze(layout, participants=room, canvas=canvas)

    assert MixLayoutParams.model_validate(frozen.to_json()) == frozen
    assert len(frozen.mix_layout_list) <= 25


@given(st.lists(st.sampled_from([None, "user1", "user2", "absent"]), max_size=6, unique=True), st.integers(0, 5))
def test_a_custom_layout_looks_the_same_with_everybody_named(names: list[str | None], count: int) -> None:
    entries = [{"left": 9 * at, "top": at, "width": 50, "height": 40, "user_id": name, "alpha": at, "image_layer": at}
               for at, name in enumerate(names)]  # fmt: skip
    layout = MixLayoutParams.model_validate({"mix_layout_mode": "custom", "mix_layout_list": entries})
    frozen = freeze(layout, participants=room(count), canvas=CANVAS)

    seen = arrange(frozen, participants=room(count), canvas=CANVAS)
    assert seen == arrange(layout, participants=room(count), canvas=CANVAS)
    assert [entry.alpha for entry in frozen.mix_layout_list] == list(range(len(names)))


def test_who_comes_later_has_no_window_in_a_frozen_layout() -> None:
    frozen = freeze(MixLayoutParams(mix_layout_mode="grid"), participants=room(3), canvas=CANVAS)

    assert len(arrange(frozen, participants=room(9), canvas=CANVAS)) == 3


def test_a_large_place_waits_on_for_a_named_user_alone() -> None:
    named = MixLayoutParams(mix_layout_mode="screen_share", max_resolution_user_id="late", media_id="aux")
    late = Participant("late", "aux")

    kept = freeze(named, participants=room(2), canvas=CANVAS)
    dropped = freeze(MixLayoutParams(mix_layout_mode="screen_share"), participants=room(2), canvas=CANVAS)

    assert (kept.mix_layout_list[0].user_id, kept.mix_layout_list[0].media_id) == ("late", "aux")
    assert len(arrange(kept, participants=[*room(2), late], canvas=CANVAS)) == 3
    assert len(arrange(dropped, participants=[*room(2), late], canvas=CANVAS)) == 2


def test_everything_around_the_windows_is_kept() -> None:
    marks = [{"water_mark_type": "timestamp", "pos": "center"}]
    layout = MixLayoutParams.model_validate({
        "mix_layout_mode": "floating", "back_ground_color": "#102030", "render_mode": "letterbox",
        "background_image_url": "https://example.com/a.png", "place_holder_mode": True, "water_mark_list": marks,
    })  # fmt: skip
    frozen = freeze(layout, participants=room(2), canvas=CANVAS)

    for field in ("back_ground_color", "background_image_url", "place_holder_mode", "water_mark_list"):
        assert getattr(frozen, field) == getattr(layout, field)
    assert {entry.render_mode for entry in frozen.mix_layout_list} == {"letterbox"}
    assert frozen.render_mode is None


def test_an_id_that_the_vendor_does_not_take_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 32 bytes"):
        freeze(MixLayoutParams(mix_layout_mode="grid"), participants=[Participant("x" * 33)], canvas=CANVAS)
