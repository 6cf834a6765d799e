"""The vendor's MixLayoutParams, built from ours.

Fields: https://trtc.io/document/36760.
"""

from typing import Any

from layouts.parameters import ImageWaterMark, MixLayout, MixLayoutParams, RenderMode, TextWaterMark, WaterMark
from recordings.trtc import codes


def build_layout(layout: MixLayoutParams) -> dict[str, Any]:
    """Return the whole MixLayoutParams object, defaults included."""
    return without_absent(
        {
            "MixLayoutMode": codes.MIX_LAYOUT_MODE[layout.mix_layout_mode],
            "MixLayoutList": [_build_window(window) for window in layout.mix_layout_list],
            "BackGroundColor": layout.back_ground_color,
            "MaxResolutionUserId": layout.max_resolution_user_id,
            "MediaId": codes.LAYOUT_MEDIA_ID[layout.media_id],
            "BackgroundImageUrl": layout.background_image_url,
            "PlaceHolderMode": int(layout.place_holder_mode),
            "BackgroundImageRenderMode": _render_mode(layout.background_image_render_mode),
            "DefaultSubBackgroundImage": layout.default_sub_background_image,
            "WaterMarkList": [_build_watermark(mark) for mark in layout.water_mark_list],
            "RenderMode": _render_mode(layout.render_mode),
            "MaxResolutionUserAlign": codes.ALIGN[layout.max_resolution_user_align],
            "PureAudioDisableLayout": layout.pure_audio_disable_layout,
        }
    )


def without_absent(fields: dict[str, Any]) -> dict[str, Any]:
    """Return *fields* without those left to the vendor."""
    return {name: value for name, value in fields.items() if value is not None}


def _build_window(window: MixLayout) -> dict[str, Any]:
    return without_absent(
        {
            "Top": window.top,
            "Left": window.left,
            "Width": window.width,
            "Height": window.height,
            "UserId": window.user_id,
            "Alpha": window.alpha,
            "RenderMode": codes.RENDER_MODE[window.render_mode],
            "MediaId": codes.LAYOUT_MEDIA_ID[window.media_id],
            "ImageLayer": window.image_layer,
            "SubBackgroundImage": window.sub_background_image,
        }
    )


def _build_watermark(mark: WaterMark) -> dict[str, Any]:
    fields: dict[str, Any] = {"WaterMarkType": codes.WATER_MARK_TYPE[mark.water_mark_type]}
    if isinstance(mark, ImageWaterMark):
        fields["WaterMarkImage"] = {"WaterMarkUrl": mark.water_mark_url, **_box(mark)}
    elif isinstance(mark, TextWaterMark):
        fields["WaterMarkChar"] = without_absent(
            {
                **_box(mark),
                "Chars": mark.chars,
                "FontSize": mark.font_size,
                "FontColor": _hexadecimal(mark.font_color),
                "BackGroundColor": mark.back_ground_color and _hexadecimal(mark.back_ground_color),
                "Font": codes.FONT[mark.font],
            }
        )
    else:
        fields["WaterMarkTimestamp"] = {
            "Pos": codes.POSITION[mark.pos],
            "TimeZone": mark.time_zone,
            "Font": codes.FONT[mark.font],
        }
    return fields


def _box(mark: ImageWaterMark | TextWaterMark) -> dict[str, int]:
    return {"Top": mark.top, "Left": mark.left, "Width": mark.width, "Height": mark.height}


def _hexadecimal(color: str) -> str:
    # The canvas takes #RRGGBB, text watermarks 0xRRGGBB.
    return f"0x{color.removeprefix('#')}"


def _render_mode(mode: RenderMode | None) -> int | None:
    return None if mode is None else codes.RENDER_MODE[mode]
