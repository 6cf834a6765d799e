"""The vendor's SDK, set up so that it neither retries nor logs, and reuses its connections."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import requests
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.common.retry import NoopRetryer
from tencentcloud.trtc.v20190722.trtc_client import TrtcClient

from recordings.trtc.account import Account
from recordings.trtc.errors import CredentialsRejected
from recordings.trtc.network import network_failure
from recordings.trtc.transport import BoundedAdapter, NeverLeft
from recordings.trtc.vendor_codes import Action, unclear

# At DEBUG the SDK logs whole requests, with UserSig and the keys of the bucket.
logging.getLogger("tencentcloud_sdk_common").setLevel(logging.WARNING)

# A server may close a connection it finds idle just as we send, and a create would then have an unknown outcome.
IDLE_SECONDS = 30.0
CLIENTS_PER_THREAD = 32


class UnexpectedStatus(Exception):
    """The answer's HTTP status is not 200, the only one with which the API answers."""


class SdkClient(TrtcClient):  # type: ignore[misc]  # the SDK is not typed
    """Builds, signs and sends as the SDK does, and leaves the reading of answers to recordings.trtc.answers.

    The SDK overlooks errors in answers whose Content-Type names a charset, and fails on those without a RequestId.

    Raises:
        CredentialsRejected: The keys cannot be anybody's.
    """

    def __init__(self, account: Account) -> None:
        # certification=True lets REQUESTS_CA_BUNDLE name another list of authorities than the SDK's own.
        http = HttpProfile(
            protocol=account.scheme,
            endpoint=account.host,
            reqTimeout=account.timeout_seconds,
            keepAlive=True,
            certification=True,
        )
        profile = ClientProfile(httpProfile=http, language="en-US", disable_region_breaker=True, retryer=NoopRetryer())
        super().__init__(_credential(account), account.region, profile)
        # The SDK reads the proxy variables itself, and misreads NO_PROXY when the endpoint has a port.
        self.request.conn.proxy = None
        self._session: requests.Session = self.request.conn._session
        self._adapter = BoundedAdapter()
        self._session.mount("https://", self._adapter)
        self._session.mount("http://", self._adapter)
        self._session.max_redirects = 0
        # With any auth of its own, requests does not replace the signature by an entry of ~/.netrc.
        self._session.auth = _keep_signature
        self._used_at = time.monotonic()

    def send(self, action: Action, request: dict[str, Any], *, depart: Callable[[], None]) -> bytes:
        """Return the body of the answer to one call.

        Args:
            depart: Called last before the request leaves: it may wait, or raise and so keep it here.

        Raises:
            GatewayError: No answer of the API came back.
            Exception: Whatever *depart* raised; nothing was sent.
        """
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            self.close()
        self._adapter.depart = depart
        try:
            body: bytes = self.call(action, request)
        except UnexpectedStatus as error:
            raise unclear(action)(code="UnexpectedStatus", message=f"HTTP {error}") from error
        except TencentCloudSDKException as error:
            # The SDK flattens every failure to send into one code and keeps the cause as context alone.
            cause = error.__context__
            if cause is None:
                raise
            if isinstance(cause, NeverLeft) and cause.__cause__ is not None:
                raise cause.__cause__ from None
            raise network_failure(action, cause) from cause
        finally:
            self._used_at = time.monotonic()
        return body

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self._session.close()

    def _check_status(self, resp_inter: requests.Response) -> None:
        if resp_inter.status_code != 200:
            raise UnexpectedStatus(str(resp_inter.status_code))

    def _check_error(self, resp: requests.Response) -> None:
        pass


class VodClient(SdkClient):
    """The same for the API of VOD, where recordings may be put.

    Source: https://cloud.tencent.com/document/api/266/31763 (domain, version; the region is optional).
    """

    _apiVersion = "2018-07-17"  # noqa: N815 - the SDK's name
    _endpoint = "vod.tencentcloudapi.com"
    _service = "vod"


def _credential(account: Account) -> Credential:
    try:
        return Credential(account.secret_id, account.secret_key)
    except TencentCloudSDKException as error:
        raise CredentialsRejected(code=error.code, message=error.message, fault="operator") from None


def _keep_signature(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class ClientCache(threading.local):
    """The clients of one thread: a client's connection serves one call at a time."""

    def __init__(self) -> None:
        self._clients: OrderedDict[Account, SdkClient] = OrderedDict()

    def get(self, account: Account) -> SdkClient:
        """Return this thread's client for *account*; changed credentials make another account."""
        client = self._clients.pop(account, None) or SdkClient(account)
        self._clients[account] = client
        if len(self._clients) > CLIENTS_PER_THREAD:
            _, oldest = self._clients.popitem(last=False)
            oldest.close()
        return client
