"""What happened so far to a recording of which callbacks are all that is known, in sentences, by state. Pure."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from applications.families import find_family
from recordings.admin.happened import THERE, count_files, tell_reason
from recordings.admin.moments import tell_moment
from recordings.states.snapshot import Snapshot
from recordings.states.vocabulary import FileStatus, Reason, State


def tell_origin(snapshot: Snapshot) -> str:
    """Return who started it, as far as anybody here knows."""
    if snapshot.stop_reason == Reason.ORPHANED:
        return _("It was started from here and its row was lost, by a restored backup perhaps; so it is told to stop.")
    if snapshot.observed_family == "trtc":
        return _("It was started elsewhere: in the console or by another system. It can be stopped here.")
    family = find_family(snapshot.observed_family)
    text = _("It was started elsewhere; what is known of it are the callbacks of %(family)s.")
    return text % {"family": family.label if family else snapshot.observed_family}


def _recording(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    if snapshot.started_at is not None:
        yield _("It has been recording since %(when)s.") % {"when": tell_moment(snapshot.started_at, now=now)}
    else:
        yield _("It is recording, as far as anybody told; its start was not seen.")
    written = count_files(snapshot, FileStatus.EXPECTED)
    if written:
        yield _("Being written: %(files)s.") % {"files": written}
    yield _heard(snapshot, now)


def _paused(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    yield _("It is paused.")
    until_ms = snapshot.details.get("until_ms")
    if isinstance(until_ms, int):
        until = datetime.fromtimestamp(until_ms / 1000, tz=UTC)
        yield _("Unless it is resumed, the vendor ends it at %(when)s.") % {"when": tell_moment(until, now=now)}
    yield _heard(snapshot, now)


def _stopping(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    yield _("The vendor is ending it; its last word is awaited.")
    yield _heard(snapshot, now)


def _finalizing(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    waiting = count_files(snapshot, FileStatus.EXPECTED)
    if waiting:
        yield _("It no longer records. Waiting for %(files)s.") % {"files": waiting}
    elif snapshot.whole:
        yield _("It no longer records, and every file that was told of is in storage: %(files)s.") % {
            "files": count_files(snapshot, *THERE)
        }
    else:
        yield _("It no longer records. No file was told of yet.")
    yield _heard(snapshot, now)


def _completed(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    yield _("Every file that was told of is there: %(files)s.") % {"files": count_files(snapshot, *THERE)}
    yield _("Storage confirmed it.") if snapshot.verified else _("The vendor says so; storage has not been asked.")
    yield from _end(snapshot, now)


def _partial(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    missing = count_files(snapshot, FileStatus.EXPECTED, FileStatus.FAILED)
    there = count_files(snapshot, *THERE)
    if missing:
        yield _("There: %(files)s. Not there: %(missing)s.") % {"files": there, "missing": missing}
    else:
        yield _("There: %(files)s. It broke off, so something is missing.") % {"files": there}
    yield from _end(snapshot, now)


def _empty(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    yield _("It ended, and the vendor told of no file.")
    yield from _end(snapshot, now)


def _failed(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    yield _("There is no usable file.")
    yield from _end(snapshot, now)


def _lost(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    yield _("Nobody knows whether there is a file: the callbacks ended before they told.")
    yield from _end(snapshot, now)
    yield _("Look into the storage, and where it was started.")


HAPPENED_ELSEWHERE: Mapping[State, Callable[[Snapshot, datetime], Iterator[str]]] = {
    State.QUEUED: _recording,
    State.STARTING: _recording,
    State.RECORDING: _recording,
    State.PAUSED: _paused,
    State.STOPPING: _stopping,
    State.FINALIZING: _finalizing,
    State.COMPLETED: _completed,
    State.PARTIAL: _partial,
    State.EMPTY: _empty,
    State.FAILED: _failed,
    State.CANCELED: _failed,
    State.LOST: _lost,
}


def _heard(snapshot: Snapshot, now: datetime) -> str:
    return _("The last callback came at %(when)s.") % {"when": tell_moment(snapshot.quiet_since, now=now)}


def _end(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    yield tell_reason(snapshot.reason)
    if snapshot.ended_at is not None:
        yield _("It ended at %(when)s.") % {"when": tell_moment(snapshot.ended_at, now=now)}
