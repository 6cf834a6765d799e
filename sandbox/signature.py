"""TC3-HMAC-SHA256, verified over the raw body and the headers exactly as they were received.

Source: https://www.tencentcloud.com/document/product/647/34268
"""

import hashlib
import hmac
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.errors import VendorError

ALGORITHM = "TC3-HMAC-SHA256"
CLOCK_SKEW_SECONDS = 300
AUTHORIZATION = re.compile(
    r"^TC3-HMAC-SHA256\s+Credential=(?P<id>[^/,\s]+)/(?P<date>\d{4}-\d\d-\d\d)/(?P<service>\w+)/tc3_request"
    r",\s*SignedHeaders=(?P<headers>[a-z0-9;-]+),\s*Signature=(?P<signature>[0-9a-f]{64})$"
)


@dataclass(frozen=True, kw_only=True)
class SignedRequest:
    """What the signature covers. `headers` looks names up in any case."""

    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


def secret_id_of(request: SignedRequest) -> str:
    """Return the SecretId that the request claims to be signed with.

    Raises:
        VendorError: No or a malformed Authorization header.
    """
    return _parse(request)["id"]


def verify(request: SignedRequest, *, service: str, secret_keys: Iterable[str]) -> None:
    """Check time and signature against each key.

    Args:
        service: What is called, which the signature covers: trtc or vod.

    Raises:
        VendorError: AuthFailure.SecretIdNotFound (no keys), .SignatureExpire, .SignatureFailure.
    """
    parts = _parse(request)
    keys = [key for key in secret_keys if key]
    if not keys:
        raise VendorError("AuthFailure.SecretIdNotFound", "The SecretId is not found, please ensure it is correct.")

    timestamp = request.headers.get("X-TC-Timestamp", "")
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise VendorError("InvalidParameter", "The value of `X-TC-Timestamp` is not valid.")
    if abs(time.time() - int(timestamp)) > CLOCK_SKEW_SECONDS:
        raise VendorError(
            "AuthFailure.SignatureExpire", "The signature has expired: X-TC-Timestamp is more than 5 minutes off."
        )

    date = datetime.fromtimestamp(int(timestamp), tz=UTC).strftime("%Y-%m-%d")
    names = parts["headers"].split(";")
    is_scoped = parts["date"] == date and parts["service"] == service and {"content-type", "host"} <= set(names)
    for key in keys if is_scoped else ():
        for lower in (False, True):  # the vendor lowers values; its own Python SDK signs them as they are
            wanted = _sign(
                request, key=key, names=names, timestamp=timestamp, scope=(date, service, "tc3_request"), lower=lower
            )
            if hmac.compare_digest(wanted, parts["signature"]):
                return
    raise VendorError(
        "AuthFailure.SignatureFailure", "The provided credentials could not be validated. Please check your signature."
    )


def _parse(request: SignedRequest) -> dict[str, str]:
    authorization = request.headers.get("Authorization", "")
    if not authorization:
        raise VendorError("MissingParameter", "The request is missing a required parameter `Authorization`.")
    match = AUTHORIZATION.match(authorization)
    if not match:
        raise VendorError("AuthFailure.SignatureFailure", "The Authorization header is malformed.")
    return match.groupdict()


def _sign(
    request: SignedRequest, *, key: str, names: list[str], timestamp: str, scope: tuple[str, ...], lower: bool
) -> str:
    values = {name: request.headers.get(name, "").strip() for name in names}
    headers = "".join(f"{name}:{value.lower() if lower else value}\n" for name, value in values.items())
    payload = hashlib.sha256(request.body).hexdigest()
    canonical = "\n".join(["POST", request.path, request.query, headers, ";".join(names), payload])
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    secret = f"TC3{key}".encode()
    for part in scope:
        secret = hmac.digest(secret, part.encode(), hashlib.sha256)
    text = "\n".join([ALGORITHM, timestamp, "/".join(scope), digest])
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
