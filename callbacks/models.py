"""The event ledger, and what was refused."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.families import family_choices
from applications.models import Application
from recordings.models import Recording


class Verdict(models.TextChoices):
    APPLIED = "applied", _("applied")  # its fact went into a recording's ledger
    UNMATCHED = "unmatched", _("unmatched")  # no recording of ours: stored before such ones were made
    KEPT = "kept", _("kept")  # nothing follows from it
    CONFLICT = "conflict", _("conflict")  # a known event with other words: flagged, not believed
    TEST = "test", _("test")  # made by send_test_callback
    FAILED = "failed", _("failed")  # our own error; "apply again" after it was mended


class Event(models.Model):
    """One vendor event that was signed as it should be, without its secrets.

    `natural_key` tells events apart. A telling of a known event with other words has a key of its own, made from both,
    and names the first in `conflicts_with`.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    family = models.CharField(_("family"), max_length=16)
    natural_key = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, blank=True)  # of what it says, by whatever types
    conflicts_with = models.ForeignKey("self", models.CASCADE, null=True, related_name="variants", db_index=False)
    event_type = models.CharField(_("event"), max_length=64)
    task_id = models.CharField(_("task"), max_length=255, blank=True)
    room_id = models.CharField(_("room"), max_length=255, blank=True)
    robot_user_id = models.CharField(_("robot"), max_length=255, blank=True)
    occurred_at = models.DateTimeField(_("occurred"))
    received_at = models.DateTimeField(_("received"))
    is_late = models.BooleanField(_("late"), default=False, help_text=_("Its stamp had expired, within the skew."))
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
            models.Index(
                fields=["conflicts_with"],
                condition=models.Q(conflicts_with__isnull=False),  # few have one, and every event would be in it
                name="event_variants",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.family} {self.event_type}"


class Refusal(models.TextChoices):
    """Why a delivery was refused."""

    UNKNOWN_ADDRESS = "unknown_address", _("unknown address")
    BAD_SIGNATURE = "bad_signature", _("bad signature")
    EXPIRED = "expired", _("expired")
    WRONG_APPLICATION = "wrong_application", _("other application")
    WRONG_TYPE = "wrong_type", _("wrong content type")
    UNREADABLE = "unreadable", _("signed, unreadable")
    TOO_MANY_VARIANTS = "too_many_variants", _("too many variants of one event")


class Quarantined(models.Model):
    """A refused delivery, for diagnosis: bounded in number and age, without secrets.

    An authentic one is kept whole, and once however often it is sent.
    """

    application = models.ForeignKey(Application, models.CASCADE, null=True, related_name="+")
    family = models.CharField(_("family"), max_length=16, blank=True, choices=family_choices)
    why = models.CharField(_("why"), max_length=20, choices=Refusal)
    detail = models.CharField(_("detail"), max_length=255, blank=True)
    is_authentic = models.BooleanField(_("authentic"), default=False)
    sender = models.GenericIPAddressField(_("sent from"), null=True)
    body = models.BinaryField(_("body"))
    size = models.PositiveIntegerField(_("bytes"))  # as sent; `body` may be cut
    digest = models.CharField(max_length=64)
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("refused delivery")
        verbose_name_plural = _("quarantine")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "family", "digest"],
                condition=models.Q(is_authentic=True),
                name="quarantined_authentic_once",
            )
        ]
        indexes = [
            models.Index(fields=["application", "is_authentic", "-id"], name="quarantined_newest"),
            models.Index(fields=["received_at"], name="quarantined_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.family} {self.why}"


class RefusalCount(models.Model):
    """How many deliveries were refused on a day, kept or not."""

    day = models.DateField(_("day"))
    application = models.ForeignKey(Application, models.CASCADE, null=True, related_name="+")
    family = models.CharField(_("family"), max_length=16, blank=True)
    why = models.CharField(_("why"), max_length=20, choices=Refusal)
    number = models.PositiveBigIntegerField(_("number"))

    class Meta:
        verbose_name = _("refusals of a day")
        verbose_name_plural = _("refusals by day")
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "application", "family", "why"], name="refusal_counted_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.family} {self.why}: {self.number}"
