"""The closed words in which the truth about a recording is told."""

from enum import StrEnum
from typing import Self


class OpenWords(StrEnum):
    """Words that ledgers hold and later releases may add to.

    During a deploy, and after a rollback, a process reads words that only a later release knows. It keeps each as it is
    written; one that is not among the members means nothing to it.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        word = str.__new__(cls, value)
        word._name_ = word._value_ = value
        return word


class State(StrEnum):
    QUEUED = "queued"  # accepted; waiting for quota, rate or back-off before the first create
    STARTING = "starting"  # a create was sent; no evidence of recording yet
    RECORDING = "recording"  # the robot is in the room
    PAUSED = "paused"  # TIW pause
    STOPPING = "stopping"  # a stop was asked, or the exit is under way
    FINALIZING = "finalizing"  # the recorder has left; files are outstanding
    COMPLETED = "completed"  # every expected file is reported
    PARTIAL = "partial"  # at least one usable file, at least one missing or failed
    EMPTY = "empty"  # it ran, and there was nothing to record
    FAILED = "failed"  # no usable file, cause known
    CANCELED = "canceled"  # ended on request before it captured anything
    LOST = "lost"  # deadline passed, vendor silent; needs eyes


# Terminal states from worst to best. Late evidence moves a recording to the right, never to the left.
TERMINAL_BY_MERIT = (State.LOST, State.FAILED, State.CANCELED, State.EMPTY, State.PARTIAL, State.COMPLETED)
LIVE = tuple(state for state in State if state not in TERMINAL_BY_MERIT)
# In these a recorder of ours may be in the room, or is to come: no other may be sent there under the same slot.
HOLDS_SLOT = tuple(state for state in LIVE if state != State.FINALIZING)


def is_terminal(state: State) -> bool:
    """Tell whether *state* is one that a recording does not leave but for a better one."""
    return state in TERMINAL_BY_MERIT


def merit(state: State) -> int:
    """Return the rank of a terminal state; -1 for a live one."""
    return TERMINAL_BY_MERIT.index(state) if state in TERMINAL_BY_MERIT else -1


class Media(StrEnum):
    WAITING = "waiting"  # the robot is there and nobody publishes what it subscribes to
    FLOWING = "flowing"  # audio or video is being captured


class Reason(OpenWords):
    # How it ended, in the order of LeaveCode (https://trtc.io/document/54914).
    STOPPED = "stopped"
    KICKED_BY_CUSTOMER = "kicked_by_customer"
    ROOM_CLOSED = "room_closed"
    KICKED_BY_SERVER = "kicked_by_server"
    ROOM_CLOSED_BY_SERVER = "room_closed_by_server"
    NO_PUBLISHER = "no_publisher"
    TIMEOUT = "timeout"  # the recorder lost the room for long: a new recording is needed
    ROBOT_ID_CONFLICT = "robot_id_conflict"  # somebody entered under the robot's name
    MAX_DURATION = "max_duration"  # the planned end was reached
    VANISHED = "vanished"  # the vendor no longer knows the task and told nothing
    UNTOLD = "untold"  # it left, and nobody told why: its files, or what is in storage, show that it did
    FORCE_STOPPED = "force_stopped"  # TIW FORCE_STOP
    PAUSED_TOO_LONG = "paused_too_long"
    QUIET = "quiet"  # its family has no last event, and nothing more came
    ORPHANED = "orphaned"  # started by us, and its row was lost: stopped when it was heard of
    # Why it failed.
    RECORDER_ERROR = "recorder_error"  # the vendor's recorder broke off
    START_FAILED = "start_failed"
    UPLOAD_FAILED = "upload_failed"
    UPLOAD_UNCONFIRMED = "upload_unconfirmed"  # the vendor never said that the upload ended
    TRANSCODE_FAILED = "transcode_failed"
    TRANSCODE_UNCONFIRMED = "transcode_unconfirmed"
    NOT_IN_STORAGE = "not_in_storage"  # the storage was asked and does not have it
    INCOMPLETE = "incomplete"  # in storage, with a part missing or without its end
    STORAGE_UNREADABLE = "storage_unreadable"  # the storage could not be asked
    RETENTION = "retention"  # deleted by us, when its days were over
    QUOTA = "quota"
    QUEUE_TIMEOUT = "queue_timeout"
    INVALID_REQUEST = "invalid_request"
    CREDENTIALS = "credentials"
    REFUSED = "refused"  # the vendor refuses for good, in its own words
    UNKNOWN_OUTCOME = "unknown_outcome"  # a create was sent and nothing was ever heard of it


class Fault(StrEnum):
    CALLER = "caller"
    OPERATOR = "operator"
    VENDOR = "vendor"
    STORAGE = "storage"
    NETWORK = "network"
    NONE = "none"


FAULT_OF_REASON = {
    Reason.TIMEOUT: Fault.NETWORK,
    Reason.KICKED_BY_SERVER: Fault.VENDOR,
    Reason.ROOM_CLOSED_BY_SERVER: Fault.VENDOR,
    Reason.ROBOT_ID_CONFLICT: Fault.CALLER,
    Reason.VANISHED: Fault.VENDOR,
    Reason.PAUSED_TOO_LONG: Fault.CALLER,
    Reason.ORPHANED: Fault.OPERATOR,
    Reason.RECORDER_ERROR: Fault.VENDOR,
    Reason.START_FAILED: Fault.VENDOR,
    Reason.UPLOAD_FAILED: Fault.STORAGE,
    Reason.UPLOAD_UNCONFIRMED: Fault.VENDOR,
    Reason.TRANSCODE_FAILED: Fault.STORAGE,
    Reason.TRANSCODE_UNCONFIRMED: Fault.VENDOR,
    Reason.NOT_IN_STORAGE: Fault.STORAGE,
    Reason.INCOMPLETE: Fault.STORAGE,
    Reason.STORAGE_UNREADABLE: Fault.STORAGE,
    Reason.QUOTA: Fault.OPERATOR,
    Reason.QUEUE_TIMEOUT: Fault.OPERATOR,
    Reason.INVALID_REQUEST: Fault.CALLER,
    Reason.CREDENTIALS: Fault.OPERATOR,
    Reason.REFUSED: Fault.VENDOR,
    Reason.UNKNOWN_OUTCOME: Fault.NETWORK,
}


class Doubt(StrEnum):
    """Why what is told of a recording is provisional."""

    CONFLICT = "conflict"  # one event was told in two ways
    WEAK_SIGNATURE = "weak_signature"  # it rests on a family whose signature does not cover the body


class FileKind(StrEnum):
    HLS = "hls"  # a playlist with its segments
    MP4 = "mp4"
    AAC = "aac"
    MP3 = "mp3"
    FLV = "flv"
    OTHER = "other"  # a format that is in no document
    VOD = "vod"  # a media asset in VOD


# What the vendor writes into a bucket.
KIND_OF_EXTENSION = {"m3u8": FileKind.HLS, "mp4": FileKind.MP4, "aac": FileKind.AAC}


class FileStatus(StrEnum):
    EXPECTED = "expected"  # it should come to be
    REPORTED = "reported"  # the vendor says it is in storage
    VERIFIED = "verified"  # storage says so
    FAILED = "failed"  # the vendor says it will not come
    DELETED = "deleted"  # it was there and is gone by our own hand; storage says so


class StorageProblem(StrEnum):
    """Why a storage could not be read, each for another remedy."""

    WRONG_REGION = "wrong_region"  # the bucket is in another region
    NO_SUCH_BUCKET = "no_such_bucket"
    NO_READ_PERMISSION = "no_read_permission"
    NO_LIST_PERMISSION = "no_list_permission"
    NO_WRITE_PERMISSION = "no_write_permission"
    NO_DELETE_PERMISSION = "no_delete_permission"
    WRONG_KEYS = "wrong_keys"  # no such access key, or its secret is another
    CLOCK_SKEW = "clock_skew"  # ours is wrong
    UNREACHABLE = "unreachable"  # no connection
    UNAVAILABLE = "unavailable"  # it is there and cannot serve now
    REFUSED = "refused"  # for a reason of its own, in its own words
    NOT_ASKED = "not_asked"  # its profile says not to, by now
    TOO_SLOW = "too_slow"  # more than one check has time for
