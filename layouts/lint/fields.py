"""What is wrong with a single field, with the likeliest slip guessed: a vendor's number, a share, a CSS colour."""

import difflib
import re
from collections.abc import Mapping
from typing import Any, get_args

from pydantic_core import ErrorDetails

from layouts.geometry import Canvas
from layouts.lint.css import hex_of_css
from layouts.lint.field_texts import (
    ALPHA,
    BY_NUMBER,
    CHOICE,
    COLOR,
    COLOR_LIKE,
    EMPTY_TEXT,
    FIELD_TEXTS,
    INVALID,
    LETTERS,
    LONG_TEXT,
    MISSPELT,
    NOT_AN_OBJECT,
    NUMBER,
    REQUIRED,
    SHARE,
    TOO_LARGE,
    TOO_MANY,
    TOO_SMALL,
    TRUE_OR_FALSE,
    UNKNOWN,
    URL_LETTERS,
    URL_LONG,
)
from layouts.lint.findings import Finding, report
from layouts.parameters import LONGEST_URL, URL_ALPHABET, Parameters, Position

__all__ = ["NOT_AN_OBJECT", "TOO_MANY", "explain", "explain_kind"]

RENDER_MODES = ("stretch", "crop", "letterbox", "smart")
# The vendor's number codes, by field: https://trtc.io/document/36760.
VENDOR_WORDS: Mapping[str, tuple[str, ...]] = {
    "mix_layout_mode": ("", "floating", "screen_share", "grid", "custom"),
    "media_id": ("main", "aux"),
    "render_mode": RENDER_MODES,
    "background_image_render_mode": RENDER_MODES,
    "max_resolution_user_align": ("left", "right"),
    "water_mark_type": ("image", "text", "timestamp"),
    "pos": get_args(Position),
}
SIDES = {"left": "width", "width": "width", "top": "height", "height": "height"}


def explain(fault: ErrorDetails, *, model: type[Parameters], path: str, canvas: Canvas | None) -> Finding:
    """Return pydantic's *fault* in an object at *path* as a finding."""
    name = str(fault["loc"][0]) if fault["loc"] else ""
    at = ".".join(part for part in (path, *map(str, fault["loc"])) if part)
    value, kind, context = fault.get("input"), fault["type"], fault.get("ctx", {})
    if kind == "missing":
        return report(REQUIRED, at, field=name)
    if kind in ("extra_forbidden", "invalid_key"):
        return _unknown(at, name, model)
    if kind == "literal_error":
        return _choice(at, name, value, expected=str(context.get("expected", "")))
    if kind == "bool_type":
        return report(TRUE_OR_FALSE, at, word="true" if value in (1, "1", "true", "True", "yes", "on") else "false")
    if kind in ("int_type", "int_from_float", "int_parsing_size"):
        return _number(at, name, value, canvas)
    if kind in ("greater_than_equal", "less_than_equal"):
        return _range(at, name, kind, model)
    if kind == "color":
        guess = hex_of_css(value)
        return report(COLOR_LIKE, at, suggestion=guess) if guess else report(COLOR, at)
    if kind == "url_alphabet":
        return _url(at, str(value))
    if kind in ("string_too_short", "string_too_long"):
        most = context.get("max_length", 0)
        return report(EMPTY_TEXT, at) if kind == "string_too_short" else report(LONG_TEXT, at, most=most)
    return report(FIELD_TEXTS.get(kind, INVALID), at, field=name or at)


def explain_kind(at: str, value: object, *, has_kind: bool) -> Finding:
    """Return what is wrong with the type of a watermark."""
    if not has_kind:
        return report(REQUIRED, at, field="water_mark_type")
    return _choice(at, "water_mark_type", value, expected=", ".join(VENDOR_WORDS["water_mark_type"]))


def _unknown(at: str, name: str, model: type[Parameters]) -> Finding:
    # The vendor writes MixLayoutMode; people write background_color.
    spelt = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name[:100]).lower()
    near = difflib.get_close_matches(spelt, list(model.model_fields), n=1, cutoff=0.75)
    return report(MISSPELT, at, suggestion=near[0]) if near else report(UNKNOWN, at)


def _choice(at: str, name: str, value: object, *, expected: str) -> Finding:
    words = VENDOR_WORDS.get(name, ())
    if type(value) is int and 0 <= value < len(words) and words[value]:
        return report(BY_NUMBER, at, value=value, word=words[value])
    if type(value) is bool:
        return report(CHOICE, at, expected=expected)
    spelt = re.sub(r"(?<=[a-z])(?=[A-Z])|[ -]", "_", str(value)[:60]).lower()
    near = difflib.get_close_matches(spelt, re.findall(r"\w+", expected), n=1, cutoff=0.75)
    return report(LETTERS, at, word=near[0]) if near else report(CHOICE, at, expected=expected.replace("'", ""))


def _number(at: str, name: str, value: object, canvas: Canvas | None) -> Finding:
    if name == "alpha":
        return report(ALPHA, at)
    side = SIDES.get(name)
    if side and canvas is not None and isinstance(value, float) and 0 < value <= 1:
        length = getattr(canvas, side)
        return report(SHARE, at, value=value, length=length, pixels=round(value * length))
    return report(NUMBER, at)


def _range(at: str, name: str, kind: str, model: type[Parameters]) -> Finding:
    if name == "alpha":
        return report(ALPHA, at)
    least, most = _limits(model, name)
    text = TOO_SMALL if kind == "greater_than_equal" else TOO_LARGE
    return report(text, at, least=least, most=most)


def _limits(model: type[Parameters], name: str) -> tuple[Any, Any]:
    rules = model.model_fields[name].metadata
    least = next((rule.ge for rule in rules if hasattr(rule, "ge")), 0)
    return least, next((rule.le for rule in rules if hasattr(rule, "le")), 0)


def _url(at: str, value: str) -> Finding:
    if len(value) > LONGEST_URL:
        return report(URL_LONG, at, most=LONGEST_URL)
    letters = sorted({letter for letter in value if not URL_ALPHABET.fullmatch(letter)})
    encoded = " ".join("".join(f"%{byte:02X}" for byte in letter.encode(errors="replace")) for letter in letters)
    return report(URL_LETTERS, at, letters=" ".join(repr(letter) for letter in letters), encoded=encoded)
