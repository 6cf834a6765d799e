"""Worker processes and when each was last heard of."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

# A worker beats every few seconds: after this long without, it is dead, frozen, or cut off from the database.
SILENT_AFTER = timedelta(seconds=30)


class WorkerQuerySet(models.QuerySet["Worker"]):
    def beating(self) -> WorkerQuerySet:
        """Those that were heard of lately, by the database's clock."""
        return self.filter(beat_at__gte=Now() - SILENT_AFTER)


class Worker(models.Model):
    """One `manage.py work`. It writes its row while it runs and deletes it when it ends in good order.

    Attributes:
        started_at, beat_at: On the database's clock: the hosts' own may differ.
        version: RELEASE of its environment.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    host = models.CharField(_("host"), max_length=255)
    pid = models.PositiveIntegerField(_("process"))
    version = models.CharField(_("release"), max_length=64, blank=True)
    started_at = models.DateTimeField(_("started"), db_default=Now())
    beat_at = models.DateTimeField(_("last heard of"), db_default=Now(), db_index=True)

    objects: ClassVar[Any] = WorkerQuerySet.as_manager()

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        ordering = ["-beat_at"]

    def __str__(self) -> str:
        return f"{self.host} {self.pid}"
