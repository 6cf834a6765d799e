"""The fields of a layout."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from layouts.parameters import Color, FieldUnknown, ImageUrl, MixLayoutParams, TimestampWaterMark, UserId


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a.jpg",
        "http://example.com:8080/a/b.PNG?sign=1&t=(2)",
        "https://example.com/%E4%BD%A0.jpeg#x",
    ],
)
def test_an_address_of_a_picture_is_taken(url: str) -> None:
    assert TypeAdapter(ImageUrl).validate_python(url) == url


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://example.com/a.gif", "image_extension"),
        ("https://example.com/a?b=.png", "image_extension"),
        ("https://example.com/a b.png", "url_alphabet"),
        ("https://example.com/$a.png", "url_alphabet"),
        ("https://example.com/a.png\n", "url_alphabet"),
        ("https://example.com/" + "a" * 2048 + ".png", "url_alphabet"),
        ("ftp://example.com/a.png", "url"),
        ("https:///a.png", "url"),
        ("https://[/a.png", "url"),
        ("a.png", "url"),
    ],
)
def test_other_addresses_are_refused(url: str, fault: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(ImageUrl).validate_python(url)

    assert caught.value.errors()[0]["type"] == fault


@pytest.mark.parametrize(
    "color", ["#12345", "#1234567", "102030", "0X102030", "0x10203", "#10203G", "#102030\n", "red"]
)
def test_a_colour_has_six_hexadecimal_digits(color: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Color).validate_python(color)


@pytest.mark.parametrize(("color", "kept"), [("#10aB30", "#10aB30"), ("0x10aB30", "#10aB30")])
def test_a_colour_is_read_in_both_of_the_vendors_ways_and_kept_in_one(color: str, kept: str) -> None:
    assert TypeAdapter(Color).validate_python(color) == kept


@pytest.mark.parametrize("user_id", ["a", "a" * 32, "a" * 32 + ".*$", "1.*$", "名" * 10])
def test_a_user_id_has_up_to_32_bytes_and_may_be_a_prefix(user_id: str) -> None:
    assert TypeAdapter(UserId).validate_python(user_id) == user_id


@pytest.mark.parametrize("user_id", ["", ".*$", "a" * 33, "名" * 11, "a\x00b", "a\n", "\ud800"])
def test_other_user_ids_are_refused(user_id: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(UserId).validate_python(user_id)


@pytest.mark.parametrize("mode", [3, True, "Grid", None, ["grid"]])
def test_a_layout_is_named_by_its_word(mode: Any) -> None:
    with pytest.raises(ValidationError):
        MixLayoutParams.model_validate({"mix_layout_mode": mode})


@pytest.mark.parametrize("field", ["mix_layout_list", "water_mark_list"])
def test_25_windows_and_25_watermarks_are_the_most(field: str) -> None:
    entry = {
        "mix_layout_list": {"top": 0, "left": 0, "width": 1, "height": 1},
        "water_mark_list": {"water_mark_type": "timestamp", "pos": "center"},
    }[field]

    MixLayoutParams.model_validate({"mix_layout_mode": "grid", field: [entry] * 25})
    with pytest.raises(ValidationError):
        MixLayoutParams.model_validate({"mix_layout_mode": "grid", field: [entry] * 26})


def test_a_watermark_is_flat_and_told_by_its_type() -> None:
    layout = MixLayoutParams.model_validate(
        {
            "mix_layout_mode": "grid",
            "water_mark_list": [{"water_mark_type": "timestamp", "pos": "top_right", "time_zone": 8}],
        }
    )

    assert layout.water_mark_list == (TimestampWaterMark(water_mark_type="timestamp", pos="top_right"),)


def test_a_field_that_is_not_there_is_told_from_a_misspelt_one() -> None:
    draft = MixLayoutParams.model_construct()  # type: ignore[call-arg]  # nothing is known yet

    with pytest.raises(FieldUnknown):
        _ = draft.mix_layout_mode
    with pytest.raises(AttributeError, match="mix_layout_mood") as caught:
        getattr(draft, "mix_layout_mood")  # noqa: B009  # the checker knows better
    assert not isinstance(caught.value, FieldUnknown)


def test_every_field_is_described() -> None:
    schema = MixLayoutParams.model_json_schema()
    objects = [schema, *schema["$defs"].values()]

    nameless = [
        f"{each['title']}.{name}"
        for each in objects
        for name, field in each["properties"].items()
        if "description" not in field and name != "water_mark_type"
    ]
    assert nameless == []
