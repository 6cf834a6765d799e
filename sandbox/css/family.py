"""How CSS's callbacks are signed, repeated, and have been seen to differ.

Source: https://cloud.tencent.com/document/product/267/32744, https://www.tencentcloud.com/document/product/267/38080
"""

import hashlib

from sandbox.css import drift
from sandbox.family import STAMP_SECONDS, Body, EventType, Family, Letter, Schedule, render, stamp
from sandbox.targets import Target

# 20 s to answer, then 12 retries a minute apart: longer than a stamp holds.
SCHEDULE = Schedule(timeout_seconds=20, retry_waits=(60,) * 12)


def sign(t: int, key: str) -> str:
    """Return sign: lower-case hex of MD5 over the key and t; it does not cover the body."""
    return hashlib.md5(f"{key}{t}".encode(), usedforsecurity=False).hexdigest()


def seal(body: Body, target: Target, at_ms: int) -> Letter:
    """Set t and sign, or leave both out without a key."""
    sealed = {name: value for name, value in body.items() if target.key or name not in ("t", "sign")}
    if target.key:
        t = at_ms // 1000 + STAMP_SECONDS
        stamp(sealed, "t", t)
        sealed["sign"] = sign(t, target.key)
    return Letter({"Content-Type": "application/json"}, render(sealed))


def identify(body: Body) -> tuple[EventType, str]:
    """Return event_type and task_id, or session_id where there is no task id."""
    return body.get("event_type", ""), str(body.get("task_id") or body.get("session_id") or "")


CSS = Family(name="css", schedule=SCHEDULE, seal=seal, identify=identify, drifts=drift.VARIANTS)
