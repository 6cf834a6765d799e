"""The lease on a recording: one process works on it at a time, by the database's clock."""

import uuid
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from recordings.models import Recording
from recordings.policy import current_policy


def lease_values(token: uuid.UUID) -> dict[str, object]:
    """Return the columns that lease a recording to *token* from now on."""
    return {"lease_token": token, "lease_until": Now() + timedelta(seconds=current_policy().lease_seconds)}


def take_lease(recording_id: uuid.UUID) -> uuid.UUID | None:
    """Lease the recording and return the token; None while another process holds it."""
    token = uuid.uuid4()
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    taken = Recording.objects.filter(free, pk=recording_id).update(**lease_values(token))
    return token if taken else None
