"""What a camera sees of a room: each stream has a colour and a tone of its own."""

import colorsys
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.media.film import Form, Shot
from sandbox.media.picture import Picture, Tile
from sandbox.trtc.rules import canvas_of
from sandbox.trtc.subscription import Track
from sandbox.trtc.windows import Stream, Window, arrange

Params = Mapping[str, Any]

GOLDEN_ANGLE = 0.381966  # of the colour circle: neighbours differ much
FIRST_TONE_HZ, TONE_STEP_HZ = 300, 70
BLACK = "#000000"
PLACE_HOLDER = "#303030"
SAMPLE_RATES = (48_000, 48_000, 44_100, 16_000)  # by AudioParams.SampleRate, 1-3
ALONE = {"main": (640, 480), "aux": (1280, 720)}  # pictures of single streams
BLACK_FILL = 1  # RecordParams.FillType: what stands in when a picture stops; 0 is the last frame


class Cast:
    """Who has appeared in a task, in the order of appearance."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}

    def color(self, user_id: str, media: str) -> str:
        """Return #rrggbb."""
        red, green, blue = colorsys.hsv_to_rgb(self._number(user_id, media) * GOLDEN_ANGLE % 1, 0.65, 0.75)
        return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"

    def tone_hz(self, user_id: str, media: str) -> int:
        return FIRST_TONE_HZ + TONE_STEP_HZ * self._number(user_id, media)

    def public(self) -> list[dict[str, Any]]:
        """Return everybody, for the control API."""
        return [
            {"user_id": who[0], "media": who[1], "color": self.color(*who), "tone_hz": self.tone_hz(*who)}
            for who in self._numbers
        ]

    def _number(self, user_id: str, media: str) -> int:
        return self._numbers.setdefault((user_id, media), len(self._numbers))


def form_of(params: Params, *, media: str) -> Form:
    """Return how main, aux or mix of a task is coded."""
    given = params.get("MixTranscodeParams") or {}
    video, audio = given.get("VideoParams") or {}, given.get("AudioParams") or {}
    width, height = canvas_of(params) if media == "mix" else ALONE[media]
    return Form(
        width=width,
        height=height,
        fps=video.get("Fps", 15),
        gop_seconds=video.get("Gop", 10),
        video_bit_rate=video.get("BitRate", 550_000),
        sample_rate=SAMPLE_RATES[audio.get("SampleRate", 1)],
        channels=audio.get("Channel", 2 if media == "mix" else 1),
        audio_bit_rate=audio.get("BitRate", 64_000),
    )


def shoot_mix(cast: Cast, params: Params, layout: Params | None, tracks: Sequence[Track], last: Shot | None) -> Shot:
    """Return the mixed picture and sound of everything that is recorded."""
    tones = _tones(cast, tracks)
    if not tracks:
        return Shot(_filler(params, "mix", last), tones)
    videos = {(track.user_id, track.media) for track in tracks if track.track == "video"}
    seen = dict.fromkeys((track.user_id, track.media) for track in tracks if track.media == "main")
    streams = [Stream(*who, has_video=who in videos) for who in _in_order(tracks) if who in seen or who in videos]
    width, height = canvas_of(params)
    windows = arrange(layout, canvas=(width, height), streams=streams)
    background = (layout or {}).get("BackGroundColor") or BLACK
    return Shot(Picture(width, height, background, tuple(_tile(cast, window) for window in windows)), tones)


def shoot_alone(cast: Cast, params: Params, who: tuple[str, str], tracks: Sequence[Track], last: Shot | None) -> Shot:
    """Return picture and sound of one stream; the canvas is its own."""
    own = [track for track in tracks if (track.user_id, track.media) == who]
    if any(track.track == "video" for track in own):
        width, height = ALONE[who[1]]
        window = Window(0, 0, width, height, Stream(*who, has_video=True))
        return Shot(Picture(width, height, BLACK, (_tile(cast, window),)), _tones(cast, own))
    return Shot(_filler(params, who[1], last), _tones(cast, own))


def _in_order(tracks: Sequence[Track]) -> dict[tuple[str, str], None]:
    return dict.fromkeys((track.user_id, track.media) for track in tracks)


def _tones(cast: Cast, tracks: Sequence[Track]) -> tuple[int, ...]:
    return tuple(cast.tone_hz(track.user_id, track.media) for track in tracks if track.track == "audio")


def _tile(cast: Cast, window: Window) -> Tile:
    box = window.left, window.top, window.width, window.height
    opacity = 1 - window.alpha / 255
    if window.stream is None:
        return Tile(*box, PLACE_HOLDER, opacity=opacity)
    user_id, media, has_video = window.stream
    said = {("main", True): "", ("main", False): " (audio)"}.get((media, has_video), " (screen)")
    return Tile(*box, cast.color(user_id, media), name=f"{user_id}{said}", opacity=opacity)


def _filler(params: Params, media: str, last: Shot | None) -> Picture:
    if last is not None and params["RecordParams"].get("FillType") != BLACK_FILL:
        return last.picture
    form = form_of(params, media=media)
    return Picture(form.width, form.height, BLACK)
