"""Stretches of a film as files: MPEG-TS, MP4, AAC."""

import tempfile
from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby
from math import ceil
from pathlib import Path

from sandbox.media.ffmpeg import Ffmpeg
from sandbox.media.film import AAC_FRAME, Form, Stretch
from sandbox.media.picture import LATIN_FONT, Picture, draw_png
from sandbox.media.tones import write_pcm

PREROLL_FRAMES = 12  # until the encoder has settled: fewer, and each segment begins with a crack
CLOCK_SHARE = 24  # the clock's letters are this part of the picture's height


def make_segment(ffmpeg: Ffmpeg, stretch: Stretch) -> bytes:
    """Return an MPEG-TS file that continues the one before it without a seam.

    Raises:
        MediaFailed: ffmpeg could not make it.
    """
    offset = stretch.start + Fraction(stretch.origin_ms - stretch.began_ms, 1000)
    timing = ["-muxdelay", "0", "-muxpreload", "0", "-output_ts_offset", f"{float(offset):.6f}"]
    # Counters of packets begin anew in every segment; unmarked, a player calls the last packet corrupt.
    timing += ["-mpegts_flags", "initial_discontinuity"]
    return _make(ffmpeg, stretch, container="mpegts", options=timing, is_piece=True)


def make_file(ffmpeg: Ffmpeg, stretch: Stretch, *, suffix: str) -> bytes:
    """Return a whole mp4 or aac file.

    Raises:
        MediaFailed: ffmpeg could not make it.
    """
    if suffix == "mp4":
        return _make(ffmpeg, stretch, container="mp4", options=["-movflags", "+faststart"], is_piece=False)
    return _make(ffmpeg, stretch, container="adts", options=[], is_piece=False)


def _make(ffmpeg: Ffmpeg, stretch: Stretch, *, container: str, options: list[str], is_piece: bool) -> bytes:
    with tempfile.TemporaryDirectory(prefix="sandbox-") as name:
        folder = Path(name)
        made = folder / "made"
        arguments: list[str] = []
        codecs: list[str] = []
        if stretch.has_video:
            inputs, graph = _show(stretch, folder)
            arguments += [*inputs, "-filter_complex", f"{graph}[picture]"]
            codecs += ["-map", "[picture]", *_video_codec(stretch.form)]
        if stretch.has_audio:
            pictures = arguments.count("-i")
            inputs, options_of_sound = _sound(stretch, folder, is_piece=is_piece)
            arguments += inputs
            codecs += ["-map", f"{pictures}:a", *options_of_sound, *_audio_codec(stretch.form)]
        ffmpeg.run([*arguments, *codecs, *options, "-f", container, str(made)], folder=folder)
        return made.read_bytes()


def _show(stretch: Stretch, folder: Path) -> tuple[list[str], str]:
    """Write the pictures; return their inputs and the filters that put them one after another."""
    # drawtext takes no path with a colon or a quote in it.
    (folder / "font.ttf").symlink_to(LATIN_FONT)
    fps = stretch.form.fps
    inputs, chains = [], []
    for index, (picture, frames) in enumerate(_pictures(stretch)):
        (folder / f"{index}.png").write_bytes(draw_png(picture))
        inputs += ["-f", "image2", "-framerate", str(fps), "-i", f"{index}.png"]
        chains.append(f"[{index}:v]loop=loop=-1:size=1,trim=end_frame={frames},setpts=N[v{index}]")
    joined = "".join(f"[v{index}]" for index in range(len(chains)))
    since = float(stretch.start + Fraction(stretch.origin_ms - stretch.began_ms, 1000))
    clock = (
        f"drawtext=fontfile=font.ttf:text='%{{pts\\:hms\\:{since:.3f}}}':x=w-tw-h/60:y=h-th-h/60:"
        f"fontsize={max(stretch.form.height // CLOCK_SHARE, 8)}:fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=4"
    )
    # 4:2:0 has no odd sizes.
    even = "pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
    chains.append(f"{joined}concat=n={len(chains)}:v=1:a=0,settb=1/{fps},setpts=N,{clock},{even}")
    return inputs, ";".join(chains)


def _pictures(stretch: Stretch) -> Iterator[tuple[Picture, int]]:
    step = Fraction(1000, stretch.form.fps)
    shown = (stretch.reel.at(stretch.origin_ms + frame * step).picture for frame in range(stretch.first, stretch.end))
    for picture, frames in groupby(shown):
        yield picture, len(list(frames))


def _sound(stretch: Stretch, folder: Path, *, is_piece: bool) -> tuple[list[str], list[str]]:
    """Write the samples; return their input, and what keeps exactly the wanted AAC frames.

    A piece keeps the frames that begin in it. The encoder hears what was before and what comes after, so pieces
    that are decoded one after another sound like one.
    """
    rate = stretch.form.sample_rate
    start, end = stretch.start * rate, (stretch.start + stretch.seconds) * rate
    if is_piece:
        first, last = ceil(start / AAC_FRAME), max(ceil(end / AAC_FRAME), ceil(start / AAC_FRAME) + 1)
        heard = (first - PREROLL_FRAMES) * AAC_FRAME, (last + 1) * AAC_FRAME
    else:
        heard = round(start), round(end)
    with (folder / "sound.pcm").open("wb") as file:
        file.writelines(write_pcm(list(_chords(stretch, *heard)), first_sample=heard[0], rate=rate))
    inputs = ["-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "sound.pcm"]
    if not is_piece:
        return inputs, []
    shift = round(heard[0] - start)
    kept = first * AAC_FRAME - round(start), last * AAC_FRAME - round(start)
    cut = f"noise=drop='lt(pts,{kept[0]})+gte(pts,{kept[1]})'"
    return inputs, ["-af", f"asetpts=PTS+({shift})", "-bsf:a", cut]


def _chords(stretch: Stretch, first: int, end: int) -> Iterator[tuple[tuple[int, ...], int]]:
    """Yield what is heard from one sample to another, counted from the origin, a hundredth of a second at a time."""
    rate = stretch.form.sample_rate
    step = rate // 100
    starts = range(first, end, step)
    heard = ((stretch.reel.at(stretch.origin_ms + Fraction(start * 1000, rate)).tones_hz, start) for start in starts)
    for tones_hz, pieces in groupby(heard, key=lambda item: item[0]):
        yield tones_hz, sum(min(step, end - start) for _, start in pieces)


def _video_codec(form: Form) -> list[str]:
    fast = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-threads", "1", "-r", str(form.fps)]
    rate = ["-b:v", str(form.video_bit_rate), "-g", str(form.fps * form.gop_seconds)]
    return [*fast, *rate, "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]


def _audio_codec(form: Form) -> list[str]:
    return ["-c:a", "aac", "-b:a", str(form.audio_bit_rate), "-ac", str(form.channels)]
