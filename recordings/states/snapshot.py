"""What a ledger says, all told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from recordings.states.attempt import Attempt
from recordings.states.inventory import FileView
from recordings.states.outcome import Outcome
from recordings.states.stored import StorageSight
from recordings.states.task import TaskEvidence
from recordings.states.vocabulary import Doubt, Fault, Media, Reason, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What the ledger says about one recording.

    Attributes:
        tasks: By age; `task_id` is the current one, the others were superseded.
        pending_revision: A change of parameters that was asked for and has no answer; None without one.
        parameters: The last that the vendor accepted, or will get with the create.
        layout_template: The template's version that their layout comes from, as `lesson@3`; empty when from none.
        awaits_twin: The current task is over, and a later create may have made another one.
        displaced: The current task was displaced by its namesake.
        quiet_since: When the last callback came in.
        whole: After the exit: nothing is outstanding, quiet alone is awaited.
        told_whole: The same as far as the vendor's word goes; storage may still have to show it.
        storage: What storage said of it.
        closing: What the outcome would be if the clock closed the recording now.
        provisional_reason: Why what is told is not to be relied on yet; None when it is.
        details: What callbacks told beside the state, in our names.
        observed_family: The family that told of a recording which was started elsewhere; empty for one of ours.
        closes_at: For one of those: when the clock closes it unless more is heard.
        live_tasks: How many tasks may run at the vendor, as far as is known; each takes a place of the quota.
    """

    state: State
    media: Media | None
    reason: Reason | None
    fault: Fault
    vendor_code: str
    vendor_message: str
    vendor_request_id: str
    task_id: str
    tasks: tuple[TaskEvidence, ...]
    files: tuple[FileView, ...]
    attempts: tuple[Attempt, ...]
    parameters: Mapping[str, Any]
    layout_template: str
    pending_revision: Mapping[str, Any] | None
    revision: int
    requested_at: datetime
    started_at: datetime | None
    media_started_at: datetime | None
    ended_at: datetime | None
    stop_requested_at: datetime | None
    stop_reason: Reason | None
    planned_end_at: datetime
    exited_at: datetime | None
    awaits_twin: bool
    displaced: bool
    quiet_since: datetime | None
    whole: bool
    told_whole: bool
    storage: StorageSight
    closing: Outcome
    verified: bool | None
    provisional_reason: Doubt | None
    details: Mapping[str, Any]
    observed_family: str
    closes_at: datetime | None
    live_tasks: int

    @property
    def is_observed(self) -> bool:
        """True for a recording that was started elsewhere."""
        return bool(self.observed_family)

    @property
    def is_out_of_reach(self) -> bool:
        """True for a recording of a product that we do not call: it can only be watched."""
        return self.observed_family not in ("", "trtc")

    @property
    def current(self) -> TaskEvidence | None:
        """The task that this recording is about now."""
        return next((task for task in self.tasks if task.task_id == self.task_id), None)

    @property
    def legal_hold(self) -> bool:
        """True while none of its files may be deleted."""
        return self.storage.is_held

    @property
    def purge_after(self) -> datetime | None:
        """When its files may be deleted; None while they are not marked."""
        return self.storage.purge_after

    @property
    def purged_at(self) -> datetime | None:
        """When its files were deleted."""
        return self.storage.purged_at
