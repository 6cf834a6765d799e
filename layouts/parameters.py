"""What a caller may say about the picture of a mixed recording: windows, background, watermarks.

Fields and limits: https://trtc.io/document/36760 (MixLayoutParams, MixLayout, WaterMark).
The vendor's number codes are words here; recordings.trtc turns them back.
"""

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from layouts.colors import read_color

MOST_WINDOWS = 25
MOST_WATERMARKS = 25
LARGEST_NUMBER = 2**32 - 1

# Long enough for a signed URL; the vendor names no limit.
LONGEST_URL = 2048
URL_ALPHABET = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!&()*+,%=]+")
IMAGE_EXTENSIONS = (".jpg", ".jpeg", ".png")

# Lone surrogates stand in JSON as "\ud800", and can be neither stored nor sent.
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")

LONGEST_USER_ID_BYTES = 32
# "1.*$" stands for every user whose id starts with 1.
PREFIX_MARK = ".*$"


class FieldUnknown(AttributeError):
    """A draft was asked for a field whose value was missing or wrong."""


class Parameters(BaseModel):
    """A part of a request: JSON types only, no unknown keys, never changed in place."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    if not TYPE_CHECKING:  # a checker that sees __getattr__ accepts every misspelt field

        def __getattr__(self, name: str) -> Any:
            if name in type(self).model_fields:
                raise FieldUnknown(name)
            return super().__getattr__(name)

    def to_json(self) -> dict[str, Any]:
        """Return what is stored and shown: JSON types, without the fields left to the vendor."""
        return self.model_dump(mode="json", exclude_none=True)


def _check_color(value: str) -> str:
    color = read_color(value)
    if color is None:
        raise PydanticCustomError("color", "Must be a colour like #1A2B3C.")
    return color


def _check_image_url(value: str) -> str:
    if len(value) > LONGEST_URL or not URL_ALPHABET.fullmatch(value):
        raise PydanticCustomError("url_alphabet", "Holds characters that the vendor does not accept.")
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PydanticCustomError("url", "Must be an http or https address.")
    if not parts.path.lower().endswith(IMAGE_EXTENSIONS):
        raise PydanticCustomError("image_extension", "The path must end in .jpg, .jpeg or .png.")
    return value


def _check_text(value: str) -> str:
    if CONTROL_CHARACTERS.search(value):
        raise PydanticCustomError("control_characters", "Must not hold control characters.")
    return value


def _check_user_id(value: str) -> str:
    _check_text(value)
    if not 0 < len(value.removesuffix(PREFIX_MARK).encode()) <= LONGEST_USER_ID_BYTES:
        raise PydanticCustomError("user_id", "Must be a user id of 1 to 32 bytes.")
    return value


Color = Annotated[str, AfterValidator(_check_color)]
ImageUrl = Annotated[str, AfterValidator(_check_image_url)]
Text = Annotated[str, AfterValidator(_check_text)]
UserId = Annotated[str, AfterValidator(_check_user_id)]

MixLayoutMode = Literal["floating", "screen_share", "grid", "custom"]
MediaId = Literal["main", "aux"]
RenderMode = Literal["stretch", "crop", "letterbox", "smart"]
Font = Literal["tencent", "source_han_sans"]
Position = Literal["top_left", "top_right", "bottom_left", "bottom_right", "top_center", "bottom_center", "center"]

CanvasPixels = Annotated[int, Field(ge=0, le=1920)]
WatermarkPixels = Annotated[int, Field(ge=0, le=2560)]


class MixLayout(Parameters):
    """One window of a custom layout."""

    top: CanvasPixels = Field(description="Upper edge in canvas pixels, 0-1920, origin top left.")
    left: CanvasPixels = Field(description="Left edge in canvas pixels, 0-1920, origin top left.")
    width: CanvasPixels = Field(description="Width in canvas pixels, 0-1920; must end inside the canvas.")
    height: CanvasPixels = Field(description="Height in canvas pixels, 0-1920; must end inside the canvas.")
    user_id: UserId | None = Field(None, description="Whose window it is. Absent: filled in order of entry.")
    alpha: int = Field(0, ge=0, le=255, description="Transparency: 0 is opaque, 255 is invisible.")
    render_mode: RenderMode = Field("crop", description="How a picture of another shape is made to fit.")
    media_id: MediaId = Field("main", description="Camera (main) or screen (aux).")
    image_layer: int = Field(0, ge=0, le=LARGEST_NUMBER, description="Stacking order: smaller is further back.")
    sub_background_image: ImageUrl | None = Field(
        None, description="Placeholder picture of this window: jpg or png, at most 5 MB and 2K."
    )


class ImageWaterMark(Parameters):
    """A picture laid over the recording."""

    water_mark_type: Literal["image"]
    water_mark_url: ImageUrl = Field(description="Address of a jpg or png, at most 5 MB.")
    top: WatermarkPixels = Field(description="Upper edge in canvas pixels, 0-2560.")
    left: WatermarkPixels = Field(description="Left edge in canvas pixels, 0-2560.")
    width: WatermarkPixels = Field(description="Width in canvas pixels, 0-2560; must end inside the canvas.")
    height: WatermarkPixels = Field(description="Height in canvas pixels, 0-2560; must end inside the canvas.")


class TextWaterMark(Parameters):
    """A line of text laid over the recording."""

    water_mark_type: Literal["text"]
    top: WatermarkPixels = Field(description="Upper edge in canvas pixels.")
    left: WatermarkPixels = Field(description="Left edge in canvas pixels.")
    width: WatermarkPixels = Field(description="Width in canvas pixels; must end inside the canvas.")
    height: WatermarkPixels = Field(description="Height in canvas pixels; must end inside the canvas.")
    chars: Text = Field(min_length=1, max_length=1024, description="The text.")
    font_size: int = Field(14, ge=1, le=2560, description="Height of the letters in pixels.")
    font_color: Color = Field("#FFFFFF", description="Colour of the letters, #RRGGBB.")
    back_ground_color: Color | None = Field(
        None, description="Colour behind the letters, #RRGGBB. Absent: transparent."
    )
    font: Font = Field("tencent", description="Font of the letters.")


class TimestampWaterMark(Parameters):
    """The time of day laid over the recording."""

    water_mark_type: Literal["timestamp"]
    pos: Position = Field(description="Where on the canvas it stands.")
    time_zone: int = Field(8, ge=-12, le=14, description="Hours ahead of UTC, -12 to 14.")
    font: Font = Field("tencent", description="Font of the digits.")


WaterMark = Annotated[ImageWaterMark | TextWaterMark | TimestampWaterMark, Field(discriminator="water_mark_type")]

# strict=False is for the container alone: JSON has lists, and a frozen model holds tuples.
MixLayoutList = Annotated[tuple[MixLayout, ...], Field(strict=False, max_length=MOST_WINDOWS)]
WaterMarkList = Annotated[tuple[WaterMark, ...], Field(strict=False, max_length=MOST_WATERMARKS)]


class MixLayoutParams(Parameters):
    """How the pictures of a mixed recording are arranged."""

    mix_layout_mode: MixLayoutMode = Field(description="Arrangement; custom takes mix_layout_list.")
    mix_layout_list: MixLayoutList = Field((), description="Windows of a custom layout, at most 25.")
    back_ground_color: Color = Field("#000000", description="Colour of the canvas, #RRGGBB.")
    max_resolution_user_id: UserId | None = Field(
        None,
        description="Who takes the large window (floating, screen_share). Absent: the first to enter "
        "(floating) or nobody (screen_share).",
    )
    media_id: MediaId = Field("main", description="Which stream of max_resolution_user_id is shown large.")
    background_image_url: ImageUrl | None = Field(
        None, description="Picture behind everything: jpg or png, at most 5 MB and 2K."
    )
    background_image_render_mode: RenderMode | None = Field(
        None, description="How the background picture is made to fit. Absent: left to the vendor."
    )
    place_holder_mode: bool = Field(
        False, description="Show a placeholder picture where an expected user sends nothing."
    )
    default_sub_background_image: ImageUrl | None = Field(
        None, description="Placeholder picture of windows that name none."
    )
    water_mark_list: WaterMarkList = Field((), description="Watermarks, at most 25.")
    render_mode: RenderMode | None = Field(
        None, description="How pictures are made to fit outside custom. Absent: left to the vendor."
    )
    max_resolution_user_align: Literal["left", "right"] = Field(
        "left", description="Side of the large window in screen_share."
    )
    pure_audio_disable_layout: bool = Field(
        False, description="Give no window to users who only send audio (not in custom)."
    )
