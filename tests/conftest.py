"""What tests of the whole service share: an application with its keys, a client, the vendor, and a clock."""

import signal
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import responses
from django.core.cache import cache
from django.utils import timezone
from rest_framework.test import APIClient

from applications.models import ApiKey, Application, StorageProfile
from applications.services import create_api_key, create_application
from callbacks.outage import the_drainer, the_spool
from callbacks.pause import the_pause
from tests.vendor import Vendor

ApiClient = Callable[..., APIClient]

# A run that was started in the background ignores Ctrl-C, and so would every process that a test starts and interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def application(db: None) -> Application:
    """Return the application `school`, with a TRTC callback endpoint whose key is `callback-key`."""
    return create_application(
        fields={
            "name": "school",
            "sdk_app_id": 1400000001,
            "secret_id": "AKIDschool",
            "secret_key": "school-api-secret-key",
            "sdk_secret_key": "school-sdk-secret-key",
            "requests_per_second": 10_000,  # no test waits for its turn unless that is what it is about
        },
        callback_key="callback-key",
    )


@pytest.fixture
def storage_profile(application: Application) -> StorageProfile:
    """Return the COS profile `classes-cos` of `school`."""
    return StorageProfile.objects.create(
        application=application,
        name="classes-cos",
        region="ap-shanghai",
        bucket="classes-1250000000",
        access_key="bucket-access-key",
        secret_key="bucket-secret-key",
        file_name_prefix=["school"],
    )


@pytest.fixture
def other_application(db: None) -> Application:
    """Return `clinic`, which has nothing to do with `school`, with a profile `wards-cos`."""
    return create_application(
        fields={
            "name": "clinic",
            "sdk_app_id": 1400000002,
            "secret_id": "AKIDclinic",
            "secret_key": "clinic-api-secret-key",
            "sdk_secret_key": "clinic-sdk-secret-key",
            "requests_per_second": 10_000,
        },
        storage={
            "name": "wards-cos",
            "region": "ap-shanghai",
            "bucket": "wards-1250000000",
            "access_key": "wards-access-key",
            "secret_key": "wards-secret-key",
            "check_files": False,
        },
    )


@pytest.fixture
def api_key(application: Application) -> tuple[ApiKey, str]:
    """Return a key of `school` with both scopes, and its plain text."""
    return create_api_key(application=application, name="backend")


@pytest.fixture
def client_for() -> ApiClient:
    """Return a function that makes a client with a new key: `client_for(application, "read")`."""

    def make(application: Application, *scopes: str) -> APIClient:
        _, plain = create_api_key(application=application, name="test", scopes=scopes or ("read", "write"))
        return with_key(plain)

    return make


@pytest.fixture
def api(api_key: tuple[ApiKey, str], storage_profile: StorageProfile) -> APIClient:
    """Return a client that calls as `school` with both scopes: `api.post("/api/v1/recordings", body)`."""
    return with_key(api_key[1])


def with_key(plain: str) -> APIClient:
    """Return a JSON client that sends this key; a failing view answers 500 instead of raising into the test."""
    client = APIClient(raise_request_exception=False)
    client.default_format = "json"
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {plain}")
    return client


@pytest.fixture
def body() -> dict[str, Any]:
    """Return the smallest start request: room 1234, mixed, into `classes-cos`."""
    return {"room_id": "1234", "storage_profile": "classes-cos", "record_params": {"record_mode": "mixed"}}


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """Return a Tencent that accepts everything until `vendor.will(…)` says otherwise (tests/vendor.py)."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_passthru("http://")  # the sandbox and the live server are on loopback
        yield Vendor(mock)


class Clock:
    """Our processes' clock, ahead of the real one; the database's (leases) stays."""

    def __init__(self, real: Callable[[], datetime]) -> None:
        self._real = real
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return self._real() + self._ahead

    def forward(self, seconds: float) -> None:
        """Let *seconds* pass at once."""
        self._ahead += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock behind `timezone.now()`: `clock.forward(60)`."""
    made = Clock(timezone.now)
    monkeypatch.setattr(timezone, "now", made)
    return made


@pytest.fixture(autouse=True)
def _no_spool(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no test put callbacks where another one, or a service on this machine, would find them."""
    the_pause.end()
    settings.SPOOL_FOLDER = ""
    the_spool.cache_clear()
    the_drainer.cache_clear()
    yield
    the_spool.cache_clear()
    the_drainer.cache_clear()


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Let no test see what another one cached."""
    cache.clear()
