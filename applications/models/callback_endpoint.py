"""Where a vendor family calls an application, and the keys it signs with."""

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.encryption import SecretField
from applications.models.application import Application


class Family(models.TextChoices):
    TRTC = "trtc", _("TRTC on-cloud recording")


def new_token() -> str:
    """Return 256 bits that nobody guesses: the token is what picks the application."""
    return secrets.token_urlsafe(32)


class CallbackEndpoint(models.Model):
    """One URL per application and family, with the current and the previous callback key."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="callback_endpoints")
    family = models.CharField(_("family"), max_length=8, choices=Family, default=Family.TRTC)
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    current_key = SecretField(
        _("callback key"),
        blank=True,
        help_text=_("The key set in the vendor's console. Empty accepts nobody."),
    )
    previous_key = SecretField(
        _("previous callback key"),
        blank=True,
        help_text=_("Still accepted during a rotation; empty it afterwards."),
    )

    class Meta:
        verbose_name = _("callback endpoint")
        verbose_name_plural = _("callback endpoints")
        constraints = [
            models.UniqueConstraint(fields=["application", "family"], name="callback_endpoint_family_unique")
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.family}"

    @property
    def url(self) -> str:
        """The address to paste into the vendor's console."""
        return f"{settings.PUBLIC_URL}/callbacks/{self.family}/{self.token}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that verify today; an empty one never does."""
        return tuple(key for key in (self.current_key, self.previous_key) if key)
