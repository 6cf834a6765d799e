"""Create applications, storage profiles and keys; what the API, commands, the environment and the admin share."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models import ApiKey, Application, CallbackEndpoint, Scope, StorageProfile

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


def create_storage_profile(*, application: Application, fields: Mapping[str, Any]) -> StorageProfile:
    """Create a place for files.

    Raises:
        ValidationError: A field is wrong, or the name is taken; nothing is stored.
    """
    profile = StorageProfile(application=application, **fields)
    _save_profile(profile)
    return profile


@transaction.atomic
def change_storage_profile(*, profile_id: int, fields: Mapping[str, Any]) -> StorageProfile:
    """Change a place for files; recordings that wait to be started go to where it is then.

    Raises:
        ValidationError: A field is wrong, or the kind would change; nothing is stored.
    """
    profile = StorageProfile.objects.select_for_update().get(pk=profile_id)
    if "kind" in fields and fields["kind"] != profile.kind:
        # Recordings were checked against the kind, and their files are judged by it.
        raise _problem("kind", "immutable", _("The kind cannot change. Create another profile."))
    for name, value in fields.items():
        setattr(profile, name, value)
    _save_profile(profile)
    return profile


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


def create_api_key(
    *, application: Application, name: str, scopes: tuple[str, ...] = (Scope.READ, Scope.WRITE)
) -> tuple[ApiKey, str]:
    """Create a key for *application* and return it with its plain text, which is stored nowhere."""
    created, plain = ApiKey.objects.create_key(application=application, name=name, scopes=list(scopes))
    assert isinstance(created, ApiKey)  # noqa: S101 - the manager is typed for the abstract model
    return created, plain
