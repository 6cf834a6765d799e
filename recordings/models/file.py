"""Files that a recording should have."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from recordings.models.recording import Recording
from recordings.states.vocabulary import FileKind, FileStatus, Reason

FILE_KIND_CHOICES = [(kind.value, kind.value) for kind in FileKind]
FILE_STATUS_CHOICES = [(status.value, status.value) for status in FileStatus]


class RecordingFile(models.Model):
    """One artifact, expected or seen. Derived from the ledger; `key` names it within its recording."""

    recording = models.ForeignKey(Recording, models.CASCADE, related_name="files")
    key = models.CharField(max_length=1024)
    task_id = models.CharField(_("task"), max_length=255)
    kind = models.CharField(_("kind"), max_length=8, choices=FILE_KIND_CHOICES)
    status = models.CharField(_("status"), max_length=8, choices=FILE_STATUS_CHOICES)
    name = models.CharField(_("name"), max_length=1024, blank=True)
    user_id = models.CharField(_("user"), max_length=255, blank=True)
    track_type = models.CharField(_("track"), max_length=16, blank=True)
    media_id = models.CharField(_("media"), max_length=8, blank=True)
    begin_ms = models.BigIntegerField(_("begins, Unix ms"), null=True)
    end_ms = models.BigIntegerField(_("ends, Unix ms"), null=True)
    file_id = models.CharField(_("vendor's file id"), max_length=255, blank=True)
    url = models.TextField(_("vendor's address"), blank=True)
    size = models.BigIntegerField(_("bytes"), null=True)
    duration_ms = models.BigIntegerField(_("length, ms"), null=True)
    offset_ms = models.BigIntegerField(_("offset in the whole, ms"), null=True)
    checked = models.JSONField(_("what the look into storage found"), null=True)
    reason = models.CharField(_("why not"), max_length=32, null=True, choices=[(r.value, r.value) for r in Reason])  # noqa: DJ001 - null is "none"

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["recording", "key"], name="file_key_unique")]

    def __str__(self) -> str:
        return self.name or self.key
