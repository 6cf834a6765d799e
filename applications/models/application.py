"""One vendor application: the tenancy boundary."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.encryption import SecretField

# Source: https://trtc.io/document/46960 and its siblings; Create takes no other.
REGIONS = ["ap-beijing", "ap-guangzhou", "ap-shanghai", "ap-singapore"]


class Application(models.Model):
    """A TRTC application with its credentials. Everything else belongs to exactly one."""

    name = models.SlugField(_("name"), unique=True, help_text=_("How people and commands name it, e.g. school."))
    sdk_app_id = models.PositiveBigIntegerField(
        _("SdkAppId"),
        unique=True,
        validators=[MinValueValidator(1), MaxValueValidator(2**32 - 1)],
        help_text=_("From the TRTC console, Application management."),
    )
    secret_id = SecretField(
        _("SecretId"), blank=True, help_text=_("Of a CAM user that may call the four recording actions.")
    )
    secret_key = SecretField(_("SecretKey"), blank=True)
    sdk_secret_key = SecretField(
        _("SDK secret key"),
        blank=True,
        help_text=_("Signs the UserSig with which the robot enters the room."),
    )
    region = models.CharField(_("region"), max_length=32, default="ap-singapore", choices=[(r, r) for r in REGIONS])
    endpoint = models.CharField(
        _("API endpoint"),
        max_length=255,
        default="trtc.tencentcloudapi.com",
        help_text=_("trtc.intl.tencentcloudapi.com for international accounts; http://… for the sandbox."),
    )
    private_map_key = models.BooleanField(
        _("advanced permission control"),
        default=False,
        help_text=_("Send a PrivateMapKey with every start; on when it is on in the console."),
    )
    task_limit = models.PositiveSmallIntegerField(
        _("live tasks at most"),
        default=100,
        db_default=100,
        validators=[MinValueValidator(1)],
        help_text=_("The vendor's quota of this SdkAppId; what comes beyond it waits in the queue."),
    )
    requests_per_second = models.PositiveSmallIntegerField(
        _("requests per second"),
        default=20,
        db_default=20,
        validators=[MinValueValidator(1)],
        help_text=_("The vendor's limit for each of the four actions; calls are spread over the second."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
