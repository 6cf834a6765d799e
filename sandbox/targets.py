"""Where the callbacks of each family go, and how they are signed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from sandbox import options
from sandbox.options import BadOptions


@dataclass(frozen=True, kw_only=True)
class Target:
    """One family's settings in one application; a family reads those of its own only."""

    sdk_app_id: int = 0
    url: str = ""  # empty: callbacks are recorded but sent nowhere
    key: str = ""  # empty: no signature
    appid: int = 1_250_000_000  # CSS: the account's, not an SdkAppId
    biz_id: int | None = None  # GME; None: the SdkAppId
    signature: Literal["base64", "hex"] = "base64"  # GME does not say how its digest is written
    post_prefix: bool = False  # GME: "POST" before the body, as a sister product signs


# What --app and the control API may set; TRTC's are callback_url and callback_key.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "tiw": ("url", "key"),
    "gme": ("url", "key", "biz_id", "signature", "post_prefix"),
    "css": ("url", "key", "appid"),
}


def change(targets: Mapping[str, Target], values: Mapping[str, Any]) -> dict[str, Target]:
    """Return the targets with `{family: {option: value}}` in them and everything else kept.

    Raises:
        BadOptions: An unknown family or option, or a wrong type.
    """
    changed = dict(targets)
    for family, given in values.items():
        if family not in FIELDS:
            raise BadOptions(f"callbacks are those of {', '.join(FIELDS)}")
        if not isinstance(given, dict) or not set(given) <= set(FIELDS[family]):
            raise BadOptions(f"callbacks.{family} is an object of {', '.join(FIELDS[family])}")
        options.check(Target, given)
        changed[family] = replace(changed.get(family, Target()), **given)
    return changed


def show(targets: Mapping[str, Target]) -> dict[str, dict[str, Any]]:
    """Return what `change` takes, of every family, with "***" for each key that is set."""
    shown = {}
    for family, names in FIELDS.items():
        target = targets.get(family, Target())
        values = {name: getattr(target, name) for name in names}
        shown[family] = {**values, "key": "***" if target.key else ""}
    return shown
