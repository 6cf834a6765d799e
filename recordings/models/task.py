"""Vendor tasks behind a recording."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from recordings.models.recording import Recording


class Task(models.Model):
    """One vendor task. A recording may have several: a retry after a lost answer makes another."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    recording = models.ForeignKey(Recording, models.CASCADE, related_name="tasks")
    provider = models.CharField(_("provider"), max_length=16, default="trtc")
    task_id = models.CharField(_("task"), max_length=255)
    first_seen_at = models.DateTimeField(_("first seen"))

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["first_seen_at"]
        constraints = [models.UniqueConstraint(fields=["application", "provider", "task_id"], name="task_id_unique")]

    def __str__(self) -> str:
        return self.task_id
