"""What a layout of 25 windows and its pictures cost, beside what making and writing 25 of anything costs."""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from layouts.freeze import freeze
from layouts.geometry import Canvas, Participant, arrange
from layouts.growth import list_growth
from layouts.ink import hatch, soft_color
from layouts.lint import lint
from layouts.parameters import MixLayoutParams
from layouts.png import write_png
from layouts.svg import draw, draw_strip
from layouts.text import character_width
from layouts.tiers import floating_boxes, grid_boxes, screen_boxes

CANVAS = Canvas(1280, 720)
PEOPLE = [Participant(f"user{number}") for number in range(25)]
COLD_CANVASES = [Canvas(1280 + 2 * (at % 100), 720 + 2 * (at // 100)) for at in range(2000)]


@dataclass(frozen=True)
class Plain:
    """A frozen dataclass with as many fields as a window has: the floor."""

    left: int
    top: int
    width: int
    height: int
    layer: int
    user_id: str
    media_id: str
    role: str


def run(_folder: Path) -> None:
    """Print microseconds and milliseconds, medians of batches in one run."""
    layouts = {
        "grid": MixLayoutParams(mix_layout_mode="grid"),
        "floating": MixLayoutParams(mix_layout_mode="floating"),
        "screen_share": MixLayoutParams(mix_layout_mode="screen_share", max_resolution_user_id="user7"),
    }
    layouts["custom"] = freeze(layouts["floating"], participants=PEOPLE, canvas=CANVAS)
    windows = arrange(layouts["grid"], participants=PEOPLE, canvas=CANVAS)
    rows = [window._asdict() for window in windows]
    floor = _microseconds(lambda: [Plain(*window) for window in windows])
    print(f"floor: 25 frozen dataclasses {floor:.1f} µs, json.dumps of 25 windows "
          f"{_microseconds(lambda: json.dumps(rows)):.1f} µs")  # fmt: skip
    for mode, layout in layouts.items():
        _time_layout(mode, layout, floor)
    grid = layouts["grid"]
    growth = _microseconds(lambda: list_growth(grid, participants=[], canvas=CANVAS), batch=20)
    faults = _microseconds(lambda: lint(layouts["custom"], canvas=CANVAS, participants=PEOPLE), batch=20)
    print(f"0 to 25 newcomers {growth / 1000:.2f} ms; lint of 25 windows {faults / 1000:.2f} ms")
    for mode, layout in layouts.items():
        _time_pictures(mode, layout)


def _time_layout(mode: str, layout: MixLayoutParams, floor: float) -> None:
    # Boxes are remembered for 512 canvases and counts. Cold: another canvas each time, so that none is.
    warm = _microseconds(lambda: arrange(layout, participants=PEOPLE, canvas=CANVAS))
    canvases = iter(COLD_CANVASES * 100)
    cold = _microseconds(lambda: arrange(layout, participants=PEOPLE, canvas=next(canvases)))
    print(f"{mode}: 25 windows warm {warm:.1f} µs ({warm / floor:.2f} of the floor), cold {cold:.1f} µs")


def _time_pictures(mode: str, layout: MixLayoutParams) -> None:
    svg = draw(layout, participants=PEOPLE, canvas=CANVAS)
    warm = _microseconds(lambda: draw(layout, participants=PEOPLE, canvas=CANVAS), batch=10) / 1000
    cold = statistics.median(_cold_picture(layout) for _ in range(15))
    strip = _microseconds(lambda: draw_strip(layout, participants=PEOPLE, canvas=CANVAS), batch=5) / 1000
    png = _microseconds(lambda: write_png(svg), batch=1, batches=9) / 1000
    small = _microseconds(lambda: write_png(svg, width_px=160), batch=1, batches=9) / 1000
    print(f"{mode}: SVG warm {warm:.2f} ms, cold {cold:.2f} ms, strip of six {strip:.2f} ms; "
          f"PNG of 1280 x 720 {png:.0f} ms, 160 wide {small:.0f} ms")  # fmt: skip


def _cold_picture(layout: MixLayoutParams) -> float:
    # All that is remembered: boxes, a user's colour, the width of a letter, the lines of an empty place.
    for remembered in (grid_boxes, floating_boxes, screen_boxes, soft_color, character_width, hatch):
        remembered.cache_clear()
    began = time.perf_counter()
    draw(layout, participants=PEOPLE, canvas=CANVAS)
    return (time.perf_counter() - began) * 1000


def _microseconds(act: Callable[[], object], *, batch: int = 200, batches: int = 21) -> float:
    """Return the median over *batches* of what one of *batch* calls took."""
    act()
    times = []
    for _ in range(batches):
        began = time.perf_counter()
        for _ in range(batch):
            act()
        times.append((time.perf_counter() - began) / batch)
    return statistics.median(times) * 1_000_000
