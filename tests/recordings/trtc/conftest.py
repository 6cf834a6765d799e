"""Accounts, places and requests for the tests of the gateway."""

from collections.abc import Iterator

import pytest

from recordings.parameters import RecordingParameters
from recordings.trtc.account import Account, CloudStorage
from recordings.trtc.gateway import TrtcGateway
from tests.recordings.trtc.vendor import Vendor

SECRETS = ("api-secret-key", "sdk-secret-key", "bucket-access-key", "bucket-secret-key")


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with Vendor() as running:
        yield running


@pytest.fixture
def account(vendor: Vendor) -> Account:
    return Account(
        sdk_app_id=1400000000,
        secret_id="AKIDtest",
        secret_key="api-secret-key",
        sdk_secret_key="sdk-secret-key",
        region="ap-singapore",
        endpoint=vendor.url,
        timeout_seconds=1.5,
    )


@pytest.fixture
def bucket() -> CloudStorage:
    return CloudStorage(
        vendor="cos",
        region="ap-singapore",
        bucket="classes-1250000000",
        access_key="bucket-access-key",
        secret_key="bucket-secret-key",
        file_name_prefix=("school",),
    )


@pytest.fixture
def gateway() -> TrtcGateway:
    return TrtcGateway()


@pytest.fixture
def mixed() -> RecordingParameters:
    return RecordingParameters.model_validate({"room_id": "1234", "record_params": {"record_mode": "mixed"}})


@pytest.fixture
def single() -> RecordingParameters:
    return RecordingParameters.model_validate({"room_id": "1234", "record_params": {"record_mode": "single"}})
