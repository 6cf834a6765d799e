"""What is seen and heard over time."""

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction

from sandbox.media.picture import Picture

AAC_FRAME = 1024  # samples


@dataclass(frozen=True)
class Shot:
    """What is seen and heard until the next one."""

    picture: Picture
    tones_hz: tuple[int, ...]


@dataclass(frozen=True)
class Form:
    """How a film is coded; bit rates in bits per second."""

    width: int
    height: int
    fps: int
    gop_seconds: int
    video_bit_rate: int
    sample_rate: int
    channels: int
    audio_bit_rate: int


class Reel:
    """Shots by the moment at which they begin, Unix milliseconds."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._shots: list[Shot] = []

    @property
    def last(self) -> Shot | None:
        return self._shots[-1] if self._shots else None

    def turn_to(self, shot: Shot, *, at_ms: int) -> None:
        if shot != self.last:
            self._starts.append(at_ms)
            self._shots.append(shot)

    def at(self, ms: Fraction) -> Shot:
        """Return what is on at a moment; before the first shot, the first one."""
        return self._shots[max(bisect_right(self._starts, ms) - 1, 0)]


@dataclass(frozen=True)
class Stretch:
    """Frames of a reel, counted from an origin.

    Attributes:
        origin_ms: Unix milliseconds of frame 0 of the picture and of the sound.
        first, end: Frames of `frame_seconds`; the last one is not in it.
        track: audio | video | audio_video.
        began_ms: What the clock in the picture and the time stamps inside the file count from.
    """

    reel: Reel
    form: Form
    track: str
    origin_ms: int
    began_ms: int
    first: int
    end: int

    @property
    def has_video(self) -> bool:
        return "video" in self.track

    @property
    def has_audio(self) -> bool:
        return "audio" in self.track

    @property
    def seconds(self) -> Fraction:
        return (self.end - self.first) * frame_seconds(self.form, self.track)

    @property
    def start(self) -> Fraction:
        """Seconds from the origin."""
        return self.first * frame_seconds(self.form, self.track)

    @property
    def start_ms(self) -> int:
        return self.origin_ms + round(self.start * 1000)


def frame_seconds(form: Form, track: str) -> Fraction:
    """Return how long the smallest piece of such a track is."""
    return Fraction(1, form.fps) if "video" in track else Fraction(AAC_FRAME, form.sample_rate)
