"""Ask the vendor about a recording now."""

from uuid import UUID

from django.db import transaction

from recordings.models import Recording
from recordings.services.advance import prepare_call, take_answer
from recordings.services.ask_storage import ask_storage_again
from recordings.services.calls import ACTIONS, perform
from recordings.services.errors import NotNow, StartedElsewhere, VendorRefused
from recordings.services.ledger import apply_facts, lock_recording
from recordings.services.pacing import Denied, reserve
from recordings.services.vendor import account_of
from recordings.states.steps import Describe
from recordings.states.vocabulary import State, is_terminal
from recordings.trtc.gateway import Gateway


def refresh_recording(*, recording_id: UUID, gateway: Gateway) -> Recording:
    """Describe the current task and store what was learnt.

    An ended task is not asked about, for the vendor forgot it: a worker looks into storage instead, where that can
    change anything.

    Raises:
        StartedElsewhere: It runs in a product that we do not call.
        VendorRefused: No answer was to be had; nothing changed.
        NotNow: The vendor could not be asked at once; nothing changed.
    """
    with transaction.atomic():
        recording = lock_recording(recording_id)
        snapshot = apply_facts(recording=recording, facts=[])
        if snapshot.is_out_of_reach:
            raise StartedElsewhere
        if not snapshot.task_id or snapshot.exited_at is not None or is_terminal(State(recording.state)):
            ask_storage_again(recording, why="refresh")
            return recording
        permit = reserve(recording.application, ACTIONS[Describe], account_of(recording.application))
        if isinstance(permit, Denied):
            raise NotNow(permit.why, retry_after_seconds=permit.seconds)
        call = prepare_call(recording, snapshot, Describe(snapshot.task_id), permit)

    answer = perform(call, gateway=gateway)
    if answer.error is not None:
        raise VendorRefused(answer.error, recording_id=recording_id)
    with transaction.atomic():
        recording = lock_recording(recording_id)
        take_answer(recording, answer)
    recording.refresh_from_db()
    return recording
