"""A VOD at the HTTP edge: it has the media that it was given, and says of all others that they do not exist."""

import json
from collections import deque
from typing import Any

import requests
import responses

Fields = dict[str, Any]


class MediaLibrary:
    """Answers DescribeMediaInfos and keeps what it was asked."""

    def __init__(self, mock: responses.RequestsMock, *, host: str = "vod.tencentcloudapi.com") -> None:
        self.media: dict[str, Fields] = {}
        self.asked: list[Fields] = []
        self.headers: list[dict[str, str]] = []
        self._script: deque[Fields | Exception | str] = deque()
        mock.add_callback(responses.POST, f"https://{host}/", self._answer, content_type="application/json")

    def put(self, *file_ids: str) -> None:
        """Take in media of 61.5 seconds."""
        for file_id in file_ids:
            basic = {"Name": "a lesson", "MediaUrl": address_of(file_id), "Status": "Normal"}
            measures = {"Size": 1234, "Duration": 61.5}
            self.media[file_id] = {"FileId": file_id, "BasicInfo": basic, "MetaData": measures}

    def will(self, *replies: Fields | Exception | str) -> None:
        """Give the next calls these answers: fields, an error of the network, or a whole body."""
        self._script.extend(replies)

    def _answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        body = json.loads(request.body or b"{}")
        self.asked.append(body)
        self.headers.append(dict(request.headers))
        reply = self._script.popleft() if self._script else self._tell(body["FileIds"])
        if isinstance(reply, Exception):
            raise reply
        whole = reply if isinstance(reply, str) else json.dumps({"Response": {"RequestId": "r-1", **reply}})
        return 200, {}, whole

    def _tell(self, wanted: list[str]) -> Fields:
        return {
            "MediaInfoSet": [self.media[file_id] for file_id in wanted if file_id in self.media],
            "NotExistFileIdSet": [file_id for file_id in wanted if file_id not in self.media],
        }


def address_of(file_id: str) -> str:
    return f"https://vod.example.com/{file_id}.mp4"
