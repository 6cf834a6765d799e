"""What VOD knows of media, by file id: one action of its API, called as the recording actions are.

Source: https://cloud.tencent.com/document/api/266/31763 (DescribeMediaInfos; at most 20 ids in a call),
https://github.com/TencentCloud/tencentcloud-sdk-python/blob/master/tencentcloud/vod/v20180717/models.py
(MediaInfo, MediaBasicInfo, MediaMetaData; any of them, and any of their fields, may be null).
"""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, Field

from recordings.trtc.account import Account
from recordings.trtc.answers import Answer, LenientText, read_answer
from recordings.trtc.client import VodClient
from recordings.trtc.transport import at_once
from recordings.trtc.vendor_codes import Action

VOD_ENDPOINT = "vod.tencentcloudapi.com"
MOST_IDS = 20
ACTION: Action = "DescribeMediaInfos"


class BasicInfo(BaseModel):
    Name: LenientText = ""
    MediaUrl: LenientText = ""


class MetaData(BaseModel):
    """Size in bytes, of a playlist with its segments; Duration in seconds. Absent until VOD has read the media."""

    Size: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    Duration: Annotated[float, Field(ge=0, lt=1e9, allow_inf_nan=False)] | None = None


class MediaInfo(BaseModel):
    FileId: str
    basic: BasicInfo | None = Field(None, alias="BasicInfo")
    meta: MetaData | None = Field(None, alias="MetaData")


class MediaAnswer(Answer):
    MediaInfoSet: list[MediaInfo] | None = None
    NotExistFileIdSet: list[str] | None = None


class MediaDesk:
    """Asks VOD with one account's keys, over one connection. For one thread."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client: VodClient | None = None

    def describe(self, file_ids: Sequence[str], *, sub_app_id: int | None) -> MediaAnswer:
        """Return what VOD knows of at most MOST_IDS files.

        Args:
            sub_app_id: VOD's own application; None is the account's default one.

        Raises:
            GatewayError: VOD refused, or gave no readable answer.
        """
        request: dict[str, Any] = {"FileIds": list(file_ids), "Filters": ["basicInfo", "metaData"]}
        if sub_app_id is not None:
            request["SubAppId"] = sub_app_id
        self._client = self._client or VodClient(self._account)
        return read_answer(ACTION, self._client.send(ACTION, request, depart=at_once), MediaAnswer)

    def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            self._client.close()
