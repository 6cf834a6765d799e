"""Pictures of layouts."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.geometry import Canvas, Participant, arrange
from layouts.image_header import read_header
from layouts.ink import soft_color
from layouts.parameters import MixLayoutParams
from layouts.png import write_png
from layouts.svg import STRIP_COUNTS, draw, draw_strip
from tests.layouts.rooms import CANVASES, room
from tests.layouts.test_geometry_properties import canvases, layouts, people

CANVAS = Canvas(1280, 720)
NAMESPACE = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "</text><script>alert(1)</script>",
    "<svg onload=alert(1)>",
    "\"><image href='https://evil.example/x.png'/>",
    "'quotes\" & &amp; <![CDATA[ ]]> <!-- -->",
    "&#x3c;script&#x3e;",
    "\u202eltr\u202c",
    "\u2066isolate\u2069",
    "محمد שלום",
    "😀👩‍👩‍👧",
    "\x00\x08\x1b[31m\x7f",
    "\ud800\udfff",
    "\ufffe\uffff\U0001ffff",
    "a\nb\tc",
    "名" * 255,
    "x" * 255,
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍",
    "%(user_id)s %s %",
    "url(https://evil.example/)",
    "javascript:alert(1)",
    " ",
]


def layout(mode: str, **fields: Any) -> MixLayoutParams:
    return MixLayoutParams.model_validate({"mix_layout_mode": mode, **fields})


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg.encode())  # noqa: S314 - we wrote it


def words(svg: str) -> list[str]:
    return [text.text or "" for text in parse(svg).iter(f"{NAMESPACE}text")]


def assert_safe(svg: str) -> None:
    """Check that it is a picture and nothing else: no reference, script, handler, style or id."""
    root = parse(svg)
    tags = {element.tag.removeprefix(NAMESPACE) for element in root.iter()}
    names = {name for element in root.iter() for name in element.attrib}
    assert tags <= {"svg", "g", "rect", "path", "text", "title"}
    assert not {name for name in names if name.startswith("on") or name in ("style", "id", "class", "href", "src")}
    values = [value for element in root.iter() for name, value in element.attrib.items()]
    assert not [value for value in values if "url(" in value or "://" in value]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_only_a_name(name: str) -> None:
    for mode, large in (("grid", None), ("screen_share", name.replace("\ud800\udfff", "x")[:10])):
        params = MixLayoutParams.model_construct(mix_layout_mode=mode, max_resolution_user_id=large)  # type: ignore[arg-type]
        svg = draw(params, participants=[Participant(name), Participant("bob")], canvas=CANVAS)
        assert_safe(svg)
        assert "<script" not in svg
        assert_safe(draw_strip(params, participants=[Participant(name)], canvas=CANVAS))


@given(st.lists(st.text(max_size=60), max_size=5, unique=True), layouts(), canvases())
def test_any_name_is_only_a_name(names: list[str], params: MixLayoutParams, canvas: Canvas) -> None:
    assert_safe(draw(params, participants=[Participant(name) for name in names], canvas=canvas))


@given(layouts(), people(), canvases())
def test_every_window_is_drawn_once(params: MixLayoutParams, room: list[Participant], canvas: Canvas) -> None:
    svg = draw(params, participants=room, canvas=canvas)
    windows = arrange(params, participants=room, canvas=canvas)
    orders = [room.index(person) + 1 for person in room if (person.user_id, person.media_id) in
              {(window.user_id, window.media_id) for window in windows}]  # fmt: skip

    shown = [int(word) for word in words(svg) if word.isascii() and word.isdigit()]
    assert sorted(shown) == orders


def test_a_long_name_is_cut_and_a_short_one_is_not() -> None:
    svg = draw(layout("grid"), participants=[Participant("x" * 255), Participant("李小龙")], canvas=CANVAS)

    assert "李小龙" in words(svg)
    (cut,) = (word for word in words(svg) if word.startswith("xxx"))
    assert cut.endswith("…")
    assert len(cut) < 60


def test_roles_and_streams_are_told() -> None:
    people = [Participant("alice", "aux"), Participant("bob", audio_only=True)]
    svg = draw(
        layout("screen_share", max_resolution_user_id="alice", media_id="aux"), participants=people, canvas=CANVAS
    )

    assert "large · screen · 1024×720" in words(svg)
    assert "small · sound only · 256×180" in words(svg)


def test_empty_places_say_for_whom_they_are_kept() -> None:
    nobody, somebody = layout("screen_share"), layout("floating", max_resolution_user_id="bob")

    assert "empty" in words(draw(nobody, participants=room(2), canvas=CANVAS))
    assert "kept for bob" in words(draw(somebody, participants=room(2), canvas=CANVAS))


def test_words_are_translated() -> None:
    chinese = {"empty": "空", "small": "小"}
    svg = draw(
        layout("screen_share"), participants=room(1), canvas=CANVAS, translate=lambda text: chinese.get(text, text)
    )

    assert "空" in words(svg)
    assert any(word.startswith("小 · ") for word in words(svg))


def test_transparency_is_drawn() -> None:
    window = {"left": 0, "top": 0, "width": 640, "height": 360, "alpha": 204}
    svg = draw(layout("custom", mix_layout_list=[window]), participants=room(1), canvas=CANVAS)

    assert 'fill-opacity="0.20"' in svg
    assert "80% transparent · 640×360" in words(svg)


def test_watermarks_stand_where_they_will_be() -> None:
    marks = [
        {"water_mark_type": "image", "water_mark_url": "https://example.com/x/my%20logo.png?a=1", "left": 10, "top": 20,
         "width": 200, "height": 100},
        {"water_mark_type": "text", "chars": "<b>保密</b>", "left": 30, "top": 600, "width": 300, "height": 50,
         "font_color": "0xffcc00", "back_ground_color": "#102030"},
        {"water_mark_type": "timestamp", "pos": "bottom_right"},
    ]  # fmt: skip
    svg = draw(layout("grid", water_mark_list=marks, background_image_url="https://example.com/bg.jpg"),
               participants=[], canvas=CANVAS)  # fmt: skip

    assert_safe(svg)
    assert {"my logo.png", "<b>保密</b>", "bg.jpg"} <= set(words(svg))
    assert 'fill="#ffcc00"' in svg
    assert 'fill="#102030"' in svg
    places = [(each.get("x"), each.get("y"), each.get("width")) for each in parse(svg).iter(f"{NAMESPACE}svg")]
    assert ("30", "600", "300") in places


def test_a_user_has_one_colour_in_every_picture() -> None:
    light, dark = soft_color("alice")

    assert soft_color.__wrapped__("alice") == (light, dark)
    for mode in ("grid", "floating"):
        svg = draw(layout(mode), participants=[Participant("bob"), Participant("alice")], canvas=CANVAS)
        assert f'fill="{light}"' in svg


@pytest.mark.parametrize("canvas", CANVASES)
@pytest.mark.parametrize("mode", ["grid", "floating", "screen_share"])
def test_a_strip_shows_the_room_as_it_grows(mode: str, canvas: Canvas) -> None:
    svg = draw_strip(layout(mode), participants=room(3), canvas=canvas)

    assert_safe(svg)
    pictures = [each for each in parse(svg).iter(f"{NAMESPACE}svg") if each.get("viewBox")][1:]
    assert len(pictures) == len(STRIP_COUNTS)
    assert re.findall(r'fill="#8a9099" font-weight="600">(\d+)<', svg) == [str(count) for count in STRIP_COUNTS]


def test_a_png_has_the_size_that_is_asked_for() -> None:
    svg = draw(layout("grid"), participants=room(4), canvas=CANVAS)

    assert read_header(write_png(svg)) == ("png", 1280, 720)
    assert read_header(write_png(svg, width_px=160)) == ("png", 160, 90)


@pytest.mark.parametrize("width", [0, -1, 3841])
def test_a_png_of_another_size_is_refused(width: int) -> None:
    with pytest.raises(ValueError, match="3840"):
        write_png(draw(layout("grid"), participants=[], canvas=CANVAS), width_px=width)


def test_letters_of_every_script_are_drawn() -> None:
    """Two letters that no font has look alike; each of these looks like itself."""

    def render(letter: str) -> bytes:
        text = f'<text y="40" font-size="40">{letter}</text>'
        return write_png(f'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60">{text}</svg>')

    pictures = [render(letter) for letter in "aЖΩ李龙龍ダあ김محשअไ★©→"]

    assert render("\ue000") == render("\ue001")
    assert len({render("\ue000"), *pictures}) == 1 + len(pictures)


@pytest.mark.parametrize("name", [name for name in HOSTILE if "\ud800" not in name])
def test_hostile_names_are_drawn_as_png_too(name: str) -> None:
    svg = draw(layout("grid"), participants=[Participant(name)], canvas=Canvas(320, 180))

    assert read_header(write_png(svg)) == ("png", 320, 180)
