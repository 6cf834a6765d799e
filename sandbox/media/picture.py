"""One still picture: coloured tiles with names, drawn by resvg with the fonts of weblate-fonts."""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from xml.sax.saxutils import escape

import resvg_py

FONTS = Path(str(files("weblate_fonts") / "static" / "weblate_fonts"))
LATIN_FONT = FONTS / "source-sans/ttf/SourceSans3-Semibold.ttf"
# Megabytes each: opened only for a name that needs them.
OTHER_FONTS = tuple(FONTS / "kurinto/ttf" / name for name in ("KurintoSansSC-Rg.ttf", "KurintoSans-Rg.ttf"))
LATIN = re.compile("[\x20-\u052f\u2013\u2014]*")
# Neither font has these, and resvg drops what follows a letter that none has.
UNDRAWABLE = re.compile("[^\x20-\uffef]")

NAME_HEIGHT = 0.32  # where a name's base line lies, as a share of its tile: the middle stays pure colour
LETTER_HEIGHT = 0.14  # of the tile's height
LETTER_WIDTH = 0.6  # of the letter's height, on average and generously


@dataclass(frozen=True)
class Tile:
    """A rectangle in canvas pixels, origin top left."""

    left: int
    top: int
    width: int
    height: int
    color: str  # #rrggbb
    name: str = ""
    opacity: float = 1.0


@dataclass(frozen=True)
class Picture:
    """Tiles on a canvas, those further back first."""

    width: int
    height: int
    background: str
    tiles: tuple[Tile, ...] = ()


@lru_cache(maxsize=32)
def draw_png(picture: Picture) -> bytes:
    """Return the picture as PNG."""
    text = "".join(tile.name for tile in picture.tiles)
    fonts = [LATIN_FONT] if LATIN.fullmatch(text) else [LATIN_FONT, *OTHER_FONTS]
    return resvg_py.svg_to_bytes(
        svg_string=_svg(picture),
        skip_system_fonts=True,
        font_files=[str(font) for font in fonts],
        font_family="Source Sans 3",
        sans_serif_family="Source Sans 3",
    )


def _svg(picture: Picture) -> str:
    size = f'width="{picture.width}" height="{picture.height}"'
    tiles = "".join(_tile(tile) for tile in picture.tiles if tile.width and tile.height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="Source Sans 3" font-weight="600">'
        f'<rect {size} fill="{picture.background}"/>{tiles}</svg>'
    )


def _tile(tile: Tile) -> str:
    name = UNDRAWABLE.sub("\u25a1", tile.name)
    fitting = tile.width * 0.9 / (LETTER_WIDTH * max(len(name), 1))
    font_px = min(tile.height * LETTER_HEIGHT, fitting)
    x, y = tile.left + tile.width / 2, tile.top + tile.height * NAME_HEIGHT
    return (
        f'<g opacity="{tile.opacity:.3f}"><rect x="{tile.left}" y="{tile.top}" width="{tile.width}" '
        f'height="{tile.height}" fill="{tile.color}"/><text x="{x:.1f}" y="{y:.1f}" font-size="{font_px:.1f}" '
        f'fill="#ffffff" text-anchor="middle">{escape(name)}</text></g>'
    )
