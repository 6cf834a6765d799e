"""How fast an application may call one action of the vendor's: one row that all processes share."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from applications.models import Application


class Pace(models.Model):
    """The pace of one action of one application, on the database's clock.

    Attributes:
        next_at: Nobody calls before; each call moves it on, and a throttled one moves it far.
        retry_at: No repeated call before: repeats get a share of the pace, so that they never crowd out first calls.
        throttles: How often in a row the vendor said that it is too much.
        opened_at: Since when the account's keys are refused; null while they are good. Nothing is called then but a
            probe now and again.
        probe_at: When the next probe may go.
        opened_for: A digest of the keys that were refused: other keys are tried at once.
        code, message: The vendor's words, when it stopped the calls.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="paces")
    action = models.CharField(_("action"), max_length=32)
    next_at = models.DateTimeField(_("next call"), db_default=Now())
    retry_at = models.DateTimeField(db_default=Now())
    throttles = models.PositiveSmallIntegerField(_("throttled in a row"), default=0, db_default=0)
    opened_at = models.DateTimeField(_("keys refused since"), null=True)
    probe_at = models.DateTimeField(_("next probe"), null=True)
    opened_for = models.CharField(max_length=16, blank=True, db_default="")
    code = models.CharField(_("vendor's code"), max_length=128, blank=True, db_default="")
    message = models.TextField(_("vendor's message"), blank=True, db_default="")

    class Meta:
        verbose_name = _("pace")
        verbose_name_plural = _("paces")
        constraints = [models.UniqueConstraint(fields=["application", "action"], name="pace_unique")]

    def __str__(self) -> str:
        return f"{self.application} {self.action}"
