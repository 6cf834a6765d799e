"""Named places for recorded files."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.encryption import SecretField
from applications.models.application import Application


class StorageKind(models.TextChoices):
    COS = "cos", _("Tencent COS")
    S3 = "s3", _("AWS S3")
    VOD = "vod", _("Tencent VOD")


def _no_options() -> dict[str, Any]:
    return {}


class StorageProfile(models.Model):
    """A place for files with its credentials. Requests name it; secrets never travel in requests."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="storage_profiles")
    name = models.SlugField(_("name"))
    kind = models.CharField(_("kind"), max_length=8, choices=StorageKind, default=StorageKind.COS)
    region = models.CharField(
        _("region"), max_length=64, blank=True, help_text=_("The storage's own, e.g. ap-shanghai.")
    )
    bucket = models.CharField(_("bucket"), max_length=255, blank=True)
    access_key = SecretField(_("access key"), blank=True, help_text=_("COS: SecretId. The vendor writes with it."))
    secret_key = SecretField(_("secret key"), blank=True)
    file_name_prefix = ArrayField(
        models.CharField(max_length=64, validators=[RegexValidator(r"\A[A-Za-z0-9_-]+\Z")]),
        verbose_name=_("folder"),
        default=list,
        blank=True,
        help_text=_("Comma separated: a,b puts files under a/b/<TaskId>/."),
    )
    tencent_vod = models.JSONField(
        _("VOD options"), default=_no_options, blank=True, help_text=_("Fields of TencentVod in snake_case.")
    )

    class Meta:
        verbose_name = _("storage profile")
        verbose_name_plural = _("storage profiles")
        ordering = ["application_id", "name"]
        constraints = [models.UniqueConstraint(fields=["application", "name"], name="storage_profile_name_unique")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a COS or S3 profile that the vendor could not write to."""
        if self.kind != StorageKind.VOD:
            needed = ("region", "bucket", "access_key", "secret_key")
            missing = {name: _("Needed for COS and S3.") for name in needed if not getattr(self, name)}
            if missing:
                raise ValidationError(missing)
