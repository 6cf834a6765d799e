"""Whose account records, and where its files go."""

from dataclasses import dataclass, field
from typing import Literal

from recordings.parameters import StorageKind, VodMediaType

DEFAULT_ENDPOINT = "trtc.tencentcloudapi.com"


@dataclass(frozen=True, kw_only=True)
class Account:
    """One vendor application with its credentials.

    Args:
        sdk_secret_key: Key of the application, which signs UserSig; not the API's secret_key.
        region: Region that takes the calls. A task is controlled from the region that started it.
        endpoint: Host, or an address whose scheme says http or https.
        private_map_key: Whether the console demands permission tickets for rooms.
        timeout_seconds: For connecting and for each wait for an answer; the vendor itself gives up after 6.
    """

    sdk_app_id: int
    secret_id: str
    secret_key: str = field(repr=False)
    sdk_secret_key: str = field(repr=False)
    region: str
    endpoint: str = DEFAULT_ENDPOINT
    private_map_key: bool = False
    timeout_seconds: float = 8.0

    @property
    def scheme(self) -> Literal["http", "https"]:
        """Return http only where the endpoint asks for it."""
        return "http" if self.endpoint.startswith("http://") else "https"

    @property
    def host(self) -> str:
        """Return the endpoint's host and port."""
        return self.endpoint.removeprefix("http://").removeprefix("https://").rstrip("/")


@dataclass(frozen=True, kw_only=True)
class CloudStorage:
    """A bucket in COS or S3. Its long-lived keys travel in every start."""

    vendor: Literal["cos", "s3"]
    region: str
    bucket: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    file_name_prefix: tuple[str, ...] = ()

    @property
    def kind(self) -> StorageKind:
        """Return the kind as checks of a request know it."""
        return self.vendor


@dataclass(frozen=True, kw_only=True)
class VodStorage:
    """A place in VOD; None leaves a field to the vendor.

    Args:
        expire_time: Seconds the files are kept; 0 keeps them for good.
        sub_app_id: A standard sub-application; files of a hosted one cannot be played.
    """

    procedure: str | None = None
    expire_time: int | None = None
    storage_region: str | None = None
    class_id: int | None = None
    sub_app_id: int | None = None
    session_context: str | None = None
    source_context: str | None = None
    media_type: VodMediaType | None = None
    user_define_record_id: str | None = None

    @property
    def kind(self) -> StorageKind:
        """Return the kind as checks of a request know it."""
        return "vod"


Storage = CloudStorage | VodStorage
