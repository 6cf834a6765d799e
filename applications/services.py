"""Create applications and keys; what commands, the environment and the admin share."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from applications.models import ApiKey, Application, CallbackEndpoint, Family, Scope, StorageProfile


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
    CallbackEndpoint.objects.create(application=application, family=Family.TRTC, current_key=callback_key)
    if storage is not None:
        profile = StorageProfile(application=application, **storage)
        profile.full_clean()
        profile.save()
    return application


def create_api_key(
    *, application: Application, name: str, scopes: tuple[str, ...] = (Scope.READ, Scope.WRITE)
) -> tuple[ApiKey, str]:
    """Create a key for *application* and return it with its plain text, which is stored nowhere."""
    created, plain = ApiKey.objects.create_key(application=application, name=name, scopes=list(scopes))
    assert isinstance(created, ApiKey)  # noqa: S101 - the manager is typed for the abstract model
    return created, plain
