"""Merge single-stream recordings into files that can be watched."""

import signal
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from recordings.merge.discover import WORK_FOLDER_PREFIX
from recordings.merge.ffmpeg import FfmpegMissing, find_ffmpeg
from recordings.merge.plan import Options, Output, UserPlan
from recordings.merge.render import FRAME_RATE, FRAME_RATES
from recordings.merge.sections import Stream
from recordings.merge.summary import count, summarize
from recordings.merge.work import NothingToMerge, Report, merge_folder
from recordings.models import Recording
from recordings.services.download import NoBucket, download_pieces
from recordings.storage.errors import StorageError
from recordings.storage.words import explain

STREAMS = {0: Stream.MAIN, 1: Stream.AUTO, 2: Stream.AUX}
WRONG_OPTIONS, INCOMPLETE, INTERRUPTED = 2, 3, 130
LARGEST_SIDE = 8192  # pixels


class Command(BaseCommand):
    help = (
        "Merge the pieces of single-stream recordings: an MP4 for each section of each user. Exit code 0: all of it; "
        "1: nothing, or an output failed; 2: wrong options; 3: made, with something missing; 130: interrupted."
    )
    requires_system_checks = []  # a folder needs neither settings nor database

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("recording", type=UUID, nargs="?", help="Its pieces are fetched from its storage.")
        add("-f", dest="folder", type=Path, metavar="DIR", help="With playlists and segments.")
        add("--into", type=Path, metavar="DIR", help="Where files are made; by default in the folder, or in this one.")
        add("-m", dest="mode", type=int, choices=(0, 1), default=0, help="0: by section (default); 1: by user.")
        add("-s", dest="cut", action="store_true", help="With -m 1: leave out the blanks between sections.")
        add(
            "-a",
            dest="stream",
            type=int,
            choices=tuple(STREAMS),
            default=0,
            help="0: sound with the main stream (default); 1: with the substream while there is no main; "
            "2: with the substream.",
        )
        add("-p", dest="fps", type=int, default=FRAME_RATE, metavar="FPS", help="5 to 120; 15 by default.")
        add(
            "-r", dest="size", type=int, nargs=2, metavar=("W", "H"), help="Of the picture; each user's own by default."
        )

    def handle(self, *_args: object, **options: Any) -> None:
        if (options["folder"] is None) == (options["recording"] is None):
            raise CommandError("Say what to merge: -f DIR, or the id of a recording.", returncode=WRONG_OPTIONS)
        self._check(options)
        try:
            with _terminable():
                report = self._merge_recording(options) if options["recording"] else self._merge_folder(options)
        except StorageError as error:
            raise CommandError(f"{explain(error.problem)} ({error.code or error.problem})") from error
        except (NothingToMerge, FfmpegMissing, NoBucket) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename or options['folder']}: {error.strerror or error}") from error
        except KeyboardInterrupt:
            raise CommandError("Interrupted. What is complete is kept.", returncode=INTERRUPTED) from None
        for line in summarize(report):
            self.stdout.write(line)
        if report.failed:
            raise CommandError(f"{count(len(report.failed), 'file')} could not be made.")
        if not report.is_whole:
            raise CommandError("Made, but not of all that was recorded: see above.", returncode=INCOMPLETE)

    def _check(self, options: dict[str, Any]) -> None:
        """Mend what the guide mends; refuse what cannot be meant."""
        low, high = FRAME_RATES
        wanted, options["fps"] = options["fps"], min(max(options["fps"], low), high)
        if wanted != options["fps"]:
            self.stderr.write(f"-p {wanted} is outside {low} to {high}: {options['fps']} is used.")
        if options["cut"] and not options["mode"]:
            self.stderr.write("-s is of no use without -m 1: every section is a file of its own.")
        if options["size"]:
            if not all(2 <= side <= LARGEST_SIDE for side in options["size"]):
                raise CommandError(f"-r takes a width and a height of 2 to {LARGEST_SIDE}.", returncode=WRONG_OPTIONS)
            even = tuple(side - side % 2 for side in options["size"])
            if even != tuple(options["size"]):
                self.stderr.write(f"-r: encoders take even numbers only, {even[0]} {even[1]} is used.")
            options["size"] = even

    def _merge_recording(self, options: dict[str, Any]) -> Report:
        recording = Recording.objects.filter(pk=options["recording"]).first()
        if recording is None:
            raise CommandError(f"There is no recording {options['recording']}.")
        into = options["into"] or Path.cwd()
        into.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=WORK_FOLDER_PREFIX, dir=into) as folder:
            with _progress() as progress:
                fetched = progress.add_task("", total=None)

                def show(done: int, total: int) -> None:
                    progress.update(fetched, completed=done, total=total, description="fetching")

                download_pieces(recording, Path(folder), on_progress=show)
            try:
                return self._merge(Path(folder), into, options)
            except NothingToMerge as error:
                raise CommandError(f"{error} {_tell_end(recording)}") from error

    def _merge_folder(self, options: dict[str, Any]) -> Report:
        folder, into = options["folder"], options["into"]
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        if into is not None:
            into.mkdir(parents=True, exist_ok=True)
        return self._merge(folder, into or folder, options)

    def _merge(self, folder: Path, into: Path, options: dict[str, Any]) -> Report:
        chosen = Options(by_user=bool(options["mode"]), cut_pauses=options["cut"], stream=STREAMS[options["stream"]])
        ffmpeg = find_ffmpeg()
        with _progress() as progress:
            bar = _Bar(progress)
            return merge_folder(
                folder,
                into=into,
                options=chosen,
                ffmpeg=ffmpeg,
                fps=options["fps"],
                size=options["size"],
                on_plan=bar.begin,
                on_progress=bar.move,
            )


def _progress() -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %")
    console = Console(file=sys.stderr)
    return Progress(*columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal)


def _tell_end(recording: Recording) -> str:
    """Return what may be why there is nothing of a recording."""
    if recording.purged_at is not None:
        return f"Its files were deleted at {recording.purged_at:%Y-%m-%d %H:%M} UTC, when their days were over."
    why = f", {recording.reason}" if recording.reason else ""
    return f"The recording is {recording.state}{why}."


class _Bar:
    """One bar for all outputs, by the milliseconds that are made."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._task = progress, TaskID(0)
        self._starts: dict[str, int] = {}

    def begin(self, plans: tuple[UserPlan, ...]) -> None:
        total = 0
        for output in (output for plan in plans for output in plan.outputs):
            self._starts[output.name] = total
            total += output.duration_ms
        self._task = self._progress.add_task("", total=total)

    def move(self, output: Output, done_ms: int) -> None:
        done = self._starts[output.name] + min(done_ms, output.duration_ms)
        self._progress.update(self._task, completed=done, description=escape(output.name))


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end the work as Ctrl-C does: with what is unfinished removed."""

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
