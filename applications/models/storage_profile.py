"""Named places for recorded files."""

from collections.abc import Iterator, Mapping
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


# Fields of TencentVod, https://trtc.io/document/36760.
VOD_OPTIONS: Mapping[str, type] = {
    "procedure": str,
    "expire_time": int,
    "storage_region": str,
    "class_id": int,
    "sub_app_id": int,
    "session_context": str,
    "source_context": str,
    "media_type": str,
    "user_define_record_id": str,
}
VOD_MEDIA_TYPES = ("mp4", "hls", "aac", "hls_mp4", "hls_aac")


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
        """Refuse a profile that the vendor could not write to, or would be told nonsense by."""
        problems: dict[str, Any] = {}
        if self.kind != StorageKind.VOD:
            needed = ("region", "bucket", "access_key", "secret_key")
            missing = ValidationError(_("Needed for COS and S3."), code="required")
            problems |= {name: missing for name in needed if not getattr(self, name)}
        if found := list(self._vod_problems()):
            problems["tencent_vod"] = found
        if problems:
            raise ValidationError(problems)

    def _vod_problems(self) -> Iterator[ValidationError]:
        if not isinstance(self.tencent_vod, dict):
            yield ValidationError(_("Must be an object."), code="invalid")
            return
        if self.tencent_vod and self.kind != StorageKind.VOD:
            yield ValidationError(_("Only VOD takes options."), code="vod_only")
        for name, value in self.tencent_vod.items():
            wanted = VOD_OPTIONS.get(name)
            if wanted is None:
                yield ValidationError(_("There is no option %(name)s."), code="unknown_field", params={"name": name})
            elif type(value) is not wanted or (name == "media_type" and value not in VOD_MEDIA_TYPES):
                yield ValidationError(_("%(name)s is not valid."), code="invalid", params={"name": name})
