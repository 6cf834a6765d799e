"""Show what the vendor would be sent, without sending it."""

from typing import Any

from applications.models import Application, StorageProfile
from recordings.ids import ROBOT_PREFIX
from recordings.parameters import RecordingParameters
from recordings.services.vendor import account_of, storage_of
from recordings.trtc import requests


def preview_create(
    *, application: Application, parameters: RecordingParameters, profile: StorageProfile
) -> dict[str, Any]:
    """Return the CreateCloudRecording request with its secrets as ***; the robot gets its name at the start."""
    return requests.preview_create(
        account=account_of(application),
        robot_user_id=f"{ROBOT_PREFIX}…",
        parameters=parameters,
        storage=storage_of(profile),
    )
