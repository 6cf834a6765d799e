"""VOD's DescribeMediaInfos: what became of the files that tasks put there.

Source: https://cloud.tencent.com/document/api/266/31763, https://cloud.tencent.com/document/api/266/31774 (errors)
"""

from collections.abc import Iterator
from typing import Any

from sandbox.apps import App
from sandbox.cloud import Cloud
from sandbox.errors import VendorError
from sandbox.trtc import schema
from sandbox.trtc.schema import Int, Texts

SHAPE: schema.Shape = {"FileIds": Texts(required=True), "SubAppId": Int(), "Filters": Texts()}
MOST_IDS = 20
BYTES_PER_SECOND = 125_000  # make-believe: there are no media


def describe_media(cloud: Cloud, app: App, params: dict[str, Any], _region: str) -> dict[str, Any]:
    """Tell of each file id whether the account has it, in the named application of VOD or its default one.

    Raises:
        VendorError: The request is wrong; at most 20 ids are taken.
    """
    schema.check(SHAPE, params)
    wanted = params["FileIds"]
    if not wanted:
        raise VendorError("InvalidParameterValue.FileIdsEmpty", "FileIds is empty.")
    if len(wanted) > MOST_IDS:
        raise VendorError("InvalidParameterValue.FileIdsTooMany", f"At most {MOST_IDS} FileIds are allowed.")
    there = {file["FileId"]: file for file in _files(cloud, app, params.get("SubAppId") or 0)}
    return {
        "MediaInfoSet": [_tell(there[file_id], params.get("Filters")) for file_id in wanted if file_id in there],
        "NotExistFileIdSet": [file_id for file_id in wanted if file_id not in there],
    }


def _files(cloud: Cloud, app: App, sub_app_id: int) -> Iterator[dict[str, Any]]:
    """Yield event 311's TencentVod of what is in VOD; a media belongs to the account, whichever application made it."""
    account = {one.settings.sdk_app_id for one in cloud.apps if one.settings.secret_id == app.settings.secret_id}
    for task in cloud.tasks:
        if task.room.sdk_app_id in account and (task.vod.get("SubAppId") or 0) == sub_app_id:
            yield from (made["vod"] for made in task.outputs if made["status"] == 0 and not made.get("lost"))


def _tell(file: dict[str, Any], filters: list[str] | None) -> dict[str, Any]:
    seconds = (file["EndTimeStamp"] - file["StartTimeStamp"]) / 1000
    kind = file["VideoUrl"].rpartition(".")[2]
    known = {
        "basicInfo": {"Name": file["CacheFile"], "MediaUrl": file["VideoUrl"], "Type": kind, "Status": "Normal"},
        "metaData": {"Size": round(seconds * BYTES_PER_SECOND), "Duration": seconds, "Container": kind},
    }
    wanted = filters or [*known]
    return {
        "FileId": file["FileId"],
        "BasicInfo": known["basicInfo"] if "basicInfo" in wanted else None,
        "MetaData": known["metaData"] if "metaData" in wanted else None,
    }
