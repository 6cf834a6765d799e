"""What a spoilt layout is, and short ways to write one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from layouts.lint import Severity


@dataclass(frozen=True, kw_only=True)
class Spoilt:
    """A layout and what is to be said about it.

    Args:
        remedy: A part of the remedy.
        around: Canvas, participants, subscriptions.
        besides: Codes that follow from the fault.
    """

    name: str
    layout: Mapping[str, Any]
    path: str
    code: str
    severity: Severity = "error"
    remedy: str = ""
    around: Mapping[str, Any] = field(default_factory=dict)
    besides: tuple[str, ...] = ()


PNG = "https://example.com/a.png"


def box(left: Any = 0, top: Any = 0, width: Any = 300, height: Any = 200, **more: Any) -> dict[str, Any]:
    return {"left": left, "top": top, "width": width, "height": height} | more


def custom(*windows: Any, **more: Any) -> dict[str, Any]:
    return {"mix_layout_mode": "custom", "mix_layout_list": list(windows), **more}


def text(chars: str = "hello", **more: Any) -> dict[str, Any]:
    return grid(water_mark_list=[box(height=40, water_mark_type="text", chars=chars) | more])


def image(**more: Any) -> dict[str, Any]:
    return grid(water_mark_list=[box(water_mark_type="image", water_mark_url=PNG) | more])


def grid(**more: Any) -> dict[str, Any]:
    return {"mix_layout_mode": "grid", **more}


def share(**more: Any) -> dict[str, Any]:
    return {"mix_layout_mode": "screen_share", "max_resolution_user_id": "alice", "media_id": "aux", **more}


def floating(**more: Any) -> dict[str, Any]:
    return {"mix_layout_mode": "floating", **more}


def windows(count: int) -> list[dict[str, Any]]:
    return [box(left=at % 5 * 200, top=at // 5 * 100, width=200, height=100) for at in range(count)]
