"""The lease on a recording: one process works on it at a time, by the database's clock."""

import uuid
from datetime import timedelta

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from recordings.models import Recording
from recordings.policy import current_policy


def take_lease(recording_id: uuid.UUID) -> uuid.UUID | None:
    """Lease the recording and return the token; None while another process holds it."""
    token = uuid.uuid4()
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    taken = Recording.objects.filter(free, pk=recording_id).update(
        lease_token=token, lease_until=Now() + timedelta(seconds=current_policy().lease_seconds)
    )
    return token if taken else None


def renew_lease(recording_id: uuid.UUID, token: uuid.UUID) -> None:
    """Let the lease of *token* last from now on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE recordings_recording SET lease_until = statement_timestamp() + %s * interval '1 second' "
            "WHERE id = %s AND lease_token = %s",
            [current_policy().lease_seconds, recording_id, token],
        )
