"""From our rows to what the vendor is called with. Secrets are read here, at call time, and go no further."""

from applications.models import Application, StorageKind, StorageProfile
from recordings.policy import current_policy
from recordings.storage.place import Place, VodPlace
from recordings.trtc.account import Account, CloudStorage, Storage, VodStorage


def account_of(application: Application) -> Account:
    """Return the credentials with which *application* calls the vendor."""
    return Account(
        sdk_app_id=application.sdk_app_id,
        secret_id=application.secret_id,
        secret_key=application.secret_key,
        sdk_secret_key=application.sdk_secret_key,
        region=application.region,
        endpoint=application.endpoint,
        private_map_key=application.private_map_key,
        timeout_seconds=current_policy().vendor_timeout_seconds,
    )


def storage_of(profile: StorageProfile) -> Storage:
    """Return where the vendor writes the files of *profile*."""
    if profile.kind == StorageKind.VOD:
        return VodStorage(**profile.tencent_vod)
    return CloudStorage(
        vendor="cos" if profile.kind == StorageKind.COS else "s3",
        region=profile.region,
        bucket=profile.bucket,
        access_key=profile.access_key,
        secret_key=profile.secret_key,
        file_name_prefix=tuple(profile.file_name_prefix),
    )


def place_of(profile: StorageProfile) -> Place | None:
    """Return where this service finds the files of *profile*; None for VOD, which is no bucket."""
    if profile.kind == StorageKind.VOD:
        return None
    return Place(
        kind="cos" if profile.kind == StorageKind.COS else "s3",
        region=profile.region,
        bucket=profile.bucket,
        access_key=profile.access_key,
        secret_key=profile.secret_key,
        endpoint_url=profile.endpoint_url,
        prefix=tuple(profile.file_name_prefix),
    )


def vod_place_of(profile: StorageProfile) -> VodPlace | None:
    """Return where this service asks for the files of *profile* in VOD; None for a bucket.

    A VOD profile has no keys: the vendor writes into the account that records, and its keys ask.
    """
    if profile.kind != StorageKind.VOD:
        return None
    return VodPlace(
        secret_id=profile.application.secret_id,
        secret_key=profile.application.secret_key,
        sub_app_id=profile.tencent_vod.get("sub_app_id"),
        endpoint_url=profile.endpoint_url,
    )
