"""How TRTC's callbacks are signed, repeated, and have been seen to differ.

Source: https://trtc.io/document/54914 (delivery), https://trtc.io/document/54912 (signature)
"""

import base64
import hashlib
import hmac
import json

from sandbox.family import ONE_MINUTE, Body, EventType, Family, Letter
from sandbox.targets import Target
from sandbox.trtc import drift


def sign(body: bytes, key: str) -> str:
    """Return the Sign header: standard Base64 of HMAC-SHA256 over the raw body."""
    return base64.b64encode(hmac.digest(key.encode(), body, hashlib.sha256)).decode()


def seal(body: Body, target: Target, at_ms: int) -> Letter:
    """Set CallbackTs and sign; the bytes have one tab per level and after each colon."""
    rendered = json.dumps({**body, "CallbackTs": at_ms}, indent="\t", separators=(",", ":\t"), ensure_ascii=False)
    raw = rendered.encode()
    headers = {"Content-Type": "application/json", "SdkAppId": str(target.sdk_app_id)}
    if target.key:
        headers["Sign"] = sign(raw, target.key)
    return Letter(headers, raw)


def identify(body: Body) -> tuple[EventType, str]:
    """Return EventType and EventInfo.TaskId."""
    info = body.get("EventInfo")
    return body.get("EventType", ""), str(info.get("TaskId", "")) if isinstance(info, dict) else ""


TRTC = Family(name="trtc", schedule=ONE_MINUTE, seal=seal, identify=identify, drifts=drift.VARIANTS)
