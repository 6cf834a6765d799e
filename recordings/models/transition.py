"""Every change of state, with the fact that brought it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from recordings.models.recording import STATE_CHOICES, Recording


class Transition(models.Model):
    """One move of a recording from a state to another."""

    recording = models.ForeignKey(Recording, models.CASCADE, related_name="transitions")
    from_state = models.CharField(_("from"), max_length=12, choices=STATE_CHOICES, blank=True)
    to_state = models.CharField(_("to"), max_length=12, choices=STATE_CHOICES)
    reason = models.CharField(_("reason"), max_length=32, blank=True)
    because = models.CharField(_("because of"), max_length=24, help_text=_("The kind of the fact that moved it."))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("transition")
        verbose_name_plural = _("transitions")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
