"""Idempotency keys: the same request twice is one recording and one answer."""

from django.db import models

from applications.models import Application
from recordings.models.recording import Recording


class IdempotencyKey(models.Model):
    """A key a caller sent, the fingerprint of its body, and the first answer.

    `answer` is null while the first request is still at work.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    recording = models.ForeignKey(Recording, models.CASCADE, related_name="+")
    status_code = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "key"], name="idempotency_key_unique")]

    def __str__(self) -> str:
        return self.key
