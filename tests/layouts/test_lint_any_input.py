"""Whatever comes, lint answers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.geometry import Canvas
from layouts.lint import Finding, lint
from layouts.parameters import ImageWaterMark, MixLayout, MixLayoutParams, TextWaterMark, TimestampWaterMark
from tests.layouts.test_geometry_properties import canvases, people

MODELS = (MixLayoutParams, MixLayout, ImageWaterMark, TextWaterMark, TimestampWaterMark)
names = st.sampled_from(sorted({name for model in MODELS for name in model.model_fields}))
words = st.sampled_from([
    "custom", "grid", "screen_share", "floating", "image", "text", "timestamp", "main", "aux", "center", "#ffffff",
    "0xFFFFFF", "red", "https://example.com/a.png", "http://[/", "user1", "\ud800", "", "1.*$", "crop", "right",
])  # fmt: skip
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(0, 300), st.floats(), words, st.text(max_size=8)
)  # fmt: skip
json = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | st.text(max_size=4), inner, max_size=8),
    max_leaves=25,
)
entries = st.lists(st.dictionaries(names, scalars, max_size=9) | scalars, max_size=6)
near_layouts = st.fixed_dictionaries(
    {"mix_layout_mode": words},
    optional={"mix_layout_list": entries | json, "water_mark_list": entries | json} | dict.fromkeys(
        ["media_id", "max_resolution_user_id", "back_ground_color", "background_image_url", "place_holder_mode",
         "default_sub_background_image", "render_mode", "pure_audio_disable_layout"], scalars),
)  # fmt: skip


def is_sound(finding: Finding) -> bool:
    """Tell whether a finding can be put into any answer."""
    sentences = finding.path + finding.detail + finding.remedy
    return bool(finding.detail and finding.remedy) and sentences.encode().decode() == sentences


@given(json, people())
def test_any_json_is_answered(layout: Any, room: Any) -> None:
    assert all(map(is_sound, lint(layout, canvas=Canvas(1280, 720), participants=room)))


@given(near_layouts, canvases(), people() | st.none(), json)
def test_any_half_right_layout_is_answered(layout: Any, canvas: Canvas, room: Any, subscriptions: Any) -> None:
    findings = lint(layout, canvas=canvas, participants=room, subscriptions=subscriptions)

    assert all(map(is_sound, findings))


@pytest.mark.parametrize("canvas", [None, 7, (1,), ("1280", "720"), (1280.0, 720), (True, True), (0, 0), "1280x720"])
def test_any_canvas_is_answered(canvas: Any) -> None:
    assert [found.path for found in lint({"mix_layout_mode": "grid"}, canvas=canvas)] == ["canvas"]


def test_a_draft_is_answered() -> None:
    """The API builds models that lack what was wrong."""
    draft = MixLayoutParams.model_construct(mix_layout_mode="custom")
    del draft.__dict__["water_mark_list"]

    assert [found.path for found in lint(draft, canvas=Canvas(1280, 720))] == ["mix_layout_list"]


def test_a_structure_that_holds_itself_is_answered() -> None:
    layout: dict[str, Any] = {"mix_layout_mode": "grid"}
    layout["mix_layout_list"] = [layout]
    layout["render_mode"] = layout

    assert lint(layout, canvas=Canvas(1280, 720))


def test_a_list_of_a_million_is_answered_soon() -> None:
    layout = {"mix_layout_mode": "custom", "mix_layout_list": [{"left": 0, "top": 0, "width": 9, "height": 9}] * 10**6}

    findings = lint(layout, canvas=Canvas(1280, 720))

    assert findings[0].code == "max_length"
    assert len(findings) < 1000
