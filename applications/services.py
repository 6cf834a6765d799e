"""Create applications, storage profiles and keys; what the API, commands, the environment and the admin share."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from applications.models import ApiKey, Application, CallbackEndpoint, Scope, StorageKind, StorageProfile

# How long a replaced callback key still verifies. Callbacks that are under way are signed with it, and the vendor's
# console takes a while to change over.
ROTATION_TIME = timedelta(days=7)
MOST_PREVIOUS_KEYS = 5


@transaction.atomic
def create_application(
    *, fields: Mapping[str, Any], callback_key: str = "", storage: Mapping[str, Any] | None = None
) -> Application:
    """Create an application with its TRTC callback endpoint and, if given, a first storage profile.

    Args:
        fields: Of `Application`: name, sdk_app_id, secret_id, secret_key, sdk_secret_key, region, endpoint.
        storage: Of `StorageProfile`: name, kind, region, bucket, access_key, secret_key, …

    Raises:
        ValidationError: A field is wrong or taken; nothing is stored.
    """
    application = Application(**fields)
    application.full_clean()
    application.save()
    create_callback_endpoint(application=application, fields={"family": "trtc", "current_key": callback_key})
    if storage is not None:
        create_storage_profile(application=application, fields=storage)
    return application


def create_callback_endpoint(*, application: Application, fields: Mapping[str, Any]) -> CallbackEndpoint:
    """Create the address at which a vendor family calls *application*.

    Raises:
        ValidationError: A field is wrong, or the family has its address already; nothing is stored.
    """
    endpoint = CallbackEndpoint(application=application, **fields)
    endpoint.current_key_since = timezone.now() if endpoint.current_key else None
    endpoint.full_clean()
    endpoint.save()
    return endpoint


def rotate_callback_key(*, endpoint: CallbackEndpoint, new_key: str) -> None:
    """Put *new_key* in use on an endpoint that is about to be saved; the old ones verify for a while longer.

    All that still verify are kept, one to a line: a key that was mistyped and corrected does not push out the one
    that the vendor signs with.
    """
    now = timezone.now()
    if endpoint.current_key and endpoint.current_key != new_key:
        is_over = endpoint.previous_key_until is not None and endpoint.previous_key_until <= now
        older = [] if is_over else endpoint.previous_key.splitlines()
        kept = dict.fromkeys([endpoint.current_key, *older])
        endpoint.previous_key = "\n".join(key for key in [*kept][:MOST_PREVIOUS_KEYS] if key != new_key)
        endpoint.previous_key_until = now + ROTATION_TIME
    endpoint.current_key, endpoint.current_key_since = new_key, now


def create_storage_profile(
    *, application: Application, fields: Mapping[str, Any], try_first: bool = False
) -> StorageProfile:
    """Create a place for files.

    Args:
        try_first: Call the storage before, and store nothing that does not work.

    Raises:
        ValidationError: A field is wrong, or the name is taken; nothing is stored.
        StorageBroken: It was tried.
    """
    checked = {"check_files": fields.get("kind", StorageKind.COS) != StorageKind.VOD}
    profile = StorageProfile(application=application, **(checked | dict(fields)))
    if try_first:
        _try_first(profile)
    with transaction.atomic():
        _save_profile(profile)
        if not try_first:
            ask_for_check(profile)
    return profile


def change_storage_profile(*, profile_id: int, fields: Mapping[str, Any], try_first: bool = False) -> StorageProfile:
    """Change a place for files; recordings that wait to be started go to where it is then.

    Args:
        try_first: Call the storage before, and store nothing that does not work.

    Raises:
        ValidationError: A field is wrong, or the kind would change; nothing is stored.
        StorageBroken: It was tried.
    """
    tried = _try_change(profile_id, fields) if try_first else None
    with transaction.atomic():
        profile = _change_locked(profile_id, fields)
        if try_first:
            profile.preflight = tried
            profile.save(update_fields=["preflight"])
        else:
            ask_for_check(profile)
    return profile


def _try_change(profile_id: int, fields: Mapping[str, Any]) -> Any:
    candidate = StorageProfile.objects.get(pk=profile_id)
    candidate.pk = None  # what comes of it is not the stored profile's
    for name, value in fields.items():
        setattr(candidate, name, value)
    _try_first(candidate)
    return candidate.preflight


def _change_locked(profile_id: int, fields: Mapping[str, Any]) -> StorageProfile:
    profile = StorageProfile.objects.select_for_update().get(pk=profile_id)
    if "kind" in fields and fields["kind"] != profile.kind:
        # Recordings were checked against the kind, and their files are judged by it.
        raise _problem("kind", "immutable", _("The kind cannot change. Create another profile."))
    for name, value in fields.items():
        setattr(profile, name, value)
    _save_profile(profile)
    return profile


def check_storage(profile: StorageProfile) -> dict[str, Any] | None:
    """Try whether *profile* works, stored or not, and return what came of it. Calls the storage.

    None for a VOD profile whose files are not checked.
    """
    result: dict[str, Any] | None = import_string(settings.STORAGE_PREFLIGHT)(profile)
    return result


def ask_for_check(profile: StorageProfile) -> None:
    """Let a worker try whether a profile works, in the caller's transaction; not where its files are not looked at."""
    if profile.check_files:
        job = app.configure_task("recordings.check_profile", allow_unknown=False)
        job.defer(profile_id=profile.pk)


class StorageBroken(Exception):
    """A storage profile was to be tried before it is stored, and does not work; nothing is stored.

    Args:
        result: Of `check_storage`.
    """

    def __init__(self, result: Mapping[str, Any]) -> None:
        super().__init__("storage profile does not work")
        self.result = result


def _try_first(profile: StorageProfile) -> None:
    profile.full_clean(validate_constraints=False)
    result = check_storage(profile)
    if result is not None and not result["ok"]:
        raise StorageBroken(result)
    profile.preflight = result


def _save_profile(profile: StorageProfile) -> None:
    twins = StorageProfile.objects.filter(application=profile.application_id, name=profile.name)
    taken = _problem("name", "unique", _("There is a storage profile of this name already."))
    if twins.exclude(pk=profile.pk).exists():
        raise taken
    profile.full_clean(validate_constraints=False)
    try:
        with transaction.atomic():
            profile.save()
    except IntegrityError as error:  # another process was faster
        raise taken from error


def _problem(field: str, code: str, detail: Any) -> ValidationError:
    return ValidationError({field: ValidationError(detail, code=code)})


# Links to files are for those who were given the scope for it.
USUAL_SCOPES: tuple[str, ...] = (Scope.READ, Scope.WRITE)


def create_api_key(
    *, application: Application, name: str, scopes: tuple[str, ...] = USUAL_SCOPES
) -> tuple[ApiKey, str]:
    """Create a key for *application* and return it with its plain text, which is stored nowhere."""
    created, plain = ApiKey.objects.create_key(application=application, name=name, scopes=list(scopes))
    assert isinstance(created, ApiKey)  # noqa: S101 - the manager is typed for the abstract model
    return created, plain
