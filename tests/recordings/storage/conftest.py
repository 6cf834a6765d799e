"""An S3 on loopback, and a recording whose files are looked for in it."""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

import boto3
import pytest
from botocore.client import Config
from moto.server import ThreadedMotoServer
from rest_framework.test import APIClient

from applications.models import StorageProfile
from tests.conftest import Clock
from tests.recordings.storage.cloud import BUCKET, Cloud
from tests.recordings.storage.meeting import Meeting, Start
from tests.vendor import Vendor


@pytest.fixture(scope="session")
def s3_address() -> Iterator[str]:
    """Return the address of an S3 that keeps what it is given until the session ends."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def cloud(s3_address: str) -> Iterator[Cloud]:
    """Return an empty bucket to put files into: `cloud.put("school/task-1/1_77.mp4", b"…")`."""
    client = boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=s3_address,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(s3={"addressing_style": "path"}),
    )
    client.create_bucket(Bucket=BUCKET)
    made = Cloud(client, s3_address)
    yield made
    made.clear()
    client.delete_bucket(Bucket=BUCKET)


@pytest.fixture
def checked_profile(storage_profile: StorageProfile, cloud: Cloud) -> StorageProfile:
    """Return `classes-cos` as a bucket whose files are looked for; the tests' S3 is its endpoint."""
    storage_profile.kind, storage_profile.region, storage_profile.bucket = "s3", "us-east-1", BUCKET
    storage_profile.endpoint_url, storage_profile.check_files = cloud.address, True
    storage_profile.save()
    return storage_profile


@pytest.fixture
def meet(api: APIClient, vendor: Vendor, body: dict[str, Any], clock: Clock, checked_profile: StorageProfile) -> Start:
    """Return a function that starts a recording into the checked bucket: `meet(output_format="hls_mp4")`."""

    def make(folders: Sequence[str] = (), **record_params: Any) -> Meeting:
        body["record_params"] |= record_params
        body["storage_params"] = {"file_name_prefix": list(folders)}
        return Meeting(api, clock, body)

    return make
