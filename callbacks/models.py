"""The event ledger: every authentic callback, once, as it came."""

from __future__ import annotations

from typing import ClassVar

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from recordings.models import Recording


class Verdict(models.TextChoices):
    APPLIED = "applied", _("applied")  # its fact went into a recording's ledger
    UNMATCHED = "unmatched", _("unmatched")  # no recording of ours: made elsewhere
    KEPT = "kept", _("kept")  # nothing follows from it


class EventManager(models.Manager["Event"]):
    def insert_once(self, event: Event) -> bool:
        """Insert *event* unless its natural key is known, and tell whether it was new.

        One statement, so that of two deliveries at once one wins and the other waits for it.
        """
        fields = [field for field in self.model._meta.concrete_fields if not field.primary_key]
        columns = ", ".join(f'"{field.column}"' for field in fields)
        marks = ", ".join(["%s"] * len(fields))
        values = [field.get_db_prep_save(getattr(event, field.attname), connection) for field in fields]
        with connection.cursor() as cursor:
            # Column names come from the model, values are parameters.
            cursor.execute(
                f'INSERT INTO "{self.model._meta.db_table}" ({columns}) VALUES ({marks}) '  # noqa: S608
                "ON CONFLICT DO NOTHING RETURNING id",
                values,
            )
            row = cursor.fetchone()
        if row is not None:
            event.pk = row[0]
        return row is not None


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

    objects: ClassVar[EventManager] = EventManager()

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
        ]

    def __str__(self) -> str:
        return f"{self.family} {self.event_type}"
