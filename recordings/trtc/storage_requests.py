"""The vendor's StorageParams, built from a storage profile and what the request adds to it.

Fields: https://trtc.io/document/36760.
"""

from typing import Any

from recordings.parameters import RecordingParameters
from recordings.trtc import codes
from recordings.trtc.account import CloudStorage, Storage, VodStorage
from recordings.trtc.layout_requests import without_absent


def build_storage(parameters: RecordingParameters, storage: Storage) -> dict[str, Any]:
    """Return StorageParams, which hold either a bucket or VOD."""
    if isinstance(storage, VodStorage):
        return {"CloudVod": {"TencentVod": _build_vod(parameters, storage)}}
    return {"CloudStorage": _build_bucket(parameters, storage)}


def _build_bucket(parameters: RecordingParameters, storage: CloudStorage) -> dict[str, Any]:
    overrides = parameters.storage_params
    # The request's folders go below the profile's, so that nobody leaves the place the operator chose.
    folders = [*storage.file_name_prefix, *(overrides.file_name_prefix if overrides else ())]
    return {
        "Vendor": codes.STORAGE_VENDOR[storage.vendor],
        "Region": storage.region,
        "Bucket": storage.bucket,
        "AccessKey": storage.access_key,
        "SecretKey": storage.secret_key,
        "FileNamePrefix": folders,
    }


def _build_vod(parameters: RecordingParameters, storage: VodStorage) -> dict[str, Any]:
    overrides = parameters.storage_params
    asked = overrides.tencent_vod.to_json() if overrides and overrides.tencent_vod else {}
    media_type: Any = asked.get("media_type", storage.media_type)
    return without_absent(
        {
            "Procedure": asked.get("procedure", storage.procedure),
            "ExpireTime": asked.get("expire_time", storage.expire_time),
            "StorageRegion": storage.storage_region,
            "ClassId": asked.get("class_id", storage.class_id),
            "SubAppId": storage.sub_app_id,
            "SessionContext": asked.get("session_context", storage.session_context),
            "SourceContext": asked.get("source_context", storage.source_context),
            "MediaType": None if media_type is None else codes.VOD_MEDIA_TYPE[media_type],
            "UserDefineRecordId": asked.get("user_define_record_id", storage.user_define_record_id),
        }
    )
