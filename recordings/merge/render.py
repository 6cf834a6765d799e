"""An output of a plan becomes a file."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recordings.merge.ffmpeg import FfmpegFailed, probe, run
from recordings.merge.plan import Input, Output
from recordings.merge.sections import Used

FRAME_RATE = 15
FRAME_RATES = (5, 120)  # what lies outside is moved to the nearer end
DEFAULT_SIZE = (640, 360)  # of a picture whose size neither playlist nor file tells


@dataclass(frozen=True, slots=True)
class Look:
    """How a merged picture looks: pixels (even numbers) and frames per second."""

    size: tuple[int, int]
    fps: int = FRAME_RATE


@dataclass(slots=True)
class Renderer:
    """Makes files of the segments in *source*, in a folder *work* that is the caller's to remove.

    Attributes:
        unreadable: Segments, by their paths below *source*, that ffmpeg could not open; they were left out.
    """

    ffmpeg: str
    source: Path
    work: Path
    unreadable: list[str] = field(default_factory=list)

    def find_size(self, inputs: Sequence[Input]) -> tuple[int, int]:
        """Return the largest picture among *inputs*, by what their playlists or else their first segments tell."""
        told = [
            used.track.size or probe(self.ffmpeg, self.source / used.segment.name).size
            for used in _firsts(inputs).values()
        ]
        width, height = max(filter(None, told), key=lambda size: size[0] * size[1], default=DEFAULT_SIZE)
        return width + width % 2, height + height % 2  # what encoders take

    def render(self, output: Output, look: Look, *, on_progress: Callable[[int], None]) -> Path:
        """Make *output* and return where it is.

        Raises:
            FfmpegFailed: ffmpeg cannot make it.
        """
        pictures, sounds = list(output.pictures), list(output.sounds)
        made, is_mixed_sound = self.work / output.name, False
        while pictures or sounds:
            lanes = self._lanes(sounds, is_mixed=is_mixed_sound)
            arguments = [*self._arguments(pictures, lanes, output, look), f"file:{made}"]
            try:
                if run(self.ffmpeg, arguments, on_progress=on_progress) or is_mixed_sound:
                    return made
                is_mixed_sound = True
            except FfmpegFailed as error:
                bad = {Path(path).relative_to(self.source).as_posix() for path in error.unreadable}
                if not bad:
                    raise
                self.unreadable += sorted(bad - set(self.unreadable))
                pictures = [one for one in pictures if one.used.segment.name not in bad]
                sounds = [one for one in sounds if one.used.segment.name not in bad]
        raise FfmpegFailed("no segment of it can be read")

    def _lanes(self, sounds: Sequence[Input], *, is_mixed: bool) -> list[list[Input]]:
        """Return what sounds, by playlist; with *is_mixed* also by rate and channels, which an input must keep."""
        lanes: defaultdict[tuple[str, str], list[Input]] = defaultdict(list)
        silent = {name for name, first in _firsts(sounds).items() if first.track.has_picture and not self._sound(first)}
        for one in sounds:
            if one.used.track.name not in silent:
                lanes[one.used.track.name, self._sound(one.used) if is_mixed else ""].append(one)
        return list(lanes.values())

    def _sound(self, used: Used) -> str:
        return probe(self.ffmpeg, self.source / used.segment.name).sound

    def _arguments(
        self, pictures: Sequence[Input], lanes: Sequence[Sequence[Input]], output: Output, look: Look
    ) -> Iterator[str]:
        seconds = f"{output.duration_ms / 1000:.3f}"
        inputs = 0
        if output.pictures:
            (width, height), fps = look.size, look.fps
            yield from ("-f", "lavfi", "-i", f"color=c=black:s={width}x{height}:r={fps}:d={seconds}")
            inputs = 1
        if pictures:
            # A sender changes the size of its picture as its network does; the filters below follow it.
            yield from ("-reinit_filter", "0", *self._list("picture", pictures))
            yield from ("-filter_complex", _PICTURE.format(width=width, height=height))
            inputs = 2
        for number, lane in enumerate(lanes):
            yield from self._list(f"sound{number}", lane)
        if output.pictures:
            yield from ("-map", "[seen]" if pictures else "0:v", "-r", str(look.fps), *_VIDEO_CODEC)
        if lanes:
            yield from ("-filter_complex", _mix(inputs, len(lanes)), "-map", "[heard]", *_AUDIO_CODEC)
        yield from ("-t", seconds, "-movflags", "+faststart")

    def _list(self, name: str, inputs: Sequence[Input]) -> Iterator[str]:
        """Write *inputs* as a list for ffmpeg in which every segment stands at its moment; yield it as an input."""
        lines = ["ffconcat version 1.0"]
        for one, following in zip(inputs, [*inputs[1:], None], strict=True):
            length_ms = following.offset_ms - one.offset_ms if following else one.used.segment.duration_ms
            path = f"file:{self.source / one.used.segment.name}".replace("'", "'\\''")
            lines += [f"file '{path}'", f"duration {length_ms / 1000:.3f}"]
        written = self.work / f"{name}.ffconcat"
        written.write_text("\n".join(lines) + "\n", encoding="utf-8")
        yield from ("-itsoffset", f"{inputs[0].offset_ms / 1000:.3f}", "-protocol_whitelist", "file")
        yield from ("-f", "concat", "-safe", "0", "-i", f"file:{written}")


# What overlaps the segment before it by some milliseconds goes on where that one ends. Until the first picture all is
# black; while none comes the last one stays.
_PICTURE = (
    "[1:v]select='isnan(prev_selected_t)+gt(t,prev_selected_t)',"
    "scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2,"
    "pad={width}:{height}:(ow-iw)/2:(oh-ih)/2:eval=frame,setsar=1[picture];"
    "[0:v][picture]overlay=eof_action=repeat:repeatlast=1,format=yuv420p[seen]"
)
_VIDEO_CODEC = ("-c:v", "libx264", "-preset", "veryfast")
_AUDIO_CODEC = ("-c:a", "aac", "-b:a", "128k")


def _mix(first: int, lanes: int) -> str:
    """Return the filters for *lanes* inputs from the *first*: silence where nothing sounds, and all at once."""
    filters = [
        f"[{first + lane}:a]aresample=48000:async=1:min_hard_comp=0.03:first_pts=0,"
        f"aformat=sample_fmts=fltp:channel_layouts=stereo[lane{lane}]"
        for lane in range(lanes)
    ]
    together = "".join(f"[lane{lane}]" for lane in range(lanes))
    mixed = f"amix=inputs={lanes}:duration=longest:normalize=0," if lanes > 1 else ""
    return ";".join([*filters, f"{together}{mixed}apad[heard]"])


def _firsts(inputs: Sequence[Input]) -> dict[str, Used]:
    """Return the first segment of each playlist."""
    return {one.used.track.name: one.used for one in reversed(inputs)}
