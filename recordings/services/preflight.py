"""Try whether a storage profile works: for the vendor, that writes, and for us, who look."""

import logging
from typing import Any

from django.utils import timezone

from applications.models import StorageProfile
from recordings.services.vendor import place_of, vod_place_of
from recordings.services.wake import wake_storage
from recordings.storage.preflight import Trial, try_place, try_vod

logger = logging.getLogger(__name__)


def check_profile(profile: StorageProfile) -> dict[str, Any] | None:
    """Write, read, list and delete one small object, or ask VOD for a file, and return what came of it.

    Calls the storage, so no transaction is open. A profile that is stored keeps the result.

    Returns:
        `{at, ok, trials: [{action, ok, problem, code, message}]}`; texts are the storage's own words. None for a VOD
        profile whose files are not checked: nothing is needed of it.
    """
    trials = _try(profile)
    if trials is None:
        return None
    result = {
        "at": timezone.now().isoformat(),
        "ok": all(trial.error is None for trial in trials),
        "trials": [_tell(trial) for trial in trials],
    }
    if profile.pk is not None:
        StorageProfile.objects.filter(pk=profile.pk).update(preflight=result)
        if result["ok"] and profile.check_files:
            wake_storage(profile.pk)
    logger.info("storage_checked", extra={"profile": profile.name, "ok": result["ok"]})
    return result


def _try(profile: StorageProfile) -> list[Trial] | None:
    place, vod_place = place_of(profile), vod_place_of(profile)
    if place is not None:
        return try_place(place)
    return try_vod(vod_place) if vod_place is not None and profile.check_files else None


def _tell(trial: Trial) -> dict[str, Any]:
    error = trial.error
    return {
        "action": trial.action,
        "ok": error is None,
        "problem": str(error.problem) if error else None,
        "code": error.code if error else None,
        "message": error.message if error else None,
    }
