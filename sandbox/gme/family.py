"""How GME's callbacks are signed, repeated, and have been seen to differ.

"Retries exist, delivery is not guaranteed" comes without numbers, so TRTC's are taken.
Source: https://cloud.tencent.com/document/product/607/87648, https://www.tencentcloud.com/document/product/607/53749
"""

import base64
import hashlib
import hmac

from sandbox.family import ONE_MINUTE, Body, EventType, Family, Letter, render, stamp
from sandbox.gme import drift
from sandbox.targets import Target


def sign(body: bytes, target: Target) -> str:
    """Return the Signature header: HMAC-SHA1 over the raw body, in the form that the application asks for."""
    message = b"POST" + body if target.post_prefix else body
    digest = hmac.digest(target.key.encode(), message, hashlib.sha1)
    return digest.hex() if target.signature == "hex" else base64.b64encode(digest).decode()


def seal(body: Body, target: Target, at_ms: int) -> Letter:
    """Set Timestamp, which is the time of sending, and sign."""
    sealed = dict(body)
    stamp(sealed, "Timestamp", at_ms // 1000)
    raw = render(sealed)
    headers = {"Content-Type": "application/json"}
    if target.key:
        headers["Signature"] = sign(raw, target)
    return Letter(headers, raw)


def identify(body: Body) -> tuple[EventType, str]:
    """Return EventType and TaskID."""
    return body.get("EventType", ""), str(body.get("TaskID", ""))


GME = Family(name="gme", schedule=ONE_MINUTE, seal=seal, identify=identify, drifts=drift.VARIANTS)
