"""The event ledger: every authentic callback, once, as it came."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from recordings.models import Recording


class Verdict(models.TextChoices):
    APPLIED = "applied", _("applied")  # its fact went into a recording's ledger
    UNMATCHED = "unmatched", _("unmatched")  # no recording of ours: made elsewhere
    KEPT = "kept", _("kept")  # nothing follows from it


class Event(models.Model):
    """One vendor event that was signed as it should be."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    family = models.CharField(_("family"), max_length=8)
    natural_key = models.CharField(max_length=64)
    event_type = models.CharField(_("event"), max_length=64)
    task_id = models.CharField(_("task"), max_length=255, blank=True)
    room_id = models.CharField(_("room"), max_length=255, blank=True)
    robot_user_id = models.CharField(_("robot"), max_length=255, blank=True)
    occurred_at = models.DateTimeField(_("occurred"))
    received_at = models.DateTimeField(_("received"))
    body = models.BinaryField(_("body"))
    recording = models.ForeignKey(Recording, models.SET_NULL, null=True, related_name="events")
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "family", "natural_key"], name="event_stored_once")
        ]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="event_newest"),
            models.Index(fields=["task_id"], name="event_by_task"),
            models.Index(fields=["robot_user_id"], name="event_by_robot"),
            models.Index(fields=["room_id"], name="event_by_room"),
        ]

    def __str__(self) -> str:
        return f"{self.family} {self.event_type}"
