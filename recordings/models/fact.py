"""The ledger."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from recordings.models.recording import Recording
from recordings.states.facts import FactKind, Source


class FactRow(models.Model):
    """One fact, as stored. Append-only: the database refuses an update (migration 0002)."""

    recording = models.ForeignKey(Recording, models.CASCADE, related_name="facts")
    kind = models.CharField(_("kind"), max_length=24, choices=[(k.value, k.value) for k in FactKind])
    source = models.CharField(_("told by"), max_length=8, choices=[(s.value, s.value) for s in Source])
    key = models.CharField(max_length=255)
    task_id = models.CharField(_("task"), max_length=255, blank=True)
    occurred_at = models.DateTimeField(_("occurred"))
    received_at = models.DateTimeField(_("received"))
    data = models.JSONField(_("data"), default=dict)

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering = ["occurred_at", "id"]
        constraints = [models.UniqueConstraint(fields=["recording", "key"], name="fact_told_once")]

    def __str__(self) -> str:
        return self.kind
