"""The demo's tenant: an application, a storage profile, a key and an administrator."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model

from applications.models import Application, CallbackEndpoint, Scope
from applications.services import change_storage_profile, create_api_key, create_application

NAME = "demo-school"
SDK_APP_ID = 1400000001
PROFILE = "classes-cos"
BUCKET = "classes-1250000000"


@dataclass(frozen=True)
class School:
    """What the demo needs to know of its tenant; the secrets are made anew for each run."""

    application: Application
    callback_url: str
    callback_key: str = field(repr=False)
    api_key: str = field(repr=False)
    admin_password: str = field(repr=False)

    @property
    def sandbox_app(self) -> dict[str, Any]:
        """The application as the sandbox has to know it."""
        return {
            "sdk_app_id": SDK_APP_ID,
            "secret_id": self.application.secret_id,
            "secret_key": self.application.secret_key,
            "sdk_secret_key": self.application.sdk_secret_key,
            "callback_url": self.callback_url,
            "callback_key": self.callback_key,
        }


def prepare_school(*, sandbox_url: str, storage_url: str) -> School:
    """Create the tenant, or bring that of an earlier run up to date."""
    application = Application.objects.filter(name=NAME).first()
    if application is None:
        application = create_application(
            fields={
                "name": NAME,
                "sdk_app_id": SDK_APP_ID,
                "secret_id": "demo-secret-id",
                "secret_key": secrets.token_urlsafe(24),
                "sdk_secret_key": secrets.token_hex(32),
            },
            storage={
                "name": PROFILE,
                "kind": "cos",
                "region": "ap-shanghai",
                "bucket": BUCKET,
                "access_key": "demo-access-key",
                "secret_key": secrets.token_urlsafe(24),
                "file_name_prefix": ["classes"],
            },
        )
    application.endpoint = sandbox_url
    application.save()
    profile = application.storage_profiles.get(name=PROFILE)
    change_storage_profile(profile_id=profile.pk, fields={"endpoint_url": storage_url, "check_files": True})
    endpoint = CallbackEndpoint.objects.get(application=application)
    endpoint.current_key = secrets.token_hex(16)
    endpoint.save()
    application.api_keys.filter(name="demo").delete()
    _key, plain = create_api_key(application=application, name="demo", scopes=tuple(Scope))
    password = secrets.token_urlsafe(12)
    users = get_user_model().objects
    admin, _made = users.get_or_create(username="demo", defaults={"is_staff": True, "is_superuser": True})
    admin.set_password(password)
    admin.save()
    return School(application, endpoint.url, endpoint.current_key, plain, password)
