"""SVG pictures as PNG, the same on every machine.

resvg draws them (https://github.com/linebender/resvg), as a wheel that needs nothing of the system. Fonts of the
system are left alone: they come with the package weblate-fonts, Source Sans 3 for Latin, Greek and Cyrillic and
Kurinto Sans for everything else, Chinese, Japanese and Korean included. Only those are opened that a picture needs.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import resvg_py

FOLDER = files("weblate_fonts") / "static" / "weblate_fonts"
LATIN = ("source-sans/ttf/SourceSans3-Regular.ttf", "source-sans/ttf/SourceSans3-Semibold.ttf")
FAMILY = "Source Sans 3"
LARGEST_WIDTH_PX = 3840

# Latin, Greek, Cyrillic and common punctuation: what Source Sans 3 has.
PLAIN = re.compile("[\x00-\u052f\u1e00-\u1fff\u2010-\u2027\u2030-\u203a\u20ac\ufffd]*")
KANA = re.compile("[\u3040-\u30ff\uff66-\uff9f]")
HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]")
EAST_ASIAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]")

# None of the fonts has them all, and after a letter that none has resvg looks no further.
EMOJI = re.compile("[\U0001f000-\U0001faff][\U0001f000-\U0001faff\ufe0f\u200d]*|[\ufe0f\u200d]")
STANDS_FOR_EMOJI = "\u263a"


def write_png(svg: str, *, width_px: int | None = None) -> bytes:
    """Return *svg*, drawn by `layouts.svg`, as PNG.

    Args:
        width_px: Width of the picture, 1-3840; the height follows. None: as large as the drawing says.

    Raises:
        ValueError: The width is out of its range.
    """
    if width_px is not None and not 0 < width_px <= LARGEST_WIDTH_PX:
        raise ValueError(f"A picture is 1 to {LARGEST_WIDTH_PX} pixels wide.")
    svg = EMOJI.sub(STANDS_FOR_EMOJI, svg)
    fonts = [_path(name) for name in (*LATIN, *_other_fonts(svg))]
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        width=width_px,
        skip_system_fonts=True,
        font_files=fonts,
        font_family=FAMILY,
        sans_serif_family=FAMILY,
    )


def _other_fonts(svg: str) -> Iterator[str]:
    if PLAIN.fullmatch(svg):
        return
    # Each is a few megabytes. The first that has a letter draws it: Han characters get their simplified shapes,
    # unless kana tell that they are Japanese.
    if KANA.search(svg):
        yield "kurinto/ttf/KurintoSansJP-Rg.ttf"
    if EAST_ASIAN.search(svg):
        yield "kurinto/ttf/KurintoSansSC-Rg.ttf"
    if HANGUL.search(svg):
        yield "kurinto/ttf/KurintoSansKR-Rg.ttf"
    yield "kurinto/ttf/KurintoSans-Rg.ttf"


@cache
def _path(name: str) -> str:
    return str(FOLDER / name)
