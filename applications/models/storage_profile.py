"""Named places for recorded files."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
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


def is_endpoint(text: str) -> bool:
    """Tell whether *text* is an address of a server and no more: no path, no query, no credentials in it.

    It is an operator's setting and may be private, so where it leads is not judged; link-local addresses are, because
    a cloud's metadata service, which hands out credentials, is at one.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_plain = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in ("http", "https") or not is_plain or port == 0 or not _HOST.fullmatch(host):
        return False
    try:
        return not ip_address(host).is_link_local
    except ValueError:
        return host.lower() not in _METADATA_HOSTS


_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]{2,45}")
_METADATA_HOSTS = ("metadata", "metadata.tencentyun.com", "metadata.google.internal", "instance-data")


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
    endpoint_url = models.CharField(
        _("storage endpoint"),
        max_length=255,
        blank=True,
        default="",
        db_default="",
        help_text=_("Where this service reads the bucket, e.g. a private endpoint. Empty: the vendor's public one."),
    )
    check_files = models.BooleanField(
        _("check files"),
        default=False,
        db_default=False,
        help_text=_(
            "A recording counts as completed when the storage has shown its files. In VOD the application's keys need "
            "one permission more: DescribeMediaInfos, as QcloudVODReadonlyAccess allows."
        ),
    )
    keep_days = models.PositiveIntegerField(
        _("keep files for days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Files are deleted so many days after their recording's end, after a grace period. Empty: never."),
    )
    preflight = models.JSONField(_("last check"), null=True, editable=False)
    paced_until = models.DateTimeField(null=True, editable=False)  # the moment of the next look into it

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
        elif self.keep_days:
            vod = ValidationError(_("Only COS and S3: VOD deletes files itself, by its expire_time."), code="not_vod")
            problems["keep_days"] = vod
        if self.endpoint_url and not is_endpoint(self.endpoint_url):
            problems["endpoint_url"] = ValidationError(
                _("Must be https://host or http://host, with a port or without, and nothing behind it."), code="invalid"
            )
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
