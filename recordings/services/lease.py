"""The lease on a recording: one process works on it at a time, by the database's clock."""

import uuid
from datetime import timedelta

from django.db.models import Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from recordings.models import Recording
from recordings.policy import current_policy


def _until() -> CombinedExpression:
    return Now() + timedelta(seconds=current_policy().lease_seconds)


def take_lease(recording_id: uuid.UUID) -> uuid.UUID | None:
    """Lease the recording and return the token; None while another process holds it."""
    token = uuid.uuid4()
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    taken = Recording.objects.filter(free, pk=recording_id).update(lease_token=token, lease_until=_until())
    return token if taken else None


def renew_lease(recording_id: uuid.UUID, token: uuid.UUID) -> None:
    """Let the lease of *token* last from now on."""
    Recording.objects.filter(pk=recording_id, lease_token=token).update(lease_until=_until())
