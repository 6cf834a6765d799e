"""The lease on a recording: one process works on it at a time, by the database's clock."""

import uuid

from django.db import connection

from recordings.failpoints import reach
from recordings.metrics import count_rescue
from recordings.policy import current_policy
from recordings.states.policy import Policy


def take_lease(recording_id: uuid.UUID) -> uuid.UUID | None:
    """Lease the recording and return the token; None while another process holds it."""
    token = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE recordings_recording AS leased SET lease_token = %s, "
            "lease_until = statement_timestamp() + %s * interval '1 second' "
            "FROM (SELECT id, lease_until FROM recordings_recording WHERE id = %s "
            "AND (lease_until IS NULL OR lease_until < statement_timestamp()) FOR UPDATE) AS free "
            "WHERE leased.id = free.id RETURNING free.lease_until IS NOT NULL",
            [token, current_policy().lease_seconds, recording_id],
        )
        taken = cursor.fetchone()
    reach("lease.taken")
    if taken == (True,):
        count_rescue("recording")  # who held it before never gave it back
    return token if taken else None


def renew_lease(recording_id: uuid.UUID, token: uuid.UUID) -> None:
    """Let the lease of *token* last from now on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE recordings_recording SET lease_until = statement_timestamp() + %s * interval '1 second' "
            "WHERE id = %s AND lease_token = %s",
            [current_policy().lease_seconds, recording_id, token],
        )


def usable_seconds(policy: Policy) -> float:
    """Return for how long after a lease began a call may still be made: its answer has to come before the end."""
    return max(policy.lease_seconds - policy.vendor_timeout_seconds, policy.lease_seconds / 2)
