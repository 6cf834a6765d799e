"""The closed vocabulary in plain words, for people."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from recordings.states.facts import FactKind
from recordings.states.vocabulary import Doubt, Fault, FileKind, FileStatus, Reason, State

Text = str | Promise

STATE_TONES: Mapping[str, str] = {
    State.QUEUED: "info",
    State.STARTING: "info",
    State.RECORDING: "primary",
    State.PAUSED: "warning",
    State.STOPPING: "info",
    State.FINALIZING: "info",
    State.COMPLETED: "success",
    State.PARTIAL: "warning",
    State.EMPTY: "neutral",
    State.FAILED: "danger",
    State.CANCELED: "neutral",
    State.LOST: "danger",
}

FILE_TONES: Mapping[str, str] = {
    FileStatus.EXPECTED: "warning",
    FileStatus.REPORTED: "success",
    FileStatus.VERIFIED: "success",
    FileStatus.FAILED: "danger",
    FileStatus.DELETED: "neutral",
}

REASONS: Mapping[str, Text] = {
    Reason.STOPPED: _("it was stopped on request"),
    Reason.KICKED_BY_CUSTOMER: _("the application removed the recorder from the room"),
    Reason.ROOM_CLOSED: _("the application closed the room"),
    Reason.KICKED_BY_SERVER: _("the vendor removed the recorder from the room"),
    Reason.ROOM_CLOSED_BY_SERVER: _("the vendor closed the room"),
    Reason.NO_PUBLISHER: _("nobody published for the longest idle time"),
    Reason.TIMEOUT: _("the recorder lost the room for too long"),
    Reason.ROBOT_ID_CONFLICT: _("somebody entered the room under the recorder's name"),
    Reason.MAX_DURATION: _("its longest duration was reached"),
    Reason.VANISHED: _("the vendor no longer knows the task and told nothing"),
    Reason.UNTOLD: _("the recorder left and nobody told why; its files show that it did"),
    Reason.FORCE_STOPPED: _("the vendor ended it by force"),
    Reason.PAUSED_TOO_LONG: _("it was paused for too long"),
    Reason.QUIET: _("nothing more was told of it"),
    Reason.ORPHANED: _("it was ours and its row was lost, so it was stopped when it was heard of"),
    Reason.RECORDER_ERROR: _("the vendor's recorder broke off"),
    Reason.START_FAILED: _("the vendor could not start the recorder"),
    Reason.UPLOAD_FAILED: _("the upload to storage failed"),
    Reason.UPLOAD_UNCONFIRMED: _("the vendor never said that the upload ended"),
    Reason.TRANSCODE_FAILED: _(
        "making the output file failed at the vendor, most often because it may not read the bucket"
    ),
    Reason.TRANSCODE_UNCONFIRMED: _("the vendor never said that the output file was made"),
    Reason.NOT_IN_STORAGE: _("the storage was asked and does not have it"),
    Reason.INCOMPLETE: _("in storage, a part of it is missing or it has no end"),
    Reason.STORAGE_UNREADABLE: _("the storage could not be read, so this rests on the vendor's word"),
    Reason.RETENTION: _("deleted by this service when its days were over"),
    Reason.QUOTA: _("the vendor's quota of live tasks was reached"),
    Reason.QUEUE_TIMEOUT: _("it waited in the queue for too long"),
    Reason.INVALID_REQUEST: _("the vendor found the request invalid"),
    Reason.CREDENTIALS: _("the vendor refused the application's credentials"),
    Reason.REFUSED: _("the vendor refused for good"),
    Reason.UNKNOWN_OUTCOME: _("a start was sent and nothing was ever heard of it"),
}

DOUBTS: Mapping[str, Text] = {
    Doubt.CONFLICT: _("one event was told in two ways that contradict each other"),
    Doubt.WEAK_SIGNATURE: _("this product signs a time and not what it says, and nothing else confirms its word"),
}

FILE_KINDS: Mapping[str, Text] = {kind: kind.upper() for kind in FileKind} | {FileKind.OTHER: _("other")}

# What the name of a fact does not say.
FACTS: Mapping[str, Text] = {
    FactKind.OBSERVED: _("first heard of, started elsewhere"),
    FactKind.PAUSED: _("paused where it was started"),
    FactKind.RESUMED: _("goes on after a pause"),
    FactKind.EXIT_ANNOUNCED: _("the vendor is ending it"),
    FactKind.FINISHED: _("the vendor's last word on the task"),
    FactKind.FILE_OPENED: _("being written"),
    FactKind.FILE_CLOSED: _("written, not in storage yet"),
    FactKind.FILE_READY: _("in storage, the vendor says"),
    FactKind.RECORDER_ERROR: _("the recorder broke off"),
    FactKind.DIAGNOSED: _("trouble that changes nothing"),
    FactKind.STORAGE_CHECKED: _("what is in the task's folder in storage"),
    FactKind.STORAGE_UNREADABLE: _("the storage was asked and could not be read"),
    FactKind.STORAGE_ASKED: _("a look into storage was asked for"),
    FactKind.LEGAL_HOLD: _("whether its files may be deleted"),
    FactKind.PURGE_MARKED: _("its days are over: its files are deleted after a while"),
    FactKind.PURGE_CANCELED: _("its files are not deleted after all"),
    FactKind.PURGED: _("the task's folder was deleted; storage says that it is empty"),
    FactKind.CONFLICTED: _("another telling of a known event: not believed"),
    FactKind.CONFIRMED: _("an operator confirmed what was known by then"),
}

FAULTS: Mapping[str, Text] = {
    Fault.CALLER: _("the caller's: the request or the room's users"),
    Fault.OPERATOR: _("ours: credentials, quota or settings, for an operator to put right"),
    Fault.VENDOR: _("the vendor's: quote the RequestId in a ticket"),
    Fault.STORAGE: _("the storage's: bucket, its permissions or its region"),
    Fault.NETWORK: _("the network's, between us, the vendor and the room"),
    Fault.NONE: _("nobody's"),
}

STATES: Mapping[str, Text] = {
    State.QUEUED: _("Queued"),
    State.STARTING: _("Starting"),
    State.RECORDING: _("Recording"),
    State.PAUSED: _("Paused"),
    State.STOPPING: _("Stopping"),
    State.FINALIZING: _("Finalizing"),
    State.COMPLETED: _("Completed"),
    State.PARTIAL: _("Partial"),
    State.EMPTY: _("Empty"),
    State.FAILED: _("Failed"),
    State.CANCELED: _("Canceled"),
    State.LOST: _("Lost"),
}


def reason_words(reason: str | None) -> str:
    """Return *reason* in plain words; a word we have no words for as it is."""
    return str(REASONS.get(reason, reason)) if reason else ""


WAITING = {
    "quota": _("a place among the application's live tasks"),
    "rate": _("its moment: calls to the vendor are spread over the second"),
    "credentials": _("an operator: the vendor refuses the application's credentials"),
}
