"""Colours as style sheets write them, to suggest what was meant."""

import re

NAMES = {
    "black": "#000000",
    "white": "#FFFFFF",
    "red": "#FF0000",
    "green": "#008000",
    "blue": "#0000FF",
    "yellow": "#FFFF00",
    "orange": "#FFA500",
    "purple": "#800080",
    "gray": "#808080",
    "grey": "#808080",
    "silver": "#C0C0C0",
    "navy": "#000080",
    "teal": "#008080",
    "maroon": "#800000",
    "lime": "#00FF00",
    "aqua": "#00FFFF",
    "cyan": "#00FFFF",
    "magenta": "#FF00FF",
    "fuchsia": "#FF00FF",
    "pink": "#FFC0CB",
}
SIX = re.compile(r"(?:#|0x)?([0-9a-f]{6})(?:[0-9a-f]{2})?")
THREE = re.compile(r"(?:#|0x)?([0-9a-f])([0-9a-f])([0-9a-f])[0-9a-f]?")
RGB = re.compile(r"rgba?\((\d{1,3})[ ,]+(\d{1,3})[ ,]+(\d{1,3})\b.*\)")


def hex_of_css(value: object) -> str | None:
    """Return the #RRGGBB that is probably meant by *value* (`#fff`, `red`, `rgb(1, 2, 3)`, `#11223344`); else None."""
    text = str(value).strip().lower()[:40]
    if text in NAMES:
        return NAMES[text]
    if found := SIX.fullmatch(text):
        return f"#{found[1].upper()}"
    if found := THREE.fullmatch(text):
        return "#" + "".join(digit * 2 for digit in found.groups()).upper()
    if (found := RGB.fullmatch(text)) and all(int(part) <= 255 for part in found.groups()):
        return "#" + "".join(f"{int(part):02X}" for part in found.groups())
    return None
