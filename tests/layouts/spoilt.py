"""Layouts with one fault each, and layouts with none."""

from tests.layouts.spoilt_case import PNG, box, custom, floating, grid, image, share, text, windows
from tests.layouts.spoilt_fields import FIELDS, MODES
from tests.layouts.spoilt_scenes import MARKS, PEOPLE, WINDOWS

CLEAN = (
    grid(),
    floating(),
    share(),
    share(max_resolution_user_align="right", pure_audio_disable_layout=True),
    custom(box(user_id="alice", media_id="aux"), *windows(20)[16:]),
    custom(box(), box(left=100, image_layer=1, width=150, height=150), *windows(20)[17:]),
    text("© 2025 Acme, 版权所有", font_size=20),
    text("안녕 日本語 かな", font="source_han_sans"),
    image(),
    grid(background_image_url=PNG, background_image_render_mode="letterbox", back_ground_color="#ffffff"),
    grid(place_holder_mode=True, default_sub_background_image=PNG),
    grid(water_mark_list=[{"water_mark_type": "timestamp", "pos": "top_left"},
                          {"water_mark_type": "timestamp", "pos": "top_right"}]),
)  # fmt: skip

SPOILT = FIELDS + MODES + WINDOWS + PEOPLE + MARKS
