"""Where a vendor family calls an application, and the keys it signs with."""

import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.encryption import SecretField
from applications.families import family_choices, find_family, variant_choices
from applications.models.application import Application


def new_token() -> str:
    """Return 256 bits that nobody guesses: the token is what picks the application."""
    return secrets.token_urlsafe(32)


class CallbackEndpoint(models.Model):
    """One URL per application and family: its callback keys, and how far it is believed."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="callback_endpoints")
    family = models.CharField(_("family"), max_length=16, choices=family_choices, default="trtc")
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    vendor_app_id = models.PositiveBigIntegerField(
        _("vendor's application id"),
        null=True,
        blank=True,
        help_text=_("GME: the BizID. CSS: the account's APPID, needed. Empty: the SdkAppId."),
    )
    current_key = SecretField(
        _("callback key"),
        blank=True,
        help_text=_("The key set in the vendor's console. Empty accepts nobody."),
    )
    current_key_since = models.DateTimeField(_("callback key since"), null=True, editable=False)
    previous_key = SecretField(
        _("previous callback key"),
        blank=True,
        help_text=_("Still accepted during a rotation, until it is revoked or its time is over; one to a line."),
    )
    previous_key_until = models.DateTimeField(_("previous key until"), null=True, editable=False)
    signature_variant = models.CharField(
        _("signature"), max_length=16, blank=True, choices=variant_choices, help_text=_("Empty: as documented.")
    )
    is_trusted = models.BooleanField(
        _("trust its word"),
        default=False,
        help_text=_(
            "TIW and CSS sign a time, not what they say, so how a recording ended is provisional until something "
            "else confirms it. Switch on to believe it at once."
        ),
    )
    quiet_seconds = models.PositiveIntegerField(
        _("quiet period, seconds"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(7 * 86_400)],
        help_text=_(
            "GME and CSS have no last event: a recording closes after so long without a callback. "
            "Empty: 1800 for GME, 2400 for CSS. Holds for recordings that are first heard of from then on."
        ),
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
    def effective_app_id(self) -> int:
        """The number by which the family calls the application."""
        return self.vendor_app_id or self.application.sdk_app_id

    @property
    def effective_quiet_seconds(self) -> int | None:
        """The quiet period that holds; None where the family has a last event."""
        family = find_family(self.family)
        if family is None or family.quiet_seconds is None:
            return None
        return self.quiet_seconds or family.quiet_seconds

    def clean(self) -> None:
        """Refuse an endpoint that could accept nobody."""
        family = find_family(self.family)
        if family is not None and family.has_own_app_id and self.vendor_app_id is None:
            text = _("%(family)s calls applications by another number than the SdkAppId: its %(name)s is needed.")
            params = {"family": family.label, "name": family.app_id_name}
            raise ValidationError({"vendor_app_id": ValidationError(text, code="required", params=params)})
        if family is not None and self.signature_variant and self.signature_variant not in family.signature_variants:
            raise ValidationError({"signature_variant": _("This family does not sign so.")})
