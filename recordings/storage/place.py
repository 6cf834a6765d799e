"""Where files are, and how to get there."""

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A bucket with the folder and the keys that the vendor writes with. Its repr has no secret.

    Attributes:
        endpoint_url: Of another server than the vendor's public one; empty for that.
        prefix: Folders, outermost first; those of tasks are below.
    """

    kind: Literal["cos", "s3"]
    region: str
    bucket: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    endpoint_url: str = ""
    prefix: tuple[str, ...] = ()

    @property
    def endpoint(self) -> str | None:
        """The server's address; None lets boto3 know AWS's own."""
        if self.endpoint_url:
            return self.endpoint_url
        # Source: https://cloud.tencent.com/document/product/436/37421, AWS S3 SDK and COS.
        return f"https://cos.{self.region}.myqcloud.com" if self.kind == "cos" else None

    @property
    def has_bucket_in_host(self) -> bool:
        """True where the bucket is part of the host's name, as COS wants it; a server of one's own has one host."""
        host = urlsplit(self.endpoint or "https://s3.amazonaws.com").hostname or ""
        return host.endswith((".myqcloud.com", ".tencentcos.cn", ".amazonaws.com", ".amazonaws.com.cn"))

    def folder_of(self, task_id: str) -> str:
        """Return what the keys of a task's files begin with: `<prefix>/<TaskId>/`.

        Raises:
            ValueError: This is no task's id: it would lead to another folder.
        """
        if not task_id or "/" in task_id or task_id in (".", ".."):
            raise ValueError("not the id of a task")
        return "/".join([*self.prefix, task_id, ""])


@dataclass(frozen=True, slots=True, kw_only=True)
class VodPlace:
    """An application in VOD with the keys of the account that it belongs to. Its repr has no secret.

    Attributes:
        sub_app_id: VOD's own application; None is the account's default one.
        endpoint_url: Of another server than the vendor's public one; empty for that.
    """

    secret_id: str
    secret_key: str = field(repr=False)
    sub_app_id: int | None = None
    endpoint_url: str = ""
