"""What happened so far to a recording that TRTC makes, in sentences, by state. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recordings.admin.moments import tell_moment
from recordings.admin.words import FILE_KINDS, reason_words
from recordings.states.attempt import Attempt
from recordings.states.facts import FactKind
from recordings.states.inventory import FileView
from recordings.states.snapshot import Snapshot
from recordings.states.vocabulary import FileStatus, Media, Reason, State
from recordings.storage.words import explain


def _queued(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    if not snapshot.attempts:
        yield _("Accepted at %(when)s; the vendor has not been asked yet.") % {"when": _at(snapshot.requested_at, now)}
        return
    yield _attempt(snapshot.attempts[-1], now)


def _starting(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    if snapshot.attempts:
        yield _attempt(snapshot.attempts[-1], now)
    yield _("There is no evidence of recording yet.")


def _recording(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    yield _("The recorder has been in the room since %(when)s.") % {"when": _at(snapshot.started_at, now)}
    if snapshot.media == Media.FLOWING:
        yield _("Media has been captured since %(when)s.") % {"when": _at(snapshot.media_started_at, now)}
    else:
        yield _("It waits: nobody publishes what it subscribes to, so there is no file yet.")
    if snapshot.pending_revision is not None:
        yield _("A change of its parameters waits for the vendor's answer.")
    current = snapshot.current
    if current is not None and current.seems_gone:
        yield _("The vendor said at %(when)s that it knows no such task. One such answer is no proof.") % {
            "when": _at(max(current.gone_at), now)
        }


def _stopping(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    if snapshot.stop_requested_at is not None:
        yield _("A stop was asked at %(when)s: %(why)s.") % {
            "when": _at(snapshot.stop_requested_at, now),
            "why": reason_words(snapshot.stop_reason),
        }
    task = snapshot.current
    if task is None:
        yield _("The outcome of the start is unknown, so there is no task yet that could be stopped.")
    elif task.delete_accepted_at is not None:
        yield _("The vendor took the stop at %(when)s.") % {"when": _at(task.delete_accepted_at, now)}
    elif task.delete_failures:
        number = len(task.delete_failures)
        text = ngettext(
            "The vendor refused the stop, at %(when)s: the recorder may still run.",
            "The vendor refused the stop %(number)d times, last at %(when)s: the recorder may still run.",
            number,
        )
        yield text % {"number": number, "when": _at(max(task.delete_failures), now)}
    yield _("The recorder's exit has not been seen.")


def _finalizing(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    yield _exit(snapshot, now)
    waiting = count_files(snapshot, FileStatus.EXPECTED)
    yield from _looks(snapshot, now)
    if snapshot.told_whole and snapshot.storage.is_wanted and not snapshot.whole:
        yield _("The vendor says that everything is uploaded; the storage has to show it.")
    elif waiting:
        yield _("Waiting for %(files)s.") % {"files": waiting}
    elif snapshot.whole:
        yield _("Nothing is outstanding; it closes when no more is heard for a while.")
    else:
        yield _("Waiting for the vendor to say that the files are in storage.")


def _completed(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    files = count_files(snapshot, *THERE, FileStatus.DELETED)
    if snapshot.storage.is_deleted:
        yield _("Every expected file was there: %(files)s.") % {"files": files}
    else:
        yield _("Every expected file is there: %(files)s.") % {"files": files}
    if snapshot.verified:
        yield _("Storage confirmed it.")
    elif snapshot.storage.tried_at is None:
        yield _("The vendor says so; storage has not been asked.")
    else:
        yield _("The vendor says so; storage did not confirm it.")
    yield from _looks(snapshot, now)
    yield _exit(snapshot, now)


def _partial(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    yield _("There: %(files)s. Not there: %(missing)s.") % {
        "files": count_files(snapshot, *THERE),
        "missing": _count_missing(snapshot),
    }
    yield tell_reason(snapshot.reason)
    yield from _looks(snapshot, now)
    yield _exit(snapshot, now)


def _empty(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    if any(file.is_blank for file in snapshot.files):
        yield _("The recorder was in the room and recorded nothing: its playlist is in storage, without a segment.")
    else:
        yield _("The recorder was in the room and there was nothing to record, so there is no file.")
    yield from _looks(snapshot, now)
    yield _exit(snapshot, now)


def _failed(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    yield _("There is no usable file.")
    yield tell_reason(snapshot.reason)
    yield from _looks(snapshot, now)
    if snapshot.exited_at is not None:
        yield _exit(snapshot, now)


def _canceled(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    yield _("It was ended before it captured anything, so there is no file.")
    yield tell_reason(snapshot.reason)


def _lost(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    yield _("Nobody knows whether there is a file.")
    yield tell_reason(snapshot.reason)
    yield from _looks(snapshot, now)
    if snapshot.task_id:
        yield _("Look into the storage, and ask the vendor with the task's id.")


def _looks(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    """Yield what the storage said when it was last asked."""
    sight = snapshot.storage
    if sight.purged_at is not None:
        yield _("Its files were deleted at %(when)s, when their days were over.") % {"when": _at(sight.purged_at, now)}
    if sight.tried_at is None:
        return
    told = {"when": _at(sight.tried_at, now)}
    if sight.problem:
        told |= {"why": explain(sight.problem["problem"]), "code": sight.problem.get("code") or "-"}
        yield _("Storage could not be read at %(when)s: %(why)s (%(code)s)") % told
    elif any(file.reason == Reason.NOT_IN_STORAGE for file in snapshot.files):
        yield _("Storage was read at %(when)s: not everything that was reported is there.") % told
    else:
        yield _("Storage was read at %(when)s.") % told


HAPPENED: Mapping[State, Callable[[Snapshot, datetime], Iterator[str]]] = {
    State.QUEUED: _queued,
    State.STARTING: _starting,
    State.RECORDING: _recording,
    State.PAUSED: _recording,
    State.STOPPING: _stopping,
    State.FINALIZING: _finalizing,
    State.COMPLETED: _completed,
    State.PARTIAL: _partial,
    State.EMPTY: _empty,
    State.FAILED: _failed,
    State.CANCELED: _canceled,
    State.LOST: _lost,
}


def advise_without_task(snapshot: Snapshot, *, room: str, robot: str, now: datetime) -> str:
    """Return what to do about a lost recording of which no task was ever heard: what the vendor can look for."""
    sent = next((attempt.sent_at for attempt in snapshot.attempts if attempt.may_have_acted), snapshot.requested_at)
    text = _(
        "No task's id was ever told. Ask the vendor with RoomId %(room)s, UserId %(robot)s and the time of the start, "
        "%(when)s: the files of a task, if there was one, are in a folder named by its id."
    )
    return text % {"room": room, "robot": robot, "when": _at(sent, now)}


THERE = (FileStatus.REPORTED, FileStatus.VERIFIED)


def _attempt(attempt: Attempt, now: datetime) -> str:
    facts = {"number": attempt.number, "when": _at(attempt.answered_at or attempt.sent_at, now)}
    match attempt.outcome:
        case FactKind.CREATE_ACCEPTED:
            return _("The vendor accepted start no. %(number)d at %(when)s.") % facts
        case FactKind.CREATE_POSTPONED:
            return _("Start no. %(number)d did not act at %(when)s: %(why)s.") % (facts | _why(attempt))
        case FactKind.CREATE_UNKNOWN if attempt.data.get("why") == "exists":
            return (
                _("The vendor said at %(when)s that a task runs under this name already; its callback tells its id.")
                % facts
            )
        case FactKind.CREATE_UNKNOWN:
            return _("The answer to start no. %(number)d was lost at %(when)s: it may have acted.") % facts
        case FactKind.CREATE_REJECTED:
            return _("The vendor refused start no. %(number)d at %(when)s.") % facts
    return _("Start no. %(number)d was sent at %(when)s and has no answer yet.") % facts


def _exit(snapshot: Snapshot, now: datetime) -> str:
    current = snapshot.current
    if snapshot.exited_at is None or current is None:
        return _("No exit of a recorder was seen.")
    facts = {"when": _at(snapshot.exited_at, now), "why": reason_words(current.left_reason or snapshot.stop_reason)}
    if current.left_at is not None:
        return _("The recorder left at %(when)s: %(why)s.") % facts
    return _("The recorder's own goodbye was not seen; it counts as gone since %(when)s.") % facts


def tell_reason(reason: str | None) -> str:
    """Return why, in a sentence."""
    words = reason_words(reason)
    return _("Why: %(why)s.") % {"why": words} if words else _("No reason was told.")


def count_files(snapshot: Snapshot, *statuses: FileStatus) -> str:
    """Return how many files of each kind there are."""
    sound = [file for file in snapshot.files if file.status in statuses and _is_sound(file)]
    counts = Counter(str(FILE_KINDS[file.kind]) for file in sound)
    return ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items()))


def _is_sound(file: FileView) -> bool:
    """Tell whether a file counts as what its status says: a reported one that storage does not have is not there."""
    return file.status != FileStatus.REPORTED or file.reason is None


def _count_missing(snapshot: Snapshot) -> str:
    absent = [file for file in snapshot.files if file.status not in THERE or not _is_sound(file)]
    counts = Counter(str(FILE_KINDS[file.kind]) for file in absent)
    return ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items()))


def _why(attempt: Attempt) -> dict[str, str]:
    reasons = {
        "quota": _("the vendor's quota is full"),
        "throttled": _("too many calls"),
        "unavailable": _("the vendor is not available"),
        "credentials": _("the vendor refuses the application's credentials"),
    }
    why = attempt.data.get("why", "")
    return {"why": reasons.get(why, why)}


def _at(at: datetime | None, now: datetime) -> str:
    return tell_moment(at, now=now)
