"""A recording: what a caller asked for, or what a callback revealed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from applications.models import ApiKey, Application, StorageProfile
from recordings.ids import new_recording_id
from recordings.states.facts import Fact
from recordings.states.snapshot import Snapshot
from recordings.states.vocabulary import HOLDS_SLOT, LIVE, Doubt, Fault, Media, Reason, State

STATE_CHOICES = [(state.value, state.value) for state in State]


class Origin(models.TextChoices):
    API = "api", _("asked for")
    CALLBACK = "callback", _("seen in a callback")


HOLDS_ITS_SLOT = models.Q(state__in=HOLDS_SLOT, origin=Origin.API, has_left_slot=False)


class RecordingQuerySet(models.QuerySet["Recording"]):
    def live(self) -> RecordingQuerySet:
        """Those whose story is not over."""
        return self.filter(state__in=LIVE)

    def holding_slot(self) -> RecordingQuerySet:
        """Those that keep other recordings out of their room's slot; the unique index is over them."""
        return self.filter(HOLDS_ITS_SLOT)

    def due(self) -> RecordingQuerySet:
        """Those that need a step now and that no process works on, by the database's clock."""
        free = models.Q(lease_until=None) | models.Q(lease_until__lt=Now())
        return self.filter(free, next_check_at__lte=Now()).order_by("-urgency", "next_check_at")

    def overdue(self) -> RecordingQuerySet:
        """Those that should not exist: live past their deadline."""
        # Every live row has a next check, by a constraint of the table; the index of those is small.
        return self.live().filter(next_check_at__isnull=False, deadline_at__lt=Now())


def _empty() -> dict[str, Any]:
    return {}


class Recording(models.Model):
    """One recording. The columns under "derived" are written by `services.apply` alone, from the ledger."""

    id = models.UUIDField(primary_key=True, default=new_recording_id, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="recordings")
    origin = models.CharField(_("origin"), max_length=8, choices=Origin, default=Origin.API)
    provider = models.CharField(_("provider"), max_length=16, default="trtc")
    slot = models.CharField(_("slot"), max_length=64, default="main")
    room_id = models.CharField(_("room"), max_length=255)
    room_id_type = models.CharField(_("room id type"), max_length=8, blank=True)  # empty: a callback did not say
    robot_user_id = models.CharField(_("robot"), max_length=255, blank=True)
    storage_profile = models.ForeignKey(StorageProfile, models.PROTECT, null=True, verbose_name=_("storage profile"))
    max_duration = models.PositiveIntegerField(_("longest duration, seconds"), null=True)
    labels = models.JSONField(_("labels"), default=_empty)
    legal_hold = models.BooleanField(_("legal hold"), default=False, db_default=False)  # no file of it is deleted
    priority = models.PositiveSmallIntegerField(_("priority"), default=0, db_default=0)  # 9 is the most urgent
    created_by = models.ForeignKey(ApiKey, models.SET_NULL, null=True, verbose_name=_("asked by"))
    created_at = models.DateTimeField(_("created"), db_default=Now())

    # --- derived from the ledger
    state = models.CharField(_("state"), max_length=12, choices=STATE_CHOICES, default=State.QUEUED)
    media = models.CharField(_("media"), max_length=8, null=True, choices=[(m.value, m.value) for m in Media])  # noqa: DJ001 - null is "no robot there"
    reason = models.CharField(_("reason"), max_length=32, null=True, choices=[(r.value, r.value) for r in Reason])  # noqa: DJ001 - null is "none"
    fault = models.CharField(_("fault"), max_length=8, default=Fault.NONE, choices=[(f.value, f.value) for f in Fault])
    verified = models.BooleanField(_("verified by storage"), null=True)
    provisional_reason = models.CharField(  # noqa: DJ001 - null is "not provisional"
        _("provisional because"), max_length=16, null=True, choices=[(d.value, d.value) for d in Doubt]
    )
    task_id = models.CharField(_("task"), max_length=255, blank=True)
    vendor_code = models.CharField(_("vendor's code"), max_length=128, blank=True)
    vendor_message = models.TextField(_("vendor's message"), blank=True)
    vendor_request_id = models.CharField(_("vendor's request id"), max_length=128, blank=True)
    parameters = models.JSONField(_("parameters"), default=_empty)
    layout_template = models.CharField(_("layout template"), max_length=64, blank=True)
    details = models.JSONField(_("details"), default=_empty)  # what callbacks told beside the state
    started_at = models.DateTimeField(_("started"), null=True)
    media_started_at = models.DateTimeField(_("media started"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    deadline_at = models.DateTimeField(_("deadline"), null=True)
    purge_after = models.DateTimeField(_("files are deleted after"), null=True)
    purged_at = models.DateTimeField(_("files deleted"), null=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    ledger_length = models.PositiveIntegerField(default=0, editable=False)  # facts in the ledger
    live_tasks = models.PositiveSmallIntegerField(
        _("live tasks"), default=0, db_default=0
    )  # that may run at the vendor
    # Its recorder has left once. A task that turns up afterwards makes it live again, and by then another recording may
    # have the slot: it never takes it back.
    has_left_slot = models.BooleanField(default=False, db_default=False, editable=False)

    # --- the row is the queue
    next_check_at = models.DateTimeField(_("next check"), null=True)
    urgency = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    admitted_at = models.DateTimeField(_("admitted"), null=True)  # of a queued one: it holds a place of the quota
    looked_at = models.DateTimeField(_("vendor last asked"), null=True)
    failures = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)

    objects: ClassVar[Any] = RecordingQuerySet.as_manager()

    # What `services.queue` tells of a queued one.
    queue_position: int | None = None
    waiting_for: str | None = None

    # The whole ledger and what it says, kept by `services.ledger` for as long as this instance holds the row's lock.
    known_facts: Sequence[Fact] | None = None
    known_snapshot: Snapshot | None = None

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        ordering = ["-id"]
        permissions = [("download_recording", _("Can get links to recorded files"))]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "room_id_type", "room_id", "slot"],
                condition=HOLDS_ITS_SLOT,
                name="recording_slot_held",
            ),
            models.UniqueConstraint(
                fields=["robot_user_id"], condition=models.Q(origin=Origin.API), name="recording_robot_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(deadline_at__isnull=False, next_check_at__isnull=False) | ~models.Q(state__in=LIVE),
                name="recording_live_is_watched",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=False) | models.Q(state__in=LIVE),
                name="recording_terminal_has_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["application", "-id"], name="recording_list"),
            models.Index(fields=["application", "room_id", "-id"], name="recording_by_room"),
            models.Index(fields=["application", "state", "-id"], name="recording_by_state"),
            models.Index(
                fields=["next_check_at"], condition=models.Q(next_check_at__isnull=False), name="recording_due"
            ),
            models.Index(
                fields=["application"],
                condition=models.Q(live_tasks__gt=0) | models.Q(state=State.QUEUED),
                name="recording_quota",
            ),
            models.Index(
                fields=["application", "-id"],
                condition=models.Q(provisional_reason__isnull=False),
                name="recording_provisional",
            ),
        ]

    def __str__(self) -> str:
        lane = self.slot if self.origin == Origin.API else self.provider
        return f"{self.room_id} {lane} {self.state}"

    @property
    def is_provisional(self) -> bool:
        """True while what is told rests on a word that nothing confirmed."""
        return self.provisional_reason is not None

    @property
    def uuid(self) -> uuid.UUID:
        """The primary key, typed."""
        return uuid.UUID(str(self.pk))
