"""What the families share whose signature is an MD5 of a key and an expiry time, both inside the body.

It does not cover the body: whoever saw one request can write others until its stamp is over.

Sources: https://cloud.tencent.com/document/product/876/40257 (Sign, ExpireTime),
https://cloud.tencent.com/document/product/267/32744 (sign, t).
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from callbacks.providers.base import SKEW_SECONDS, Proof, SignatureRejected, StampExpired, Terms

VALID_SECONDS = 600  # of a fresh stamp
_STAMP = re.compile(r"[0-9]{10}")


def verify_stamp(body: bytes, *, terms: Terms, sign_field: str, stamp_field: str) -> Proof:
    """Check the signature that stands inside *body*, and only then its stamp.

    Lenient about the JSON, which is the parser's business: what is signed and unreadable is worth keeping.

    Raises:
        SignatureRejected: No signature there, or none that one of the keys makes.
        StampExpired: Signed, but expired for longer than the skew.
    """
    sent, digits = _read_signature(body, sign_field, stamp_field)
    if not any(hmac.compare_digest(sent, _signature(key, digits)) for key in terms.keys if key):
        raise SignatureRejected(f"{sign_field} matches no configured key")
    now, expires = terms.now.timestamp(), int(digits)
    if now > expires + SKEW_SECONDS:
        raise StampExpired(f"{stamp_field} is over by {int(now - expires)} s")
    return Proof(is_late=now > expires)


def add_stamp(body: Mapping[str, Any], *, key: str, now: datetime, sign_field: str, stamp_field: str) -> dict[str, Any]:
    """Return *body* with a fresh stamp and its signature."""
    expires = int(now.timestamp()) + VALID_SECONDS
    return {**body, stamp_field: expires, sign_field: _signature(key, str(expires)).decode()}


def _read_signature(body: bytes, sign_field: str, stamp_field: str) -> tuple[bytes, str]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SignatureRejected("not JSON") from error
    if not isinstance(told, dict):
        raise SignatureRejected("not an object")
    sent, stamp = told.get(sign_field), told.get(stamp_field)
    if not isinstance(sent, str) or len(sent) != 32:
        raise SignatureRejected(f"{sign_field} is no MD5")
    digits = str(stamp) if isinstance(stamp, int | str) else ""  # as transmitted; true is no number of ten digits
    if not _STAMP.fullmatch(digits):
        raise SignatureRejected(f"{stamp_field} is no Unix time")
    return sent.lower().encode("utf-8", "replace"), digits


def _signature(key: str, digits: str) -> bytes:
    # MD5 is the vendor's choice; the flag is what lets a FIPS build of Python make one.
    return hashlib.md5(key.encode() + digits.encode(), usedforsecurity=False).hexdigest().encode()
