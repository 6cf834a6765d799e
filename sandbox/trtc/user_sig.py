"""UserSig version 2: the robot's pass into the room.

Source: https://trtc.io/document/35166 and the vendor's library tls-sig-api-v2
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
import zlib
from typing import Any


def find_problem(user_sig: str, *, user_id: str, sdk_app_id: int, key: str) -> str | None:
    """Return why this UserSig does not admit this user; None if it does.

    Args:
        user_sig: zlib in Base64 with "+", "/", "=" written "*", "-", "_".
        key: The application's SDK secret key, used as UTF-8 text.
    """
    claims = _decode(user_sig)
    if claims is None:
        return "it cannot be decoded"
    if claims.get("TLS.identifier") != user_id:
        return "it was issued for another user"
    if str(claims.get("TLS.sdkappid")) != str(sdk_app_id):
        return "it was issued for another SdkAppId"
    if not hmac.compare_digest(str(claims.get("TLS.sig")).encode(), _sign(claims, key).encode()):
        return "its signature does not match"
    try:
        expires = int(claims["TLS.time"]) + int(claims["TLS.expire"])
    except (KeyError, TypeError, ValueError):
        return "it has no life time"
    return "it has expired" if expires < time.time() else None


def _decode(user_sig: str) -> dict[str, Any] | None:
    text = user_sig.replace("*", "+").replace("-", "/").replace("_", "=")
    try:
        claims = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
    except (binascii.Error, zlib.error, ValueError):
        return None
    return claims if isinstance(claims, dict) else None


def _sign(claims: dict[str, Any], key: str) -> str:
    names = ["identifier", "sdkappid", "time", "expire"] + ["userbuf"] * ("TLS.userbuf" in claims)
    text = "".join(f"TLS.{name}:{claims.get(f'TLS.{name}')}\n" for name in names)
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()
