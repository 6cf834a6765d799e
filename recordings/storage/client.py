"""A bucket, read and written through boto3: every call once, with a time limit, its errors told apart."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import boto3
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError

from recordings.states.vocabulary import StorageProblem
from recordings.storage.errors import NoSuchObject, StorageError, read_error
from recordings.storage.place import Place

CONNECT_SECONDS = 3.0
READ_SECONDS = 8.0
PAGE = 1000  # keys in one list call, the most that S3 and COS give
AT_ONCE = 8  # connections


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object of a bucket. `size` in bytes."""

    key: str
    size: int


class Bucket:
    """The bucket of a place. Safe to use from several threads.

    Raises:
        StorageError: From every method: the storage did not do it.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self.requests = 0  # calls made, for whoever counts them
        self._counting = threading.Lock()
        self._client = _client(place)

    def list_objects(self, folder: str, *, most: int | None = None) -> Iterator[StoredObject]:
        """Yield what is under *folder*, in the order of keys; one call for a thousand.

        Args:
            most: Stop after so many; None yields all.
        """
        token: dict[str, str] = {}
        left = most
        while True:
            size = PAGE if left is None else min(PAGE, left)
            with self._telling("list"):
                page = self._client.list_objects_v2(Bucket=self.place.bucket, Prefix=folder, MaxKeys=size, **token)
            found = page.get("Contents", ())
            yield from (StoredObject(entry["Key"], entry["Size"]) for entry in found)
            left = None if left is None else left - len(found)
            if not page.get("IsTruncated") or left == 0:
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def find_object(self, key: str) -> StoredObject | None:
        """Return what is under *key*; None when there is nothing."""
        try:
            with self._telling("read"):
                head = self._client.head_object(Bucket=self.place.bucket, Key=key)
        except NoSuchObject:
            return None
        if "ContentLength" not in head:  # some gateways leave it out
            raise StorageError(StorageProblem.REFUSED, code="NoContentLength", message="HEAD told no size.")
        return StoredObject(key, head["ContentLength"])

    def read_object(self, key: str, *, most_bytes: int) -> bytes:
        """Return the beginning of an object, whole if it has at most *most_bytes*.

        Raises:
            NoSuchObject: There is none.
        """
        with self._telling("read"):
            answer = self._client.get_object(Bucket=self.place.bucket, Key=key)
            with closing(answer["Body"]) as body:
                data: bytes = body.read(most_bytes)
        return data

    def download(self, key: str, path: str) -> None:
        """Write an object to a file.

        Raises:
            NoSuchObject: There is none.
        """
        with self._telling("read"):
            answer = self._client.get_object(Bucket=self.place.bucket, Key=key)
            with closing(answer["Body"]) as body, open(path, "wb") as file:
                for chunk in body.iter_chunks(CHUNK_BYTES):
                    file.write(chunk)

    def write_object(self, key: str, data: bytes) -> None:
        """Store a small object."""
        with self._telling("write"):
            self._client.put_object(Bucket=self.place.bucket, Key=key, Body=data)

    def delete_object(self, key: str) -> None:
        """Delete an object; one that is not there is no error."""
        with self._telling("delete"):
            self._client.delete_object(Bucket=self.place.bucket, Key=key)

    def sign_link(self, key: str, *, seconds: int) -> str:
        """Return an address at which anybody gets the object for so many seconds. Makes no call."""
        link: str = self._client.generate_presigned_url(
            "get_object", Params={"Bucket": self.place.bucket, "Key": key}, ExpiresIn=seconds
        )
        return link

    @contextmanager
    def _telling(self, action: str) -> Iterator[None]:
        with self._counting:
            self.requests += 1
        try:
            yield
        except (ClientError, BotoCoreError, ValueError) as error:
            # Not chained: boto3's words may quote a key or a signed address.
            raise read_error(error, action=action) from None


CHUNK_BYTES = 1024 * 1024


@lru_cache(maxsize=64)
def _client(place: Place) -> Any:
    """Return boto3's client of a place, kept because making one takes longer than a call."""
    client = boto3.session.Session().client(
        "s3",
        region_name=place.region,
        endpoint_url=place.endpoint,
        aws_access_key_id=place.access_key,
        aws_secret_access_key=place.secret_key,
        config=Config(
            signature_version="s3v4",
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": 1},
            max_pool_connections=AT_ONCE,
            s3={"addressing_style": "virtual" if place.has_bucket_in_host else "path"},
            # COS knows no checksums in trailers.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            user_agent_extra="recording-control-plane",
            ignore_configured_endpoint_urls=True,
        ),
    )
    client.meta.events.register("before-call.s3", _stay_in_region)
    return client


def _stay_in_region(context: dict[str, Any], **_told: Any) -> None:
    """Keep boto3 from following a bucket to its region: the vendor does not, so a wrong one has to be told."""
    context.setdefault("s3_redirect", {})["redirected"] = True
