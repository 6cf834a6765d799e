"""A folder is merged from end to end."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from recordings.merge.discover import WORK_FOLDER_PREFIX, Found, discover
from recordings.merge.ffmpeg import FfmpegFailed
from recordings.merge.plan import Options, Output, UserPlan, plan_merge
from recordings.merge.render import FRAME_RATE, Look, Renderer


class NothingToMerge(Exception):
    """The folder holds nothing that the options leave over; the message says why."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What was made of a folder.

    Attributes:
        made: Outputs that are in the folder now.
        failed: What ffmpeg said, by the output that it could not make.
        unreadable: Segments that are there and could not be read.
    """

    found: Found
    plans: tuple[UserPlan, ...]
    made: list[Output] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """True when all that was recorded is in what was made, as far as the folder tells."""
        lacking = [*self.failed, *self.unreadable, *self.found.unreadable, *self.found.strays, *self.found.closed]
        return not lacking and not any(plan.missing for plan in self.plans)


def merge_folder(
    folder: Path,
    *,
    into: Path | None = None,
    options: Options,
    ffmpeg: str,
    fps: int = FRAME_RATE,
    size: tuple[int, int] | None = None,
    on_plan: Callable[[tuple[UserPlan, ...]], None],
    on_progress: Callable[[Output, int], None],
) -> Report:
    """Merge what is in *folder* and below. An output appears when it is complete, and replaces one of its name.

    Args:
        into: Where outputs appear; None: in *folder*.
        size: Of every picture; None: each user's own.
        on_plan: Gets what is going to be made.
        on_progress: Gets how many milliseconds of an output are made.

    Raises:
        NothingToMerge: Nothing is made.
    """
    folder = folder.resolve()
    target = (into or folder).resolve()
    found = discover(folder)
    report = Report(found=found, plans=plan_merge(found.tracks, options))
    if not any(plan.outputs for plan in report.plans):
        raise NothingToMerge(_explain_nothing(report))
    on_plan(report.plans)
    with tempfile.TemporaryDirectory(prefix=WORK_FOLDER_PREFIX, dir=target) as work:
        renderer = Renderer(ffmpeg=ffmpeg, source=folder, work=Path(work))
        for plan in report.plans:
            look = Look(size or renderer.find_size([one for o in plan.outputs for one in o.pictures]), fps)
            for output in plan.outputs:
                _make(output, target=target, renderer=renderer, look=look, report=report, on_progress=on_progress)
        report.unreadable = renderer.unreadable
    return report


def _make(
    output: Output,
    *,
    target: Path,
    renderer: Renderer,
    look: Look,
    report: Report,
    on_progress: Callable[[Output, int], None],
) -> None:
    try:
        made = renderer.render(output, look, on_progress=lambda done_ms: on_progress(output, done_ms))
    except FfmpegFailed as error:
        report.failed[output.name] = str(error)
    else:
        os.replace(made, target / output.name)
        report.made.append(output)


def _explain_nothing(report: Report) -> str:
    found = report.found
    if any(plan.unused for plan in report.plans):
        return "There are only substreams, and -a 0 leaves them out: see -a 1 and -a 2."
    if found.tracks:
        return "No playlist names a segment that is there."
    if found.unreadable:
        return "No playlist can be read: " + "; ".join(f"{name}: {why}" for name, why in found.unreadable.items())
    if found.strangers:
        return f"No playlist is named as recordings are: {', '.join(found.strangers[:3])}"
    if found.closed:
        return "Cannot be looked into: " + "; ".join(f"{name}: {why}" for name, why in found.closed.items())
    return "There is no playlist (.m3u8) of a recording."
