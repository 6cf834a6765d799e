"""Show a layout: as a table, as a picture, with its faults, or frozen as a custom one."""

import json
import re
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext
from pydantic import ValidationError

from layouts.freeze import freeze
from layouts.geometry import Canvas, Participant, arrange, list_vacant
from layouts.lint import lint
from layouts.parameters import MediaId, MixLayoutMode, MixLayoutParams
from layouts.png import write_png
from layouts.room import fill_room
from layouts.svg import draw, draw_strip
from layouts.text import FULL, character_width

VENDOR_CANVAS = "360x640"
HEADINGS = ("#", "user", "stream", "role", "left", "top", "width", "height", "layer")
STDIN = "-"


class Command(BaseCommand):
    help = (
        "Show where everybody is in a layout, before it is recorded. "
        "Example: layout screen_share --canvas 1280x720 --users alice,bob,carol:aux --large carol:aux --svg lesson.svg"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("mode", nargs="?", choices=get_args(MixLayoutMode), help="Not needed with --params.")
        parser.add_argument(
            "--canvas", type=_read_canvas, default=VENDOR_CANVAS, metavar="WxH",
            help=f"Pixels of the picture; default {VENDOR_CANVAS}, as the vendor takes when it is not told.",
        )  # fmt: skip
        parser.add_argument(
            "--users", type=_read_users, default=[], metavar="A,B:aux,C:audio",
            help="Who is in the room, in order of entry; :aux is a screen, :audio sends no picture.",
        )  # fmt: skip
        parser.add_argument("--people", type=int, default=0, help="Make up this number with strangers +1, +2, …")
        parser.add_argument("--large", metavar="USER[:aux]", help="Who takes the large window.")
        parser.add_argument("--align", choices=("left", "right"), help="Side of the large window in screen_share.")
        parser.add_argument("--no-audio-only", action="store_true", help="No window for who sends no picture.")
        parser.add_argument("--even", action="store_true", help="Round edges to even pixels.")
        parser.add_argument("--params", metavar="FILE.json", help="mix_layout_params, or a request with them; - reads.")
        parser.add_argument("--strip", action="store_true", help="Draw the room as it grows: 1, 2, 4, 9, 16, 25.")
        parser.add_argument("--svg", metavar="FILE", help="Write the picture; - prints it.")
        parser.add_argument("--png", metavar="FILE", help="Write the picture.")
        parser.add_argument("--width", type=int, help="Width of the PNG in pixels.")
        parser.add_argument("--lint", action="store_true", help="List the faults; exit with 1 when one blocks a start.")
        parser.add_argument("--custom", action="store_true", help="Print the layout as JSON of a custom one.")

    def handle(self, *_args: object, **options: Any) -> None:
        data = _read_params(options)
        people = fill_room(options["users"], count=options["people"])
        has_errors = options["lint"] and self._print_findings(data, people, options["canvas"])
        try:
            layout = MixLayoutParams.model_validate(data)
            room: dict[str, Any] = {
                "participants": people,
                "canvas": options["canvas"],
                "align": 2 if options["even"] else 1,
            }
            self._show(layout, room, options)
        except ValidationError as error:
            if not options["lint"]:
                raise CommandError("The layout is not valid: --lint tells why.") from error
            has_errors = True
        if has_errors:
            sys.exit(1)

    def _show(self, layout: MixLayoutParams, room: dict[str, Any], options: Mapping[str, Any]) -> None:
        if options["svg"] or options["png"]:
            make = draw_strip if options["strip"] else draw
            self._write_picture(make(layout, **room, translate=gettext), options)
        elif options["custom"]:
            frozen = freeze(layout, **room)
            self.stdout.write(json.dumps(frozen.to_json(), ensure_ascii=False, indent=2))
        elif not options["lint"]:
            self._print_table(layout, room)

    def _write_picture(self, svg: str, options: Mapping[str, Any]) -> None:
        try:
            if options["svg"] == STDIN:
                self.stdout.write(svg)
            elif options["svg"]:
                Path(options["svg"]).write_text(svg, encoding="utf-8")
            if options["png"]:
                Path(options["png"]).write_bytes(write_png(svg, width_px=options["width"]))
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        except ValueError as error:
            raise CommandError(str(error)) from error

    def _print_table(self, layout: MixLayoutParams, room: dict[str, Any]) -> None:
        people: Sequence[Participant] = room["participants"]
        order = {(person.user_id, person.media_id): at for at, person in enumerate(people, start=1)}
        rows: list[tuple[object, ...]] = [HEADINGS]
        windows = arrange(layout, **room)
        for each in windows:
            number = order[each.user_id, each.media_id]
            rows.append((number, each.user_id, each.media_id, each.role, *each[:5]))
        for each in list_vacant(layout, **room):
            rows.append(("-", each.user_id or "(empty)", each.media_id, each.role, *each[:5]))
        for line in _columns(rows):
            self.stdout.write(line)
        if unseen := len(people) - len(windows):
            self.stdout.write(f"{unseen} without a window.")

    def _print_findings(self, data: object, people: Sequence[Participant], canvas: Canvas) -> bool:
        findings = lint(data, canvas=canvas, participants=people or None)
        for found in (finding.translated(gettext) for finding in findings):
            style = self.style.ERROR if found.severity == "error" else self.style.WARNING
            self.stdout.write(f"{style(found.severity)} {found.path} ({found.code})")
            self.stdout.write(f"  {found.detail}\n  {found.remedy}")
        if not findings:
            self.stdout.write(self.style.SUCCESS("Nothing to complain of."))
        return any(finding.severity == "error" for finding in findings)


def _read_canvas(text: str) -> Canvas:
    found = re.fullmatch(r"(\d{1,4})[x×](\d{1,4})", text)
    if not found:
        raise ArgumentTypeError("write it as 1280x720")
    try:
        return Canvas(int(found[1]), int(found[2]))
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def _read_users(text: str) -> list[Participant]:
    return [_read_user(name) for name in text.split(",") if name]


def _read_user(text: str) -> Participant:
    name, media_id, audio_only = text, "main", False
    while (parts := name.rpartition(":"))[0] and parts[2] in ("main", "aux", "audio"):
        name = parts[0]
        audio_only = audio_only or parts[2] == "audio"
        media_id = parts[2] if parts[2] != "audio" else media_id
    chosen: MediaId = "aux" if media_id == "aux" else "main"
    return Participant(name, chosen, audio_only)


def _read_params(options: Mapping[str, Any]) -> object:
    data: Any = _read_json(options["params"]) if options["params"] else {}
    if isinstance(data, dict):
        data = data.get("mix_layout_params", data)
    if not isinstance(data, dict):
        return data
    if options["mode"]:
        data["mix_layout_mode"] = options["mode"]
    elif not options["params"]:
        raise CommandError("Name a mode, or give --params.")
    if options["large"]:
        large = _read_user(options["large"])
        data |= {"max_resolution_user_id": large.user_id, "media_id": large.media_id}
    if options["align"]:
        data["max_resolution_user_align"] = options["align"]
    if options["no_audio_only"]:
        data["pure_audio_disable_layout"] = True
    return data


def _read_json(name: str) -> Any:
    try:
        return json.loads(sys.stdin.read() if name == STDIN else Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}") from error
    except ValueError as error:
        raise CommandError(f"{name} is not JSON: {error}") from error


def _columns(rows: Sequence[Sequence[object]]) -> list[str]:
    widths = [max(_cells(str(row[at])) for row in rows) for at in range(len(rows[0]))]
    return [
        "  ".join(
            str(value) + " " * (width - _cells(str(value))) for value, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _cells(text: str) -> int:
    # A terminal gives Chinese letters two columns.
    return sum(0 if not (width := character_width(letter)) else 2 if width == FULL else 1 for letter in text)
