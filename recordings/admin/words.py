"""The closed vocabulary in plain words, for people."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from recordings.states.vocabulary import Fault, FileStatus, Reason, State

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
    Reason.START_FAILED: _("the vendor could not start the recorder"),
    Reason.UPLOAD_FAILED: _("the upload to storage failed"),
    Reason.UPLOAD_UNCONFIRMED: _("the vendor never said that the upload ended"),
    Reason.TRANSCODE_FAILED: _("making the output file failed at the vendor"),
    Reason.TRANSCODE_UNCONFIRMED: _("the vendor never said that the output file was made"),
    Reason.QUOTA: _("the vendor's quota of live tasks was reached"),
    Reason.QUEUE_TIMEOUT: _("it waited in the queue for too long"),
    Reason.INVALID_REQUEST: _("the vendor found the request invalid"),
    Reason.CREDENTIALS: _("the vendor refused the application's credentials"),
    Reason.REFUSED: _("the vendor refused for good"),
    Reason.UNKNOWN_OUTCOME: _("a start was sent and nothing was ever heard of it"),
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
