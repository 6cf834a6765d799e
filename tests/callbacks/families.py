"""Every vendor family as its vendor speaks: who signs what, written down apart from the providers."""

import hashlib
import hmac
import json
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from applications.models import CallbackEndpoint

KEY = "callback-key"
SAMPLES = settings.BASE_DIR / "callbacks" / "samples"


@dataclass(frozen=True)
class Request:
    """One request of a vendor, signed."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Speaker:
    """A vendor family from the outside.

    Attributes:
        app_id: Of `school` in this family.
        sign_field: Where the signature stands in the body; empty when it is a header.
        stamp_field: Where the time stands that the signature covers; empty when it covers the body.
    """

    family: str
    app_id: int
    app_field: str
    sign_field: str = ""
    stamp_field: str = ""
    header: str = ""

    @property
    def is_weak(self) -> bool:
        return bool(self.stamp_field)

    def samples(self) -> list[str]:
        return sorted(path.stem for path in (SAMPLES / self.family).glob("*.json"))

    def sample(self, name: str) -> dict[str, Any]:
        """Return a body as the vendor's page shows it, of the application `school`."""
        body: dict[str, Any] = json.loads((SAMPLES / self.family / f"{name}.json").read_bytes())
        return body | ({self.app_field: self.app_id} if self.app_field in body else {})

    def sign(self, body: Mapping[str, Any] | bytes, key: str = KEY, *, expires_in: float = 600) -> Request:
        """Return the request that the vendor would send."""
        if self.is_weak:
            assert not isinstance(body, bytes)
            stamp = int(time.time() + expires_in)
            signature = hashlib.md5(f"{key}{stamp}".encode()).hexdigest()  # noqa: S324 - the vendor's
            signed = {**body, self.stamp_field: stamp, self.sign_field: signature}
            return Request({}, json.dumps(signed).encode())
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        if self.family == "trtc":
            signature = b64encode(hmac.digest(key.encode(), raw, hashlib.sha256)).decode()
            return Request({"Sign": signature, "SdkAppId": str(self.app_id)}, raw)
        return Request({"Signature": b64encode(hmac.digest(key.encode(), raw, hashlib.sha1)).decode()}, raw)


SPEAKERS = {
    speaker.family: speaker
    for speaker in (
        Speaker("trtc", 1400000001, "", header="Sign"),
        Speaker("tiw", 1400000001, "SdkAppId", "Sign", "ExpireTime"),
        Speaker("gme", 1400000001, "BizID", header="Signature"),
        Speaker("css", 1250000001, "appid", "sign", "t"),
    )
}
ALL_SAMPLES = [(family, name) for family, speaker in SPEAKERS.items() for name in speaker.samples()]


def send(endpoint: CallbackEndpoint, request: Request, *, path: str = "", **extra: Any) -> HttpResponse:
    """Post a request to an endpoint, or to another path, as JSON unless told otherwise."""
    answer: Any = Client(raise_request_exception=False).post(
        path or f"/callbacks/{endpoint.family}/{endpoint.token}",
        request.body,
        **{"content_type": "application/json"} | extra,
        headers=request.headers,
    )
    return answer  # type: ignore[no-any-return]


def tell(endpoint: CallbackEndpoint, body: Mapping[str, Any], *, key: str = KEY, expires_in: float = 600) -> int:
    """Sign and post *body* and return the status of the answer."""
    request = SPEAKERS[endpoint.family].sign(body, key, expires_in=expires_in)
    return send(endpoint, request).status_code
