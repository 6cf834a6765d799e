"""Which letters the vendor's two fonts have, as far as that can be known.

`Tencent` is a font for simplified Chinese and Latin; `SourceHanSans` has Chinese, Japanese and Korean
(https://github.com/adobe-fonts/source-han-sans). The vendor publishes no list, so these are warnings.
"""

import unicodedata
from typing import NamedTuple

from layouts.parameters import Font

# Both fonts: Latin, Greek, Cyrillic and the punctuation that goes with them.
WESTERN = ("LATIN", "GREEK", "CYRILLIC", "DIGIT", "COMBINING")
JAPANESE = ("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HALFWIDTH")
KOREAN = ("HANGUL",)
MOST_LETTERS_SHOWN = 5


class Missing(NamedTuple):
    """The first script that a font lacks, and a few of its letters."""

    script: str
    letters: str


def script_outside(chars: str, *, font: Font) -> Missing | None:
    """Return a script of *chars* that *font* is not known to have; None when it has all."""
    scripts: dict[str, str] = {}
    for character in dict.fromkeys(chars):
        script = _missing_script(character, font)
        if script is not None:
            scripts[script] = (scripts.get(script, "") + character)[:MOST_LETTERS_SHOWN]
    return next((Missing(*each) for each in scripts.items()), None)


def _missing_script(character: str, font: Font) -> str | None:
    first = unicodedata.name(character, "UNNAMED").split()[0]
    category = unicodedata.category(character)
    if first in WESTERN or category[0] in "PZ" or _is_in(character, "cp1252"):
        return None
    has_all_east_asian = font == "source_han_sans"
    if first in JAPANESE:
        return None if has_all_east_asian else "Japanese"
    if first in KOREAN:
        return None if has_all_east_asian else "Korean"
    # Letters, signs and symbols of simplified Chinese text, © and ★ among them.
    if first == "FULLWIDTH" or _is_in(character, "gb2312"):
        return None
    if first == "CJK":
        return None if has_all_east_asian else "traditional or rare Chinese"
    return first.capitalize() if category[0] == "L" else "emoji and symbols"


def _is_in(character: str, charset: str) -> bool:
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True
