"""In which bucket and folder, or where in VOD, the files of a recording are."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from applications.models import StorageKind, StorageProfile
from recordings.models import FactRow, Recording
from recordings.services.vendor import place_of, vod_place_of
from recordings.states.facts import FactKind
from recordings.storage.place import Place, VodPlace


def location_of(profile: StorageProfile | None, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a create keeps of where its files will go: a profile may be changed later.

    Args:
        parameters: Of the recording; its own folders are below the profile's, as `trtc.storage_requests` asks for.
    """
    if profile is None:
        return {}
    if profile.kind == StorageKind.VOD:
        return {"sub_app_id": profile.tencent_vod.get("sub_app_id")}
    own = (parameters.get("storage_params") or {}).get("file_name_prefix") or ()
    return {"bucket": profile.bucket, "region": profile.region, "prefix": [*profile.file_name_prefix, *own]}


def place_of_recording(recording: Recording) -> Place | None:
    """Return where the files of *recording* are, with the keys of its profile as it is now; None where no bucket is.

    The bucket and the folder are those that its last create named.
    """
    profile = recording.storage_profile
    place = place_of(profile) if profile is not None else None
    if place is None:
        return None
    told = _told_place(recording)
    if not told:
        return place
    return replace(place, bucket=told["bucket"], region=told["region"], prefix=tuple(told["prefix"]))


def vod_place_of_recording(recording: Recording) -> VodPlace | None:
    """Return where in VOD the files of *recording* are, with its application's keys as they are now; None for a bucket.

    VOD's own application is the one that its last create named.
    """
    profile = recording.storage_profile
    place = vod_place_of(profile) if profile is not None else None
    if place is None:
        return None
    return replace(place, sub_app_id=_told_place(recording).get("sub_app_id", place.sub_app_id))


def _told_place(recording: Recording) -> Mapping[str, Any]:
    sent = FactRow.objects.filter(recording=recording, kind=FactKind.CREATE_SENT).order_by("occurred_at", "id").last()
    return (sent.data.get("storage") or {}) if sent is not None else {}
