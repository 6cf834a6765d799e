"""How a mixed recording is encoded.

Fields and limits: https://trtc.io/document/36760 (MixTranscodeParams). A given object must be complete.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from layouts.parameters import LARGEST_NUMBER, Parameters

DEFAULT_WIDTH_PX = 360
DEFAULT_HEIGHT_PX = 640
MOST_PIXELS = 1920 * 1080


def _check_whole_number(value: object) -> object:
    # To a Literal, True and 1.0 are as good as 1.
    if type(value) is not int:
        raise PydanticCustomError("whole_number", "Must be a whole number.")
    return value


WholeNumber = BeforeValidator(_check_whole_number)


class VideoParams(Parameters):
    """The canvas and its encoder; width times height is at most 1920 x 1080."""

    width: int = Field(ge=1, le=1920, description="Canvas width in pixels, 1-1920.")
    height: int = Field(ge=1, le=1920, description="Canvas height in pixels, 1-1920.")
    fps: int = Field(ge=1, le=60, description="Pictures per second, 1-60.")
    bit_rate: int = Field(ge=64_000, le=8_192_000, description="Bits per second, 64000-8192000.")
    gop: int = Field(ge=1, le=LARGEST_NUMBER, description="Seconds between key frames.")


class AudioParams(Parameters):
    """The sound and its encoder."""

    sample_rate: Annotated[Literal[48000, 44100, 16000], WholeNumber] = Field(
        description="Samples per second: 48000, 44100 or 16000."
    )
    channel: Annotated[Literal[1, 2], WholeNumber] = Field(description="1 mono, 2 stereo.")
    bit_rate: int = Field(ge=32_000, le=128_000, description="Bits per second, 32000-128000.")


class MixTranscodeParams(Parameters):
    """Encoders of a mixed recording."""

    video_params: VideoParams | None = Field(
        None, description="Absent: 360 x 640 pixels, 15 per second, 550000 bps, key frame every 10 s."
    )
    audio_params: AudioParams | None = Field(None, description="Absent: 48000 Hz, stereo, 64000 bps.")


def canvas_size(transcode: MixTranscodeParams | None) -> tuple[int, int]:
    """Return width and height in pixels of the canvas that windows and watermarks stand on."""
    if transcode is None or transcode.video_params is None:
        return DEFAULT_WIDTH_PX, DEFAULT_HEIGHT_PX
    return transcode.video_params.width, transcode.video_params.height
