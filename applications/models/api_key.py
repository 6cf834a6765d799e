"""The keys with which backend services call the REST API."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey

from applications.models.application import Application


class Scope(models.TextChoices):
    READ = "read", _("read")
    WRITE = "write", _("write")
    FILES = "files", _("files")  # links to what was recorded; not among the defaults


def _all_scopes() -> list[str]:  # of the ones that a key has unless it is told otherwise
    return [Scope.READ.value, Scope.WRITE.value]


class ApiKey(AbstractAPIKey):
    """A hashed key that speaks for one application, within its scopes."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="api_keys")
    scopes = ArrayField(models.CharField(max_length=8, choices=Scope), verbose_name=_("scopes"), default=_all_scopes)

    class Meta(AbstractAPIKey.Meta):
        verbose_name = _("API key")  # type: ignore[assignment]  # the library has plain text
        verbose_name_plural = _("API keys")  # type: ignore[assignment]
