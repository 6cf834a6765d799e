"""How TIW's callbacks are signed, repeated, and have been seen to differ.

Nothing is published about timeout and retries, so TRTC's are taken.
Source: https://cloud.tencent.com/document/product/1137/40257, https://www.tencentcloud.com/document/product/1176/55569
"""

import hashlib

from sandbox.family import ONE_MINUTE, STAMP_SECONDS, Body, EventType, Family, Letter, render, stamp
from sandbox.targets import Target
from sandbox.tiw import drift


def sign(expire_time: int, key: str) -> str:
    """Return Sign: lower-case hex of MD5 over the key and ExpireTime; it does not cover the body."""
    return hashlib.md5(f"{key}{expire_time}".encode(), usedforsecurity=False).hexdigest()


def seal(body: Body, target: Target, at_ms: int) -> Letter:
    """Set ExpireTime and Sign, or leave both out without a key. Timestamp is the event's and stays."""
    sealed = {name: value for name, value in body.items() if target.key or name not in ("ExpireTime", "Sign")}
    if target.key:
        expire_time = at_ms // 1000 + STAMP_SECONDS
        stamp(sealed, "ExpireTime", expire_time)
        sealed["Sign"] = sign(expire_time, target.key)
    return Letter({"Content-Type": "application/json"}, render(sealed))


def identify(body: Body) -> tuple[EventType, str]:
    """Return EventType and EventData.TaskId."""
    data = body.get("EventData")
    return body.get("EventType", ""), str(data.get("TaskId", "")) if isinstance(data, dict) else ""


TIW = Family(name="tiw", schedule=ONE_MINUTE, seal=seal, identify=identify, drifts=drift.VARIANTS)
