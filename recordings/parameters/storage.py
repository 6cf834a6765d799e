"""What a request may add to its storage profile. Places and credentials belong to the profile.

Fields and limits: https://trtc.io/document/36760 (CloudStorage, TencentVod).
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from layouts.parameters import LARGEST_NUMBER, Parameters, Text

StorageKind = Literal["cos", "s3", "vod"]
VodMediaType = Literal["mp4", "hls", "aac", "hls_mp4", "hls_aac"]

NAME = re.compile(r"[A-Za-z0-9_-]+")


def _check_name(value: str) -> str:
    if not NAME.fullmatch(value):
        raise PydanticCustomError("name", "May hold letters, digits, '_' and '-' only.")
    return value


Name = Annotated[str, AfterValidator(_check_name)]
FileNamePrefix = Annotated[tuple[Annotated[Name, Field(max_length=128)], ...], Field(strict=False, max_length=16)]


class TencentVod(Parameters):
    """How VOD treats the files. Absent fields keep the profile's value."""

    procedure: Text | None = Field(None, max_length=256, description="Task flow template started after the upload.")
    expire_time: int | None = Field(
        None, ge=0, le=LARGEST_NUMBER, description="Seconds the files are kept; 0 keeps them for good."
    )
    class_id: int | None = Field(None, ge=0, le=LARGEST_NUMBER, description="Category in VOD; 0 is other.")
    session_context: Text | None = Field(None, max_length=1000, description="Returned in VOD's task-flow callback.")
    source_context: Text | None = Field(None, max_length=250, description="Returned in VOD's upload callback.")
    media_type: VodMediaType | None = Field(
        None, description="Kind of file in VOD; aac and hls_aac need stream_type audio_only."
    )
    user_define_record_id: Name | None = Field(
        None, max_length=64, description="Start of the file names: letters, digits, '_' and '-', at most 64."
    )


class StorageOverrides(Parameters):
    """Additions to the storage profile, for the kind of storage that it is."""

    file_name_prefix: FileNamePrefix = Field(
        (), description="Folders below the profile's own, in COS or S3: letters, digits, '_' and '-'."
    )
    tencent_vod: TencentVod | None = Field(None, description="For VOD profiles only.")
