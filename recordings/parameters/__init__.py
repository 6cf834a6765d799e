"""The words in which a recording is asked for, and the check that finds every fault in them."""

from layouts.problems import Problem
from recordings.parameters.checks import check, check_modify
from recordings.parameters.record import RecordParams, SubscribeStreamUserIds
from recordings.parameters.recording import ModifyParameters, RecordingParameters
from recordings.parameters.storage import StorageKind, StorageOverrides, TencentVod, VodMediaType
from recordings.parameters.transcode import AudioParams, MixTranscodeParams, VideoParams, canvas_size

__all__ = [
    "AudioParams",
    "MixTranscodeParams",
    "ModifyParameters",
    "Problem",
    "RecordParams",
    "RecordingParameters",
    "StorageKind",
    "StorageOverrides",
    "SubscribeStreamUserIds",
    "TencentVod",
    "VideoParams",
    "VodMediaType",
    "canvas_size",
    "check",
    "check_modify",
]
