"""Recorded files in anything that speaks S3."""

from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.storage import Account, Refused, Storage

CONTENT_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".ts": "video/mp2t",
    ".mp4": "video/mp4",
    ".aac": "audio/aac",
}
CLIENT = Config(
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    connect_timeout=5,
    read_timeout=10,
    retries={"total_max_attempts": 2, "mode": "standard"},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


class S3(Storage):
    """A server at an address, asked with the account's own keys; its buckets have to exist."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._clients: dict[tuple[str, str, str], Any] = {}

    def put(self, account: Account, key: str, data: bytes) -> None:
        kind = CONTENT_TYPES.get(Path(key).suffix, "application/octet-stream")
        self._ask(account, "put_object", Key=key, Body=data, ContentType=kind)

    def check_read(self, account: Account, key: str) -> None:
        self._ask(account, "get_object", Key=key)["Body"].close()

    def _ask(self, account: Account, call: str, **values: Any) -> Any:
        try:
            return getattr(self._client(account), call)(Bucket=account["Bucket"], **values)
        except ClientError as error:
            told = error.response.get("Error", {})
            raise Refused(str(told.get("Code", "")), str(told.get("Message", ""))) from error
        except BotoCoreError as error:
            raise Refused("InternalError", str(error)) from error

    def _client(self, account: Account) -> Any:
        who = account["Region"], account["AccessKey"], account["SecretKey"]
        if who not in self._clients:
            self._clients[who] = boto3.session.Session().client(
                "s3",
                endpoint_url=self._url,
                region_name=who[0],
                aws_access_key_id=who[1],
                aws_secret_access_key=who[2],
                config=CLIENT,
            )
        return self._clients[who]
