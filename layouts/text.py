"""How wide a text is, near enough to say whether it fits and where to cut it. No font is opened."""

import unicodedata
from functools import lru_cache

ELLIPSIS = "…"

# Widths in hundredths of the font size, from common sans-serif fonts.
NARROW, MEDIUM, BROAD, FULL = 30, 57, 90, 100
NARROW_LETTERS = frozenset(" !'(),-./:;I[]`fijlrt{|}")
BROAD_LETTERS = frozenset("%@MWmw&")
UPPER_CASE = 66


@lru_cache(maxsize=4096)
def character_width(character: str) -> int:
    """Return the width of *character* in hundredths of the font size."""
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0
    if character in NARROW_LETTERS:
        return NARROW
    if character in BROAD_LETTERS:
        return BROAD
    # "A" is a width that depends on its surroundings; among Chinese it is a full one.
    if unicodedata.east_asian_width(character) in ("W", "F") or unicodedata.category(character) == "So":
        return FULL
    return UPPER_CASE if character.isupper() else MEDIUM


def text_width(text: str, *, font_size: float) -> float:
    """Return about how wide *text* is in one line, in the unit of *font_size*."""
    return sum(map(character_width, text)) * font_size / 100


def shorten(text: str, *, font_size: float, width: float) -> str:
    """Return *text*, cut and ended with "…" where it is wider than *width*."""
    budget = width * 100 / font_size
    if sum(map(character_width, text)) <= budget:
        return text
    budget -= FULL
    for at, character in enumerate(text):
        budget -= character_width(character)
        if budget < 0:
            return text[:at].rstrip() + ELLIPSIS
    return text
